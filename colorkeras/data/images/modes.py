"""Convert the pixels of a decoded file to sRGB, from every mode of Pillow.

Transparent parts are laid over white, 16-bit samples become 8-bit, and colors that the file states
not to be sRGB (`color_meaning`) are converted. Modes without a certain meaning are refused.
"""

import io
from functools import lru_cache
from typing import Any

import numpy as np
from PIL import ExifTags, Image, ImageCms, ImageFile

from colorkeras.data.images import color_meaning, compact

_GREY16 = ("I;16", "I;16B", "I;16L")
READABLE = ("1", "L", "LA", "La", "P", "PA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr", *_GREY16)
_LAB = "CIELAB samples, whose white point the file does not state"
_SRGB = ImageCms.createProfile("sRGB")
# PNG's `tRNS` gives the transparent level in samples as stored; Pillow scales those up to 8 bits.
_SHALLOW = {"1": 255, "L;2": 85, "L;4": 17}
_WHITE_IS_ZERO = 0  # photometric interpretation of a TIFF
# A profile that changes no test color by more levels is sRGB, whatever its name: tables of the
# curve differ from the formula by that much.
_SAME_LEVELS = 2
_PROBE_STEP = 15  # between the levels of the test colors, 0 to 255


def refusal(image: ImageFile.ImageFile) -> str | None:
    """Why sRGB cannot represent an image correctly, or None when it can; decodes nothing."""
    if image.mode not in READABLE:
        return f"mode {image.mode}: {_unreadable(image.mode)}"
    if rawmode_of(image).startswith("I;12"):
        return "12-bit samples"
    if image.info.get("compression") == "webp":  # libtiff prints an error, then fails
        return "WebP compression"
    if image.format == "TIFF":
        from colorkeras.data.images.tiff import planes_refusal

        if reason := planes_refusal(image):
            return reason
    return color_meaning.refusal(image)


def _unreadable(mode: str) -> str:
    from colorkeras.data.images.tiff import FLOATS, INTEGERS

    return {"LAB": _LAB, "I": INTEGERS, "F": FLOATS}.get(mode, "no certain meaning as sRGB")


class Decoded:
    """A decoded image as it is stored; parts of it are converted to sRGB.

    Args:
        image: opened by `open_image`; it is decoded here.

        max_bytes: largest memory that decoding may take; None for `compact.MAX_BYTES`.

    Attributes:
        height, width: in pixels, as stored.
        has_alpha: whether parts of it may be transparent.

    Raises:
        UnusableImage: when it needs too much memory. Decoders raise other errors.
    """

    def __init__(self, image: ImageFile.ImageFile, max_bytes: int | None = None) -> None:
        rawmode = rawmode_of(image)  # no longer known once decoded, like some metadata
        compact.check_size(image, rawmode, max_bytes)
        if image.format == "TIFF":
            from colorkeras.data.images.tiff import correct_planes

            correct_planes(image)
        self._drawn = image.tile[0][1] if image.format == "GIF" and image.tile else None
        self._profiles = tuple(color_meaning.profiles(image))
        self._stored = compact.decoded(image, rawmode)
        self.has_alpha = False
        if isinstance(self._stored, np.ndarray):
            self.height, self.width = self._stored.shape[:2]
            return
        if "transparency" in image.info:
            image.info["transparency"] = _key(image.info["transparency"], image.mode, rawmode)
        self.width, self.height = self._stored.size
        self.has_alpha = self._stored.mode == "La" or self._stored.has_transparency_data

    def part(self, left: int, top: int, right: int, bottom: int) -> Image.Image:
        """A part as sRGB in mode RGB, or L where it is grey, transparent parts laid over white.

        The EXIF orientation is not applied.
        """
        return self._srgb(_opaque(self._crop(left, top, right, bottom)), left, top)

    def alpha_and_part(
        self, left: int, top: int, right: int, bottom: int
    ) -> tuple[Image.Image, Image.Image]:
        """A part of an image with `has_alpha`: the opacity in mode L, and the colors as stored.

        Colors are sRGB in mode RGB or L, also where nothing of them is seen.
        """
        alpha, image = _separate(self._crop(left, top, right, bottom))
        return alpha, self._srgb(image, left, top)

    def _srgb(self, image: Image.Image, left: int, top: int) -> Image.Image:
        image = _converted(image, self._profiles)
        if self._drawn:
            image = _within(image, self._drawn, left, top)
        return image if image.mode in ("L", "RGB") else image.convert("RGB")

    def _crop(self, left: int, top: int, right: int, bottom: int) -> Image.Image:
        stored = self._stored
        if isinstance(stored, np.ndarray):
            return Image.fromarray(stored[top:bottom, left:right, ::-1].copy())
        if (right - left, bottom - top) == stored.size:
            return stored
        return stored.crop((left, top, right, bottom))


def rawmode_of(image: ImageFile.ImageFile) -> str:
    """How samples are stored in the file ("RGB;16B", "L;4", …); "" once decoded or not known."""
    args = image.tile[0].args if image.tile else ""
    args = args[0] if isinstance(args, tuple) and args else args
    return args if isinstance(args, str) else ""


def _opaque(image: Image.Image) -> Image.Image:
    """The image in mode L, RGB or CMYK, transparent parts laid over white."""
    if image.mode in _GREY16:
        return _eight_bits(image)
    if image.mode == "La":
        image = image.convert("LA")
    if image.has_transparency_data:
        grey = image.mode in ("1", "L", "LA")
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image).convert("L" if grey else "RGB")
    if image.mode == "1":
        return image.convert("L")
    return image if image.mode in ("L", "RGB", "CMYK") else image.convert("RGB")


def _separate(image: Image.Image) -> tuple[Image.Image, Image.Image]:
    """The opacity in mode L, and the colors in mode L or RGB."""
    if image.mode in _GREY16:
        opaque = np.ones((image.height, image.width), bool)
        if isinstance(image.info.get("transparency"), int):
            opaque = np.asarray(image) != image.info["transparency"]
        return Image.fromarray(opaque.astype(np.uint8) * 255), _eight_bits(image)
    if image.mode == "La":
        image = image.convert("LA")
    grey = image.mode in ("1", "L", "LA")
    image = image.convert("RGBA")
    return image.getchannel("A"), image.convert("RGB").convert("L" if grey else "RGB")


def _within(image: Image.Image, drawn: tuple[int, ...], left: int, top: int) -> Image.Image:
    """White where a GIF's first frame, smaller than its canvas, draws nothing.

    Args:
        image: a part of the canvas.
        drawn: the frame's left, top, right, bottom on the canvas.
        left, top: where the part begins on the canvas.
    """
    x0, y0 = max(0, drawn[0] - left), max(0, drawn[1] - top)
    x1, y1 = min(image.width, drawn[2] - left), min(image.height, drawn[3] - top)
    if (x0, y0, x1, y1) == (0, 0, *image.size):
        return image
    shown = Image.new(image.mode, image.size, "white")
    if x0 < x1 and y0 < y1:
        shown.paste(image.crop((x0, y0, x1, y1)), (x0, y0))
    return shown


def _key(transparency: Any, mode: str, rawmode: str) -> Any:
    """PNG's transparent color in the 8-bit samples that Pillow decodes to."""
    if mode in ("1", "L") and rawmode in _SHALLOW:
        return min(255, transparency * _SHALLOW[rawmode])
    if mode == "RGB" and ";16" in rawmode:
        return tuple(sample >> 8 for sample in transparency)
    return transparency


def _eight_bits(image: Image.Image) -> Image.Image:
    """16-bit grey → mode L: 65535 is white (v / 257), not 255.

    Pillow itself reduces 16-bit color to the high byte of each sample, within one level.
    """
    samples = np.asarray(image).astype(np.uint32)
    levels = ((samples + 128) // 257).astype(np.uint8)
    if image.format == "TIFF":
        from colorkeras.data.images.tiff import tags_of

        if tags_of(image).get(ExifTags.Base.PhotometricInterpretation) == _WHITE_IS_ZERO:
            levels = 255 - levels
    if isinstance(image.info.get("transparency"), int):
        levels[samples == image.info["transparency"]] = 255
    return Image.fromarray(levels)


def _converted(image: Image.Image, profiles: tuple[bytes | None, ...]) -> Image.Image:
    """Convert from the first usable profile to sRGB; the last one, None, is sRGB itself."""
    for profile in profiles:
        if profile is None:
            break
        if image.mode == "L" and _channels(profile) == "RGB":  # grey has three equal channels
            image = image.convert("RGB")
        if usable := _transform(profile, image.mode):
            transform, changes = usable
            return transform.apply(image) if changes else image
    return image


def is_srgb(profile: bytes) -> bool:
    """Whether samples in mode RGB with this profile are used as they are; False for a damaged one.

    Args:
        profile: the bytes of an ICC profile.
    """
    usable = _transform(profile, "RGB")
    return usable is not None and not usable[1]


def _channels(profile: bytes) -> str:
    """The color space of a profile's samples: "RGB", "GRAY", "CMYK", …"""
    return profile[16:20].decode("latin-1").strip()


@lru_cache(maxsize=32)
def _transform(profile: bytes, mode: str) -> tuple[ImageCms.ImageCmsTransform, bool] | None:
    """The transform from a profile to sRGB, and whether it changes anything.

    None for a profile that cannot be used: damaged, or made for other channels. Transforms are
    cached, since the files of one camera share a profile; threads may share them.
    """
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        transform = ImageCms.buildTransform(source, _SRGB, mode, "RGB")
        return transform, mode == "CMYK" or _changes(transform, mode)
    except Exception:  # hostile bytes: the profile's reader raises nearly anything
        return None


def _changes(transform: ImageCms.ImageCmsTransform, mode: str) -> bool:
    """Whether the transform changes any of a grid of colors (or levels of grey)."""
    levels = np.arange(0, 256, _PROBE_STEP, dtype=np.uint8)
    probes = levels[np.newaxis]
    if mode == "RGB":
        probes = np.stack(np.meshgrid(levels, levels, levels), -1).reshape(1, -1, 3)
    shown = np.asarray(transform.apply(Image.fromarray(probes))).astype(int)
    return bool(np.abs(shown - probes.reshape(1, probes.shape[1], -1)).max() > _SAME_LEVELS)
