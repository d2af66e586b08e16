"""Color one photograph's file: every page, at its own depth, with its metadata."""

import shutil
import threading
import time
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from copy import copy
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from colorkeras.data.images.decode import strips
from colorkeras.data.images.grey import grey_reason
from colorkeras.inference.batch_csv import ALREADY_THERE, BatchCsv
from colorkeras.inference.colorize_options import Options
from colorkeras.inference.colorize_plan import Job
from colorkeras.inference.colorizer import Colorizer, colored_strips, differences, mean_of
from colorkeras.inference.result_facts import Facts, ResultFacts
from colorkeras.inference.saved_model import SavedModel
from colorkeras.photos.formats.pages import FORMATS, Page
from colorkeras.photos.formats.write import write_photo
from colorkeras.photos.metadata.fitting import fitting
from colorkeras.photos.metadata.metadata import copy_times
from colorkeras.photos.photograph import Photo, PhotoPage, PhotoPages
from colorkeras.photos.reducing import small_copy
from colorkeras.records.atomic import replacing
from colorkeras.records.environment import available_cores

if TYPE_CHECKING:
    from colorkeras.inference.steerer import Steerer

_LOOKED_AT = 256  # pixels of the copy that shows whether a photograph has colors
_ONE_AT_A_TIME = 30_000_000  # pixels from which on photographs do not share the memory


@dataclass
class Result:
    """What became of one photograph.

    Attributes:
        status: "colorized", "already there", "left out" or "copied".
        outputs: the files of the results.
        notes: what the user should be told.
        job: the photograph and its result.
        deviation: largest change of the luminance in code values, where it was verified.
        records: of results without a mark, what they are made of and their SHA-256.
        doubt: mean of the doubt map in CIELAB units, where there is one.
        seconds: that it took.
    """

    status: str
    outputs: list[Path] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    job: Job | None = None
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
        self._models = models
        self._options, self._facts = options, ResultFacts(models, options, table)
        self._colorizers = [Colorizer(saved, options.keep) for saved in models]
        self._large = threading.Lock()
        self._steerer: Steerer | None = None
        self._steering = threading.Lock()

    def with_options(self, options: Options) -> "PhotoColorizer":
        """The same compiled models with other options, of which `keep` stays."""
        other = copy(self)
        other._options = options = replace(options, keep=self._options.keep)
        other._facts = ResultFacts(self._models, options, None)
        return other

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
        facts = self._facts.of(job, source)
        there = not options.overwrite and self._facts.are_there(facts)
        result = Result(ALREADY_THERE if there else "colorized", list(facts), job=job)
        if options.doubt:
            self._facts.check_doubt(job, next(iter(facts.values())))
        wants_doubt = options.doubt and not (there and job.doubt.exists())
        if there and not options.verify and not wants_doubt:
            return result
        reader = PhotoPages(Photo(job.photo, options.reading))
        with self._large if reader.photo.pixels > _ONE_AT_A_TIME else nullcontext():
            if not there:
                if options.skip_color and self._has_colors(reader):
                    return Result("left out", [], ["has colors of its own"])
                result.notes += reader.photo.notes
                self._write(job, reader, facts, result)
            if options.verify:
                result.deviation = self._verified(reader, result)
            if wants_doubt:
                result.doubt = self._write_doubt(job, reader, next(iter(facts.values())))
        if not there:
            result.records = self._facts.records(facts)
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
        facts = self._facts.of(job, source)
        if first.job is None or (not self._options.overwrite and self._facts.are_there(facts)):
            return self.color(job, source)
        pairs = list(zip(first.outputs, facts, strict=True))
        if self._options.doubt:
            self._facts.check_doubt(job, next(iter(facts.values())))
            pairs.append((first.job.doubt, job.doubt))
        for output, own in pairs:
            with replacing(own) as temporary:
                shutil.copyfile(output, temporary)
            with suppress(OSError):
                copy_times(job.photo, own)
        note = f"the same as {first.job.photo}"
        return Result(
            "copied", list(facts), [note], job, first.deviation, self._facts.records(facts),
            first.doubt,
        )  # fmt: skip

    def _write(
        self, job: Job, reader: PhotoPages, facts: dict[Path, Facts], result: Result
    ) -> None:
        options = self._options
        for number, (output, made_of) in enumerate(facts.items()):
            sample = number if options.samples else None
            pages = (
                self._page(job, page, sample, result, number == 0)
                for number, page in enumerate(reader.pages())
            )
            facts_in_it = made_of if options.mark else None
            write_photo(output, job.form, pages, facts_in_it, quality=options.quality)
            with suppress(OSError):  # of a file system without times
                copy_times(job.photo, output)

    def _page(
        self, job: Job, page: PhotoPage, sample: int | None, result: Result, is_first: bool
    ) -> Page:
        """A page in color; its rows are made when they are asked for. Hints are of the first."""
        form = FORMATS[job.form]
        depth = page.depth if page.depth in form.depths else 8
        has_alpha = page.has_alpha and form.alpha
        lost = fitting(page.metadata, job.form).lost
        notes = [*page.notes, *(f"lost: {what}" for what in lost)]
        if page.has_alpha and not form.alpha:
            notes.append(f"transparent parts become white in a {form.name}")
        if depth < page.depth:
            notes.append(f"{page.depth} bits become {depth} in a {form.name}")
        result.notes += [note for note in notes if note not in result.notes]
        options = self._options
        colors = self.predict(page, sample, job.photo)
        small = mean_of([differences(c, options.saturation, options.temperature) for c in colors])
        small = self._steered(small, page, job.hints if is_first else None)
        # With several jobs the other photographs keep the cores busy.
        threads = available_cores() if options.jobs == 1 else 1
        rows = colored_strips(page, small, options.keep, 2**depth - 1, has_alpha, threads)
        channels = 4 if has_alpha else 3
        return Page(page.height, page.width, channels, depth, rows, page.metadata)

    def _steered(self, small: np.ndarray, page: PhotoPage, hints: Path | None) -> np.ndarray:
        """The color of a page, changed by the reference and by hints, where there are some."""
        options = self._options
        if hints is None and options.reference is None:
            return small
        with self._steering:  # it takes much memory
            if self._steerer is None:
                from colorkeras.inference.steerer import Steerer

                how = options.keep, options.reference, options.reading
                self._steerer = Steerer(self._colorizers, *how)
            return self._steerer.steered(small, page, hints)

    def predict(self, page: PhotoPage, sample: int | None, name: Path) -> list[np.ndarray]:
        """Colors of a page by all models, of the whole and if wished of its tiles.

        Args:
            page: a page of a photograph.
            sample: number of the coloring; None for the plain prediction.
            name: what to call the photograph in messages.

        Returns:
            (rows, columns, 3) float32 sRGB in [0, 1] each; see `Colorizer.predict`.

        Raises:
            PredictionError: when a model predicts NaN or infinity.
        """
        colors, seed = [], self._options.seed
        for colorizer in self._colorizers:
            colors.append(colorizer.predict(page, sample, name, seed))
            if self._options.tiles:
                from colorkeras.inference.tiles import tiled

                found = tiled(colorizer, page, sample, name, seed)
                colors += [] if found is None else [found]
        return colors

    def _write_doubt(self, job: Job, reader: PhotoPages, facts: Facts) -> float:
        """Write the doubt map of the first page; return its mean in CIELAB units."""
        from colorkeras.inference import doubt

        page = reader.page(reader.photo.numbers[0])
        found, most = self.doubt(page, job.photo)
        made_of = {**facts, "shows": f"doubt, 0 to {most:g} CIELAB units"}
        doubt.write_doubt(job.doubt, found, most, (page.height, page.width), made_of)
        return float(found.mean())

    def doubt(self, page: PhotoPage, name: Path) -> tuple[np.ndarray, float]:
        """The doubt map of a page.

        Args:
            page: a page of a photograph.
            name: what to call it in messages.

        Returns:
            doubt: as of `doubt.doubt_of`.
            most: CIELAB units that are shown brightest.

        Raises:
            PredictionError: when a model predicts NaN or infinity.
        """
        from colorkeras.inference import doubt

        spreads = [colorizer.class_spread(page) for colorizer in self._colorizers]
        known = [spread for spread in spreads if spread is not None]
        found = doubt.doubt_of(self._opinions(page, name), known)
        return found, doubt.MOST_OF_CLASSES if known else doubt.MOST

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

    def _has_colors(self, reader: PhotoPages) -> bool:
        page = reader.page(reader.photo.numbers[0])
        return not grey_reason(small_copy(page.shown, (page.height, page.width), _LOOKED_AT))

    def _verified(self, reader: PhotoPages, result: Result) -> float:
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
