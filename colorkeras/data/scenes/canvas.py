"""The canvas: anti-aliased shapes, shaded materials and ambiguous parts on float32 planes."""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import cv2
import numpy as np

from .light import Light
from .palette import HUE_OFFSETS, HUE_REACH_DOWN, HUE_REACH_UP, within

Point = tuple[float, float] | np.ndarray  # x, y
Outline = Sequence[Point] | np.ndarray  # (points, 2)

_SHIFT = 4  # fractional bits of the coordinates handed to OpenCV


class Region(NamedTuple):
    """A rectangle of the canvas and how much of each of its pixels is covered."""

    rows: slice
    columns: slice
    alpha: np.ndarray  # (rows, columns) float32 in [0, 1]

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns) of the rectangle."""
        rows, columns = self.alpha.shape
        return rows, columns

    def scaled(self, alpha: np.ndarray | float) -> "Region":
        """The region with its coverage multiplied by a number or a (rows, columns) array."""
        return self._replace(alpha=self.alpha * alpha)


class Sprite(NamedTuple):
    """What a transparent canvas holds, to be laid over another one."""

    planes: np.ndarray  # those of the canvas, uint8 to save memory
    parts: tuple[str, ...]
    gain: float  # levels per unit of the color planes

    def resized(self, scale: float) -> "Sprite":
        """The sprite at another size."""
        count, rows, columns = self.planes.shape
        # One tall image, so that all planes are resized in a single call.
        tall = self.planes.reshape(-1, columns)
        rows, columns = max(2, round(rows * scale)), max(2, round(columns * scale))
        tall = cv2.resize(tall, (columns, count * rows), interpolation=cv2.INTER_LINEAR)
        return self._replace(planes=tall.reshape(count, rows, columns))


class Canvas:
    """An image in the making.

    `planes` is (3 + parts, height, width) float32: red, green and blue in levels, then for each
    ambiguous part the strength 0..1 with which its hue tints a pixel. A later shape covers both
    color and tint, so one painting serves for all hues, which are only applied in `finish`. A
    transparent canvas has one more plane: how much of the background is visible. Its colors are
    premultiplied.
    """

    def __init__(
        self, height: int, width: int, parts: Sequence[str], transparent: bool = False
    ) -> None:
        self.height, self.width, self.parts = height, width, tuple(parts)
        self.planes = np.zeros((3 + len(self.parts) + transparent, height, width), np.float32)
        if transparent:
            self.planes[-1] = 1
        self.unit = min(height, width) / 160.0  # pixels per nominal pixel of a 160-line image

    def box(self, left: float, top: float, right: float, bottom: float) -> Region:
        """The whole pixels between the given edges, fully covered."""
        rows, columns = self._window(round(left), round(top), round(right), round(bottom))
        shape = rows.stop - rows.start, columns.stop - columns.start
        return Region(rows, columns, np.ones(shape, np.float32))

    def _window(self, left: int, top: int, right: int, bottom: int) -> tuple[slice, slice]:
        """The rows and columns between the given edges that lie on the canvas."""
        left, top = min(max(left, 0), self.width), min(max(top, 0), self.height)
        right, bottom = min(max(right, left), self.width), min(max(bottom, top), self.height)
        return slice(top, bottom), slice(left, right)

    def polygons(self, outlines: Sequence[Outline], width: float | None = None) -> Region:
        """The region inside outlines, or along them.

        Args:
            outlines: (points, 2) each, x and y in pixels; the region is their union.
            width: of the lines in pixels; None for the area inside. Lines are open and have round
                ends.
        """
        one = 1 << _SHIFT
        # OpenCV puts integers at pixel centers, hence the half pixel.
        corners = np.concatenate([np.asarray(outline) for outline in outlines])
        points = np.rint(corners * one - one / 2).astype(np.int32)
        left, top, across, down = (edge / one for edge in cv2.boundingRect(points))
        margin = 2 + round(width or 0)
        rows, columns = self._window(
            int(left) - margin,
            int(top) - margin,
            int(left + across) + margin,
            int(top + down) + margin,
        )
        mask = np.zeros((rows.stop - rows.start, columns.stop - columns.start), np.uint8)
        if mask.size == 0:
            return Region(rows, columns, mask.astype(np.float32))
        points -= np.array([columns.start * one, rows.start * one], np.int32)
        start = 0
        for outline in outlines:
            part, start = points[start : start + len(outline)], start + len(outline)
            if width is None:
                cv2.fillPoly(mask, [part], 255, cv2.LINE_AA, _SHIFT)
            else:
                thickness = max(1, round(width))
                cv2.polylines(mask, [part], False, 255, thickness, cv2.LINE_AA, _SHIFT)
        # A line thinner than a pixel is drawn one pixel wide and lighter.
        strength = 1.0 if width is None else min(1.0, width)
        return Region(rows, columns, mask * np.float32(strength / 255))

    def polygon(self, *points: Point) -> Region:
        """The region inside one outline of x, y pairs."""
        return self.polygons([points])

    def ellipse(self, x: float, y: float, radius_x: float, radius_y: float) -> Region:
        """The region inside an ellipse, in pixels."""
        return self.polygons([ring(x, y, radius_x, radius_y)])

    def line(self, points: Outline, width: float) -> Region:
        """A line of `width` pixels through (points, 2)."""
        return self.polygons([points], width)

    def below(self, curve: np.ndarray, bottom: float | None = None) -> Region:
        """Everything under a curve (width,) of row positions, down to the row `bottom`."""
        bottom = self.height if bottom is None else bottom
        region = self.box(0, float(curve.min()) - 1, self.width, bottom)
        rows = np.arange(region.rows.start, region.rows.stop, dtype=np.float32)[:, None]
        return region._replace(alpha=within(rows + (1 - curve), 0, 1))

    def glow(self, x: float, y: float, radius_x: float, radius_y: float) -> Region:
        """A soft round spot: a Gaussian that falls to 1/e at the radii."""
        region = self.box(x - 2 * radius_x, y - 2 * radius_y, x + 2 * radius_x, y + 2 * radius_y)
        rows = np.arange(region.rows.start, region.rows.stop, dtype=np.float32)
        columns = np.arange(region.columns.start, region.columns.stop, dtype=np.float32)
        fall_y = np.exp(-(((rows - y) / radius_y) ** 2))
        fall_x = np.exp(-(((columns - x) / radius_x) ** 2))
        return region._replace(alpha=np.outer(fall_y, fall_x))

    def paint(self, region: Region, color: np.ndarray, shade: np.ndarray | None = None) -> None:
        """Paint a color over a region.

        Args:
            region: what to cover.
            color: (3,) in levels.
            shade: multiplies the color; broadcasts to the (rows, columns) of the region.
        """
        target = color[:, None, None]
        self._cover(region, target if shade is None else target * shade)

    def paint_part(
        self, region: Region, part: str, luma: float, shade: np.ndarray | float = 1.0
    ) -> None:
        """Paint an ambiguous part over a region: its luma now, its hue in `finish`."""
        self._cover(region, np.asarray(np.float32(luma) * shade))
        tint = self.planes[3 + self.parts.index(part), region.rows, region.columns]
        tint += region.alpha

    def sprite(self, gain: float) -> Sprite:
        """The content of a transparent canvas; colors go up to 255 times `gain`."""
        scale = np.array([1 / gain] * 3 + [255] * (len(self.planes) - 3), np.float32)
        planes = np.rint(within(self.planes * scale[:, None, None], 0, 255)).astype(np.uint8)
        planes.setflags(write=False)
        return Sprite(planes, self.parts, gain)

    def stamp(self, sprite: Sprite, left: int, top: int, light: Light, distance: float) -> None:
        """Paint a sprite over the canvas, in a light and at a distance from 0 (near) to 1 (far)."""
        _, height, width = sprite.planes.shape
        rows, columns = self._window(left, top, left + width, top + height)
        planes = sprite.planes[
            :, rows.start - top : rows.stop - top, columns.start - left : columns.stop - left
        ]
        through = planes[-1] * np.float32(1 / 255)
        view = self.planes[:, rows, columns]
        view *= through
        tint = light.tint * np.float32((1 - distance) * sprite.gain)
        view[:3] += planes[:3] * tint[:, None, None]
        if distance:
            view[:3] += (light.haze * np.float32(distance))[:, None, None] * (1 - through)
        for strength, part in zip(planes[3:-1], sprite.parts, strict=True):
            view[3 + self.parts.index(part)] += strength * np.float32((1 - distance) / 255)

    def _cover(self, region: Region, target: np.ndarray) -> None:
        view = self.planes[:, region.rows, region.columns]
        view *= 1 - region.alpha
        view[:3] += target * region.alpha

    def finish(self, hues: Sequence[int] | np.ndarray) -> np.ndarray:
        """The image (height, width, 3) uint8 with one hue per ambiguous part."""
        # The tinted planes are not negative, so this only rounds and saturates.
        return cv2.convertScaleAbs(cv2.merge(list(self._tinted(HUE_OFFSETS[list(hues)]))))

    def expected(self) -> np.ndarray:
        """The mean image (height, width, 3) float32 in levels over all hues of all parts."""
        mean = np.broadcast_to(HUE_OFFSETS.mean(axis=0), (len(self.parts), 3))
        return cv2.merge(list(self._tinted(mean)))

    def _tinted(self, offsets: np.ndarray) -> np.ndarray:
        """The color planes with an offset (3,) for each part.

        Where a tint of full strength would clip a channel, the tint is weakened, by the same amount
        for every hue. A clipped channel would change the luma and so show the hue.
        """
        planes = within(self.planes[:3], 0, 255)
        total = self.planes[3:].sum(axis=0)
        touched = np.flatnonzero(total.any(axis=1))
        if len(touched) == 0:
            return planes
        rows = slice(touched[0], touched[-1] + 1)
        view = planes[:, rows]
        room = np.minimum(
            view.min(axis=0) / HUE_REACH_DOWN, (255 - view.max(axis=0)) / HUE_REACH_UP
        )
        weaker = np.minimum(room / np.maximum(total[rows], 1e-6), 1)
        for offset, strength in zip(offsets, self.planes[3:, rows], strict=True):
            view += offset[:, None, None] * (strength * weaker)
        return planes


@cache
def _circle(points: int) -> np.ndarray:
    angle = 2 * np.pi * np.arange(points) / points
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def ring(x: float, y: float, radius_x: float, radius_y: float, points: int = 32) -> np.ndarray:
    """The outline (points, 2) of an ellipse."""
    return _circle(points) * (radius_x, radius_y) + (x, y)


@cache
def _spline_basis(count: int, closed: bool, steps: int) -> np.ndarray:
    """Catmull-Rom weights (curve points, count) of the control points."""
    spans = count if closed else count - 1
    basis = np.zeros((spans * steps, count))
    t = np.arange(steps)[:, None] / steps
    weights = 0.5 * np.concatenate(
        [-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, t**3 - t**2],
        axis=1,
    )
    for span in range(spans):
        for offset in range(4):
            at = span + offset - 1
            at = at % count if closed else min(max(at, 0), count - 1)
            basis[span * steps : (span + 1) * steps, at] += weights[:, offset]
    return basis if closed else np.concatenate([basis, np.eye(count)[-1:]])


def smooth(points: Outline, closed: bool = True, steps: int = 8) -> np.ndarray:
    """A smooth curve (curve points, 2) through the given control points (n, 2)."""
    controls = np.asarray(points, np.float64)
    return _spline_basis(len(controls), closed, steps) @ controls
