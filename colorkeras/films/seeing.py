"""Frames as the models see them: small and upright; and the models' colors for them."""

from collections.abc import Sequence

import cv2
import numpy as np

from colorkeras.films.facts import FilmFacts, Orientation
from colorkeras.films.frames import Frame
from colorkeras.films.options import FilmOptions
from colorkeras.inference.colorizer import Colorizer, differences, mean_of
from colorkeras.inference.saved_model import SavedModel


class Viewer:
    """Shows a film's frames to one model, or to several, of which the mean is taken.

    Args:
        models: `SavedModel`s.
        facts: of the film.
        options: how it is colored.

    Attributes:
        colorizers: of the models.
        orientation: of the film.
        size: (height, width) of a frame upright, with square pixels.
    """

    def __init__(
        self, models: Sequence[SavedModel], facts: FilmFacts, options: FilmOptions
    ) -> None:
        self.colorizers, self._options = [Colorizer(saved) for saved in models], options
        self._facts, self.orientation = facts, Orientation(facts.orientation)
        width, height = facts.square
        if self.orientation.is_turned:
            height, width = width, height
        self.size = height, width
        self._sizes = [colorizer.small_size(height, width) for colorizer in self.colorizers]

    def seen(self, frame: Frame) -> "ViewedFrame":
        """A frame as all models see it."""
        sizes = {size: self.small(frame.luma, *size) for size in dict.fromkeys(self._sizes)}
        return ViewedFrame(self, frame, [sizes[size] for size in self._sizes])

    def predict(self, smalls: Sequence[np.ndarray], number: int) -> np.ndarray:
        """The models' colors; see `ViewedFrame.predict`."""
        options, name = self._options, f"frame {number}"
        found = [
            differences(
                colorizer.predict_small(small, name, options.seed),
                options.saturation,
                options.temperature,
            )
            for colorizer, small in zip(self.colorizers, smalls, strict=True)
        ]
        return found[0] if len(found) == 1 else mean_of(found).astype(np.float32)

    def small(self, luma: np.ndarray, rows: int, columns: int) -> np.ndarray:
        """(rows, columns) uint8, black 0 and white 255, upright with square pixels."""
        if self.orientation.is_turned:
            rows, columns = columns, rows
        shrinks = luma.shape[0] >= rows and luma.shape[1] >= columns
        way = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
        small = cv2.resize(luma, (columns, rows), interpolation=way).astype(np.float32)
        black, white = self._facts.levels
        small = np.clip((small - black) * np.float32(255 / (white - black)), 0, 255)
        return self.orientation.upright(np.rint(small).astype(np.uint8))


class ViewedFrame:
    """One frame as the models see it; a `steadying.SeenFrame`.

    Args:
        viewer: that shows it.
        frame: the frame.
        smalls: what each model sees, (rows, columns) uint8.

    Attributes:
        frame: the frame.
        grey: what the first model sees.
    """

    def __init__(self, viewer: Viewer, frame: Frame, smalls: Sequence[np.ndarray]) -> None:
        self.frame, self.grey = frame, smalls[0]
        self._viewer, self._smalls = viewer, smalls

    def predict(self) -> np.ndarray:
        """The models' colors: (rows, columns, 2) float32, R - Y' and B - Y', upright.

        Raises:
            PredictionError: when a model predicts NaN or infinity.
        """
        return self._viewer.predict(self._smalls, self.frame.number)
