"""Short films whose colors and motion are known: rendered scenes under a moving camera, with grain.

Each frame shows a part of a painted image, the world. Where a pixel was in the frame before follows
from where the camera was, so flicker is measured along the true motion.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np

from colorkeras.data import scenes

HEIGHT, WIDTH = 360, 640
_GRAIN = 8.0  # 8-bit levels: standard deviation of the grain of a pixel
_GRAIN_SIGMA = 0.6  # pixels: grains are a little larger than a pixel
_PAN, _ZOOM, _MOVED = 3.0, 0.012, 4.0  # pixels, share and pixels from frame to frame


class View(NamedTuple):
    """The camera of a frame: the pixel (x, y) shows the world at scale · (x, y) + (left, top)."""

    left: float = 0.0
    top: float = 0.0
    scale: float = 1.0

    def of(self, world: np.ndarray) -> np.ndarray:
        """The frame: (HEIGHT, WIDTH, …) of the world's type."""
        matrix = np.array([[self.scale, 0, self.left], [0, self.scale, self.top]], np.float32)
        way = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return cv2.warpAffine(world, matrix, (WIDTH, HEIGHT), flags=way)

    def places_in(self, before: "View") -> np.ndarray:
        """Where what a pixel shows is in a frame of another view: (HEIGHT, WIDTH, 2) (x, y)."""
        pixels = np.dstack(np.meshgrid(np.arange(WIDTH), np.arange(HEIGHT))).astype(np.float32)
        shift = np.array([self.left - before.left, self.top - before.top])
        return np.asarray((self.scale * pixels + shift) / before.scale, np.float32)


@dataclass(frozen=True)
class Step:
    """The motion from a frame back to the one before.

    Attributes:
        places: (height, width, 2) float32, where each pixel was.
        seen: (height, width) bool, whether it was seen there.
    """

    places: np.ndarray
    seen: np.ndarray


@dataclass(frozen=True)
class Shot:
    """One scene.

    Attributes:
        frames: (height, width, 3) uint8 sRGB, in order.
        steps: of each frame but the first.
    """

    frames: list[np.ndarray]
    steps: list[Step]


class _Layer(NamedTuple):
    """Something painted that moves on its own.

    Attributes:
        world: (rows, columns, 3) uint8.
        view: of each frame.
        cover: (rows, columns) uint8, 255 where the layer hides what is behind; None: everywhere.
    """

    world: np.ndarray
    view: Callable[[int], View]
    cover: np.ndarray | None = None


def films(count: int) -> Iterator[tuple[str, list[Shot]]]:
    """Yield the name and the shots of each film.

    Args:
        count: of frames in each.
    """
    half = count // 2
    yield "still camera", [_shot(count, [_still("landscape", 0)])]
    yield "pan", [_shot(count, [_panned("landscape", 1, count)])]
    yield "zoom", [_shot(count, [_zoomed("landscape", 2, count)])]
    yield "moving objects", [_shot(count, [_still("landscape", 2), *_objects()])]
    yield "old film", [_shot(count, [_woven("face", 3)], grain=2 * _GRAIN, unsteady=0.06)]
    cut = [_shot(half, [_still("face", 1)]), _shot(count - half, [_panned("animation", 3, count)])]
    yield "cut", cut


def _world(domain: str, index: int, height: int = HEIGHT, width: int = WIDTH) -> np.ndarray:
    return scenes.render(domain, split="test", index=index, height=height, width=width)


def _still(domain: str, index: int) -> _Layer:
    return _Layer(_world(domain, index), lambda number: View())


def _panned(domain: str, index: int, count: int) -> _Layer:
    world = _world(domain, index, width=WIDTH + round(_PAN * count))
    return _Layer(world, lambda number: View(left=_PAN * number))


def _zoomed(domain: str, index: int, count: int) -> _Layer:
    """Towards the middle of a world of twice the size."""

    def view(number: int) -> View:
        scale = 2 * (1 - _ZOOM) ** number
        return View((2 - scale) * WIDTH / 2, (2 - scale) * HEIGHT / 2, scale)

    return _Layer(_world(domain, index, 2 * HEIGHT, 2 * WIDTH), view)


def _woven(domain: str, index: int) -> _Layer:
    """The frame stands a little elsewhere each time, as in a worn projector."""
    places = np.random.default_rng(7).uniform(0, 3, (10_000, 2))
    world = _world(domain, index, HEIGHT + 4, WIDTH + 4)
    return _Layer(world, lambda number: View(*places[number % len(places)]))


def _objects() -> list[_Layer]:
    """Two portraits in ovals: one goes to the right, a smaller one to the left before it."""
    found = []
    for index, size, start, speed in ((0, 200, 40.0, -_MOVED), (2, 140, 480.0, _MOVED)):
        world = _world("face", index, size, size)
        oval = np.zeros((size, size), np.uint8)
        half = size // 2
        cv2.ellipse(oval, (half, half), (round(0.36 * size), half - 4), 0, 0, 360, 255, cv2.FILLED)

        def view(number: int, start: float = start, speed: float = speed, size: int = size) -> View:
            return View(speed * number - start, size - HEIGHT + 20.0)

        found.append(_Layer(world, view, oval))
    return found


def _shot(count: int, layers: list[_Layer], grain: float = _GRAIN, unsteady: float = 0.0) -> Shot:
    """Paint the frames of a scene.

    Args:
        count: of frames.
        layers: from back to front.
        grain: standard deviation in 8-bit levels.
        unsteady: standard deviation of each frame's exposure, as a share.
    """
    rng = np.random.default_rng(count)
    frames, steps, fronts = [], list[Step](), list[np.ndarray]()
    for number in range(count):
        frame, front = _composed(layers, number)
        noise = cv2.GaussianBlur(rng.normal(size=(HEIGHT, WIDTH)), (0, 0), _GRAIN_SIGMA)
        light = (1 + unsteady * rng.normal()) * frame + grain / noise.std() * noise[..., np.newaxis]
        frames.append(np.clip(np.rint(light), 0, 255).astype(np.uint8))
        fronts.append(front)
        if number:
            steps.append(_step(layers, number, *fronts[-2:]))
    return Shot(frames, steps)


def _composed(layers: list[_Layer], number: int) -> tuple[np.ndarray, np.ndarray]:
    """A frame, and which layer each of its pixels shows."""
    frame = layers[0].view(number).of(layers[0].world)
    front = np.zeros((HEIGHT, WIDTH), np.uint8)
    for place, layer in enumerate(layers[1:], 1):
        if layer.cover is not None:
            covered = layer.view(number).of(layer.cover) > 127
            frame[covered] = layer.view(number).of(layer.world)[covered]
            front[covered] = place
    return frame, front


def _step(layers: list[_Layer], number: int, before: np.ndarray, front: np.ndarray) -> Step:
    """Each pixel was where its layer was, and seen if that layer was in front there."""
    places = np.empty((HEIGHT, WIDTH, 2), np.float32)
    for place, layer in enumerate(layers):
        own = front == place
        places[own] = layer.view(number).places_in(layer.view(number - 1))[own]
    x, y = (np.rint(places[..., axis]).astype(int) for axis in (0, 1))
    inside = (x >= 0) & (y >= 0) & (x < WIDTH) & (y < HEIGHT)
    there = before[np.clip(y, 0, HEIGHT - 1), np.clip(x, 0, WIDTH - 1)]
    return Step(places, inside & (there == front))
