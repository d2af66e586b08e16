"""What a configuration may contain: every table, its keys, types, defaults and limits.

`load.py` reads TOML into these frozen values. Nothing here imports TensorFlow, so a wrong key is
refused at once. A default that a paper does not fix is chosen here, and the resolved configuration
of every run states it.
"""

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from colorkeras.console.errors import UserError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

PRECISIONS = ("auto", "float32", "bfloat16", "float16")
NOISE_SOURCES = ("none", "input", "dropout")
NOISE_DISTRIBUTIONS = ("normal", "uniform")
RESIZE_RULES = ("crop", "stretch")
MOST_SCENES = 2_000_000  # each has a name in memory
AUTO_LAYERS, KERAS_LAYERS = LAYERS = ("auto", "keras")  # see colorkeras/networks/fast
LAYERS_VARIABLE = "COLORKERAS_LAYERS"  # stronger than `train.layers`
SYNCHRONIZED, LOCAL = "synchronized", "local"  # batch statistics of several replicas


def _limit(
    default: Any,
    low: float | None = None,
    high: float | None = None,
    choices: Sequence[str] | None = None,
) -> Any:
    """A dataclass field with the range or the choices that `check_limits` enforces."""
    return field(default=default, metadata={"low": low, "high": high, "choices": choices})


@dataclass(frozen=True)
class ExperimentTable:
    """Which reproduction this is. `folder` is filled in when a run resolves its configuration."""

    name: str = ""
    title: str = ""
    citation: str = ""
    default_preset: str = "quick"
    preset: str = ""
    folder: str = ""


@dataclass(frozen=True)
class ColorTable:
    """The color space: a name from `colorkeras.color.space`."""

    space: str = "yuv_tanh"


@dataclass(frozen=True)
class DataTable:
    """Where images come from and how they become (height, width, 3) uint8 sRGB."""

    source: str = "scenes:mixture"
    height: int = _limit(160, 16, 4096)  # SSIM needs 11
    width: int = _limit(256, 16, 4096)
    resize: str = _limit("crop", choices=RESIZE_RULES)
    horizontal_flip: bool = True
    # Further changes of training images, each drawn up to this much; see colorkeras/data/augment.py
    zoom: float = _limit(0.0, 0.0, 4.0)
    tone: float = _limit(0.0, 0.0, 1.0)
    grain: float = _limit(0.0, 0.0, 50.0)  # CIELAB units
    train_fraction: float = _limit(0.8, 0.01, 0.98)
    val_fraction: float = _limit(0.1, 0.01, 0.98)
    limit: int = _limit(0, 0)  # images of the source over all splits, 0: all
    train_images: int = _limit(1000, 1, MOST_SCENES)  # of rendered scenes
    val_images: int = _limit(64, 1, MOST_SCENES)
    test_images: int = _limit(128, 1, MOST_SCENES)
    seed: int = _limit(0, 0)  # of rendered scenes; not train.seed, so that runs share their data
    cache_mb: int = _limit(2048, 0)


@dataclass(frozen=True)
class NoiseTable:
    """What makes one luminance give several colorings.

    `source` is "input" for a generator with a second input z, "dropout" for one whose dropout
    stays on when samples are asked for. `distribution` is that of z: "normal" has mean 0 and
    deviation 1, "uniform" lies in [-1, 1).
    """

    source: str = _limit("none", choices=NOISE_SOURCES)
    distribution: str = _limit("normal", choices=NOISE_DISTRIBUTIONS)


@dataclass(frozen=True)
class TrainTable:
    """The training loop.

    `stages` names `[stages.NAME]` tables in their order; then `epochs` is the sum of
    theirs. Without stages, all objectives are trained for `epochs`.
    """

    epochs: int = _limit(10, 1, 1_000_000)
    stages: list = field(default_factory=list)
    batch_size: int = _limit(8, 1)
    # Statistics that several replicas use: of the whole batch, as on one device, or each its own.
    batch_norm: str = _limit(SYNCHRONIZED, choices=(SYNCHRONIZED, LOCAL))
    accumulate: int = _limit(1, 1)  # parts of a batch; their gradients are summed, to save memory
    precision: str = _limit("auto", choices=PRECISIONS)
    layers: str = _limit(AUTO_LAYERS, choices=LAYERS)  # "keras": none with faster gradients
    seed: int = _limit(0, 0, 2**32 - 1)  # NumPy's range
    deterministic: bool = True
    log_every_steps: int = _limit(20, 1)
    checkpoint_every_steps: int = _limit(100, 1)
    evaluate_every_epochs: int = _limit(1, 0)  # 0: only at the end
    evaluate_batch_size: int = _limit(16, 1)
    validation_images: int = _limit(200, 1)  # at most; evenly spaced over the val set
    sample_images: int = _limit(8, 0)


@dataclass(frozen=True)
class StageTable:
    """A part of the training: which objectives are minimised, for how many epochs."""

    objectives: list = field(default_factory=list)
    epochs: int = _limit(0, 1, 1_000_000)


@dataclass(frozen=True)
class ScheduleTable:
    """A learning-rate schedule: a name from SCHEDULES and all of its options."""

    name: str
    options: dict


@dataclass(frozen=True)
class OptimizerTable:
    """An optimizer: a name from OPTIMIZERS, all of its options, and its schedule.

    `learning_rate_factors` multiplies the rate of some layers: beginning of their name → factor.
    """

    name: str
    options: dict
    schedule: ScheduleTable
    learning_rate_factors: dict[str, float]


@dataclass(frozen=True)
class Config:
    """One resolved configuration: what a run does, with no default left implicit.

    `model` and `objectives` are the keyword arguments of the experiment's `build_model` and
    `build_objectives`; `optimizer` maps the name of each objective to its optimizer; `expected`
    and `reported` are records (parameter counts; the paper's own numbers with their sources).
    """

    experiment: ExperimentTable
    color: ColorTable
    data: DataTable
    noise: NoiseTable
    train: TrainTable
    stages: dict[str, StageTable]
    model: dict
    objectives: dict
    optimizer: dict[str, OptimizerTable]
    expected: dict
    reported: dict


TABLES = tuple(spec.name for spec in dataclasses.fields(Config))


def check_limits(table: "DataclassInstance", where: str) -> None:
    """Check every field of a table against the limits it declares.

    Raises:
        UserError: naming the first key that is outside its limits, what was received and expected.
    """
    for spec in dataclasses.fields(table):
        received = getattr(table, spec.name)
        name = f"{where}.{spec.name}"
        choices = spec.metadata.get("choices")
        if choices and received not in choices:
            raise UserError(f"{name}: received {received!r}, expected one of {', '.join(choices)}.")
        low, high = spec.metadata.get("low"), spec.metadata.get("high")
        lowest = -math.inf if low is None else low
        highest = math.inf if high is None else high
        if isinstance(received, int | float) and not lowest <= received <= highest:  # refuses NaN
            expected = f"at least {low}" if high is None else f"between {low} and {high}"
            raise UserError(f"{name}: received {received!r}, expected {expected}.")
