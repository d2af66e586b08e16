"""Color films that the user gives to `bench films`: folders of frames, or video files."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from colorkeras.bench.films_measure import small_luma
from colorkeras.bench.films_rendered import Shot
from colorkeras.console.errors import UserError
from colorkeras.console.natural_order import natural_key
from colorkeras.console.safe_text import printable
from colorkeras.data.folders.walk import walk_images
from colorkeras.data.images.decode import read_rgb
from colorkeras.data.images.formats import UnusableImage
from colorkeras.films.scene_cuts import SceneCuts

_SIDE = 640  # pixels of the longer side in which films are measured


def open_film(path: Path, count: int) -> list[Shot]:
    """The first frames of a film, scene by scene.

    Args:
        path: a folder of color images, or a video file.
        count: of frames.

    Returns:
        Its shots, whose true motion is not known: `steps` is empty.

    Raises:
        UserError: when there are fewer than two frames, they differ in size, or the file cannot
            be read.
    """
    frames = list(itertools.islice(_images(path) if path.is_dir() else _decoded(path), count))
    if len(frames) < 2:
        raise UserError(
            f"{printable(path)}: {len(frames)} frames; expected a folder of the frames of a film, "
            "or a video file that OpenCV decodes, with at least 2."
        )
    cuts, shots = SceneCuts(), [Shot([], [])]
    for number, frame in enumerate(frames):
        if frame.shape != frames[0].shape:
            raise UserError(
                f"{printable(path)}: frame {number + 1} is of another size than the first; "
                "expected one film."
            )
        if cuts.is_cut(small_luma(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY))):
            shots.append(Shot([], []))
        shots[-1].frames.append(frame)
    return shots


def _images(folder: Path) -> Iterator[np.ndarray]:
    for name in sorted(walk_images(folder).names, key=natural_key):
        try:
            yield _reduced(read_rgb(folder / name))
        except UnusableImage as error:
            raise UserError(f"{printable(folder / name)}: {error.reason}") from error


def _decoded(file: Path) -> Iterator[np.ndarray]:
    video = cv2.VideoCapture(str(file))
    try:
        while True:
            is_read, pixels = video.read()
            if not is_read:
                return
            yield _reduced(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB))
    finally:
        video.release()


def _reduced(image: np.ndarray) -> np.ndarray:
    scale = min(1.0, _SIDE / max(image.shape[:2]))
    rows, columns = (max(1, round(side * scale)) for side in image.shape[:2])
    return cv2.resize(image, (columns, rows), interpolation=cv2.INTER_AREA)
