"""Color spaces: sRGB → (luminance inputs, chroma targets) and back.

This is the first and the last step of the flow: `split` turns the uint8 RGB of the pipeline into a
model's inputs and targets, `merge` turns inputs and outputs into sRGB again. All color constants
are here (the conventions) and in `srgb` (the standards).
"""

import difflib
import math
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar

from keras import ops

from colorkeras.color.srgb import (
    CHROMA_MAX,
    LAB_GAMUT,
    Tensor,
    as_float32,
    channels_of,
    lab_to_rgb,
    rgb_to_lab,
    rgb_to_yuv,
    yuv_to_rgb,
)

__all__ = ["FAMILIES", "ColorSpace", "lab_to_rgb", "rgb_to_lab"]

FORMAT = 1
FAMILIES = ("yuv", "ycbcr", "lab")
# The fields of a normalisation, and how many numbers each has.
_NUMBERS = {"input_scale": 1, "input_offset": 1, "target_scale": 2, "target_offset": 2}


@dataclass(frozen=True)
class ColorSpace:
    """One named convention: a color family and the affine normalisation of its channels.

    A normalised value is `raw / scale + offset`. Raw luminance is Y' in [0, 1] for "yuv" and
    "ycbcr", L* in [0, 100] for "lab"; raw chroma is (U, V), (Cb, Cr) around zero, or (a*, b*).

    Attributes:
        name: the convention's name; the bundled ones are listed by `ColorSpace.names()`.
        family: "yuv", "ycbcr" or "lab".
        input_scale: divisor of the luminance.
        input_offset: added to the luminance after the division.
        target_scale: divisors of the two chroma channels.
        target_offset: added to the two chroma channels after the division.

    Raises:
        ValueError: on an unknown family, a value that is not a finite number, or a scale of zero.
    """

    name: str
    family: str
    input_scale: float
    input_offset: float
    target_scale: tuple[float, float]
    target_offset: tuple[float, float]

    _registry: ClassVar[dict[str, "ColorSpace"]] = {}

    def __post_init__(self) -> None:
        if self.family not in FAMILIES:
            raise ValueError(f"Color family {self.family!r}: expected one of {list(FAMILIES)}.")
        for field, count in _NUMBERS.items():
            received = getattr(self, field)
            values = tuple(received) if isinstance(received, tuple | list) else (received,)
            valid = len(values) == count and all(isinstance(v, int | float) for v in values)
            valid = valid and all(map(math.isfinite, values))
            if not valid or ("scale" in field and 0.0 in values):
                raise ValueError(
                    f"Color space {field} {received!r}: expected {count} finite number(s), "
                    "scales not zero."
                )
            values = tuple(map(float, values))
            object.__setattr__(self, field, values if count > 1 else values[0])

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Names of the bundled conventions, in the order of their definition."""
        return tuple(cls._registry)

    @classmethod
    def named(cls, name: str) -> "ColorSpace":
        """The bundled convention with a name.

        Raises:
            ValueError: on an unknown name; the message lists the names and the closest one.
        """
        if name in cls._registry:
            return cls._registry[name]
        close = difflib.get_close_matches(str(name), cls._registry, n=1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        raise ValueError(f"Color space {name!r}: expected one of {list(cls._registry)}.{hint}")

    @property
    def input_range(self) -> tuple[float, float]:
        """Lowest and highest normalised luminance of sRGB colors."""
        top = 100.0 if self.family == "lab" else 1.0
        return self.input_offset, top / self.input_scale + self.input_offset

    @property
    def target_range(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Lowest and highest normalised value of each chroma channel of sRGB colors."""
        if self.family == "lab":
            first, second = LAB_GAMUT
        else:
            u_max, v_max = CHROMA_MAX[self.family]
            first, second = (-u_max, u_max), (-v_max, v_max)
        _, (scale1, offset1), (scale2, offset2) = self._affine
        return (
            (first[0] / scale1 + offset1, first[1] / scale1 + offset1),
            (second[0] / scale2 + offset2, second[1] / scale2 + offset2),
        )

    @property
    def _affine(self) -> tuple[tuple[float, float], ...]:
        """Scale and offset of the luminance and of the two chroma channels."""
        scales = (self.input_scale, *self.target_scale)
        return tuple(zip(scales, (self.input_offset, *self.target_offset), strict=True))

    def split(self, rgb: Tensor) -> tuple[Tensor, Tensor]:
        """Separate sRGB into normalised luminance and chroma.

        Args:
            rgb: (..., height, width, 3) sRGB, uint8 or float in [0, 255]; array or tensor.

        Returns:
            inputs: (..., height, width, 1) float32 in `input_range`.
            targets: (..., height, width, 2) float32 in `target_range`.

        Raises:
            ValueError: when the last axis is not 3.
        """
        raw = channels_of(rgb_to_lab(rgb) if self.family == "lab" else rgb_to_yuv(rgb, self.family))
        channels = [r / s + o for r, (s, o) in zip(raw, self._affine, strict=True)]
        return ops.stack(channels[:1], axis=-1), ops.stack(channels[1:], axis=-1)

    def merge(self, inputs: Tensor, targets: Tensor, gamut: str = "clip") -> Tensor:
        """Combine normalised luminance and chroma into sRGB; the inverse of `split`.

        It is differentiable, with finite gradients everywhere.

        Args:
            inputs: (..., height, width, 1) normalised luminance.
            targets: (..., height, width, 2) normalised chroma; may be outside of the sRGB gamut.
            gamut: what to do with colors that sRGB cannot show. "clip" limits each channel to its
                range. This is usual in the field, and changes the luminance. "desaturate" moves a
                color towards the grey of the same luminance until sRGB can show it. The luminance
                stays the same (Y' for yuv and ycbcr, Y and so L* for lab).

        Returns:
            (..., height, width, 3) float32 sRGB in [0, 255], not rounded.

        Raises:
            ValueError: on another `gamut`, or when the last axes are not 1 and 2.
        """
        luminance = channels_of(as_float32(inputs), 1)
        chroma = channels_of(as_float32(targets), 2)
        normalised = zip(luminance + chroma, self._affine, strict=True)
        raw = ops.stack([(n - o) * s for n, (s, o) in normalised], axis=-1)
        if self.family == "lab":
            return lab_to_rgb(raw, gamut)
        return yuv_to_rgb(raw, self.family, gamut)

    def gray(self, image: Tensor) -> Tensor:
        """Normalised luminance of a grey image; as in `split` with R = G = B.

        Args:
            image: (..., height, width, 1) grey levels, uint8 or float in [0, 255].

        Returns:
            (..., height, width, 1) float32 in `input_range`.

        Raises:
            ValueError: when the last axis is not 1.
        """
        (level,) = channels_of(ops.convert_to_tensor(image), 1)
        return self.split(ops.stack([level] * 3, axis=-1))[0]

    def to_dict(self) -> dict[str, Any]:
        """Plain data (strings, numbers, lists) for a record; `from_dict` reads it back."""
        data = {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}
        return {"format": FORMAT, **data}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "ColorSpace":
        """The color space that `to_dict` wrote.

        Raises:
            ValueError: on another format number, a missing or unknown key, or a wrong value.
        """
        expected = ["format", *(field.name for field in fields(cls))]
        if data.get("format") != FORMAT:
            raise ValueError(f"Color space format {data.get('format')!r}: expected {FORMAT}.")
        if set(data) != set(expected):
            raise ValueError(f"Color space keys {sorted(data)}: expected {sorted(expected)}.")
        return cls(**{key: value for key, value in data.items() if key != "format"})


_Convention = tuple[str, str, float, float, tuple[float, float], tuple[float, float]]


def _register() -> None:
    # name, family, input scale and offset, target scales and offsets.
    zero, half = (0.0, 0.0), (0.5, 0.5)
    u_max, v_max = CHROMA_MAX["yuv"]
    conventions: tuple[_Convention, ...] = (
        # ITU-R BT.601 analog YUV, chroma stretched to [-1, 1].
        ("yuv_tanh", "yuv", 1.0, 0.0, CHROMA_MAX["yuv"], zero),
        # Armour, "Automatic-Image-Colorization", and Kraev, Safarani, Meyer after it:
        # U / (2 · 0.435912) + ½ with U = .492 (B-Y), V / (2 · 0.614777) + ½ with V = .877 (R-Y).
        # As .492 · .886 = .435912 and .877 · .701 = .614777, the rounding of the factors cancels:
        # the same numbers as analog BT.601's U / (2 · 0.436) + ½ and V / (2 · 0.615) + ½.
        ("yuv_sigmoid", "yuv", 1.0, 0.0, (2.0 * u_max, 2.0 * v_max), half),
        # Cao et al., "Unsupervised Diverse Colorization via Generative Adversarial Networks",
        # 2017, COLORGAN code: full-range YCbCr / 127.5 - 1. Its matrix is rounded to three
        # digits; here it is exact.
        ("ycbcr_tanh", "ycbcr", 0.5, -1.0, CHROMA_MAX["ycbcr"], zero),
        # Isola et al., "Image-to-Image Translation with Conditional Adversarial Networks", 2017:
        # the authors' PyTorch `colorization_dataset.py`.
        ("lab_pix2pix", "lab", 50.0, -1.0, (110.0, 110.0), zero),
        # Zhang, Isola, Efros, "Colorful Image Colorization", 2016: `base_color.py`.
        ("lab_cic", "lab", 100.0, -0.5, (110.0, 110.0), zero),
        # Wallner, "Coloring-greyscale-images", Beta notebook.
        ("lab_wallner", "lab", 1.0, 0.0, (128.0, 128.0), zero),
        # CIELAB's own units.
        ("lab_raw", "lab", 1.0, 0.0, (1.0, 1.0), zero),
        # For sigmoid heads; of no publication: the ±110 of pix2pix moved to [0, 1].
        ("lab_sigmoid", "lab", 100.0, 0.0, (220.0, 220.0), half),
    )
    for convention in conventions:
        ColorSpace._registry[convention[0]] = ColorSpace(*convention)


_register()
