"""Damage inside JPEGs whose header and end are sound, and sound JPEGs of odd kinds."""

import contextlib
import io
import struct

import numpy as np
import pytest
import simplejpeg
from PIL import Image

from colorkeras.data.images.decode import UnusableImage, read_rgb
from colorkeras.data.images.jpeg import jpeg_damage

END = b"\xff\xd9"
KINDS = ({}, {"optimize": True}, {"progressive": True}, {"restart_marker_rows": 2}, {"quality": 60})


def textured(seed=0, side=320):
    """An image with detail everywhere, so that every byte of its JPEG matters."""
    random = np.random.default_rng(seed)
    coarse = random.integers(0, 256, (12, 12, 3), dtype=np.uint8)
    smooth = np.asarray(Image.fromarray(coarse).resize((side, side), Image.Resampling.BICUBIC))
    return Image.fromarray(
        np.clip(smooth + random.normal(0, 12, smooth.shape), 0, 255).astype("u1")
    )


def jpeg(image, **options):
    file = io.BytesIO()
    image.save(file, "JPEG", **{"quality": 90, **options})
    return file.getvalue()


@pytest.fixture(scope="module", params=range(len(KINDS)), ids=[str(kind) for kind in KINDS])
def data(request):
    return jpeg(textured(), **KINDS[request.param])


@pytest.mark.parametrize("damage", ["zeros", "lost", "cut", "ones"])
def test_damage_in_the_middle_is_found(data, damage):
    assert jpeg_damage(data) is None
    # Not the last scan of a progressive file: it refines the lowest bits and seldom complains.
    places = range(len(data) // 8, len(data) // 2, len(data) // 40)
    found = 0
    for at in places:
        damaged = {
            "zeros": data[:at] + bytes(512) + data[at + 512 :],
            "lost": data[:at] + data[at + 512 :],
            "cut": data[:at].rstrip(b"\xff") + END,
            "ones": data[:at] + b"\xff" * 512 + data[at + 512 :],
        }[damage]
        found += bool(jpeg_damage(damaged))
    # A few may by chance decode to as many blocks as they replace, which nothing shows.
    assert found >= 0.9 * len(places)


def test_bytes_of_another_file_are_found(data):
    other = jpeg(textured(seed=1))
    found = 0
    for at in range(len(data) // 3, len(data) - 4096, 1500):
        found += bool(jpeg_damage(data[:at] + other[-4500:-404] + data[at + 4096 :]))
    assert found >= 0.8 * len(range(len(data) // 3, len(data) - 4096, 1500))


def test_zeros_that_make_as_many_blocks_as_they_replace_are_found():
    """What libjpeg alone calls sound: blocks of noise, then the rest in step again."""
    data = jpeg(textured(side=96), quality=75)
    sound_to_libjpeg = []
    for at in range(len(data) // 3, len(data) - 300):
        zeroed = data[:at] + bytes(256) + data[at + 256 :]
        with contextlib.suppress(ValueError):
            simplejpeg.decode_jpeg(zeroed, "GRAY")
            sound_to_libjpeg.append(zeroed)
    assert len(sound_to_libjpeg) >= 3
    for zeroed in sound_to_libjpeg:
        assert "zeros in the place of image data" in jpeg_damage(zeroed)


@pytest.mark.parametrize("kind", KINDS, ids=str)
@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_plain_images_are_undamaged_although_their_data_may_be_zeros(mode, kind):
    for level in (0, 128, 255):
        assert (
            jpeg_damage(
                jpeg(
                    Image.new(mode, (900, 700), (level,) * len(mode) if len(mode) > 1 else level),
                    **kind,
                )
            )
            is None
        )


def test_undamaged_files_of_odd_kinds(data, tmp_path):
    thumbnail = jpeg(textured(side=32))
    segment = b"\xff\xe1" + struct.pack(">H", len(thumbnail) + 2) + thumbnail
    odd = {
        "a trailer": data + b"as some cameras write" + thumbnail,
        "a thumbnail": data[:2] + segment + data[2:],
        "a cut thumbnail": data[:2] + segment[:-40] + bytes(40) + data[2:],
        "stray bytes before a marker": data[:2] + segment + b"\1\2\3" + data[2:],
        "fill bytes": data[:-2] + b"\xff\xff\xff" + END,
    }
    for name, content in odd.items():
        assert jpeg_damage(content) is None, name
        (tmp_path / "odd.jpg").write_bytes(content)
        assert read_rgb(tmp_path / "odd.jpg").shape == (320, 320, 3), name


def test_read_rgb_refuses_and_a_scanned_file_is_not_asked_again(tmp_path):
    data = jpeg(textured())
    path = tmp_path / "damaged.jpg"
    path.write_bytes(data[: len(data) // 2].rstrip(b"\xff") + END)
    with pytest.raises(UnusableImage, match=r"damaged \(Corrupt JPEG data: premature end"):
        read_rgb(path)
    assert read_rgb(path, checked=True).shape == (320, 320, 3)


def test_nothing_but_markers():
    assert jpeg_damage(b"\xff\xd8" + END) == "no image data"
    assert jpeg_damage(b"") == "no image data"
