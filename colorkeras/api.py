"""The functions of `import colorkeras`: what a Python program may do with the suite.

They load Keras and its backend when they are first called, unless the program did so before. The
backend is the one that KERAS_BACKEND names, TensorFlow by default. No random state, dtype policy
or device setting of the program is changed.
"""

import os
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from colorkeras.inference.model_file.rules import DEFAULT_MAX_MEMORY

if TYPE_CHECKING:
    from colorkeras.color.space import ColorSpace
    from colorkeras.evaluation.measure import Evaluation
    from colorkeras.experiment.loading import Experiment
    from colorkeras.inference.model import Model

_LOADING = threading.Lock()  # the first call may come from several threads


def load(path: str | Path | None = None, max_memory: float = DEFAULT_MAX_MEMORY) -> "Model":
    """Open a trained model.

    The file is checked before anything of it is built, so an untrusted file may be opened.

    Args:
        path: the model.h5 of a finished run, or the name of a published model (`colorkeras models`
            lists them). What exists as a path is a path. None is the default published model.
        max_memory: GiB that the model may take for one image.

    Returns:
        A `Model`; its `colorize` takes and returns NumPy arrays.

    Raises:
        UserError: when the file is missing, damaged, not of this suite, or asks for more memory;
            when no model of that name is published, or its file is not the published one.
        ValueError: when `max_memory` is not above 0.
    """
    from colorkeras.inference.published_models import choose_model

    chosen = choose_model(path)
    _load_backend()
    from colorkeras.inference.model import Model
    from colorkeras.inference.saved_model import load_model

    return Model(load_model(chosen.file, max_memory))


def evaluate(
    model: "Model | str | Path",
    data: str | Path,
    split: str | None = None,
    limit: int | None = None,
) -> "Evaluation":
    """Measure a model beside the trivial baselines; `colorkeras evaluate` gives the same numbers.

    Args:
        model: a `Model`, the path of its file, or the name of a published model.
        data: folder of images or prepared data, or "scenes:DOMAIN" for rendered images.
        split: "train", "val", "test" or "all"; by default all images of a folder without a
            published splits, otherwise the test images.
        limit: measure at most so many, evenly spaced.

    Returns:
        An `Evaluation`: the means of each metric for the model and for each baseline.

    Raises:
        UserError: when the model or the images cannot be used, or there are none.
        TypeError: for a model of another type.
    """
    _load_backend()
    from colorkeras.evaluation.measure import measure, open_images
    from colorkeras.inference.model import Model

    opened = load(model) if isinstance(model, str | Path) else model
    if not isinstance(opened, Model):
        raise TypeError(f"received {model!r:.40}, expected a Model, a path or a name")

    images = open_images(opened.saved, os.fspath(data), split, limit)
    return measure(opened.saved, images)


def load_experiment(
    experiment: str | Path, preset: str | None = None, overrides: Iterable[str] = ()
) -> "Experiment":
    """Open an experiment: its configuration and the functions that build its networks.

    Args:
        experiment: name of a shipped experiment, such as "varga_cnn", an experiment folder, or the
            config.toml of an earlier run.
        preset: name of a preset; by default the one that the experiment names.
        overrides: "table.key=value" texts, as `--set` takes them.

    Returns:
        An `Experiment`; `experiment.model()` builds the generator.

    Raises:
        UserError: naming the file and the key that is wrong.
        TypeError: when `overrides` is one text rather than several.
    """
    if isinstance(overrides, str):
        raise TypeError(f"overrides is {overrides!r}; expected a list of such texts.")
    from colorkeras.config.load import load_config

    config = load_config(experiment, preset, list(overrides))
    _load_backend()
    from colorkeras.experiment import loading

    return loading.load_experiment(config)


def color_space(name: str) -> "ColorSpace":
    """The color space of that name, such as "lab_cic": `split` and `merge` convert images.

    Raises:
        ValueError: when there is none; the message lists the names.
    """
    _load_backend()
    from colorkeras.color.space import ColorSpace

    return ColorSpace.named(name)


def _load_backend() -> None:
    """Import Keras quietly; where the program has done so, its backend is the one that counts."""
    from colorkeras.devices import backend

    with _LOADING:
        if "keras" in sys.modules:
            import keras  # waits for a thread of the program that is importing it

            os.environ[backend.VARIABLE] = keras.config.backend()
        backend.load()
