"""Every kind of photograph is read at its own depth, with the values that its file means."""

import struct
import zlib

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms

from colorkeras.data.images.formats import UnusableImage
from colorkeras.photos.photograph import Photo
from colorkeras.photos.reading import Reading

RNG = np.random.default_rng(5)
GREY16 = RNG.integers(0, 65536, (30, 41)).astype(np.uint16)
COLOR16 = RNG.integers(0, 65536, (30, 41, 3)).astype(np.uint16)
WEIGHTS = np.array([0.299, 0.587, 0.114])
FULL = 65535


def luma(pixels, top=FULL):
    return pixels.astype(np.float64) @ WEIGHTS / top


def grey_of_page(path, number=0, reading=None, quantity="luma"):
    photo = Photo(path) if reading is None else Photo(path, reading)
    page = photo.page(photo.numbers[number])
    return page, page.grey(0, page.height, quantity)


def tiff(folder, array, **options):
    tifffile.imwrite(folder / "a.tif", array, metadata=None, **options)
    return folder / "a.tif"


def png16(path, array, color, chunks=b""):
    """A PNG of 16 bits of any color type; Pillow writes grey alone."""

    def chunk(kind, content):
        checksum = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)

    height, width = array.shape[:2]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in array)
    header = struct.pack(">IIBBBBB", width, height, 16, color, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + (chunk(*chunks) if chunks else b"")
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )
    return path


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"byteorder": ">"},
        {"bigtiff": True},
        {"compression": "zlib", "predictor": True},
        {"tile": (16, 16)},
        {"rowsperstrip": 7},
    ],
    ids=str,
)
@pytest.mark.parametrize("array", [GREY16, COLOR16], ids=["grey", "color"])
def test_sixteen_bit_tiff_of_every_layout(tmp_path, options, array):
    kind = "minisblack" if array.ndim == 2 else "rgb"
    page, grey = grey_of_page(tiff(tmp_path, array, photometric=kind, **options))
    expected = array / FULL if array.ndim == 2 else luma(array)
    assert (page.depth, page.top, page.has_alpha) == (16, FULL, False)
    np.testing.assert_allclose(grey, expected, atol=2e-7)


def test_planes(tmp_path):
    planes = np.moveaxis(COLOR16, -1, 0)
    path = tiff(tmp_path, planes, photometric="rgb", planarconfig="separate")
    np.testing.assert_allclose(grey_of_page(path)[1], luma(COLOR16), atol=2e-7)


def test_white_is_zero(tmp_path):
    path = tiff(tmp_path, GREY16, photometric="miniswhite")
    np.testing.assert_allclose(grey_of_page(path)[1], 1 - GREY16 / FULL, atol=2e-7)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_floating_point(tmp_path, dtype):
    samples = RNG.uniform(0, 1, (20, 30)).astype(dtype)
    page, grey = grey_of_page(tiff(tmp_path, samples, photometric="minisblack"))
    assert (page.depth, page.notes) == (16, [])
    np.testing.assert_allclose(grey, samples, atol=1e-3 if dtype == np.float16 else 1e-6)
    page, grey = grey_of_page(tiff(tmp_path, (samples * 8).astype(dtype), photometric="minisblack"))
    assert grey.max() == 1
    assert page.notes[0].startswith("floating-point samples up to ")


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_floating_point_that_is_no_number(tmp_path, value):
    samples = np.full((4, 4), 0.5, np.float32)
    samples[2, 2] = value
    with pytest.raises(UnusableImage, match="not finite"):
        grey_of_page(tiff(tmp_path, samples, photometric="minisblack"))


@pytest.mark.parametrize(
    ("dtype", "largest", "white", "bits"),
    [
        (np.uint16, 4095, 4095, "12-bit values in 16-bit"),
        (np.uint16, 700, 4095, "12-bit values in 16-bit"),
        (np.uint16, 255, 255, "8-bit values in 16-bit"),
        (np.uint32, 60000, 65535, "16-bit values in 32-bit"),
    ],
)
def test_values_of_fewer_bits_are_scaled_and_told(tmp_path, dtype, largest, white, bits):
    samples = np.linspace(0, largest, 600).astype(dtype).reshape(20, 30)
    path = tiff(tmp_path, samples, photometric="minisblack")
    page, grey = grey_of_page(path)
    np.testing.assert_allclose(grey, samples / white, atol=1e-6)
    assert page.notes[0].startswith(bits)
    page, grey = grey_of_page(path, reading=Reading(full_range=True))
    np.testing.assert_allclose(grey, samples / np.iinfo(dtype).max, atol=1e-6)
    assert page.notes == []


def test_sixteen_bits_that_use_their_range_are_not_scaled(tmp_path):
    samples = np.linspace(0, 4096, 600).astype(np.uint16).reshape(20, 30)
    page, grey = grey_of_page(tiff(tmp_path, samples, photometric="minisblack"))
    assert page.notes == []
    np.testing.assert_allclose(grey, samples / FULL, atol=1e-7)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_lab_gives_its_lightness(tmp_path, dtype):
    """L* of 0, 50 and 100; grey of L* 50 is 118.9 of 255 in sRGB."""
    top = np.iinfo(dtype).max
    lab = np.zeros((3, 5, 3), dtype)
    lab[1, :, 0], lab[2, :, 0], lab[..., 1] = round(top / 2), top, 40
    page, grey = grey_of_page(tiff(tmp_path, lab, photometric="cielab"))
    assert page.depth == 8 * np.dtype(dtype).itemsize
    np.testing.assert_allclose(255 * grey[:, 0], [0, 118.9, 255], atol=0.6)


@pytest.mark.parametrize(("color", "channels"), [(0, 1), (2, 3), (4, 2), (6, 4)])
def test_sixteen_bit_png_of_every_color_type(tmp_path, color, channels):
    array = RNG.integers(0, 65536, (12, 9, channels))
    page, grey = grey_of_page(png16(tmp_path / "a.png", array, color))
    expected = luma(array[..., :3]) if channels > 2 else array[..., 0] / FULL
    np.testing.assert_allclose(grey, expected, atol=2e-7)
    assert (page.depth, page.has_alpha) == (16, channels in (2, 4))
    _, alpha = page.grey_and_alpha(3, 5, "luma")
    if page.has_alpha:
        np.testing.assert_array_equal(alpha, array[3:5, :, -1])
    else:
        assert alpha is None


def test_a_transparent_level_of_sixteen_bits(tmp_path):
    array = RNG.integers(0, 65536, (6, 5, 1))
    array[2, 3] = 777
    page, _ = grey_of_page(png16(tmp_path / "a.png", array, 0, (b"tRNS", struct.pack(">H", 777))))
    _, alpha = page.grey_and_alpha(0, 6, "luma")
    np.testing.assert_array_equal(alpha, np.where(array[..., 0] == 777, 0, FULL))


@pytest.mark.parametrize("associated", [False, True])
def test_opacity_of_sixteen_bits(tmp_path, associated):
    colors, alpha = COLOR16.astype(float), np.full((30, 41), 32768.0)
    stored = colors * (alpha / FULL)[..., np.newaxis] if associated else colors
    array = np.dstack([np.rint(stored), alpha]).astype(np.uint16)
    kind = "assocalpha" if associated else "unassalpha"
    page, grey = grey_of_page(tiff(tmp_path, array, photometric="rgb", extrasamples=[kind]))
    np.testing.assert_allclose(grey, luma(colors), atol=2e-5)
    _, found = page.grey_and_alpha(0, 30, "luma")
    np.testing.assert_array_equal(found, 32768)
    # Over white: half of the way to it.
    shown = page.shown(0, 30)
    np.testing.assert_allclose(shown, np.rint(255 - (255 - colors / 257) * 32768 / FULL), atol=1)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["tiff", "png"])
def test_deep_samples_are_turned_as_pillow_turns_others(tmp_path, orientation, kind):
    small = (GREY16 >> 8).astype(np.uint8)
    if kind == "tiff":
        path = tiff(
            tmp_path, GREY16, photometric="minisblack", extratags=[(274, 3, 1, orientation, True)]
        )
        other = tmp_path / "b.tif"
        tifffile.imwrite(other, small, metadata=None, extratags=[(274, 3, 1, orientation, True)])
    else:
        exif = Image.Exif()
        exif[274] = orientation
        path = png16(tmp_path / "a.png", GREY16[..., np.newaxis], 0, (b"eXIf", exif.tobytes()[6:]))
        other = tmp_path / "b.png"
        Image.fromarray(small).save(other, exif=exif)
    (page, grey), (plain, expected) = grey_of_page(path), grey_of_page(other)
    assert (page.height, page.width) == (plain.height, plain.width)
    assert np.abs(grey - expected).max() < 1.01 / 255


def test_pages_and_previews(tmp_path):
    with tifffile.TiffWriter(tmp_path / "a.tif") as writer:
        writer.write(GREY16[:8], metadata=None, photometric="minisblack", subfiletype=1)
        writer.write(GREY16, metadata=None, photometric="minisblack")
        writer.write((COLOR16 >> 8).astype(np.uint8), metadata=None, photometric="rgb")
    photo = Photo(tmp_path / "a.tif")
    assert photo.numbers == [1, 2]
    assert photo.notes == ["previews or masks left out: 1"]
    assert [photo.page(number).depth for number in photo.numbers] == [16, 8]
    np.testing.assert_allclose(photo.page(1).grey(0, 30, "luma"), GREY16 / FULL, atol=1e-7)
    expected = luma(COLOR16 >> 8, 255)
    np.testing.assert_allclose(photo.page(2).grey(0, 30, "luma"), expected, atol=1e-6)


def test_more_pages_than_a_training_file_is_looked_through(tmp_path):
    with tifffile.TiffWriter(tmp_path / "a.tif") as writer:
        for level in range(70):
            writer.write(np.full((4, 4), level, np.uint8), metadata=None, contiguous=False)
    photo = Photo(tmp_path / "a.tif")
    assert len(photo.numbers) == 70
    assert round(255 * photo.page(69).grey(0, 4, "luma")[0, 0]) == 69


GAMMA = np.rint(65535 * np.linspace(0, 1, 1024) ** 1.8).astype(">u2")


def grey_profile(curve):
    """A grey ICC profile with a table as its curve."""
    tag = b"curv\0\0\0\0" + struct.pack(">I", len(curve)) + curve.tobytes()
    white = b"XYZ \0\0\0\0" + struct.pack(">3i", 63190, 65536, 54061)
    body = white + tag
    table = struct.pack(">I", 2)
    table += struct.pack(">4sII", b"wtpt", 156, len(white))
    table += struct.pack(">4sII", b"kTRC", 156 + len(white), len(tag))
    header = struct.pack(">I4sI4s4s4s", 156 + len(body), b"", 0x02400000, b"mntr", b"GRAY", b"XYZ ")
    header = header.ljust(36, b"\0") + b"acsp"
    header = header.ljust(68, b"\0") + struct.pack(">3i", 63190, 65536, 54061)
    return header.ljust(128, b"\0") + table + body


def test_a_grey_profile_at_sixteen_bits_as_littlecms_at_eight(tmp_path):
    """A scan of gamma 1.8: levels of 8 bits through LittleCMS, and the same at 16 bits."""
    profile = grey_profile(GAMMA)
    levels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    Image.fromarray(levels).save(tmp_path / "b.tif", icc_profile=profile)
    deep = tiff(
        tmp_path, levels.astype(np.uint16) * 257, photometric="minisblack",
        extratags=[(34675, 7, len(profile), profile, True)],
    )  # fmt: skip
    expected = grey_of_page(tmp_path / "b.tif")[1]
    page, grey = grey_of_page(deep)
    assert page.depth == 16
    # LittleCMS looks 8-bit grey up in a table of its own, which is coarse near black.
    np.testing.assert_allclose(grey, expected, atol=1.6 / 255)
    np.testing.assert_allclose(grey[1:], expected[1:], atol=0.6 / 255)
    assert np.abs(grey - levels / 255).max() > 0.03  # the profile has changed it


def test_wide_primaries_at_sixteen_bits_as_at_eight(tmp_path):
    """Adobe RGB (1998), stated by gAMA and cHRM, which become a profile."""
    from colorkeras.data.images.color_meaning import ADOBE_CURVE, ADOBE_PRIMARIES
    from colorkeras.data.images.icc import rgb_profile

    profile = rgb_profile(ADOBE_PRIMARIES, ADOBE_CURVE)
    colors = RNG.integers(0, 256, (40, 30, 3)).astype(np.uint8)
    Image.fromarray(colors).save(tmp_path / "b.tif", icc_profile=profile)
    deep = tiff(
        tmp_path, colors.astype(np.uint16) * 257, photometric="rgb",
        extratags=[(34675, 7, len(profile), profile, True)],
    )  # fmt: skip
    expected = grey_of_page(tmp_path / "b.tif")[1]
    np.testing.assert_allclose(grey_of_page(deep)[1], expected, atol=1.5 / 255)


def test_the_profile_of_srgb_changes_nothing(tmp_path):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    options = {"extratags": [(34675, 7, len(profile), profile, True)]}
    path = tiff(tmp_path, COLOR16, photometric="rgb", **options)
    np.testing.assert_allclose(grey_of_page(path)[1], luma(COLOR16), atol=2e-7)


@pytest.mark.parametrize(
    ("array", "options", "reason"),
    [
        (np.dstack([COLOR16, GREY16]), {"photometric": "separated"}, "16-bit samples of CMYK"),
        (GREY16.astype(np.int16), {"photometric": "minisblack"}, "signed"),
        (GREY16.astype(np.int8), {"photometric": "minisblack"}, "signed"),
    ],
)
def test_kinds_that_are_refused(tmp_path, array, options, reason):
    with pytest.raises(UnusableImage, match=reason):
        grey_of_page(tiff(tmp_path, array, **options))


def test_size_is_checked_before_decoding(tmp_path):
    path = tiff(tmp_path, GREY16, photometric="minisblack", compression="zlib")
    with pytest.raises(UnusableImage, match="41x30 is larger than 1000 pixels; --max-pixels 1230"):
        grey_of_page(path, reading=Reading(max_pixels=1000))


def test_a_deep_file_cut_short(tmp_path):
    path = tiff(tmp_path, COLOR16, photometric="rgb", compression="zlib")
    path.write_bytes(path.read_bytes()[:-3000])
    with pytest.raises(UnusableImage):
        grey_of_page(path)
    path = png16(tmp_path / "a.png", COLOR16, 2)
    path.write_bytes(path.read_bytes()[:-3000])
    with pytest.raises(UnusableImage):
        grey_of_page(path)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK"])
def test_eight_bit_kinds_are_read_as_everywhere(tmp_path, mode):
    image = Image.fromarray((COLOR16 >> 8).astype(np.uint8)).convert(mode)
    path = tmp_path / "a.tif"
    image.save(path)
    page, grey = grey_of_page(path)
    assert (page.depth, page.has_alpha) == (8, mode in ("LA", "RGBA"))
    expected = luma(np.asarray(image.convert("RGB")), 255)
    if mode != "CMYK":  # which is converted by another formula
        np.testing.assert_allclose(grey, expected, atol=3e-6)
    np.testing.assert_array_equal(page.shown(0, 30).shape, (30, 41, 3))


@pytest.mark.parametrize("kind", ["minisblack", "cielab", "float"])
def test_metadata_of_kinds_that_pillow_cannot_open(tmp_path, kind):
    array = GREY16.astype(np.float32) / FULL if kind == "float" else COLOR16
    options = {"photometric": "cielab"} if kind == "cielab" else {}
    if kind == "minisblack":
        array, options = np.dstack([GREY16, GREY16]), {
            "photometric": "minisblack", "extrasamples": ["unassalpha"],
        }  # fmt: skip
    path = tiff(
        tmp_path, array, software="Scanner 3", resolution=(600, 300), resolutionunit="inch",
        datetime="1999:01:02 03:04:05", extratags=[(33432, 2, 0, "A. Archive", True)], **options,
    )  # fmt: skip
    page, _ = grey_of_page(path)
    assert page.metadata.dpi == (600, 300)
    assert page.metadata.lost == ()
    for text in (b"Scanner 3", b"1999:01:02 03:04:05", b"A. Archive"):
        assert text in page.metadata.exif


@pytest.mark.parametrize(("unit", "expected"), [(2, (300, 600)), (3, (762, 1524)), (1, None)])
def test_resolution_of_exif_in_a_jpeg(tmp_path, unit, expected):
    """Two directions that differ, and an aspect ratio, which is no resolution."""
    exif = Image.Exif()
    exif[0x011A], exif[0x011B], exif[0x0128] = 300.0, 600.0, unit
    Image.fromarray((GREY16 >> 8).astype(np.uint8)).save(tmp_path / "a.jpg", exif=exif)
    page, _ = grey_of_page(tmp_path / "a.jpg")
    assert page.metadata.dpi == expected
