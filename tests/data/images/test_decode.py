import io
import struct
import subprocess
import sys
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms

from colorkeras.data.images.decode import UnusableImage, fit, opened, read_rgb, upright_size

FORMATS = ("jpg", "png", "webp", "bmp", "gif", "tif")


def size(path):
    """(height, width) by the header."""
    with opened(path) as image:
        return upright_size(image)


def reason(path, **options):
    with pytest.raises(UnusableImage) as caught:
        read_rgb(path, **options)
    return caught.value.reason


def outcome(path, **options):
    """(image, None) or (None, reason); any other exception is not ours to catch."""
    try:
        return read_rgb(path, **options), None
    except UnusableImage as refusal:
        return None, refusal.reason


def png(path, width, height, depth, color_type, rows, *chunks):
    """Write a PNG by hand: `rows` are the packed samples of each row."""

    def chunk(kind, body):
        checksum = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", checksum)

    head = struct.pack(">IIBBBBB", width, height, depth, color_type, 0, 0, 0)
    body = zlib.compress(b"".join(b"\0" + row for row in rows))
    parts = [chunk(b"IHDR", head), *(chunk(*c) for c in chunks), chunk(b"IDAT", body)]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts) + chunk(b"IEND", b""))


@pytest.mark.parametrize("extension", FORMATS)
def test_each_format_gives_contiguous_rgb(tmp_path, photo, extension):
    path = tmp_path / f"image.{extension}"
    Image.fromarray(photo(40, 56)).save(path, quality=95)
    image = read_rgb(path)
    assert (image.shape, image.dtype) == ((40, 56, 3), np.uint8)
    assert image.flags.c_contiguous
    assert size(path) == (40, 56)
    assert np.abs(image.astype(int) - photo(40, 56)).mean() < 6


@pytest.mark.parametrize("extension", ["png", "bmp", "tif", "webp"])
def test_lossless_formats_are_exact(tmp_path, photo, extension):
    path = tmp_path / f"image.{extension}"
    Image.fromarray(photo()).save(path, lossless=True)
    assert np.array_equal(read_rgb(path), photo())


def test_contents_decide_not_the_extension(tmp_path, photo):
    Image.fromarray(photo()).save(tmp_path / "image.jpg", format="PNG")
    assert np.array_equal(read_rgb(tmp_path / "image.jpg"), photo())


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("extension", ["jpg", "png", "tif", "webp"])
def test_every_orientation_comes_out_upright(tmp_path, orientation, extension):
    # Upright: red top left, green top right, blue bottom left, 80 wide and 48 high.
    upright = np.full((48, 80, 3), 255, np.uint8)
    upright[:24, :40], upright[:24, 40:], upright[24:, :40] = (255, 0, 0), (0, 255, 0), (0, 0, 255)
    stored = {  # what a camera held in that way writes down
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.transpose(1, 0, 2),
        6: np.rot90(upright, 1),
        7: np.rot90(upright, 2).transpose(1, 0, 2),
        8: np.rot90(upright, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / f"image.{extension}"
    Image.fromarray(np.ascontiguousarray(stored)).save(path, exif=exif, quality=95)
    assert size(path) == (48, 80)
    half = (24, 40) if extension == "jpg" else (48, 80)
    for at_least, shape in ((None, (48, 80)), ((12, 40), half), ((40, 20), (48, 80))):
        image = read_rgb(path, at_least=at_least)
        assert image.shape == (*shape, 3)
        for row, column, color in ((0, 0, upright[0, 0]), (0, -1, upright[0, -1])):
            assert np.abs(image[row, column].astype(int) - color).max() < 60
        assert np.abs(image[-1, 0].astype(int) - upright[-1, 0]).max() < 60


@pytest.mark.parametrize("damaged", [False, True])
def test_an_orientation_after_the_pixels_of_a_png_counts(tmp_path, damaged):
    """The standard allows the chunk there; one with a wrong checksum is ignored."""
    exif = Image.Exif()
    exif[0x0112] = 6
    content = b"eXIf" + exif.tobytes().removeprefix(b"Exif\0\0")
    checksum = zlib.crc32(content) ^ damaged
    path = tmp_path / "late.png"
    Image.fromarray(np.arange(48, dtype=np.uint8).reshape(6, 8)).save(path)
    data = path.read_bytes()
    late = struct.pack(">I", len(content) - 4) + content + struct.pack(">I", checksum)
    path.write_bytes(data[:-12] + late + data[-12:])
    expected = np.arange(48).reshape(6, 8)
    expected = expected if damaged else np.rot90(expected, -1)
    assert size(path) == expected.shape
    assert np.array_equal(read_rgb(path)[..., 0], expected)


@pytest.mark.parametrize("at_least", [(60, 80), (61, 80), (240, 320), (1, 1), (241, 10)])
def test_scaled_jpeg_covers_what_is_asked_and_looks_the_same(tmp_path, photo, at_least):
    path = tmp_path / "image.jpg"
    Image.fromarray(photo(480, 640)).save(path, quality=95)
    image = read_rgb(path, at_least=at_least)
    assert image.shape[0] >= at_least[0]
    assert image.shape[1] >= at_least[1]
    full = fit(read_rgb(path), 48, 64)
    assert np.abs(fit(image, 48, 64).astype(int) - full).mean() < 2


def test_scaled_decode_saves_work_and_never_reads_less_than_the_whole(tmp_path, photo):
    path = tmp_path / "image.jpg"
    Image.fromarray(photo(480, 640)).save(path)
    assert read_rgb(path, at_least=(60, 80)).shape == (60, 80, 3)
    assert read_rgb(path, at_least=(61, 80)).shape == (120, 160, 3)
    assert read_rgb(path, at_least=(1000, 1000)).shape == (480, 640, 3)


@pytest.mark.parametrize("options", [{"progressive": True}, {"subsampling": 0}, {"keep_rgb": True}])
def test_jpeg_kinds(tmp_path, photo, options):
    Image.fromarray(photo()).save(tmp_path / "image.jpg", quality=95, **options)
    assert np.abs(read_rgb(tmp_path / "image.jpg").astype(int) - photo()).mean() < 4


def test_cmyk_jpeg_and_tiff_are_not_inverted(tmp_path):
    for name in ("image.jpg", "image.tif"):
        Image.new("CMYK", (16, 16), (0, 255, 255, 0)).save(tmp_path / name)
        red, green, blue = read_rgb(tmp_path / name)[8, 8]
        assert red > 230
        assert max(green, blue) < 40


def test_grey_files_become_three_equal_channels(tmp_path):
    ramp = np.tile(np.arange(64, dtype=np.uint8) * 4, (8, 1))
    for extension in FORMATS:
        Image.fromarray(ramp).save(tmp_path / f"grey.{extension}", quality=95)
        image = read_rgb(tmp_path / f"grey.{extension}")
        assert np.abs(image.astype(int) - ramp[..., None]).max() < 6
        assert image[0, -1, 0] > 240


@pytest.mark.parametrize("extension", ["png", "tif"])
def test_sixteen_bits_become_eight_without_clipping(tmp_path, extension):
    ramp = np.tile(np.arange(256, dtype=np.uint16) * 257, (4, 1))
    ramp[1:] = np.random.default_rng(0).integers(0, 65536, (3, 256))
    cv2.imwrite(str(tmp_path / f"grey.{extension}"), ramp)
    assert np.array_equal(read_rgb(tmp_path / f"grey.{extension}")[0, :, 0], np.arange(256))
    assert np.array_equal(read_rgb(tmp_path / f"grey.{extension}")[..., 1], np.round(ramp / 257))
    color = np.stack([ramp, ramp[:, ::-1], ramp // 2], -1)
    cv2.imwrite(str(tmp_path / f"color.{extension}"), color)
    image = read_rgb(tmp_path / f"color.{extension}").astype(int)
    assert np.abs(image - np.round(color[..., ::-1] / 257)).max() <= 1


def test_sixteen_bit_tiff_where_zero_is_white(tmp_path):
    Image.fromarray(np.full((4, 4), 65535, np.uint16)).save(
        tmp_path / "negative.tif", tiffinfo={262: 0}
    )
    data = (tmp_path / "negative.tif").read_bytes()
    assert struct.pack("<HHIHH", 262, 3, 1, 0, 0) in data  # the tag was written as asked
    assert read_rgb(tmp_path / "negative.tif").max() == 0


def test_transparent_parts_are_white(tmp_path):
    rgba = np.zeros((8, 8, 4), np.uint8)
    rgba[:, :4] = (200, 30, 60, 255)
    rgba[0, 0, 3] = 128
    Image.fromarray(rgba).save(tmp_path / "alpha.png")
    image = read_rgb(tmp_path / "alpha.png")
    assert image[4, 7].tolist() == [255, 255, 255]
    assert image[4, 0].tolist() == [200, 30, 60]
    assert np.abs(image[0, 0].astype(int) - [227, 142, 157]).max() <= 1
    Image.fromarray(rgba).convert("LA").save(tmp_path / "grey_alpha.png")
    assert read_rgb(tmp_path / "grey_alpha.png")[4, 7].tolist() == [255, 255, 255]
    Image.fromarray(rgba).save(tmp_path / "alpha.webp", lossless=True)
    assert read_rgb(tmp_path / "alpha.webp")[4, 7].tolist() == [255, 255, 255]


def test_palette_with_and_without_transparency(tmp_path):
    image = Image.new("P", (4, 2))
    image.putpalette([10, 20, 30, 200, 100, 50])
    image.putpixel((1, 0), 1)
    image.save(tmp_path / "plain.png")
    assert read_rgb(tmp_path / "plain.png")[0, :2].tolist() == [[10, 20, 30], [200, 100, 50]]
    for name, transparency in (("index.png", 1), ("table.png", b"\xff\x00"), ("index.gif", 1)):
        image.save(tmp_path / name, transparency=transparency)
        shown = read_rgb(tmp_path / name)[0, :2].tolist()
        assert shown == [[10, 20, 30], [255, 255, 255]], name


def test_transparent_color_of_shallow_and_deep_png(tmp_path):
    """PNG states it in the file's samples, 2 or 16 bits deep, and Pillow decodes to 8."""
    png(tmp_path / "2bit.png", 4, 1, 2, 0, [b"\x1b"], (b"tRNS", b"\0\1"))
    assert read_rgb(tmp_path / "2bit.png")[0, :, 0].tolist() == [0, 255, 170, 255]
    deep = struct.pack(">HH", 0x1000, 0x8080)
    png(tmp_path / "grey.png", 2, 1, 16, 0, [deep], (b"tRNS", b"\x10\0"))
    assert read_rgb(tmp_path / "grey.png")[0, :, 0].tolist() == [255, 128]
    deep = struct.pack(">6H", 0x1000, 0x2000, 0x3000, 0x4000, 0x5000, 0x6000)
    png(tmp_path / "rgb.png", 2, 1, 16, 2, [deep], (b"tRNS", deep[:6]))
    assert read_rgb(tmp_path / "rgb.png")[0].tolist() == [[255, 255, 255], [0x40, 0x50, 0x60]]


def test_first_frame_and_first_page(tmp_path, photo):
    frames = [Image.fromarray(photo(seed=seed)) for seed in range(3)]
    for name in ("pages.tif", "loop.webp", "loop.png"):
        frames[0].save(tmp_path / name, save_all=True, append_images=frames[1:], lossless=True)
        assert np.array_equal(read_rgb(tmp_path / name), photo(seed=0)), name
    frames[0].save(tmp_path / "loop.gif", save_all=True, append_images=frames[1:])
    assert np.abs(read_rgb(tmp_path / "loop.gif").astype(int) - photo(seed=0)).mean() < 8
    frames[0].save(tmp_path / "stereo.jpg", format="MPO", save_all=True, append_images=frames[1:])
    assert np.abs(read_rgb(tmp_path / "stereo.jpg").astype(int) - photo(seed=0)).mean() < 8


def swapped_profile():
    """An sRGB profile whose red and green primaries are exchanged: no one can miss it."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = data.index(b"rXYZ"), data.index(b"gXYZ")
    data[red : red + 4], data[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(data).replace("sRGB".encode("utf-16-be"), "odd!".encode("utf-16-be"))


@pytest.mark.parametrize("extension", ["png", "jpg", "tif", "webp"])
def test_embedded_profile_is_applied(tmp_path, extension):
    path = tmp_path / f"image.{extension}"
    options = {"quality": 100, "lossless": True}
    Image.new("RGB", (16, 16), (255, 0, 0)).save(path, icc_profile=swapped_profile(), **options)
    red, green, blue = read_rgb(path)[8, 8]
    assert green > 240
    assert max(red, blue) < 30


def test_srgb_broken_and_mismatched_profiles_change_nothing(tmp_path, photo):
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for profile in (srgb, b"no profile at all", swapped_profile()[:200]):
        Image.fromarray(photo()).save(tmp_path / "image.png", icc_profile=profile)
        assert np.array_equal(read_rgb(tmp_path / "image.png"), photo())
    Image.new("L", (8, 8), 77).save(tmp_path / "grey.png", icc_profile=swapped_profile())
    assert (read_rgb(tmp_path / "grey.png") == 77).all()


def test_samples_without_certain_meaning_are_refused_by_mode(tmp_path):
    lab = ImageCms.createProfile("LAB")
    to_lab = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), lab, "RGB", "LAB")
    ImageCms.applyTransform(Image.new("RGB", (40, 40), "red"), to_lab).save(tmp_path / "lab.tif")
    assert "mode LAB" in reason(tmp_path / "lab.tif")
    Image.fromarray(np.ones((40, 40), np.float32)).save(tmp_path / "float.tif")
    assert "mode F" in reason(tmp_path / "float.tif")
    Image.fromarray(np.ones((40, 40), np.int32)).save(tmp_path / "integer.tif")
    assert "mode I" in reason(tmp_path / "integer.tif")


@pytest.mark.parametrize(("format_", "name"), [("AVIF", "AVIF"), ("ICO", "ICO"), ("PPM", "PNM")])
def test_other_formats_are_named(tmp_path, photo, format_, name):
    Image.fromarray(photo()).save(tmp_path / "image.jpg", format=format_)
    expected = f"{name} is not one of JPEG, PNG, WebP, BMP, GIF, TIFF"
    assert reason(tmp_path / "image.jpg") == expected


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
@pytest.mark.parametrize("options", [{}, {"progressive": True}])
@pytest.mark.parametrize("extension", FORMATS)
def test_a_truncated_file_is_never_half_decoded(tmp_path, extension, options, share):
    noise = np.random.default_rng(0).integers(0, 256, (96, 128, 3), dtype=np.uint8)
    path = tmp_path / f"image.{extension}"
    Image.fromarray(noise).save(path, **options)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    for at_least in (None, (12, 16)):
        assert reason(path, at_least=at_least).startswith(("truncated", "damaged"))
    if extension == "jpg":
        assert reason(path).startswith("truncated")


def test_a_jpeg_filled_up_with_zeros_is_truncated(tmp_path, photo):
    thumbnail = io.BytesIO()
    Image.fromarray(photo()).save(thumbnail, "JPEG")  # its end marker is not the image's
    path = tmp_path / "image.jpg"
    noise = np.random.default_rng(0).integers(0, 256, (96, 128, 3), dtype=np.uint8)
    Image.fromarray(noise).save(path, comment=thumbnail.getvalue())
    data = path.read_bytes()
    assert read_rgb(path).shape == (96, 128, 3)
    path.write_bytes(data[: len(data) // 2] + bytes(len(data) // 2))
    assert reason(path) == "truncated (no end marker)"
    path.write_bytes(data + b"a trailer, as some cameras write")
    assert read_rgb(path).shape == (96, 128, 3)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("extension", FORMATS)
def test_hostile_bytes_never_raise_anything_else(tmp_path, photo, extension):
    path = tmp_path / f"image.{extension}"
    Image.fromarray(photo(33, 41)).save(path)
    original, random = path.read_bytes(), np.random.default_rng(1)
    for _ in range(60):
        data = bytearray(original)
        for at in random.integers(0, min(len(data), 200), 4):
            data[at] = random.integers(0, 256)
        path.write_bytes(data)
        image, refusal = outcome(path, max_pixels=1_000_000)
        if refusal is None:
            assert (image.dtype, image.ndim, image.shape[2]) == (np.uint8, 3, 3)
        else:
            assert refusal
            assert "\n" not in refusal


def test_a_bomb_is_refused_before_decoding(tmp_path):
    path = tmp_path / "bomb.png"
    Image.new("1", (20_000, 20_000)).save(path)
    assert path.stat().st_size < 200_000
    assert size(path) == (20_000, 20_000)
    assert reason(path) == "20000x20000 is larger than 178956970 pixels"
    Image.new("L", (11, 10)).save(path)
    assert reason(path, max_pixels=100) == "11x10 is larger than 100 pixels"
    assert read_rgb(path, max_pixels=110).shape == (10, 11, 3)


def test_files_that_cannot_be_opened(tmp_path):
    (tmp_path / "empty.jpg").write_bytes(b"")
    (tmp_path / "text.jpg").write_text("not an image")
    assert reason(tmp_path / "empty.jpg") == "empty file"
    assert reason(tmp_path / "text.jpg") == "not one of JPEG, PNG, WebP, BMP, GIF, TIFF"
    assert reason(tmp_path / "none.jpg") == "cannot be opened (No such file or directory)"
    assert reason(tmp_path) == "not a regular file"


def test_an_image_with_damaged_metadata_is_read(tmp_path, photo):
    path = tmp_path / "image.jpg"
    Image.fromarray(photo()).save(path, exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff")
    # In its own process, where pytest does not collect the warnings that users must not see.
    code = f"from colorkeras.data.images import decode; print(decode.read_rgb({str(path)!r}).shape)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (run.stdout, run.stderr) == ("(48, 64, 3)\n", "")


def test_threads_read_the_same_as_one(tmp_path, photo):
    paths = [tmp_path / f"{seed}.jpg" for seed in range(12)]
    for seed, path in enumerate(paths):
        Image.fromarray(photo(seed=seed)).save(path, icc_profile=swapped_profile())
    alone = [read_rgb(path) for path in paths]
    barrier = threading.Barrier(4)

    def read_all(_):
        barrier.wait()
        return [read_rgb(path) for path in paths]

    with ThreadPoolExecutor(4) as pool:
        for images in pool.map(read_all, range(4)):
            assert all(np.array_equal(a, b) for a, b in zip(alone, images, strict=True))


def test_a_gif_whose_first_frame_is_smaller_than_its_canvas(tmp_path):
    """What no frame draws is transparent: white here, also in the strips of a large image."""
    frame = Image.new("RGB", (40, 1200), (200, 30, 60))
    frame.save(tmp_path / "x.gif")
    data = bytearray((tmp_path / "x.gif").read_bytes())
    left, top, width, height = 700, 100, 1000, 1400
    data[6:10] = struct.pack("<HH", width, height)  # of the canvas
    at = data.index(b",")
    assert struct.unpack_from("<4H", data, at + 1) == (0, 0, 40, 1200)
    struct.pack_into("<2H", data, at + 1, left, top)
    (tmp_path / "x.gif").write_bytes(bytes(data))
    expected = np.full((height, width, 3), 255)
    expected[top : top + 1200, left : left + 40] = (200, 30, 60)
    assert np.abs(read_rgb(tmp_path / "x.gif") - expected).max() <= 4


def test_crop_is_centred_and_keeps_proportions():
    columns = np.arange(100, dtype=np.uint8)
    image = np.repeat(np.tile(columns, (50, 1))[..., None], 3, axis=2)
    assert fit(image, 50, 50)[0, [0, -1], 0].tolist() == [25, 74]
    assert np.array_equal(fit(image, 50, 100), image)
    tall = np.ascontiguousarray(image.transpose(1, 0, 2))
    assert fit(tall, 50, 50)[[0, -1], 0, 0].tolist() == [25, 74]


def test_stretch_keeps_the_whole_image_and_area_averages():
    image = np.zeros((40, 80, 3), np.uint8)
    image[:, 40:] = 200
    image[::2] += 50
    small = fit(image, 10, 10, rule="stretch")
    assert small.shape == (10, 10, 3)
    assert small[0, 0, 0] == 25  # the mean of alternating rows, not one of them
    assert small[0, -1, 0] == 225


@pytest.mark.parametrize("rule", ["crop", "stretch"])
@pytest.mark.parametrize("size", [(1, 1), (7, 300), (300, 7), (160, 256), (33, 41)])
@pytest.mark.parametrize("source", [(33, 41), (1, 1), (1, 500), (500, 1), (400, 600)])
def test_fit_always_gives_the_size_asked_for(rule, size, source):
    image = fit(np.full((*source, 3), 90, np.uint8), *size, rule=rule)
    assert image.shape == (*size, 3)
    assert (image == 90).all()
    assert image.flags.c_contiguous


@pytest.mark.parametrize("contrast", ["noise", "black and white"])
def test_shrinking_is_area_averaging_of_opencv_to_the_last_bit(contrast):
    """`fit` lets OpenCV work on float32, which is faster."""
    random, compared = np.random.default_rng(0), 0
    for _ in range(300):
        rows, columns = random.integers(2, 200, 2)
        height, width = random.integers(1, rows + 1), random.integers(1, columns + 1)
        image = random.integers(0, 256, (rows, columns, 3)).astype(np.uint8)
        if contrast != "noise":
            image = (image & 1) * 255
        expected = cv2.resize(image, (int(width), int(height)), interpolation=cv2.INTER_AREA)
        assert np.array_equal(fit(image, int(height), int(width), rule="stretch"), expected)
        compared += bool(rows % height or columns % width)
    assert compared > 250
    large = random.integers(0, 256, (700, 800, 3)).astype(np.uint8)
    expected = cv2.resize(large[:, 50:750], (300, 300), interpolation=cv2.INTER_AREA)
    assert np.array_equal(fit(large, 300, 300), expected)


def test_an_unknown_resize_rule_is_an_error(photo):
    with pytest.raises(ValueError, match="'pad'"):
        fit(photo(), 10, 10, rule="pad")
