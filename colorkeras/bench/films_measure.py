"""How steady and how true the colors of a film are that is colorized by each method.

Flicker is the mean distance of (a*, b*) in CIELAB between a pixel and where it was in the frame
before. Grain and what truly changes add to it: the row of the truth shows how much.
"""

import itertools
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields

import cv2
import numpy as np

from colorkeras.bench.films_rendered import Shot, Step
from colorkeras.color.cielab import levels_to_lab
from colorkeras.films.carrying import carried
from colorkeras.films.motion import Motion, moved, trust
from colorkeras.films.scene_cuts import SceneCuts
from colorkeras.films.steadying import BEST, METHODS, steadied
from colorkeras.inference.colorizer import differences
from colorkeras.metrics.ciede2000_formula import difference
from colorkeras.photos.enlarging import enlarged
from colorkeras.photos.luminance import colored

SMALL_SIDE = 256  # pixels: of the small luma that shows cuts and motion
TRUTH = "truth"  # in the place of a method
CORRECTED = "corrected"  # the best method, with the true colors of the middle frame of each scene
_TRUSTED = 0.99  # of estimated motion: what is less sure is not measured
_BLUR = 1.2  # sigma in pixels: the estimated motion shall not follow grain


@dataclass
class Values:
    """What is measured of a film and a method: means over frames.

    Attributes:
        flicker: along the true motion, in CIELAB units; nan where that is not known.
        flicker_estimated: along the motion estimated from the true frames.
        ciede2000: to the truth.
        colorfulness_ratio: to the truth.
        runs_per_frame: of the model.
        cpu_seconds: per frame, of the method without the model; of all threads. What carries a
            correction is not in it.
    """

    flicker: float
    flicker_estimated: float
    ciede2000: float
    colorfulness_ratio: float
    runs_per_frame: float
    cpu_seconds: float


COLUMNS = tuple(field.name for field in fields(Values))


class _Known:
    """A frame whose prediction is known; it counts how often that is asked for."""

    def __init__(self, grey: np.ndarray, prediction: np.ndarray) -> None:
        self.grey, self.prediction, self.runs = grey, prediction, 0

    def predict(self) -> np.ndarray:
        self.runs += 1
        return self.prediction


def measured(
    shots: Sequence[Shot], predict: Callable[[np.ndarray], np.ndarray]
) -> Iterator[tuple[str, Values]]:
    """Yield each method, `CORRECTED` and `TRUTH` with their values.

    Args:
        shots: of one film. Where the colorizer finds its cuts is its own matter.
        predict: grey frame, (height, width) uint8 → the model's color differences.
    """
    frames = [frame for shot in shots for frame in shot.frames]
    greys = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames]
    predictions, smalls = [predict(grey) for grey in greys], [small_luma(grey) for grey in greys]
    estimated = [_estimated_steps(shot.frames) for shot in shots]
    for method in (*METHODS, CORRECTED):
        known = [_Known(*pair) for pair in zip(smalls, predictions, strict=True)]
        extras = _corrections(frames, known) if method == CORRECTED else itertools.repeat(0.0)
        began = time.process_time()
        chosen = BEST if method == CORRECTED else method
        colors = [color for scene in _scenes(known) for color in steadied(scene, chosen)]
        spent = time.process_time() - began
        runs = sum(frame.runs for frame in known)
        images = map(_in_color, greys, map(np.add, colors, extras))
        values = _values(images, shots, estimated)
        yield method, Values(*values, runs / len(frames), spent / len(frames))
    yield TRUTH, Values(*_values(iter(frames), shots, estimated), float("nan"), float("nan"))


def _corrections(frames: list[np.ndarray], known: list[_Known]) -> Iterator[np.ndarray]:
    """What the true colors of the middle frame of each scene correct in all of its frames."""
    truths = iter(frames)
    for scene in _scenes(known):
        images, middle = list(itertools.islice(truths, len(scene))), len(scene) // 2
        predicted = scene[middle].prediction
        correction = _true_differences(images[middle], *predicted.shape[:2]) - predicted
        yield from carried([frame.grey for frame in scene], {middle: correction})


def _true_differences(image: np.ndarray, rows: int, columns: int) -> np.ndarray:
    small = cv2.resize(image, (columns, rows), interpolation=cv2.INTER_AREA)
    return differences(small.astype(np.float32) / np.float32(255))


def small_luma(grey: np.ndarray) -> np.ndarray:
    """A frame as `SeenFrame.grey` has it: (h, w) uint8, its longer side `SMALL_SIDE` at most."""
    scale = min(1.0, SMALL_SIDE / max(grey.shape))
    rows, columns = (max(1, round(side * scale)) for side in grey.shape)
    return cv2.resize(grey, (columns, rows), interpolation=cv2.INTER_AREA)


def _scenes(frames: Iterable[_Known]) -> list[list[_Known]]:
    """The frames, scene by scene."""
    cuts, scenes = SceneCuts(), list[list[_Known]]()
    for frame in frames:
        if cuts.is_cut(frame.grey) or not scenes:
            scenes.append([])
        scenes[-1].append(frame)
    return scenes


def _in_color(grey: np.ndarray, color: np.ndarray) -> np.ndarray:
    height, width = grey.shape
    chroma = enlarged(color, height, width, 0, height)
    return colored(grey.astype(np.float32) / 255, chroma[..., 0], chroma[..., 1], 255)


def _estimated_steps(frames: list[np.ndarray]) -> list[Step]:
    """The motion of true frames as the optical flow finds it."""
    greys = [cv2.GaussianBlur(cv2.cvtColor(x, cv2.COLOR_RGB2GRAY), (0, 0), _BLUR) for x in frames]
    motion, steps = Motion(*greys[0].shape), []
    for before, here in itertools.pairwise(greys):
        places = motion.places(here, before)
        steps.append(Step(places, trust(here, before, places) >= _TRUSTED))
    return steps


def _values(
    images: Iterator[np.ndarray], shots: Sequence[Shot], estimated: Sequence[list[Step]]
) -> tuple[float, float, float, float]:
    """The values of `Values` that are of images: flicker, the same estimated, ΔE2000, ratio."""
    true, found = list[float](), list[float]()
    differences, ratios = list[float](), list[float]()
    for shot, steps in zip(shots, estimated, strict=True):
        before = None
        for number, truth in enumerate(shot.frames):
            image = next(images)
            lab, lab_truth = levels_to_lab(image), levels_to_lab(truth)
            ab = np.ascontiguousarray(lab[..., 1:])
            if before is not None:
                found.append(_flicker(ab, before, steps[number - 1]))
                true.extend(_flicker(ab, before, step) for step in shot.steps[number - 1 : number])
            before = ab
            one, other = ([*np.moveaxis(x, -1, 0)] for x in (lab, lab_truth))
            differences.append(float(difference(one, other, np).mean()))
            ratios.append(_colorfulness(image) / _colorfulness(truth))
    mean_true = float(np.nanmean(true)) if true else float("nan")
    return mean_true, float(np.nanmean(found)), float(np.mean(differences)), float(np.mean(ratios))


def _flicker(ab: np.ndarray, before: np.ndarray, step: Step) -> float:
    """The mean distance to where each pixel was; nan where none was seen."""
    if not step.seen.any():
        return float("nan")
    distance = np.linalg.norm(ab - moved(before, step.places), axis=-1)
    return float(distance[step.seen].mean())


def _colorfulness(image: np.ndarray) -> float:
    from colorkeras.metrics.image_metrics import colorfulness

    return float(np.asarray(colorfulness(image[np.newaxis].astype(np.float32)))[0])
