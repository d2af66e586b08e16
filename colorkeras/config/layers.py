"""Whose layers train: the configuration's `train.layers`, or a variable that is stronger."""

import os

from colorkeras.config.settings import AUTO_LAYERS, LAYERS, LAYERS_VARIABLE
from colorkeras.console.errors import choose


def chosen_layers(configured: str = AUTO_LAYERS) -> str:
    """Return "auto" or "keras": what COLORKERAS_LAYERS says or, without it, the configuration.

    Args:
        configured: `train.layers`.

    Raises:
        UserError: when the variable has another value.
    """
    return choose(os.environ.get(LAYERS_VARIABLE) or configured, LAYERS, LAYERS_VARIABLE)
