"""colorkeras: a reproduction suite for image colorization in Keras 3.

    import colorkeras

    model = colorkeras.load("results/varga_cnn/quick/model.h5")
    rgb = model.colorize(gray)

What a program may rely on is in `__all__`; `colorkeras.api` says what each does. Nothing else is
imported until it is used: Keras and its backend take seconds.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from colorkeras.api import color_space, evaluate, load, load_experiment
    from colorkeras.console.errors import UserError
    from colorkeras.steering.hints import Hints

__version__ = "0.2.0"
__all__ = [
    "Hints",
    "UserError",
    "__version__",
    "color_space",
    "evaluate",
    "load",
    "load_experiment",
]

_PLACES = {
    "Hints": "colorkeras.steering.hints",
    "UserError": "colorkeras.console.errors",
    **dict.fromkeys(("color_space", "evaluate", "load", "load_experiment"), "colorkeras.api"),
}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_PLACES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
