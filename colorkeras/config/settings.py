"""What a configuration may contain: every table, its keys, types, defaults and limits.

`config.py` reads TOML into these frozen values. Nothing here imports TensorFlow, so a wrong key is
answered at once. A default that a paper does not fix is chosen here and appears, spelled out, in
the resolved configuration of every run.
"""

import dataclasses
import math
from dataclasses import dataclass, field

from colorkeras.console.errors import UserError
from colorkeras.metrics.definitions import METRICS, TRAIN_LOSS, VAL_PREFIX

PRECISIONS = ("auto", "float32", "bfloat16", "float16")
NOISE_SOURCES = ("none", "input", "dropout")
NOISE_DISTRIBUTIONS = ("normal", "uniform")
RESIZE_RULES = ("crop", "stretch")
MOST_SCENES = 1_000_000  # each has a name in memory
SYNCHRONIZED, LOCAL = "synchronized", "local"  # batch statistics of several replicas

# Keras's own defaults, spelled out so that a resolved configuration leaves none implicit.
OPTIMIZERS = {
    "sgd": {"learning_rate": 0.01, "momentum": 0.0, "nesterov": False},
    "rmsprop": {"learning_rate": 0.001, "rho": 0.9, "momentum": 0.0, "epsilon": 1e-7},
    "adam": {"learning_rate": 0.001, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7},
    "adamw": {
        "learning_rate": 0.001,
        "beta_1": 0.9,
        "beta_2": 0.999,
        "epsilon": 1e-7,
        "weight_decay": 0.004,
    },
    "adagrad": {"learning_rate": 0.001, "initial_accumulator_value": 0.1, "epsilon": 1e-7},
}

# Learning-rate schedules: each is a factor on the optimizer's `learning_rate`.
SCHEDULES = {
    "constant": {},
    "step": {"every_epochs": 300, "factor": 0.5},
    "exponential": {"decay_per_epoch": 0.99},
    "cosine": {"warmup_epochs": 0.0, "final_factor": 0.0},
    "plateau": {
        "monitor": "train_loss",
        "patience": 10,
        "factor": 0.1,
        "min_delta": 1e-4,
        "min_factor": 1e-3,
    },
}

MONITORS = (TRAIN_LOSS, *(f"{VAL_PREFIX}{name}" for name in METRICS))  # of "plateau"
# (least, largest) value of the options above that have limits.
_OPTION_LIMITS = {
    **dict.fromkeys(("learning_rate", "epsilon", "weight_decay"), (0.0, math.inf)),
    **dict.fromkeys(("rho", "beta_1", "beta_2", "factor"), (0.0, 1.0)),
    **dict.fromkeys(("decay_per_epoch", "final_factor", "min_factor"), (0.0, 1.0)),
    **dict.fromkeys(("every_epochs", "patience"), (1, math.inf)),
    **dict.fromkeys(("warmup_epochs", "min_delta"), (0.0, math.inf)),
    "initial_accumulator_value": (0.0, math.inf),
}


def _limit(default, low=None, high=None, choices=None):
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
    train_fraction: float = _limit(0.8, 0.01, 0.98)
    val_fraction: float = _limit(0.1, 0.01, 0.98)
    limit: int = _limit(0, 0)  # images of the source over all splits, 0: all
    train_images: int = _limit(1000, 1, MOST_SCENES)  # of rendered scenes
    val_images: int = _limit(64, 1, MOST_SCENES)
    test_images: int = _limit(128, 1, MOST_SCENES)
    seed: int = _limit(0, 0)  # of rendered scenes; apart from train.seed so runs share their data
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
    """The loop.

    `stages` names `[stages.NAME]` tables in their order; then `epochs` is the sum of theirs.
    Without stages all objectives are trained for `epochs`.
    """

    epochs: int = _limit(10, 1, 1_000_000)
    stages: list = field(default_factory=list)
    batch_size: int = _limit(8, 1)
    # Whose statistics several replicas use: the whole batch's, as one device does, or their own.
    batch_norm: str = _limit(SYNCHRONIZED, choices=(SYNCHRONIZED, LOCAL))
    accumulate: int = _limit(1, 1)  # parts of a batch whose gradients are summed up, to save memory
    precision: str = _limit("auto", choices=PRECISIONS)
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
    """An optimizer: a name from OPTIMIZERS, all of its options, and its schedule."""

    name: str
    options: dict
    schedule: ScheduleTable


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


FIXED_TABLES = {
    "experiment": ExperimentTable,
    "color": ColorTable,
    "data": DataTable,
    "noise": NoiseTable,
    "train": TrainTable,
}


def check_limits(value, where):
    """Raise UserError when a field of the dataclass `value` is outside its declared limits."""
    for spec in dataclasses.fields(value):
        received = getattr(value, spec.name)
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


def check_option(key, received, where):
    """Raise UserError when an option of an optimizer or a schedule is outside its limits."""
    if key == "monitor" and received not in MONITORS:
        raise UserError(
            f"{where}.monitor: received {received!r}, expected one of {', '.join(MONITORS)}."
        )
    if key not in _OPTION_LIMITS:
        return
    least, largest = _OPTION_LIMITS[key]
    if not least <= received <= largest or received == math.inf:  # refuses NaN too
        expected = f"at least {least}" if largest == math.inf else f"between {least} and {largest}"
        expected = "a finite number" if received == math.inf else expected
        raise UserError(f"{where}.{key}: received {received!r}, expected {expected}.")
