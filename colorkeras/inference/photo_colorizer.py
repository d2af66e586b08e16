"""Color one photograph's file: every page, at its own depth, with its metadata.

Each result says in the file that its colors are a model's, and what it was made of: a repeated
command finds it there and does not make it again.
"""

import hashlib
import json
import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from colorkeras.data.images.decode import opened, strips
from colorkeras.data.images.formats import UnusableImage
from colorkeras.data.images.grey import grey_reason
from colorkeras.data.images.mark import facts_of
from colorkeras.inference.batch_csv import BatchCsv
from colorkeras.inference.colorize_options import Options
from colorkeras.inference.colorize_plan import Job
from colorkeras.inference.colorizer import Colorizer, colored_strips, differences, mean_of
from colorkeras.inference.model_file.metadata import has_integrity
from colorkeras.inference.saved_model import SavedModel
from colorkeras.photos.formats.pages import FORMATS, Page
from colorkeras.photos.formats.write import write_photo
from colorkeras.photos.metadata.fitting import fitting
from colorkeras.photos.metadata.metadata import copy_times
from colorkeras.photos.photograph import Photo, PhotoPage
from colorkeras.photos.reducing import small_copy
from colorkeras.records.atomic import replacing
from colorkeras.records.environment import available_cores

Facts = dict[str, Any]
_LOOKED_AT = 256  # pixels of the copy that shows whether a photograph has colors
_ONE_AT_A_TIME = 30_000_000  # pixels from which on photographs do not share the memory


@dataclass
class Result:
    """What became of one photograph.

    Attributes:
        status: "colorized", "already there", "left out" or "copied".
        outputs: the files of the results.
        notes: what the user should be told.
        photo: its file.
        deviation: largest change of the luminance in code values, where it was verified.
        records: of results without a mark, what they are made of and their SHA-256.
        doubt: mean of the doubt map in CIELAB units, where there is one.
        seconds: that it took.
    """

    status: str
    outputs: list[Path] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    photo: Path | None = None
    deviation: float | None = None
    records: dict[Path, tuple[str, str]] = field(default_factory=dict)
    doubt: float | None = None
    seconds: float = 0.0


class PhotoColorizer:
    """Colors photographs with one model, or with the mean of several; threads may share it.

    Args:
        models: `SavedModel`s.
        options: how.
        table: what earlier batches have noted of results without a mark; None for nothing.
    """

    def __init__(
        self, models: Sequence[SavedModel], options: Options, table: BatchCsv | None = None
    ) -> None:
        self._models, self._options, self._table = models, options, table
        self._colorizers = [Colorizer(saved, options.keep) for saved in models]
        self._large = threading.Lock()

    def color(self, job: Job, source: str) -> Result:
        """Write the colorings of one photograph, unless all are there already.

        Args:
            job: the photograph and its result.
            source: SHA-256 of the photograph.

        Raises:
            PredictionError: when a model predicts NaN or infinity.
            UnusableImage: when the photograph cannot be read, or a file is in the way.
            UserError: when a result cannot be written.
        """
        began, options = time.monotonic(), self._options
        facts = dict(zip(job.outputs(options.samples), self._facts(source), strict=True))
        if not options.overwrite and self._are_there(facts):
            return Result("already there", list(facts))
        photo = Photo(job.photo, options.reading)
        result = Result("colorized", list(facts), list(photo.notes), job.photo)
        reader = _Pages(photo)
        with self._large if reader.pixels > _ONE_AT_A_TIME else nullcontext():
            if options.skip_color and self._has_colors(reader):
                return Result("left out", [], ["has colors of its own"])
            self._write(job, reader, facts, result)
            result.deviation = self._verified(job, reader, result) if options.verify else None
            if options.doubt:
                result.doubt = self._write_doubt(job, reader, next(iter(facts.values())))
        if not options.mark:
            result.records = {o: (_digest(f), source_of(o)) for o, f in facts.items()}
        result.seconds = time.monotonic() - began
        return result

    def copied(self, job: Job, source: str, first: Result) -> Result:
        """Copy the results of another photograph with the same bytes.

        Args:
            job: this photograph and its result.
            source: SHA-256 of both.
            first: of the other.

        Raises:
            UnusableImage: when a file is in the way.
            UserError: when a result cannot be written.
        """
        options = self._options
        facts = dict(zip(job.outputs(options.samples), self._facts(source), strict=True))
        if not options.overwrite and self._are_there(facts):
            return Result("already there", list(facts))
        for output, own in zip(first.outputs, facts, strict=True):
            with replacing(own) as temporary:
                shutil.copyfile(output, temporary)
            with suppress(OSError):
                copy_times(job.photo, own)
        records = dict(zip(facts, first.records.values(), strict=False))
        note = f"the same as {first.photo}"
        return Result("copied", list(facts), [note], job.photo, first.deviation, records)

    def _write(self, job: Job, reader: "_Pages", facts: dict[Path, Facts], result: Result) -> None:
        options = self._options
        for number, (output, made_of) in enumerate(facts.items()):
            sample = number if options.samples else None
            pages = (self._page(job, page, sample, result) for page in reader.pages())
            facts_in_it = made_of if options.mark else None
            write_photo(output, job.form, pages, facts_in_it, quality=options.quality)
            with suppress(OSError):  # of a file system without times
                copy_times(job.photo, output)

    def _page(self, job: Job, page: PhotoPage, sample: int | None, result: Result) -> Page:
        """A page in color; its rows are made when they are asked for."""
        form = FORMATS[job.form]
        depth = page.depth if page.depth in form.depths else 8
        has_alpha = page.has_alpha and form.alpha
        lost = fitting(page.metadata, job.form).lost
        notes = [*page.notes, *(f"lost: {what}" for what in lost)]
        if depth < page.depth:
            notes.append(f"{page.depth} bits become {depth} in a {form.name}")
        result.notes += [note for note in notes if note not in result.notes]
        options = self._options
        colors = self._predict(page, sample, job.photo)
        small = mean_of([differences(c, options.saturation, options.temperature) for c in colors])
        # With several jobs the other photographs keep the cores busy.
        threads = available_cores() if options.jobs == 1 else 1
        rows = colored_strips(page, small, options.keep, 2**depth - 1, has_alpha, threads)
        channels = 4 if has_alpha else 3
        return Page(page.height, page.width, channels, depth, rows, page.metadata)

    def _predict(self, page: PhotoPage, sample: int | None, name: Path) -> list[np.ndarray]:
        """Colors of a page by all models, of the whole and if wished of its tiles."""
        colors, seed = [], self._options.seed
        for colorizer in self._colorizers:
            colors.append(colorizer.predict(page, sample, name, seed))
            if self._options.tiles:
                from colorkeras.inference.tiles import tiled

                found = tiled(colorizer, page, sample, name, seed)
                colors += [] if found is None else [found]
        return colors

    def _write_doubt(self, job: Job, reader: "_Pages", facts: Facts) -> float:
        """Write the doubt map of the first page; return its mean in CIELAB units."""
        from colorkeras.inference import doubt

        page = reader.page(reader.photo.numbers[0])
        spreads = [colorizer.class_spread(page) for colorizer in self._colorizers]
        known = [spread for spread in spreads if spread is not None]
        found = doubt.doubt_of(self._opinions(page, job.photo), known)
        most = doubt.MOST_OF_CLASSES if known else doubt.MOST
        made_of = {**facts, "shows": f"doubt, 0 to {most:g} CIELAB units"}
        doubt.write_doubt(job.doubt, found, most, (page.height, page.width), made_of)
        return float(found.mean())

    def _opinions(self, page: PhotoPage, name: Path) -> list[np.ndarray]:
        """Colors of a page by all models, of the image as it is and mirrored, and of samples."""
        options = self._options
        samples: list[int | None] = [*range(options.samples)] or [None]
        return [
            colorizer.predict(page, sample, name, options.seed, mirrored)
            for colorizer in self._colorizers
            for sample in samples
            for mirrored in (False, True)
        ]

    def _has_colors(self, reader: "_Pages") -> bool:
        page = reader.page(reader.photo.numbers[0])
        return not grey_reason(small_copy(page.shown, (page.height, page.width), _LOOKED_AT))

    def _verified(self, job: Job, reader: "_Pages", result: Result) -> float:
        """Read the results back and compare: the largest deviation in code values."""
        largest = 0.0
        for output in result.outputs:
            written = Photo(output, self._options.reading)
            for number, own in zip(reader.photo.numbers, written.numbers, strict=True):
                page, after = reader.page(number), written.page(own)
                for top, bottom in strips(page.height, page.width):
                    before, alpha = page.grey_and_alpha(top, bottom, self._options.keep)
                    if alpha is not None and not after.has_alpha:
                        before = 1 - (1 - before) * (alpha.astype(np.float32) / page.top)
                    grey = after.grey(top, bottom, self._options.keep)
                    change = float(np.abs(grey - before).max()) * after.top
                    largest = max(largest, change)
        return largest

    def _are_there(self, outputs: dict[Path, Facts]) -> bool:
        """Whether all results exist, made of the same image by the same model in the same way.

        Raises:
            UnusableImage: when another file is in the way.
        """
        found = {o: self._made_of(o, facts) for o, facts in outputs.items() if o.exists()}
        if not found:
            return False
        others = [output for output, facts in found.items() if facts != outputs[output]]
        if not others and len(found) == len(outputs):
            return True
        other = next(iter(others or found))
        raise UnusableImage(
            f"{other} exists, {_whose(found[other], outputs[other])}; --overwrite replaces it"
        )

    def _made_of(self, path: Path, expected: Facts) -> Facts | None:
        """The facts of a result: those in the file, or those that were noted when it was made."""
        facts = made_of(path)
        row = self._table.earlier(path) if self._table and facts is None else None
        if row and (row["made_of"], row["sha256"]) == (_digest(expected), source_of(path)):
            return expected
        return facts

    def _facts(self, source: str) -> list[Facts]:
        """What the result is made of, for each sample: it stands in the file."""
        options, metadata = self._options, self._models[0].metadata
        facts: Facts = {name: str(metadata.get(name))[:200] for name in _OF_MODEL}
        facts |= {"source": source, "keep": options.keep}
        known = [m.metadata for m in self._models if has_integrity(m.metadata)]
        if known:  # files of earlier versions have no checksum
            sums = [of_model["integrity"]["sha256"] for of_model in known]
            facts["model"] = sums[0] if len(sums) == 1 else sums
        facts |= options.wishes()
        if not options.samples:
            return [facts]
        numbers = range(1, options.samples + 1)
        return [{**facts, "seed": options.seed, "sample": number} for number in numbers]


_OF_MODEL = ("experiment", "run", "step")


class _Pages:
    """The pages of a photograph; the page that was decoded last is kept."""

    def __init__(self, photo: Photo) -> None:
        self.photo = photo
        self._last: tuple[int, PhotoPage] | None = None

    @property
    def pixels(self) -> int:
        return self.photo.pixels

    def page(self, number: int) -> PhotoPage:
        if self._last is None or self._last[0] != number:
            self._last = None  # before the next is decoded
            self._last = number, self.photo.page(number)
        return self._last[1]

    def pages(self) -> Iterator[PhotoPage]:
        for number in self.photo.numbers:
            yield self.page(number)


def source_of(photo: Path) -> str:
    """The SHA-256 of a photograph's file.

    Raises:
        UnusableImage: when it cannot be read.
    """
    try:
        with open(photo, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UnusableImage(f"cannot be opened ({error.strerror})") from error


def _digest(facts: Facts) -> str:
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def made_of(path: Path) -> Facts | None:
    """The facts in a result, None where it is none."""
    try:
        with opened(path) as image:
            return facts_of(image)
    except UnusableImage:
        return None


def _whose(facts: Facts | None, expected: Facts) -> str:
    if facts == expected:
        return "the others do not"
    if not facts:
        return "not known to be made of this image by this model"
    if facts.get("source") != expected["source"]:
        return "made of another image"
    return "made by another model or with other options"
