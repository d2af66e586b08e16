"""The colors that the samples of a file stand for, as far as the file states them.

A file may state them in several ways; the best comes first. That is an embedded ICC profile and,
for PNG, what the standard puts before and after it: cICP, iCCP, sRGB, gAMA with cHRM (PNG, third
edition, 13.13.1 and 4.3). For other formats it is the color space of Exif.
"""

from collections.abc import Iterator

from PIL import ExifTags, Image

# (x, y) of red, green, blue and white.
SRGB_PRIMARIES = (0.64, 0.33, 0.30, 0.60, 0.15, 0.06, 0.3127, 0.3290)  # IEC 61966-2-1
ADOBE_PRIMARIES = (0.64, 0.33, 0.21, 0.71, 0.15, 0.06, 0.3127, 0.3290)  # Adobe RGB (1998)
# From stored samples to light. One number is the exponent of a power. Five numbers are g, a, b, c,
# d of the curve (a x + b)^g from d on, c x below (parametric curve of type 3, ICC.1:2022, 10.18).
SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
ADOBE_CURVE = (563 / 256,)
# Code points of Rec. ITU-T H.273: the primaries, and the curves from samples to light.
_PRIMARIES = {
    1: SRGB_PRIMARIES,
    5: (0.640, 0.330, 0.290, 0.600, 0.150, 0.060, 0.3127, 0.3290),  # BT.601, 625 lines
    **dict.fromkeys((6, 7), (0.630, 0.340, 0.310, 0.595, 0.155, 0.070, 0.3127, 0.3290)),  # 525
    9: (0.708, 0.292, 0.170, 0.797, 0.131, 0.046, 0.3127, 0.3290),  # BT.2020
    11: (0.680, 0.320, 0.265, 0.690, 0.150, 0.060, 0.314, 0.351),  # DCI-P3
    12: (0.680, 0.320, 0.265, 0.690, 0.150, 0.060, 0.3127, 0.3290),  # Display P3
}
_BT709 = (1 / 0.45, 1 / 1.099, 0.099 / 1.099, 1 / 4.5, 0.081)
_CURVES: dict[int, tuple[float, ...]] = {4: (2.2,), 5: (2.8,), 8: (1.0,), 13: SRGB_CURVE}
_CURVES |= dict.fromkeys((1, 6, 11, 14, 15), _BT709)
# Code points that are not supported, of primaries and of curves. Those in none of these tables are
# unspecified or reserved: they state nothing.
_OTHER_PRIMARIES, _OTHER_CURVES = (4, 8, 10, 22), (7, 9, 10, 12, 17)
HIGH_RANGE = {16: "PQ", 18: "HLG"}
# Writers put this gamma beside PNG's sRGB chunk, and mean sRGB where they write it alone. As in
# libpng, gammas within 5 % of it stand for the sRGB curve (with the primaries of sRGB).
_USUAL_GAMMA, _TOLERANCE = 0.45455, 0.05
_ADOBE_RGB, _UNCALIBRATED = 2, 0xFFFF  # of Exif's ColorSpace; 2 is not in the standard, but in use


def refusal(image: Image.Image) -> str | None:
    """Why the colors that a PNG's cICP chunk states cannot be converted to sRGB, or None."""
    points = image.info.get("cicp")
    if not points:
        return None
    primaries, transfer, matrix, full_range = points
    if transfer in HIGH_RANGE:
        return f"high dynamic range ({HIGH_RANGE[transfer]}), which sRGB cannot show"
    written = f"code points {'-'.join(map(str, points))} (cICP)"
    if matrix != 0 or full_range > 1 or primaries in _OTHER_PRIMARIES or transfer in _OTHER_CURVES:
        return f"colors of {written}, which are not supported"
    if full_range == 0:  # FFmpeg also writes it for full-range samples, and browsers ignore it
        return f"limited range by its {written}, which some writers also use for full-range samples"
    return None


def profiles(image: Image.Image) -> Iterator[bytes | None]:
    """The ICC profiles that an image states; one is used where those before it are unusable.

    Yields:
        The bytes of a profile; the last is None, which stands for sRGB.
    """
    points = image.info.get("cicp")
    if points and points[0] in _PRIMARIES and points[1] in _CURVES:
        yield _profile(_PRIMARIES[points[0]], _CURVES[points[1]])
        return
    if profile := image.info.get("icc_profile"):
        yield profile
    yield _of_png(image) if image.format == "PNG" else _of_exif(image)
    yield None


def _of_png(image: Image.Image) -> bytes | None:
    gamma, chromaticities = image.info.get("gamma"), image.info.get("chromaticity")
    if "srgb" in image.info or not (gamma or chromaticities):
        return None
    # cHRM has white first.
    primaries = (*chromaticities[2:], *chromaticities[:2]) if chromaticities else SRGB_PRIMARIES
    if max(abs(x - y) for x, y in zip(primaries, SRGB_PRIMARIES, strict=True)) < 0.001:
        primaries = SRGB_PRIMARIES
    usual = primaries == SRGB_PRIMARIES and abs((gamma or 0) / _USUAL_GAMMA - 1) <= _TOLERANCE
    return _profile(primaries, SRGB_CURVE if usual or not gamma else (1 / gamma,))


def _of_exif(image: Image.Image) -> bytes | None:
    try:
        exif = image.getexif()
        color_space = exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.ColorSpace)
        if color_space == _UNCALIBRATED:  # DCF 2.0: an "option file" is in Adobe RGB
            interoperability = exif.get_ifd(ExifTags.IFD.Interop)
            adobe = str(interoperability.get(ExifTags.Interop.InteropIndex, "")).startswith("R03")
        else:
            adobe = color_space == _ADOBE_RGB
    except Exception:  # hostile metadata, but the image may be undamaged
        return None
    return _profile(ADOBE_PRIMARIES, ADOBE_CURVE) if adobe else None


def _profile(primaries: tuple[float, ...], curve: tuple[float, ...]) -> bytes | None:
    if (primaries, curve) == (SRGB_PRIMARIES, SRGB_CURVE):
        return None
    from colorkeras.data.images.icc import rgb_profile

    return rgb_profile(primaries, curve)
