"""What `colorize` is to do, decided before a model is opened: which image becomes which file."""

import glob
import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from colorkeras.console.errors import UserError
from colorkeras.data.folders.extensions import is_image_name, refused_kind, suffix_of
from colorkeras.data.images.formats import UnusableImage
from colorkeras.inference.result_names import ResultNames, as_seen, carries_mark
from colorkeras.photos.formats.pages import FORMATS
from colorkeras.photos.photograph import Photo

if TYPE_CHECKING:
    from colorkeras.data.folders.walk import Walk

_FORMAT_OF = {suffix: name for name, form in FORMATS.items() for suffix in form.suffixes}
_FORMAT_OF |= {".jpe": "jpg", ".jfif": "jpg"}


@dataclass(frozen=True)
class Job:
    """One photograph to read and the file to write, or the files: one for each sample.

    Attributes:
        photo: the file to read.
        output: the file to write.
        form: its format, a key of `photos.pages.FORMATS`.
        hints: the file with its hints; None for none.
    """

    photo: Path
    output: Path
    form: str
    hints: Path | None = None

    def outputs(self, samples: int) -> list[Path]:
        """The files of `samples` colorings: `name-1.png`, `name-2.png`, …; of 0, `name.png`."""
        if not samples:
            return [self.output]
        name = self.output
        return [name.with_name(f"{name.stem}-{k + 1}{name.suffix}") for k in range(samples)]

    @property
    def doubt(self) -> Path:
        """The file of the doubt map."""
        return self.output.with_name(f"{self.output.stem}-doubt.png")


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
    not depend on what else is given. Where two results would have one name, the second becomes a
    problem.

    Args:
        photos: paths of files and folders, and patterns such as "scans/**/*.tif".
        out: folder of the results, whose contents are never taken as images; or, for one image, the
            file.
        form: a key of `photos.pages.FORMATS`. None follows the name of `out` where that is a file,
            else the photograph: see `form_of`.

    Returns:
        A `Plan`.

    Raises:
        UserError: when `out` is a file, or one of the folders to read.
    """
    if is_file_name(out):
        return _one_file(photos, out, form)
    if out.exists() and not out.is_dir():
        raise UserError(f"{out}: is a file; expected a folder for the results.")
    plan, names, seen = Plan(), ResultNames(out), set()
    for given in photos:
        for photo, name in _images(given, out, plan):
            place = os.path.abspath(photo)
            if place in seen:  # given twice
                continue
            seen.add(place)
            _add(plan, photo, form, partial(names.of, photo, name))
    return plan


def form_of(photo: Photo) -> str:
    """The format that holds a photograph's result without loss: its own, else PNG."""
    if photo.form == "TIFF":
        return "tiff"
    return "webp" if photo.is_lossless_webp else "png"


def _add(plan: Plan, photo: Path, form: str | None, name: Callable[[str], Path]) -> None:
    """Add a job for a photograph whose header can be read, else a problem."""
    try:
        if carries_mark(photo):
            plan.own_results.append(photo)
            return
        header = Photo(photo)
        kind = form or form_of(header)
        if len(header.numbers) > 1 and not FORMATS[kind].several_pages:
            raise UnusableImage(
                f"has {len(header.numbers)} pages, a {FORMATS[kind].name} holds one; use tiff"
            )
        plan.jobs.append(Job(photo, name(kind), kind))
    except UnusableImage as error:
        plan.problems.append((photo, error.reason))


def keep_photos(plan: Plan, samples: int, doubt: bool = False) -> None:
    """Take out the jobs whose files would replace an image to read, or those of another job.

    They become problems.

    Args:
        plan: a `Plan`, changed.
        samples: number of colorings of each image, 0 for one without a number.
        doubt: whether each job also writes a doubt map.
    """
    photos = {os.path.realpath(job.photo) for job in plan.jobs}
    kept: list[Job] = []
    taken: dict[str, Path] = {}
    for job in plan.jobs:
        outputs = job.outputs(samples)
        names = [as_seen(str(o)) for o in (*outputs, *([job.doubt] if doubt else []))]
        if other := next((taken[name] for name in names if name in taken), None):
            reason = f"one of its files would have the name of one of {other}; choose another -o"
            plan.problems.append((job.photo, reason))
            continue
        taken |= dict.fromkeys(names, job.photo)
        if folder := next((o for o in (*outputs, job.doubt) if o.is_dir()), None):
            reason = f"its result {folder} is a folder; remove it, or choose another -o"
            plan.problems.append((job.photo, reason))
        elif replaced := next((o for o in outputs if os.path.realpath(o) in photos), None):
            reason = f"its result {replaced} would replace an image to read; choose another -o"
            plan.problems.append((job.photo, reason))
        else:
            kept.append(job)
    plan.jobs[:] = kept


def is_file_name(out: Path) -> bool:
    """Whether the path for the results means one file: its name ends as an image's does."""
    return is_image_name(out.name) and not out.is_dir()


def _one_file(photos: list[str], out: Path, form: str | None) -> Plan:
    if len(photos) != 1 or Path(photos[0]).is_dir():
        what = f"{len(photos)} paths were" if len(photos) != 1 else "a folder was"
        raise UserError(f"{out}: names one file, {what} given; expected a folder for the results.")
    named = _FORMAT_OF.get(suffix_of(out.name))
    if named is None or form not in (None, named):
        usual = [kind.suffixes[0] for kind in FORMATS.values()]
        wanted = f"--format {form}" if named else "PNG, JPEG, TIFF or WebP"
        raise UserError(
            f"{out}: a result is {wanted}; expected a folder for the results, or a name that ends "
            f"in {FORMATS[form].suffixes[0] if form else ', '.join(usual)}."
        )
    plan = Plan()
    for photo, _ in _images(photos[0], out, plan):
        _add(plan, photo, named, lambda _: out)
    if len(plan.jobs) > 1:
        raise UserError(
            f"{out}: names one file, {photos[0]} means {len(plan.jobs)}; expected a folder for the "
            "results."
        )
    return plan


def _images(given: str, out: Path, plan: Plan) -> Iterator[tuple[Path, Path]]:
    """Yield (path, name of its own) of the images that a path means; note the rest in the plan."""
    path = Path(given)
    if path.is_dir():
        yield from _of_folder(path, out, plan)
    elif path.exists() and not path.is_file():
        plan.problems.append((path, "a device or a pipe, no file"))
    elif path.exists() or path.is_symlink():
        yield path, Path(path.name)
    elif glob.has_magic(str(given)):
        yield from _of_pattern(str(given), out, plan)
    else:
        plan.problems.append((path, "no such file or folder"))


def _of_folder(folder: Path, out: Path, plan: Plan) -> Iterator[tuple[Path, Path]]:
    walk = _walk(folder, out)
    plan.ignored.update(walk.ignored)
    plan.problems.extend((folder / name, reason) for name, reason in walk.skipped())
    if not walk.names:
        plan.problems.append((folder, "no images in this folder"))
    yield from ((folder / name, Path(name)) for name in walk.names)


def _of_pattern(pattern: str, out: Path, plan: Plan) -> Iterator[tuple[Path, Path]]:
    """The files that a pattern means; names begin below the folder before its first wildcard."""
    parts = Path(pattern).parts
    fixed = next(number for number, part in enumerate(parts) if glob.has_magic(part))
    base, found = Path(*parts[:fixed]), False
    inside = Path(os.path.realpath(out))
    for name in sorted(glob.glob(pattern, recursive=True)):
        path = Path(name)
        if not path.is_file() or inside in Path(os.path.realpath(path)).parents:
            continue
        reason = refused_kind(path.name, b"")
        if reason is None:  # no image
            continue
        found = True
        if reason:
            plan.problems.append((path, reason))
        else:
            yield path, path.relative_to(base)
    if not found:
        plan.problems.append((Path(pattern), "no image matches this pattern"))


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
