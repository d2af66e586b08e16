"""One photograph of the page: shown smaller, colored, and written as the command writes it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import simplejpeg

from colorkeras.data.images.grey import grey_reason
from colorkeras.demo.placed import as_csv, as_hints
from colorkeras.demo.wishes import SAMPLES, Wishes
from colorkeras.demo.work import Stop
from colorkeras.inference.colorize_plan import Job, form_of
from colorkeras.inference.colorizer import colored_strips, differences, mean_of
from colorkeras.inference.doubt import shown_doubt
from colorkeras.inference.photo_colorizer import PhotoColorizer
from colorkeras.inference.steerer import Steerer
from colorkeras.photos.formats.pages import FORMATS
from colorkeras.photos.luminance import grey_of
from colorkeras.photos.photograph import Photo, PhotoPage
from colorkeras.photos.reading import Reading
from colorkeras.photos.reducing import small_copy
from colorkeras.steering.limits import MOST_SIDE

SIDE = 1600  # pixels of the longer side on the page
_SMALL = 360  # of the samples side by side
_QUANTITY = "luma"  # the luminance that stays
_QUALITY = 92  # of the JPEG that the page shows
_STEERING = threading.Lock()  # one at a time: it takes much memory
_NAME = Path("the photograph")  # in messages: its own name stays in the browser


@dataclass(frozen=True)
class ResultFile:
    """A written result.

    Attributes:
        path: of the file.
        form: a key of `FORMATS`.
        notes: what the user should be told.
    """

    path: Path
    form: str
    notes: list[str]

    def drop(self) -> None:
        """Remove the file."""
        self.path.unlink(missing_ok=True)


class Picture:
    """A photograph that was dropped on the page. Threads may share it.

    Args:
        path: its file, which goes with it.
        source: SHA-256 of the file.
        reading: the limits.

    Attributes:
        height, width: in pixels, of the page that is shown.
        form: the format of its result, a key of `FORMATS`.
        notes: what the user should be told.
        before: the photograph as it was, a JPEG of at most `SIDE` pixels.

    Raises:
        UnusableImage: when it cannot be read.
    """

    def __init__(self, path: Path, source: str, reading: Reading) -> None:
        self.path, self._source, self._reading = path, source, reading
        self._lock = threading.Lock()
        self._colors: dict[tuple[int, int | None], list[np.ndarray]] = {}
        self._doubts: dict[int, tuple[np.ndarray, float]] = {}
        photo = Photo(path, reading)
        page = photo.page(photo.numbers[0])
        self.form, self.notes = form_of(photo), [*photo.notes, *page.notes]
        if len(photo.numbers) > 1:
            self.notes.append(f"page 1 of {len(photo.numbers)} is shown; the download has all")
        self.height, self.width = page.height, page.width
        small = small_copy(page.shown, (page.height, page.width), SIDE)
        if not grey_reason(small):
            self.notes.append("has colors of its own: only its luminance is used")
        self.before = _jpeg(small)
        self._shown = _Small(small)
        self._hinted = self._shown.smaller(MOST_SIDE)

    def drop(self) -> None:
        """Remove the file."""
        self.path.unlink(missing_ok=True)

    def look(self, wishes: Wishes, is_small: bool, stop: Stop) -> bytes:
        """The photograph in color as a JPEG of at most `SIDE` pixels, or a small one.

        Raises:
            PredictionError: when the model predicts NaN or infinity.
            Stopped: when it is not wanted any more.
        """
        colors = self._colors_of(wishes, stop)
        wished = (wishes.saturation, wishes.temperature)
        small = mean_of([differences(color, *wished) for color in colors])
        if wishes.hints:
            hints = as_hints(wishes.hints, (self.height, self.width))
            with _STEERING:
                small = Steerer([], _QUANTITY).steered(small, self._hinted, hints)
        stop.check()
        shown = self._shown.smaller(_SMALL) if is_small else self._shown
        strips = colored_strips(shown, small, _QUANTITY, 255)
        return _jpeg(np.concatenate(list(strips)))

    def doubt(self, wishes: Wishes, stop: Stop) -> tuple[bytes, float, float]:
        """The doubt map as a JPEG, its mean, and what is shown brightest, in CIELAB units.

        Raises:
            PredictionError, Stopped: as `look`.
        """
        model = wishes.model
        with self._lock:
            stop.check()
            if id(model) not in self._doubts:
                samples = SAMPLES if model.is_random else 0
                colorizer = model.colorizer.with_options(replace(model.options, samples=samples))
                self._doubts[id(model)] = colorizer.doubt(self._page(), _NAME)
            doubt, most = self._doubts[id(model)]
        shown = shown_doubt(doubt, most, (self.height, self.width), SIDE)
        return _jpeg(shown), float(doubt.mean()), most

    def written(self, wishes: Wishes, place: Path, stop: Stop) -> ResultFile:
        """Write the result at full size, as the command `colorize` does.

        Args:
            wishes: how.
            place: path of the file, without extension.
            stop: whether it is still wanted.

        Raises:
            PredictionError, Stopped: as `look`.
            UnusableImage, UserError: when it cannot be written.
        """
        stop.check()
        out = place.with_suffix(FORMATS[self.form].suffixes[0])
        with _hints_file(wishes, place) as hints:
            job = Job(self.path, out, self.form, hints)
            result = self._colorizer(wishes).color(job, self._source)
        for other in result.outputs[:-1]:  # samples before the one that is meant
            other.unlink()
        file = ResultFile(result.outputs[-1], self.form, result.notes)
        try:
            stop.check()
        except BaseException:
            file.drop()
            raise
        return file

    def _colorizer(self, wishes: Wishes) -> PhotoColorizer:
        return wishes.model.colorizer.with_options(wishes.options)

    def _colors_of(self, wishes: Wishes, stop: Stop) -> list[np.ndarray]:
        """What the model predicts; each is predicted once."""
        key = id(wishes.model), wishes.sample
        with self._lock:
            stop.check()
            if key not in self._colors:
                page = self._page()
                # Samples are shown side by side: the page is decoded once for all.
                samples = [None] if wishes.sample is None else range(SAMPLES)
                for sample in samples:
                    found = self._colorizer(wishes).predict(page, sample, _NAME)
                    self._colors[id(wishes.model), sample] = found
            return self._colors[key]

    def _page(self) -> PhotoPage:
        photo = Photo(self.path, self._reading)
        return photo.page(photo.numbers[0])


class _Small:
    """The photograph at the page's size: what `colored_strips` takes."""

    def __init__(self, pixels: np.ndarray) -> None:
        self._pixels, self.grey = pixels, grey_of(pixels)
        self.height, self.width = self.grey.shape

    def seen(self, top: int, bottom: int) -> np.ndarray:
        return self._pixels[top:bottom]

    def grey_and_alpha(self, top: int, bottom: int, quantity: str) -> tuple[np.ndarray, None]:
        return self.grey[top:bottom], None  # over white already

    def smaller(self, side: int) -> "_Small":
        return _Small(small_copy(self.seen, (self.height, self.width), side))


@contextmanager
def _hints_file(wishes: Wishes, place: Path) -> Iterator[Path | None]:
    """hints.csv for a `with` block, as the page downloads it; None for no hints."""
    if not wishes.hints:
        yield None
        return
    path = place.with_suffix(".csv")
    try:
        path.write_text(as_csv(wishes.hints), encoding="utf-8")
        yield path
    finally:
        path.unlink(missing_ok=True)


def _jpeg(pixels: np.ndarray) -> bytes:
    data: bytes = simplejpeg.encode_jpeg(np.ascontiguousarray(pixels), _QUALITY, "RGB", "444")
    return data
