"""What the page asks for, checked: a call's JSON → `Wishes`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from colorkeras.color.white import MOST_MIRED
from colorkeras.demo.models import DemoModel
from colorkeras.demo.placed import LAST_FRAME, PlacedHint, placed_hints
from colorkeras.demo.refusals import Refused, number_in, received
from colorkeras.inference.colorize_options import MOST_SATURATION, Options

_LONGEST = 1e6  # seconds of a film
SAMPLES = 4  # colorings that the page shows of a model with noise


@dataclass(frozen=True)
class Wishes:
    """How a photograph is to be colored.

    Attributes:
        model: the model.
        sample: number of the coloring from 0; None for the plain prediction.
        saturation, temperature: as of `Options`.
        hints: that a person gave.
    """

    model: DemoModel
    sample: int | None = None
    saturation: float = 1.0
    temperature: float = 0.0
    hints: tuple[PlacedHint, ...] = ()

    @property
    def options(self) -> Options:
        """The options of `colorize` that do the same; of samples, the last is meant."""
        return replace(
            self.model.options,
            samples=0 if self.sample is None else self.sample + 1,
            saturation=self.saturation,
            temperature=self.temperature,
        )


def wishes_of(values: dict[str, Any], models: Sequence[DemoModel], size: tuple[int, int]) -> Wishes:
    """Check what a call asks for.

    Args:
        values: JSON of the page; what is missing is as usual.
        models: that there are.
        size: (height, width) of the photograph.

    Raises:
        Refused: for a value that the page never sends.
    """
    model = model_of(values, models)
    sample = None
    if values.get("sample") is not None:
        sample = _whole(values, "sample", 0, SAMPLES - 1)
        if not model.is_random:
            raise Refused(400, "sample: this model has no noise, all samples would be the same.")
    return Wishes(
        model,
        sample,
        *strengths_of(values),
        placed_hints(values.get("hints", []), size),
    )


def model_of(values: dict[str, Any], models: Sequence[DemoModel]) -> DemoModel:
    """The model that a call asks for.

    Raises:
        Refused: when there is none of that number.
    """
    return models[_whole(values, "model", 0, len(models) - 1)]


def strengths_of(values: dict[str, Any]) -> tuple[float, float]:
    """Saturation and temperature that a call asks for.

    Raises:
        Refused: when they are none.
    """
    return (
        _number(values, "saturation", 0, MOST_SATURATION, 1.0),
        _number(values, "temperature", -MOST_MIRED, MOST_MIRED, 0.0),
    )


def seconds_of(values: dict[str, Any]) -> float:
    """The time in a film that a call asks for.

    Raises:
        Refused: when it is none.
    """
    return _number(values, "time", 0, _LONGEST, 0.0)


def frame_of(values: dict[str, Any]) -> int | None:
    """The number of a film's frame that a call asks for; None for a time instead.

    Raises:
        Refused: when it is none.
    """
    return None if values.get("frame") is None else _whole(values, "frame", 0, LAST_FRAME)


def _whole(values: dict[str, Any], name: str, least: int, most: int) -> int:
    value = values.get(name, least)
    if type(value) is not int or not least <= value <= most:
        expected = f"a whole number from {least} to {most}"
        raise Refused(400, f"{name}: received {received(value)}, expected {expected}.")
    return value


def _number(values: dict[str, Any], name: str, least: float, most: float, usual: float) -> float:
    value = values.get(name, usual)
    return number_in(value, name, least, most)
