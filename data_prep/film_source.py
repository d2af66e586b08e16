"""Films as a source of images: the chosen frames are first written to a folder."""

import contextlib
import hashlib
import importlib.util
import json
import multiprocessing.connection
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from colorkeras.console.errors import UserError
from colorkeras.console.progress import ProgressReport
from colorkeras.console.safe_text import printable
from colorkeras.data.folders.extensions import FILMS
from colorkeras.data.folders.walk import walk_files
from data_prep.folder_images import FolderImages
from data_prep.frame_checks import UNFIT
from data_prep.frame_sampling import DETAILS, Sampling, sample_video
from data_prep.image_source import GivenSource, Item
from data_prep.prepared_image import Recipe
from data_prep.safe_names import slug
from data_prep.worker_process import CRASHED, context, leave_interrupts


@dataclass(frozen=True)
class Films(GivenSource):
    """One or more video files.

    Attributes:
        paths: of the files.
        sampling: how frames are chosen.
        recipe: how images are prepared.
    """

    paths: tuple[Path, ...]
    sampling: Sampling
    recipe: Recipe
    kind = "video"

    def files(self) -> list[Path]:
        """The video files."""
        return list(self.paths)

    def settings(self) -> dict[str, Any]:
        """How frames are chosen."""
        return asdict(self.sampling)

    def stage(self, folder: Path) -> "Frames":
        """Choose and write the frames of all films that have none yet.

        Raises:
            UserError: when no film could be read, or no frame was chosen.
        """
        refused = {}
        for path in self.paths:
            target = folder / film_folder(path)
            if not (target / DETAILS).exists():
                shutil.rmtree(target, ignore_errors=True)  # left by an interrupted attempt
                if reason := _sample_apart(path, target, self.recipe, self.sampling):
                    shutil.rmtree(target, ignore_errors=True)
                    refused[path.name] = reason
        if len(refused) == len(self.paths):
            reasons = "; ".join(f"{name}: {reason}" for name, reason in refused.items())
            raise UserError(f"no film could be read ({reasons}).")
        frames = Frames(folder, refused)
        if not any(detail.get("taken") for detail in frames.details()):
            summary = "; ".join(map(_summary, frames.details()))
            shutil.rmtree(folder)  # so that other options can be tried
            raise UserError(
                f"no frame was taken ({summary}). Give longer films, or lower --skip-start and "
                "--skip-end."
            )
        for detail in frames.details():
            if "damage" in detail:
                print(f"{printable(detail['name'])}: {detail['damage']}", file=sys.stderr)
        return frames


@dataclass(frozen=True)
class Frames(FolderImages):
    """The frames that were chosen.

    Attributes:
        refused: film → why it has no frames here. A film that lacks only some frames states that
            in its details.
    """

    refused: dict[str, str] = field(default_factory=dict)

    def items(self) -> Iterator[Item]:
        """Yield an item with the reason for each refused or damaged film, then the frames."""
        damaged = {d["name"]: d["damage"] for d in self.details() if "damage" in d}
        yield from (Item(name, refused=why) for name, why in (self.refused | damaged).items())
        yield from super().items()

    def details(self) -> list[dict[str, Any]]:
        """What was found in each film; see `frame_sampling`."""
        found = sorted(self.root.glob(f"*/{DETAILS}"))
        return [json.loads(path.read_text(encoding="utf-8")) for path in found]


def open_films(given: str, sampling: Sampling, recipe: Recipe) -> Films:
    """Open one video file, or all video files in a folder.

    Args:
        given: the path.
        sampling: how frames are chosen.
        recipe: how images are prepared.

    Raises:
        UserError: when there is no film, or the library that decodes films is not installed.
    """
    if importlib.util.find_spec("av") is None:
        raise UserError(
            "films are decoded with the library PyAV, which is not installed. Install it with "
            '`pip install "colorkeras[video]"` (or `pip install av`).'
        )
    path = Path(os.path.expanduser(given))
    if given and path.is_file():
        return Films((path.absolute(),), sampling, recipe)
    endings = ", ".join(sorted(FILMS))
    if not given or not path.is_dir():
        what = "a device or a pipe" if given and path.exists() else "no such file or folder"
        raise UserError(f"{given!r}: {what}. Give a video file or a folder of them.")
    walk = walk_files(path, FILMS)
    for note in walk.notes():
        print(note, file=sys.stderr)
    found = [path.absolute() / name for name in walk.names]
    if not found:
        raise UserError(f"{path}: no video file below it. Expected files ending in {endings}.")
    return Films(tuple(found), sampling, recipe)


def _summary(detail: dict[str, Any]) -> str:
    """How many frames of a film were looked at, and why some were not taken."""
    reasons = [f"{detail[kind]} {kind}" for kind in UNFIT if detail.get(kind)]
    looked_at = f"{detail['frames']} frames, {detail['looked_at']} looked at"
    return f"{detail['name']}: {', '.join([looked_at, *reasons])}"


def film_folder(path: Path) -> str:
    """The folder of a film's frames: the plain characters of its name, and eight digits of a hash.

    The hash is that of the film's bytes, so that the frames have the same names, and are in the
    same splits, wherever the film is stored.
    """
    with open(path, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()[:8]
    return "-".join(part for part in (slug(path.stem), digest) if part)


def _sample_apart(path: Path, target: Path, recipe: Recipe, sampling: Sampling) -> str:
    """Sample a film in a process of its own, which a hostile file may crash.

    Returns:
        Why the film could not be read; "" where it was read.

    Raises:
        UserError: when frames could not be written.
    """
    ours, theirs = multiprocessing.connection.Pipe(duplex=False)
    child = context(__name__).Process(
        target=_sample, args=(theirs, path, target, recipe, sampling), daemon=True
    )
    child.start()
    theirs.close()
    reason = CRASHED
    with (
        ProgressReport(f"frames of {path.name}", unit="frame") as progress,
        contextlib.suppress(EOFError),
    ):
        while True:
            done, total, reason_or_none, is_ours = ours.recv()
            if is_ours:
                raise UserError(reason_or_none)
            if reason_or_none is not None:
                reason = reason_or_none
            elif total:
                progress.update_of(done, total)
            else:
                progress.update(done)
    child.join()
    return reason


def _sample(pipe: Connection, path: Path, target: Path, recipe: Recipe, sampling: Sampling) -> None:
    leave_interrupts()
    try:
        sample_video(path, target, recipe, sampling, lambda *done: pipe.send((*done, None, False)))
    except (ValueError, UserError) as error:
        pipe.send((0, 0, str(error), isinstance(error, UserError)))
    else:
        pipe.send((0, 0, "", False))
