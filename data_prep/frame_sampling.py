"""Choose the frames of a film that become images: per scene, no two alike, no black, no credits."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from colorkeras.data.images.decode import fit
from colorkeras.records.atomic import replacing, write_json
from data_prep.duplicates import MAX_BITS, bit_distance
from data_prep.frame_checks import is_scene_change, small_hsv, unfit
from data_prep.prepared_image import Recipe, difference_hash, encode_png

if TYPE_CHECKING:
    from data_prep.video import VideoFacts

DETAILS = "video.json"  # written last: a folder that has it is complete
SETTLED = 0.2  # seconds after a cut without a frame: encoders blur the first frames


@dataclass(frozen=True)
class Sampling:
    """How frames are chosen.

    Attributes:
        interval: seconds between the frames of a scene that are looked at.
        skip_start, skip_end: seconds at the start and at the end of the film that are skipped.
    """

    interval: float = 1.0
    skip_start: float = 0.0
    skip_end: float = 0.0


def sample_video(
    path: Path,
    folder: Path,
    recipe: Recipe,
    sampling: Sampling,
    progress: Callable[[int, int], None],
) -> None:
    """Write the chosen frames of a film to folder/scene-NNNNN/NNNNNNNN.png, then DETAILS.

    Args:
        path: the video file.
        folder: made if missing.
        recipe: size and resize rule of the images. Frames are prepared before they are written,
            as the frames of a film at full size would fill a disk.
        sampling: how frames are chosen.
        progress: called with (frame, frames).

    Raises:
        ValueError: when it is not a video, or has no frame.
    """
    from data_prep.video import Video  # needs an extra

    with Video(path) as video:
        facts, chooser = video.facts, _Chooser(video.facts.fps, sampling)
        skipped = sampling.skip_end * facts.fps
        last = facts.frames - skipped if facts.frames and skipped else np.inf
        number = -1
        for number, frame in enumerate(video.frames()):
            if number % 50 == 0:
                progress(number, facts.frames)
            if number >= last:
                break
            if not chooser.looks_at(number, frame):
                continue
            rgb = cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)
            pixels = fit(rgb, recipe.height, recipe.width, rule=recipe.resize)
            if chooser.takes(frame, pixels):
                _write(folder / f"scene-{chooser.scene:05d}" / f"{number:08d}.png", pixels)
        damage = video.damage()
    write_json(folder / DETAILS, _details(path.name, facts, number + 1, damage, chooser))


def _details(
    name: str, facts: "VideoFacts", frames: int, damage: str, chooser: "_Chooser"
) -> dict[str, Any]:
    """What was found in a film, as DETAILS and dataset.json state it."""
    return {
        "name": name,
        "width": facts.width,
        "height": facts.height,
        "fps": round(facts.fps, 3),
        "frames": frames,
        **({"damage": damage} if damage else {}),
        "scenes": chooser.scene,
        "looked_at": chooser.counts.total(),
        **{kind: chooser.counts[kind] for kind in sorted(chooser.counts)},
    }


def _write(path: Path, pixels: np.ndarray) -> None:
    with replacing(path) as temporary:
        temporary.write_bytes(encode_png(pixels))


class _Chooser:
    """Chooses among the frames of one film, which it gets in their order."""

    def __init__(self, fps: float, sampling: Sampling) -> None:
        self._first = sampling.skip_start * fps
        self._step = max(1, round(sampling.interval * fps))
        self._settled = round(SETTLED * fps)
        self._before: np.ndarray | None = None
        self._next = 0
        self._hashes = np.empty(0, np.int64)
        self.scene = 0
        self.counts: Counter[str] = Counter()

    def looks_at(self, number: int, frame: np.ndarray) -> bool:
        """Count the scenes, and return whether this frame is one to look at."""
        if number < self._first:
            return False
        now = small_hsv(frame)
        if self._before is None or is_scene_change(self._before, now):
            self.scene += 1
            self._next = number + self._settled
        self._before = now
        if number < self._next:
            return False
        self._next = number + self._step
        return True

    def takes(self, frame: np.ndarray, pixels: np.ndarray) -> bool:
        """Whether this frame becomes an image: it is fit, and not similar to an earlier one."""
        reason = unfit(frame)
        if not reason:
            found = np.array([difference_hash(pixels)], np.int64)
            alike = len(self._hashes) and bit_distance(self._hashes, found).min() <= MAX_BITS
            reason = "near duplicate" if alike else "taken"
            if not alike:
                self._hashes = np.append(self._hashes, found)
        self.counts[reason] += 1
        return reason == "taken"
