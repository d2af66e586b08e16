"""Color as classes: which classes a pixel belongs to, and how much each of them counts.

Zhang, Isola, Efros, "Colorful Image Colorization", 2016 ([Z] below), section 2. A network gives
logits over the classes; `class_losses` compares them with the soft encoding computed here, and
`networks.annealed_mean` turns them into chroma.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from keras import ops

from colorkeras.color.classes import CLASSES
from colorkeras.color.space import ColorSpace

NEIGHBORS = 5  # [Z] section 2.1: "the 5-nearest neighbors"
SIGMA = 5.0  # [Z] sections 2.1, 2.2: width of the Gaussian, in CIELAB units
# Ranking uses a* and b* rounded to this, so that its float32 arithmetic is exact: equal distances
# are equal on every device, and the class with the lower index comes first.
_STEP = 1 / 64
_REACH = 128  # no color of sRGB has a larger a* or b*, in CIELAB units
_FEWEST_CLASSES = 10  # with fewer, the training set is grey, or a few flat images


@dataclass(frozen=True, eq=False)
class ColorClasses:
    """Classes of color, for chroma that a CIELAB color space has normalised.

    Attributes:
        space: the `ColorSpace` of the chroma; of the family "lab".
        points: (Q, 2) array, a* and b* of the classes in CIELAB units; whole numbers. All 313 of
            [Z] unless others are given, such as those of `colorkeras.color.classes.srgb_classes`.

    Raises:
        ValueError: for another family of color spaces, or points of another shape.
    """

    space: ColorSpace
    points: np.ndarray = field(default_factory=CLASSES.copy)

    def __post_init__(self) -> None:
        if self.space.family != "lab":
            raise ValueError(
                f"color.space is {self.space.name!r}, of the family {self.space.family!r}; color "
                "classes are points of the CIELAB ab plane. Use a space of the family 'lab', such "
                "as 'lab_cic'."
            )
        points = np.asarray(self.points, np.float32)
        if points.ndim != 2 or points.shape[1] != 2 or not len(points):
            raise ValueError(f"Points of color classes {points.shape}: expected (Q, 2), Q > 0.")
        if not np.array_equal(points, np.rint(points)):
            raise ValueError("Points of color classes: expected whole CIELAB units.")
        object.__setattr__(self, "points", points)

    @property
    def centres(self) -> np.ndarray:
        """(Q, 2) float32: the classes in normalised chroma."""
        scale, offset = self._affine
        return self.points / scale + offset

    @property
    def _affine(self) -> tuple[np.ndarray, np.ndarray]:
        scale, offset = self.space.target_scale, self.space.target_offset
        return np.array(scale, np.float32), np.array(offset, np.float32)

    def units(self, chroma: Any) -> Any:
        """Chroma in CIELAB units.

        Args:
            chroma: (..., 2) normalised chroma.

        Returns:
            (..., 2) float32.
        """
        scale, offset = self._affine
        return (ops.cast(chroma, "float32") - offset) * scale

    def encode(self, chroma: Any) -> tuple[Any, Any]:
        """The soft encoding of colors: their 5 nearest classes, weighted by a Gaussian.

        Args:
            chroma: (..., 2) normalised chroma.

        Returns:
            indices: (..., 5) int32, nearest first; fewer when there are fewer classes.
            weights: (..., 5) float32, exp(-distance² / 2σ²), divided by their sum.
        """
        units = self.units(chroma)
        count = min(NEIGHBORS, len(self.points))
        _, indices = ops.top_k(self._nearness(units), count)
        offsets = ops.take(self.points, indices, axis=0) - ops.expand_dims(units, -2)
        distances = ops.sum(ops.square(offsets), axis=-1)
        # Softmax is the Gaussian over its sum, without the underflow of colors far from any class.
        return ops.cast(indices, "int32"), ops.softmax(-distances / (2 * SIGMA**2), axis=-1)

    def shares(self, inputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """The share of pixels that each class has in each image: for `training_set.mean`.

        Args:
            inputs: not used.
            targets: (batch, height, width, 2) float32 normalised chroma.

        Returns:
            (batch, Q) float64; each row sums to 1. Each pixel counts for its nearest class.
        """
        scale, offset = self._affine
        units = _rounded(np, (np.asarray(targets, np.float32) - offset) * scale)
        rows = []
        for image in units.reshape(len(units), -1, 2):  # one at a time: (pixels, Q) is large
            found = self._class_of_pixels(image)
            rows.append(np.bincount(found, minlength=len(self.points)) / len(image))
        return np.stack(rows)

    def _class_of_pixels(self, units: np.ndarray) -> np.ndarray:
        """The nearest class of (pixels, 2) rounded units: four of five pixels by a table."""
        squares = np.clip(np.floor(units).astype(np.int32) + _REACH, 0, 2 * _REACH - 1)
        found = self._class_of_square[squares[:, 0], squares[:, 1]]
        is_open = (found < 0) | (np.abs(units) >= _REACH).any(axis=1)
        found[is_open] = self._ranked(units[is_open])
        return found

    @cached_property
    def _class_of_square(self) -> np.ndarray:
        """(2·_REACH, 2·_REACH): the class of each square of 1 × 1 CIELAB units, -1 where it has
        several. The colors nearest to one class are a convex set, so its corners decide."""
        line = np.arange(-_REACH, _REACH + 1, dtype=np.float32)
        corners = np.stack([self._ranked(np.stack([np.full_like(line, a), line], 1)) for a in line])
        first = corners[:-1, :-1]
        others = (corners[1:, :-1], corners[:-1, 1:], corners[1:, 1:])
        return np.where(np.all([first == other for other in others], axis=0), first, -1)

    def _ranked(self, units: np.ndarray) -> np.ndarray:
        # Exact for whole points: |point|² - 2 · color · point, smallest at the nearest.
        far = np.square(self.points).sum(axis=1) - 2 * (units @ self.points.T)
        return far.argmin(axis=1)

    def smoothed(self, prior: np.ndarray) -> np.ndarray:
        """Spread a prior over neighbouring classes, as [Z] section 2.2 does ("smooth the
        distribution with a Gaussian kernel", σ = 5).

        Each class gives its share to all classes in proportion to exp(-distance² / 2σ²): a
        neighbour on the grid of 10 gets 0.135 of what the class keeps.

        Args:
            prior: (Q,) shares.

        Returns:
            (Q,) float64 with the sum of `prior`.
        """
        points = self.points.astype(np.float64)
        distances = np.square(points[:, None] - points[None]).sum(axis=-1)
        kernel = np.exp(-distances / (2 * SIGMA**2))
        return (kernel / kernel.sum(axis=0)) @ np.asarray(prior, np.float64)

    def rebalancing(self, prior: np.ndarray, uniform_share: float = 0.5) -> np.ndarray:
        """How much the pixels of each class count in the loss: [Z] equation 4.

        w ∝ 1 / ((1-λ) p̃ + λ/Q), with E[w] = 1 under the smoothed prior p̃.

        Args:
            prior: (Q,), mean of `shares` over the training set.
            uniform_share: λ in [0, 1], ½ in [Z]; 1 lets all classes count the same.

        Returns:
            (Q,) float32.

        Raises:
            ValueError: when λ is not in [0, 1], when λ = 0 and a class was never seen, or when
                the training set has too few colors for a prior.
        """
        if not 0 <= uniform_share <= 1:  # refuses NaN too
            raise ValueError(f"uniform_share is {uniform_share}; expected a number in [0, 1].")
        count = len(self.points)
        seen = int(np.count_nonzero(prior))
        if uniform_share < 1 and seen < min(_FEWEST_CLASSES, count):
            raise ValueError(
                f"the training set shows {seen} of {count} color classes, too few to weight them: "
                "its images are grey or very few. Train on more images in color, or set "
                "uniform_share = 1, which weights all classes the same."
            )
        if uniform_share == 0 and seen < count:
            raise ValueError(
                f"uniform_share is 0, but the training set shows only {seen} of {count} color "
                "classes: the others would have infinite weights. Expected more than 0, such as "
                "0.5."
            )
        smoothed = self.smoothed(prior)
        weights = 1 / ((1 - uniform_share) * smoothed + uniform_share / count)
        return (weights / (smoothed @ weights)).astype(np.float32)

    def _nearness(self, units: Any) -> Any:
        """(..., Q) float32, highest for the nearest class: 2 · color · point - |point|².

        Written without a matrix product, which accelerators round to TensorFloat-32.
        """
        a, b = self.points.T
        rounded = _rounded(ops, units)
        products = rounded[..., :1] * (2 * a) + rounded[..., 1:] * (2 * b)
        return products - (np.square(a) + np.square(b))


def _rounded(module: Any, units: Any) -> Any:
    return module.round(units / _STEP) * _STEP
