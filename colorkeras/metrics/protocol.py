"""The evaluation protocol: everything that must be equal before two numbers may be compared.

A protocol has a hash, which is written beside every row of results. Comparisons refuse to mix
hashes, and name the fields that differ. This is plain Python: reading old results needs no
deep-learning library.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from typing import Any

from colorkeras.color.constants import GAMUT_MODES

FORMAT = 1
CHOICES = {
    "split": ("all", "train", "val", "test"),
    "resize": ("crop", "stretch"),
    "kernel": ("area",),
    "gamut": GAMUT_MODES,
    "quantize": ("uint8",),
}


@dataclass(frozen=True)
class Protocol:
    """How one set of predictions was measured.

    Attributes:
        data: manifest hash of the evaluated images.
        num_images: how many images were evaluated.
        height: of the images in pixels.
        width: of the images in pixels.
        split: "train", "val" or "test"; "all" for images that are not divided into splits.
        resize: "crop" (cut the centre to the shape) or "stretch" (ignore the aspect ratio).
        kernel: resampling kernel, "area".
        gamut: what happens to colors that sRGB cannot show; see `ColorSpace.merge`.
        quantize: "uint8": predictions are rounded to 8 bits before measuring, as in a saved file.
        chroma: the plane in which chroma errors are measured.
        threshold: ab distance from which a pixel counts as wrong (`threshold_error`), in CIELAB
            units.
        aggregation: how per-image values become one number.
        metrics_version: raised whenever the definition of a metric changes.

    Raises:
        ValueError: on a value of the wrong type or outside its choices; names the field.
    """

    data: str
    num_images: int
    height: int
    width: int
    split: str = "test"
    resize: str = "crop"
    kernel: str = "area"
    gamut: str = "clip"
    quantize: str = "uint8"
    chroma: str = "CIELAB ab, D65"
    threshold: float = 10.0
    aggregation: str = "mean of per-image values"
    metrics_version: int = 1

    def __post_init__(self) -> None:
        if type(self.threshold) is int:  # 10 and 10.0 are the same protocol, with one hash
            object.__setattr__(self, "threshold", float(self.threshold))
        for field in fields(self):
            value, expected = getattr(self, field.name), field.type
            if isinstance(expected, type) and type(value) is not expected:
                raise ValueError(f"Protocol {field.name} {value!r}: expected {expected.__name__}.")
            choices = CHOICES.get(field.name)
            if choices and value not in choices:
                raise ValueError(f"Protocol {field.name} {value!r}: expected one of {choices}.")
            if field.type is not str and not 0 < value < float("inf"):
                raise ValueError(f"Protocol {field.name} {value!r}: expected a positive number.")

    @property
    def hash(self) -> str:
        """First 12 hexadecimal digits of the SHA-256 of the canonical JSON of `to_dict`."""
        canonical = json.dumps(self.to_dict(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()[:12]

    def to_dict(self) -> dict[str, Any]:
        """Plain data for a record; `from_dict` reads it back."""
        return {"format": FORMAT, **asdict(self)}

    def record(self) -> dict[str, Any]:
        """What run.json records of the protocol: `to_dict`, and the hash that is in each row."""
        return {**self.to_dict(), "hash": self.hash}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "Protocol":
        """The protocol that `to_dict` wrote.

        Raises:
            ValueError: on another format number, a missing or unknown key, or a wrong value.
        """
        if data.get("format") != FORMAT:
            raise ValueError(f"Protocol format {data.get('format')!r}: expected {FORMAT}.")
        expected = ["format", *(field.name for field in fields(cls))]
        if set(data) != set(expected):
            raise ValueError(f"Protocol keys {sorted(data)}: expected {sorted(expected)}.")
        return cls(**{key: value for key, value in data.items() if key != "format"})

    def differences(self, other: "Protocol") -> list[str]:
        """The fields that differ, such as "height: 160 against 64"; empty if comparable."""
        mine, theirs = asdict(self), asdict(other)
        return [
            f"{key}: {mine[key]} against {theirs[key]}" for key in mine if mine[key] != theirs[key]
        ]
