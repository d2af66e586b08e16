"""The coordinates that buildings, boats and drawn figures are described in."""

from dataclasses import dataclass

import numpy as np

from .canvas import Region
from .stage import Stage


@dataclass(frozen=True, eq=False)
class Figure:
    """An object that stands on x, y (pixels): x to the right, y up, in units of its size."""

    stage: Stage
    x: float
    y: float
    size: float

    def points(self, *pairs) -> np.ndarray:
        """The pixels (points, 2) of the figure's own coordinates."""
        return np.asarray(pairs, np.float64) * (self.size, -self.size) + (self.x, self.y)

    def region(self, *pairs) -> Region:
        """The region inside one outline."""
        return self.stage.canvas.polygons([self.points(*pairs)])
