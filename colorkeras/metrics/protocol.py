"""The evaluation protocol: everything two numbers must share before they may be compared.

A value with a hash, written beside every row of results; comparisons refuse to mix hashes and
name the fields that differ. Plain Python: reading old results needs no deep-learning library.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, fields

FORMAT = 1
CHOICES = {
    "split": ("all", "train", "val", "test"),
    "resize": ("crop", "stretch"),
    "kernel": ("area",),
    "gamut": ("clip", "desaturate"),
    "quantize": ("uint8",),
}


@dataclass(frozen=True)
class Protocol:
    """How one set of predictions was measured.

    Attributes:
        data: Manifest hash of the evaluated images.
        num_images: How many images were evaluated.
        height: Image height in pixels.
        width: Image width in pixels.
        split: "train", "val" or "test"; "all" for images that are measured without a division.
        resize: "crop" (fill and cut the centre) or "stretch" (ignore the aspect ratio).
        kernel: Resampling kernel, "area".
        gamut: What happens to colors sRGB cannot show, as in `ColorSpace.merge`.
        quantize: "uint8": predictions are rounded to 8 bits before measuring, as a saved file is.
        chroma: The plane in which chroma errors are measured.
        threshold: ab distance from which a pixel counts as wrong (`threshold_error`).
        aggregation: How per-image values become one number.
        metrics_version: Raised whenever a metric's definition changes.

    Raises:
        ValueError: A value of the wrong type or outside its choices; names the field.
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
        if type(self.threshold) is int:  # 10 and 10.0 are one protocol, so must be one hash
            object.__setattr__(self, "threshold", float(self.threshold))
        for field in fields(self):
            value = getattr(self, field.name)
            if type(value) is not field.type:
                raise ValueError(
                    f"Protocol {field.name} {value!r}: expected {field.type.__name__}."
                )
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

    def to_dict(self) -> dict:
        """Plain data for a record; `from_dict` reads it back."""
        return {"format": FORMAT, **asdict(self)}

    def record(self) -> dict:
        """What run.json says of the protocol: `to_dict` and the hash that stands in each row."""
        return {**self.to_dict(), "hash": self.hash}

    @classmethod
    def from_dict(cls, data: dict) -> "Protocol":
        """The protocol that `to_dict` wrote.

        Raises:
            ValueError: Another format number, a missing or unknown key, or a wrong value.
        """
        if data.get("format") != FORMAT:
            raise ValueError(f"Protocol format {data.get('format')!r}: expected {FORMAT}.")
        expected = ["format", *(field.name for field in fields(cls))]
        if set(data) != set(expected):
            raise ValueError(f"Protocol keys {sorted(data)}: expected {sorted(expected)}.")
        return cls(**{key: value for key, value in data.items() if key != "format"})

    def differences(self, other: "Protocol") -> list[str]:
        """The fields that differ, as "height: 160 against 64"; empty if comparable."""
        mine, theirs = asdict(self), asdict(other)
        return [
            f"{key}: {mine[key]} against {theirs[key]}" for key in mine if mine[key] != theirs[key]
        ]
