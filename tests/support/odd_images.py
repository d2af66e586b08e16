"""125 odd images of up to 178 megapixels, for tests of memory: every format, mode, depth, side.

python tests/odd_images.py FOLDER
"""

import argparse
import struct
from pathlib import Path

import numpy as np
from PIL import Image

SIDES = (13_300, 13_400)  # 178 megapixels, just below the limit
MODES = {
    ".png": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"),
    ".jpg": ("L", "RGB", "CMYK"),
    ".tif": ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"),
    ".bmp": ("1", "L", "P", "RGB"),
    ".gif": ("L", "P"),
    ".webp": ("RGB", "RGBA"),
}
OPTIONS = (
    {".jpg": {"progressive": True}, ".tif": {"compression": "tiff_lzw"}},
    {".jpg": {"subsampling": 0}, ".webp": {"lossless": True}},
)


def image(mode, width, height, seed=0):
    """An image of that size and mode: a few soft colors, cheap to make and to pack."""
    coarse = np.random.default_rng(seed).integers(0, 256, (3, 4, 3), dtype=np.uint8)
    small = Image.fromarray(coarse)
    if mode == "I;16":
        return Image.new(mode, (width, height), 30_000 + 100 * seed)
    if mode in ("P", "1", "LA"):
        return (
            small.resize((64, 64)).convert(mode).resize((width, height), Image.Resampling.NEAREST)
        )
    return small.convert(mode).resize((width, height), Image.Resampling.BILINEAR)


def _save(folder, name, image, **options):
    try:
        image.save(folder / name, **options)
    except (OSError, ValueError):  # a mode or size that Pillow cannot write in this format
        return False
    return True


def write_odd_images(folder, count, large_kinds):
    """Fill a folder with `large_kinds` (None: all) images of `SIDES`, odd shapes, broken files, and
    small ones up to `count` files."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    made = _write_large(folder, *SIDES, large_kinds) + _write_broken(folder)
    sizes = [(1, 1), (1, 900), (900, 1), (33, 47), (640, 480), (2000, 1500)]
    kinds = [(suffix, mode) for suffix, modes in MODES.items() for mode in modes]
    number = 0
    while made < count:
        suffix, mode = kinds[number % len(kinds)]
        exif = Image.Exif()
        exif[0x0112] = 1 + number % 8
        drawn = image(mode, *sizes[number % len(sizes)], seed=number)
        options = OPTIONS[number % 2].get(suffix, {})
        made += _save(folder, f"{number:03d}-{mode}{suffix}".replace(";", ""), drawn, exif=exif,
                      **options)  # fmt: skip
        number += 1


def _write_large(folder, width, height, kinds):
    """The first `kinds` modes at full size, some turned, all bombs of a few MB; then odd shapes."""
    made, exif = 0, Image.Exif()
    exif[0x0112] = 6
    fast = {"compress_level": 1}
    all_kinds = (
        ("turned.jpg", "RGB", {"exif": exif}),
        ("color.png", "RGB", fast),
        ("deep.tif", "I;16", {}),
        ("alpha.png", "RGBA", fast),  # from here on some take too much to decode
        ("progressive.jpg", "RGB", {"progressive": True}),
        ("cmyk.jpg", "CMYK", {}),
        ("strips.tif", "RGB", {"compression": "tiff_lzw", "tiffinfo": {278: 64}}),
        ("grey.jpg", "L", {}),
        ("turned.png", "L", {"exif": exif, **fast}),
        ("deep.png", "I;16", fast),
        ("bits.png", "1", fast),
        ("palette.png", "P", fast),
        ("grey.bmp", "L", {}),
    )
    for name, mode, options in all_kinds[:kinds]:
        made += _save(folder, f"large-{name}", image(mode, width, height), **options)
    made += _save(folder, "half.tif", image("RGB", width, height // 2), exif=exif)
    made += _save(folder, "quarter.webp", image("RGB", width // 2, height // 2), method=0)
    made += _save(folder, "long.png", Image.new("L", (50 * width, 2), 99))
    made += _save(folder, "tall.png", Image.new("RGB", (2, 50 * height), "tan"))
    return made + _save(folder, "beyond.png", Image.new("1", (2 * width, height)))


def _write_broken(folder):
    """Files that are cut, empty or not what they say."""
    image("RGB", 640, 480).save(folder / "cut.png")
    data = (folder / "cut.png").read_bytes()
    header = struct.pack(">II", 100_000, 100_000)
    contents = {
        "cut.png": data[: len(data) // 2],
        "empty.jpg": b"",
        "liar.png": data[:16] + header + data[24:],
        "text.jpg": b"no image at all",
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return len(contents)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--large", type=int, help="so many kinds at full size (default: all)")
    parser.add_argument("--count", type=int, default=125)
    args = parser.parse_args()
    write_odd_images(args.folder, args.count, args.large)
