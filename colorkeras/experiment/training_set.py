"""What an experiment may know of its training images before the first step: means over them.

`build_objectives(model, training_set, *, …)` gets a `TrainingSet`. Where there are no images, as
when parameters are counted, a few fixed images of random colors stand in for them.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from colorkeras.color.space import ColorSpace
from colorkeras.devices.compiled import compiled, fetched

# Luminance (batch, h, w, 1) and chroma (batch, h, w, 2), both float32 → (batch, …).
Statistic = Callable[[np.ndarray, np.ndarray], Any]
# The mean of (name, function of uint8 images) over some images: float64.
MeanOver = Callable[[str, Callable[[np.ndarray], np.ndarray]], np.ndarray]

_STAND_INS = 4  # images


class TrainingSet:
    """The training images of a run, as the objectives may ask for them.

    Args:
        space: the experiment's `ColorSpace`.
        mean_over: computes, or remembers, means over the images.

    Attributes:
        space: the same.
    """

    def __init__(self, space: ColorSpace, mean_over: MeanOver) -> None:
        self.space = space
        self._split = compiled(space.split)
        self._mean_over = mean_over

    def mean(self, name: str, function: Statistic) -> np.ndarray:
        """Return the mean of a function over all training images, not augmented.

        It is computed once in a run, in float64, and kept in the run's `statistics.json`: a name
        that is asked again gives the same array, and the function is not called.

        Args:
            name: of the statistic; another one for each function.
            function: maps inputs (batch, height, width, 1) and targets (batch, height, width, 2),
                float32 NumPy arrays normalised by the color space, to one array of any shape for
                each image: (batch, …) real numbers. It must not depend on the division into
                batches.

        Returns:
            (…) float64.

        Raises:
            ValueError: when the function returns anything else, or the mean is not finite.
        """
        where = f"statistic {name!r} of the training set"

        def of_images(rgb: np.ndarray) -> np.ndarray:
            inputs, targets = fetched(list(self._split(rgb)))
            found = np.asarray(function(inputs, targets))
            if found.dtype.kind not in "biuf" or found.shape[:1] != rgb.shape[:1] or not found.size:
                raise ValueError(
                    f"{where}: its function returned {found.dtype} of shape {found.shape} for "
                    f"{len(rgb)} images, expected real numbers of shape ({len(rgb)}, …)."
                )
            return found.astype(np.float64)

        mean = self._mean_over(name, of_images)
        if not np.isfinite(mean).all():
            raise ValueError(f"{where}: received NaN or infinity, expected finite numbers.")
        return mean


def stand_in(space: ColorSpace, height: int, width: int) -> TrainingSet:
    """Return a `TrainingSet` without data: fixed images of independent, uniform random colors."""

    def mean_over(name: str, of_images: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        shape = (_STAND_INS, height, width, 3)
        images = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
        return of_images(images).mean(axis=0)

    return TrainingSet(space, mean_over)
