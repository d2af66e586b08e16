"""What `colorize` is to do, decided before a model is opened: which image becomes which file."""

import os
import unicodedata
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from colorkeras.console.errors import UserError
from colorkeras.data.folders.extensions import EXTENSIONS, is_image_name, suffix_of
from colorkeras.data.images.decode import opened
from colorkeras.data.images.formats import UnusableImage
from colorkeras.data.images.mark import is_own_result

if TYPE_CHECKING:
    from colorkeras.data.folders.walk import Walk

FORMATS = {"png": ".png", "jpg": ".jpg"}
_FORMAT_OF = {".png": "png", ".jpg": "jpg", ".jpeg": "jpg", ".jpe": "jpg", ".jfif": "jpg"}


@dataclass(frozen=True)
class Job:
    """One image to read and the file to write, or the files: one for each sample."""

    photo: Path
    output: Path

    def outputs(self, samples: int) -> list[Path]:
        """The files of `samples` colorings: `name-1.png`, `name-2.png`, …; of 0, `name.png`."""
        if not samples:
            return [self.output]
        name = self.output
        return [name.with_name(f"{name.stem}-{k + 1}{name.suffix}") for k in range(samples)]


@dataclass(frozen=True)
class Plan:
    """What is to be done.

    Attributes:
        jobs: images and results.
        problems: (path, reason) of what cannot be colorized.
        own_results: images that were ignored, as they are results already.
        ignored: how much was ignored in folders, by kind; see `Walk`.
    """

    jobs: list[Job] = field(default_factory=list)
    problems: list[tuple[Path, str]] = field(default_factory=list)
    own_results: list[Path] = field(default_factory=list)
    ignored: Counter[str] = field(default_factory=Counter)

    def notes(self) -> list[str]:
        """What was ignored, a line each."""
        notes = []
        if self.ignored:
            from colorkeras.data.folders.walk import ignored_note

            notes.append(ignored_note(self.ignored))
        if self.own_results:
            notes.append(f"ignored, results of colorkeras: {len(self.own_results):,}")
        return [note for note in notes if note]


def plan_jobs(photos: list[str], out: Path, form: str | None = None) -> Plan:
    """Decide which file becomes which.

    A file of a folder keeps its relative path below `out`; an image beside which another one of
    its name lies, such as a.jpg and a.png, keeps its extension in the name. So a result's name does
    not depend on what else is given, but where files of equal names are given from several folders:
    they get numbers.

    Args:
        photos: paths of files and folders.
        out: folder of the results, whose contents are never taken as images; or, for one image, the
            file.
        form: "png" or "jpg"; None follows the name of `out` where that is a file, else "png".

    Returns:
        A `Plan`.

    Raises:
        UserError: when `out` is a file, or one of the folders to read.
    """
    if is_file_name(out):
        return _one_file(photos, out, form)
    if out.exists() and not out.is_dir():
        raise UserError(f"{out}: is a file; expected a folder for the results.")
    plan, names, seen = Plan(), _Names(out, FORMATS[form or "png"]), set()
    for given in map(Path, photos):
        for photo, name in _images(given, out, plan):
            place = os.path.abspath(photo)
            if place in seen:  # given twice
                continue
            seen.add(place)
            if carries_mark(photo):
                plan.own_results.append(photo)
            else:
                plan.jobs.append(Job(photo, names.free(photo, name)))
    return plan


def keep_photos(plan: Plan, samples: int) -> None:
    """Take out the jobs whose results would replace an image to read; they become problems.

    Args:
        plan: a `Plan`, changed.
        samples: number of colorings of each image, 0 for one without a number.
    """
    photos = {os.path.realpath(job.photo) for job in plan.jobs}
    kept = []
    for job in plan.jobs:
        outputs = job.outputs(samples)
        if replaced := next((o for o in outputs if os.path.realpath(o) in photos), None):
            reason = f"its result {replaced} would replace an image to read; choose another -o"
            plan.problems.append((job.photo, reason))
        else:
            kept.append(job)
    plan.jobs[:] = kept


def is_file_name(out: Path) -> bool:
    """Whether the path for the results means one file: its name ends as an image's does."""
    return is_image_name(out.name) and not out.is_dir()


def carries_mark(path: Path) -> bool:
    """Whether an image file is a result of `colorize`, by its header; False where it cannot be
    read."""
    try:
        with opened(path) as image:
            return is_own_result(image)
    except UnusableImage:
        return False


def _one_file(photos: list[str], out: Path, form: str | None) -> Plan:
    if len(photos) != 1 or Path(photos[0]).is_dir():
        what = f"{len(photos)} paths were" if len(photos) != 1 else "a folder was"
        raise UserError(f"{out}: names one file, {what} given; expected a folder for the results.")
    named = _FORMAT_OF.get(suffix_of(out.name))
    if named is None or form not in (None, named):
        wanted = f"--format {form}" if named else "PNG or JPEG"
        raise UserError(
            f"{out}: a result is {wanted}; expected a folder for the results, or a name that ends "
            f"in {FORMATS[form] if form else '.png or .jpg'}."
        )
    photo, plan = Path(photos[0]), Plan()
    for _ in _images(photo, out, plan):
        if carries_mark(photo):
            plan.own_results.append(photo)
        else:
            plan.jobs.append(Job(photo, out))
    return plan


def _images(given: Path, out: Path, plan: Plan) -> Iterator[tuple[Path, Path]]:
    """Yield (path, name of its own) of the images that a path means; note the rest in the plan."""
    if given.is_dir():
        walk = _walk(given, out)
        plan.ignored.update(walk.ignored)
        plan.problems.extend((given / name, reason) for name, reason in walk.skipped())
        if not walk.names:
            plan.problems.append((given, "no images in this folder"))
        yield from ((given / name, Path(name)) for name in walk.names)
    elif given.exists() and not given.is_file():
        plan.problems.append((given, "a device or a pipe, no file"))
    elif given.exists() or given.is_symlink():
        yield given, Path(given.name)
    else:
        plan.problems.append((given, "no such file or folder"))


def _walk(folder: Path, out: Path) -> "Walk":
    """The walk of a folder without the results in it."""
    root, out = (Path(os.path.realpath(path)) for path in (folder, out))
    if root == out:
        raise UserError(f"{folder}: is also the folder for the results. Choose another -o.")
    from colorkeras.data.folders.walk import Walk, walk_images

    walk = walk_images(folder)
    if root not in out.parents:
        return walk
    below = f"{out.relative_to(root).as_posix()}/"
    names = [name for name in walk.names if not name.startswith(below)]
    not_read = [(name, reason) for name, reason in walk.not_read if not name.startswith(below)]
    return Walk(names, not_read, walk.unreadable, walk.ignored)


class _Names:
    """Names for results, each given once."""

    def __init__(self, out: Path, suffix: str) -> None:
        self._out, self._suffix = out, suffix
        self._taken: set[str] = set()
        self._by_stem: dict[Path, dict[str, list[str]]] = {}

    def free(self, photo: Path, name: Path) -> Path:
        """The file for the result of an image that has this name below its folder."""
        whole = name.with_name(name.name + self._suffix)
        candidates = (
            [whole] if self._has_namesake(photo) else [name.with_suffix(self._suffix), whole]
        )
        number = 2
        while True:
            for candidate in candidates:
                key = _as_seen(str(candidate))
                if key not in self._taken:
                    self._taken.add(key)
                    return self._out / candidate
            candidates = [name.with_name(f"{name.stem}-{number}{self._suffix}")]
            number += 1

    def _has_namesake(self, photo: Path) -> bool:
        """Whether another image of the same name but for its extension lies in the folder."""
        if photo.parent not in self._by_stem:
            found: dict[str, list[str]] = {}
            with suppress(OSError):  # a folder that may be entered, not listed
                for name in os.listdir(photo.parent):
                    if suffix_of(name) in EXTENSIONS and not name.startswith("."):
                        found.setdefault(_as_seen(Path(name).stem), []).append(name)
            self._by_stem[photo.parent] = found
        namesakes = self._by_stem[photo.parent].get(_as_seen(photo.stem), ())
        return any(
            name != photo.name and not carries_mark(photo.parent / name) for name in namesakes
        )


def _as_seen(name: str) -> str:
    """A name as file systems that ignore case and Unicode's forms see it."""
    return unicodedata.normalize("NFC", name).casefold()
