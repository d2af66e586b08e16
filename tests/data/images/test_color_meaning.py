"""Colors as the file means them: by primaries and curve, wherever a format puts them."""

import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from colorkeras.data.images.color_meaning import (
    ADOBE_CURVE,
    ADOBE_PRIMARIES,
    SRGB_CURVE,
    SRGB_PRIMARIES,
)
from colorkeras.data.images.decode import UnusableImage, read_rgb
from colorkeras.data.images.icc import rgb_profile

# Adobe RGB (1998), 4.3.5.3, and IEC 61966-2-1, both with D65: no adaptation between them.
ADOBE_TO_XYZ = np.array(
    [[0.57667, 0.18556, 0.18823], [0.29734, 0.62736, 0.07529], [0.02703, 0.07069, 0.99134]]
)
# Rec. ITU-R BT.601-7's primaries of 625 and 525 lines, as B. Lindbloom prints their matrices.
BT601_TO_XYZ = {
    5: [[0.43062, 0.34154, 0.17831], [0.22204, 0.70664, 0.07132], [0.02019, 0.12955, 0.93909]],
    6: [[0.39359, 0.36525, 0.19163], [0.21241, 0.70104, 0.08654], [0.01874, 0.11193, 0.95816]],
}
XYZ_TO_SRGB = np.array(
    [[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]]
)
COLORS = [(128, 128, 128), (60, 90, 70), (180, 140, 120), (30, 30, 40), (230, 220, 210)]
LINEAR_P3 = rgb_profile((0.68, 0.32, 0.265, 0.69, 0.15, 0.06, 0.3127, 0.329), (1.0,))


def encoded(linear):
    """IEC 61966-2-1: light from 0 to 1 as levels."""
    curve = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.round(255 * curve)


def adobe_shown():
    light = (np.array(COLORS) / 255) ** (563 / 256)
    return encoded(np.clip(light @ ADOBE_TO_XYZ.T @ XYZ_TO_SRGB.T, 0, 1))


def linear_p3_shown():
    """Display P3's primaries, as SMPTE EG 432-1 gives their matrix for D65."""
    to_xyz = [[0.48657, 0.26567, 0.19822], [0.22897, 0.69174, 0.07929], [0.0, 0.04511, 1.04394]]
    light = np.array(COLORS) / 255 @ np.array(to_xyz).T @ XYZ_TO_SRGB.T
    return encoded(np.clip(light, 0, 1))


def linear_shown():
    return encoded(np.array(COLORS) / 255)


def bt601_shown(primaries):
    """BT.601's curve (its item 2.6.4), turned around."""
    levels = np.array(COLORS) / 255
    light = np.where(levels < 0.081, levels / 4.5, ((levels + 0.099) / 1.099) ** (1 / 0.45))
    shown_light = light @ np.array(BT601_TO_XYZ[primaries]).T @ XYZ_TO_SRGB.T
    return encoded(np.clip(shown_light, 0, 1))


def image():
    """A patch of each color, large enough that JPEG keeps its middle."""
    return Image.fromarray(np.array(COLORS, np.uint8)[:, np.newaxis]).resize((16, 80), 0)


def shown(path):
    return read_rgb(path)[8::16, 8].astype(int)


def named_srgb_but_linear():
    """Pillow's sRGB profile, name and all, with a straight line for its curve."""
    data = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    at = data.index(b"para\0\0\0\0\0\3\0\0") + 12
    line = struct.pack(">5i", 65536, 65536, 0, 65536, 0)
    assert data.count(b"para") == 1  # shared by the three channels
    return data[:at] + line + data[at + 20 :]


@pytest.mark.parametrize("extension", ["png", "tif", "jpg", "webp"])
def test_a_profile_is_judged_by_its_curve_not_its_name(tmp_path, extension):
    profile = named_srgb_but_linear()
    opened = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    assert "sRGB" in ImageCms.getProfileDescription(opened)
    path = tmp_path / f"x.{extension}"
    image().save(path, icc_profile=profile, quality=100, lossless=True)
    assert np.abs(shown(path) - linear_shown()).max() <= (1 if extension != "jpg" else 4)


def test_profiles_of_srgb_change_nothing_whatever_they_are_called(tmp_path, photo):
    named = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    other = named.replace("sRGB".encode("utf-16-be"), "odd!".encode("utf-16-be"))
    for profile in (named, other, rgb_profile(SRGB_PRIMARIES, SRGB_CURVE)):
        Image.fromarray(photo()).save(tmp_path / "x.png", icc_profile=profile)
        assert np.array_equal(read_rgb(tmp_path / "x.png"), photo())


def test_our_profiles_hold_what_they_are_made_of(tmp_path):
    """Against arithmetic by the matrices that the standards print."""
    profile = rgb_profile(ADOBE_PRIMARIES, ADOBE_CURVE)
    image().save(tmp_path / "x.png", icc_profile=profile)
    assert np.abs(shown(tmp_path / "x.png") - adobe_shown()).max() <= 1
    grey = Image.fromarray(np.arange(256, dtype=np.uint8)[np.newaxis])
    grey.save(tmp_path / "grey.png", icc_profile=rgb_profile(SRGB_PRIMARIES, (1.0,)))
    level = read_rgb(tmp_path / "grey.png")[0].astype(int)  # grey with the profile of a color space
    assert np.abs(level - encoded(np.arange(256) / 255)[:, np.newaxis]).max() <= 1


@pytest.mark.parametrize(
    "primaries",
    [(0.64, 0.33, 0.3, 0.0, 0.15, 0.06, 0.31, 0.33), (0.3, 0.3) * 4, (1e9, 0.3) * 4],
)
def test_primaries_that_no_colors_have(primaries):
    assert rgb_profile(primaries, (1.0,)) is None


def png(path, *chunks):
    """`image` with chunks before its data."""
    image().save(path)
    data = path.read_bytes()
    for kind, body in chunks:
        whole = kind + body
        chunk = struct.pack(">I", len(body)) + whole + struct.pack(">I", zlib.crc32(whole))
        data = data[:33] + chunk + data[33:]
    path.write_bytes(data)
    return path


def gamma(value):
    return b"gAMA", struct.pack(">I", round(value * 100_000))


def chromaticities(primaries):
    xy = (*primaries[6:], *primaries[:6])
    return b"cHRM", struct.pack(">8I", *(round(value * 100_000) for value in xy))


def icc(profile):
    return b"iCCP", b"name\0\0" + zlib.compress(profile)


PLAIN = np.array(COLORS)
SRGB = (b"sRGB", b"\0")
ADOBE_XY = chromaticities(ADOBE_PRIMARIES)


@pytest.mark.parametrize(
    ("chunks", "expected"),
    [
        ([gamma(1.0)], linear_shown()),
        ([gamma(0.45455)], PLAIN),
        ([gamma(0.45)], PLAIN),
        ([gamma(0.45455), chromaticities(SRGB_PRIMARIES)], PLAIN),
        ([gamma(256 / 563), chromaticities(ADOBE_PRIMARIES)], adobe_shown()),
        ([gamma(1.0), chromaticities(SRGB_PRIMARIES)], linear_shown()),
        ([gamma(1.0), SRGB], PLAIN),
        ([gamma(1.0), icc(rgb_profile(ADOBE_PRIMARIES, ADOBE_CURVE))], adobe_shown()),
        ([gamma(1.0), icc(b"damaged")], linear_shown()),
        ([gamma(1.0), (b"cICP", bytes([1, 13, 0, 1]))], PLAIN),
        ([(b"cICP", bytes([1, 8, 0, 1])), icc(LINEAR_P3), SRGB], linear_shown()),
        ([(b"cICP", bytes([5, 6, 0, 1]))], bt601_shown(5)),
        ([(b"cICP", bytes([5, 1, 0, 1]))], bt601_shown(5)),  # BT.709 has the same curve
        ([(b"cICP", bytes([6, 6, 0, 1])), SRGB], bt601_shown(6)),
        ([(b"cICP", bytes([2, 2, 0, 1]))], PLAIN),
        ([(b"cICP", bytes([2, 1, 0, 1])), icc(LINEAR_P3), gamma(1.0)], linear_p3_shown()),
        ([(b"cICP", bytes([1, 2, 0, 1])), gamma(1.0)], linear_shown()),
        ([(b"cICP", bytes([200, 8, 0, 1])), gamma(256 / 563), ADOBE_XY], adobe_shown()),
        ([(b"gAMA", bytes(4))], PLAIN),
        ([gamma(1.0), (b"cHRM", bytes(32))], PLAIN),
    ],
)
def test_png_in_the_standards_order(tmp_path, chunks, expected):
    assert np.abs(shown(png(tmp_path / "x.png", *chunks)) - expected).max() <= 1


@pytest.mark.parametrize(
    ("points", "reason"),
    [
        ((9, 16, 0, 1), "PNG with high dynamic range (PQ), which sRGB cannot show"),
        ((9, 18, 0, 1), "PNG with high dynamic range (HLG), which sRGB cannot show"),
        ((2, 16, 0, 1), "PNG with high dynamic range (PQ), which sRGB cannot show"),
        ((1, 13, 1, 1), "PNG with colors of code points 1-13-1-1 (cICP), which are not supported"),
        (
            (10, 17, 0, 1),
            "PNG with colors of code points 10-17-0-1 (cICP), which are not supported",
        ),
        (
            (1, 1, 0, 0),
            "PNG with limited range by its code points 1-1-0-0 (cICP), which some writers also "
            "use for full-range samples",
        ),
    ],
)
def test_colors_that_srgb_cannot_show(tmp_path, points, reason):
    with pytest.raises(UnusableImage) as caught:
        read_rgb(png(tmp_path / "x.png", (b"cICP", bytes(points))))
    assert caught.value.reason == reason


@pytest.mark.parametrize("extension", ["jpg", "tif", "webp"])
@pytest.mark.parametrize(
    ("color_space", "index", "is_adobe"),
    [(1, "R98", False), (2, None, True), (65535, "R03", True), (65535, "R98", False)],
)
def test_the_color_space_of_exif(tmp_path, extension, color_space, index, is_adobe):
    tags = {0xA001: color_space} | ({0xA005: {1: index}} if index else {})
    exif = Image.Exif()
    exif.get_ifd(0x8769).update(tags)
    kept = {"tiffinfo": {0x8769: tags}} if extension == "tif" else {"exif": exif}
    path = tmp_path / f"x.{extension}"
    image().save(path, **kept, quality=100, lossless=True)
    tolerance = 4 if extension == "jpg" else 1
    expected = adobe_shown() if is_adobe else PLAIN
    assert np.abs(shown(path) - expected).max() <= tolerance
    # A profile is the better witness.
    profile = rgb_profile(SRGB_PRIMARIES, (1.0,))
    image().save(path, **kept, quality=100, lossless=True, icc_profile=profile)
    assert np.abs(shown(path) - linear_shown()).max() <= tolerance
