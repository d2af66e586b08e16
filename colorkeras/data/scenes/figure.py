"""The coordinates in which buildings, boats and drawn figures are described."""

from dataclasses import dataclass

import numpy as np

from .canvas import Point, Region
from .stage import Stage


@dataclass(frozen=True, eq=False)
class Figure:
    """An object that stands on x, y (pixels): x to the right, y up, in units of its size."""

    stage: Stage
    x: float
    y: float
    size: float

    def points(self, *pairs: Point) -> np.ndarray:
        """The pixel coordinates (points, 2) of points in the figure's own coordinates."""
        return np.asarray(pairs, np.float64) * (self.size, -self.size) + (self.x, self.y)

    def region(self, *pairs: Point) -> Region:
        """The region inside one outline."""
        return self.stage.canvas.polygons([self.points(*pairs)])
