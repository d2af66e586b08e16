"""The arithmetic of a color space as a program on NumPy: `ColorSpace.split` and `merge`."""

from colorkeras.color import cielab, srgb
from colorkeras.color.constants import BT601_LUMA
from colorkeras.color.space import ColorSpace

_LUMA = '''
def luma_of(rgb):
    """(…, 3) sRGB from 0 to 255 → (…) luma Y' from 0 to 1."""
    return np.float32(rgb) @ np.float32(LUMA) / 255


def in_gamut(rgb, grey):
    """Move colors that sRGB cannot show towards the grey of the same luminance."""
    grey = np.clip(grey, 0, 1)[..., None]
    room, distance = np.clip(rgb, 0, 1) - grey, rgb - grey
    share = np.divide(room, distance, out=np.ones_like(rgb), where=distance != 0)
    return np.clip(grey + share.min(axis=-1, keepdims=True) * distance, 0, 1)
'''

_YUV = '''
luminance_of = luma_of


def merged(luma, chroma):
    """Luma and the two color differences → (…, 3) sRGB from 0 to 1."""
    blue = luma + chroma[..., 0] * {blue}
    red = luma + chroma[..., 1] * {red}
    green = (luma - LUMA[0] * red - LUMA[2] * blue) / LUMA[1]
    return in_gamut(np.stack([red, green, blue], axis=-1), luma)
'''

_LAB = '''
def luminance_of(rgb):
    """(…, 3) uint8 sRGB → (…) lightness L* from 0 to 100."""
    rgb = np.float32(rgb) / 255
    power = ((rgb + {offset}) / {one_offset}) ** {gamma}
    light = np.where(rgb > {encoded}, power, rgb / {slope})
    y = light @ np.float32(Y_OF_RGB)
    return 116 * np.where(y > {dark}, np.cbrt(y), {lab_slope} * y + 16 / 116) - 16


def merged(lightness, chroma):
    """L*, a* and b* → (…, 3) sRGB from 0 to 1."""
    y = (lightness + 16) / 116
    f = np.stack([y + chroma[..., 0] / 500, y, y - chroma[..., 1] / 200], axis=-1)
    xyz = np.where(f > {dark_inverse}, f**3, (f - 16 / 116) / {lab_slope})
    rgb = in_gamut(xyz @ np.float32(RGB_OF_XYZ).T, xyz[..., 1])
    power = {one_offset} * rgb ** (1 / {gamma}) - {offset}
    return np.where(rgb > {linear}, power, {slope} * rgb)
'''


def color_code(space: ColorSpace) -> str:
    """Python source that has what `usage` calls.

    Args:
        space: the color space.

    Returns:
        `luma_of(rgb)` and `in_gamut(rgb, grey)`; `luminance_of(rgb)` and `merged(luminance,
        chroma)` of raw luminance and chroma, in the units of the space's family; and its
        normalisation: a normalised value is raw / SCALE +
        OFFSET. Colors outside of sRGB are desaturated.
    """
    normalisation = (
        f"INPUT_SCALE, INPUT_OFFSET = {space.input_scale}, {space.input_offset}\n"
        f"TARGET_SCALE = np.float32({list(space.target_scale)})\n"
        f"TARGET_OFFSET = np.float32({list(space.target_offset)})\n"
    )
    luma = f"LUMA = {list(BT601_LUMA)}  # of red, green and blue: ITU-R BT.601\n"
    family = _lab() if space.family == "lab" else _yuv(space.family)
    return f"{normalisation}{luma}\n{_LUMA}\n\n{family}"


def _yuv(family: str) -> str:
    u_max, v_max = srgb.CHROMA_MAX[family]
    red, _, blue = BT601_LUMA
    return _YUV.format(blue=_number((1 - blue) / u_max), red=_number((1 - red) / v_max))


def _lab() -> str:
    to_rgb = cielab.RGB_FROM_XYZ * cielab.WHITE
    rows = "".join(f"    {list(map(_number, row))},\n" for row in to_rgb)
    matrices = (
        f"Y_OF_RGB = {cielab.XYZ_FROM_RGB[1].tolist()}  # luminance of linear sRGB\n"
        f"RGB_OF_XYZ = [  # relative to the white D65\n{rows}]\n"
    )
    return (
        matrices
        + "\n"
        + _LAB.format(
            offset=cielab.SRGB_OFFSET,
            one_offset=1 + cielab.SRGB_OFFSET,
            gamma=cielab.SRGB_GAMMA,
            slope=cielab.SRGB_SLOPE,
            encoded=cielab.SRGB_THRESHOLD,
            linear=srgb._LINEAR_THRESHOLD,
            dark=cielab.LAB_THRESHOLD,
            dark_inverse=cielab.LAB_INVERSE_THRESHOLD,
            lab_slope=cielab.LAB_SLOPE,
        )
    )


def _number(value: float) -> float:
    """Nine digits: more than float32 keeps."""
    return float(f"{value:.9g}")
