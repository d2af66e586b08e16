"""Optimizers and learning-rate schedules by name: their options, defaults and limits."""

import itertools
import math
from typing import Any

from colorkeras.console.errors import UserError
from colorkeras.metrics.definitions import METRICS, TRAIN_LOSS, VAL_PREFIX

# The defaults of the libraries, spelled out so that a resolved configuration leaves none implicit:
# of Keras 3, and of the earlier ones that some sources trained with.
OPTIMIZERS: dict[str, dict[str, Any]] = {
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
    "rmsprop_tf1": {"learning_rate": 0.001, "rho": 0.9, "momentum": 0.0, "epsilon": 1e-10},
    "rmsprop_keras2": {"learning_rate": 0.001, "rho": 0.9, "epsilon": 1e-7},
    "adam_pytorch": {"learning_rate": 0.001, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8},
}

MOST_FACTOR = 100.0  # of `learning_rate_factors`

# Learning-rate schedules: each is a factor on the optimizer's `learning_rate`.
SCHEDULES: dict[str, dict[str, Any]] = {
    "constant": {},
    "step": {"every_epochs": 300, "factor": 0.5},
    # [epochs, factor] pairs: the factor from that many epochs on, 1 before the first.
    "piecewise": {"changes": [[300.0, 0.5]]},
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
_OPTION_LIMITS: dict[str, tuple[float, float]] = {
    **dict.fromkeys(("learning_rate", "epsilon", "weight_decay"), (0.0, math.inf)),
    **dict.fromkeys(("rho", "beta_1", "beta_2", "factor"), (0.0, 1.0)),
    **dict.fromkeys(("decay_per_epoch", "final_factor", "min_factor"), (0.0, 1.0)),
    **dict.fromkeys(("every_epochs", "patience"), (1, math.inf)),
    **dict.fromkeys(("warmup_epochs", "min_delta"), (0.0, math.inf)),
    "initial_accumulator_value": (0.0, math.inf),
}


def check_option(key: str, received: Any, where: str) -> None:
    """Check the value of an option, whose type is right already, against its limits.

    Args:
        key: name of the option, such as "learning_rate".
        received: its value, of the type of its default.
        where: how an error names the optimizer or schedule.

    Raises:
        UserError: when the value is outside its limits or no finite number.
    """
    if key == "monitor" and received not in MONITORS:
        raise UserError(
            f"{where}.monitor: received {received!r}, expected one of {', '.join(MONITORS)}."
        )
    if key == "changes" and not _are_changes(received):
        raise UserError(
            f"{where}.changes: received {received!r}, expected pairs [epochs, factor], the epochs "
            "above 0 and rising, the factors between 0.0 and 1.0, such as [[10, 0.1], [15, 0.01]]."
        )
    if key not in _OPTION_LIMITS:
        return
    least, largest = _OPTION_LIMITS[key]
    if not least <= received <= largest or received == math.inf:  # refuses NaN too
        expected = f"at least {least}" if largest == math.inf else f"between {least} and {largest}"
        expected = "a finite number" if received == math.inf else expected
        raise UserError(f"{where}.{key}: received {received!r}, expected {expected}.")


def _are_changes(received: Any) -> bool:
    for pair in received:
        if not isinstance(pair, list) or len(pair) != 2:
            return False
        if any(type(value) not in (int, float) for value in pair):
            return False
    epochs = [0, *(pair[0] for pair in received)]
    rising = all(a < b < math.inf for a, b in itertools.pairwise(epochs))
    return rising and bool(received) and all(0 <= factor <= 1 for _, factor in received)
