"""The rows of `bench photos`: what is measured on which copies, and beside what."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from pathlib import Path

import numpy as np

from colorkeras.bench.photos.copies import write_copy
from colorkeras.bench.photos.fresh import measured_colorize, measured_process
from colorkeras.bench.photos.turns import CPU_SECONDS, MEMORY, SECONDS, Measured, best_in_turn
from colorkeras.devices import backend
from colorkeras.photos.formats.pages import FORMATS

HEADER = ("what", "beside", "ours", "rival", "ratio", "unit")
_SMALL = 0.01  # megapixels of the photograph that shows what the start takes
Row = tuple[str, str, str, str, str, str]


@dataclass(frozen=True)
class Copies:
    """Grey JPEGs of one photograph.

    Attributes:
        folder: where they are, and what is made of them.
        megapixels: of those of a folder, of the single one, and of the large one.
        count: in the folder.
    """

    folder: Path
    megapixels: tuple[float, float, float]
    count: int

    @property
    def many(self) -> list[Path]:
        return [self.folder / f"{number}.jpg" for number in range(self.count)]

    @property
    def single(self) -> Path:
        return self.folder / "single.jpg"

    @property
    def large(self) -> Path:
        return self.folder / "large.jpg"

    @property
    def small(self) -> Path:
        return self.folder / "small.jpg"

    def write(self, grey: np.ndarray) -> None:
        """Make them of a (height, width) uint8 image; errors are those of `write_copy`."""
        of_many, single, large = self.megapixels
        for path, size in ((self.small, _SMALL), (self.single, single), (self.large, large)):
            write_copy(path, grey, size, seed=0)
        for seed, path in enumerate(self.many, 1):
            write_copy(path, grey, of_many, seed)


def fresh_rows(
    copies: Copies, model: str | None, rounds: int, report: Callable[[str], None]
) -> Iterator[Row]:
    """Rows of start and memory, in fresh processes.

    Args:
        copies: written.
        model: as of `colorize --model`.
        rounds: of all measurements.
        report: takes a line of text after each.
    """
    small, bare = "a small photograph", f"import tensorflow {metadata.version('tensorflow')}"
    parts: dict[str, Callable[[], Measured]] = {
        bare: partial(measured_process, ["-c", "import tensorflow"]),
        small: partial(measured_colorize, copies.small, copies.folder / "small.png", model),
    }
    _, single, large = copies.megapixels
    for size, photo in ((single, copies.single), (large, copies.large)):
        for form in ("png", "jpg"):
            output = photo.with_name(f"fresh.{form}")
            parts[_named(size, form)] = partial(measured_colorize, photo, output, model)
    found = best_in_turn(parts, rounds, report)
    yield _row(f"start, {small}", bare, CPU_SECONDS, found[small], found[bare])
    yield _row(f"memory, {small}", bare, MEMORY, found[small], found[bare])
    for name in list(parts)[2:]:
        yield _row(f"memory, {name}", small, MEMORY, found[name], found[small])


def warm_rows(
    copies: Copies, model: Path, jobs: int, rounds: int, report: Callable[[str], None]
) -> Iterator[Row]:
    """Rows of one photograph and of a folder, in this process, which loads the model.

    Args:
        copies: written.
        model: its file.
        jobs: photographs at a time.
        rounds: of all measurements.
        report: takes a line of text after each.
    """
    backend.set_up_inference()
    from colorkeras.bench.photos.warm import PILLOW, folder_parts, single_parts
    from colorkeras.inference.saved_model import load_model

    saved = load_model(model)
    of_many, single, _ = copies.megapixels
    found = best_in_turn(single_parts(saved, copies.single, copies.folder), rounds, report)
    for rival, (form, _) in PILLOW.items():
        name = f"Pillow {metadata.version('pillow')}, {FORMATS[form].name}, {rival}"
        for unit in (SECONDS, CPU_SECONDS):
            yield _row(_named(single, form), name, unit, found[form], found[rival])
    together = f"{copies.count} of {of_many:g} MP, JPEG to PNG, {jobs} at a time"
    found = best_in_turn(folder_parts(saved, copies.many, copies.folder, jobs), rounds, report)
    for rival, name in (
        ("in turn", "one at a time, its rows in all cores"),
        ("in turn, one thread", "one at a time, its rows in one thread"),
    ):
        for unit in (SECONDS, CPU_SECONDS):
            yield _row(together, name, unit, found["together"], found[rival])


def _named(size: float, form: str) -> str:
    return f"{size:g} MP, JPEG to {FORMATS[form].name}"


def _row(what: str, beside: str, unit: str, ours: Measured, rival: Measured) -> Row:
    numbers = (ours[unit], rival[unit], ours[unit] / rival[unit])
    of_ours, of_rival, ratio = (f"{number:.4g}" for number in numbers)
    return what, beside, of_ours, of_rival, ratio, unit
