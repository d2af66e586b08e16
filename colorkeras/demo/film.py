"""One film of the page: colored in a thread, with progress, until it is canceled."""

import os
import shutil
import threading
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PIL import Image

from colorkeras.console.errors import UserError
from colorkeras.demo.models import DemoModel
from colorkeras.demo.refusals import Refused, Stopped, refused
from colorkeras.demo.work import Stop

# In this order: browsers show MP4; MKV takes whatever MP4 cannot hold.
_SUFFIXES = (".mp4", ".mkv")
NOT_COLORED = "This film is not colored yet."


class Film:
    """A film that was dropped on the page.

    Args:
        folder: of its own, which goes with it.
        source: its file, in this folder.
        max_pixels: largest width × height.

    Attributes:
        result: the colored film, once it is there.
        size: (height, width) of the frames upright, with square pixels; None before one is known.
    """

    def __init__(self, folder: Path, source: Path, max_pixels: int) -> None:
        self._folder, self._source, self._max_pixels = folder, source, max_pixels
        self._lock = threading.Lock()
        self._stop: Stop | None = None  # of the work that is under way
        self._is_dropped = False
        self._told: dict[str, Any] = {"state": "new"}
        self.result: Path | None = None
        self.size: tuple[int, int] | None = None

    def number_at(self, seconds: float) -> int:
        """The number of the frame that the colored film shows at a time of its player.

        Raises:
            Refused: when it is not colored yet.
            UnusableFilm: when the film cannot be read.
        """
        from colorkeras.films.still import frame_at

        if self.result is None:
            raise Refused(404, NOT_COLORED)
        return frame_at(self.result, seconds)

    def write_frame(self, number: int, path: Path, stop: Stop) -> int:
        """Write a frame as a grey PNG; return its number, that of the last one after the end.

        Raises:
            UnusableFilm: when the film cannot be read.
            Stopped: when it is not wanted any more.
        """
        from colorkeras.films.still import grey_still

        def check() -> None:
            stop.check()
            if self._is_dropped:
                raise Stopped

        number, pixels = grey_still(self._source, number, self._max_pixels, check)
        self.size = pixels.shape[0], pixels.shape[1]
        Image.fromarray(pixels[..., 0]).save(path, "png")
        return number

    def told(self) -> dict[str, Any]:
        """How far it is, for the page: state, done and total frames, notes, reason."""
        with self._lock:
            return dict(self._told)

    def begin(self) -> Stop:
        """Note that it is to be colored; return what stops that.

        Raises:
            Refused: when it is being colored already.
        """
        with self._lock:
            if self._stop is not None:
                raise Refused(409, "This film is being colored already.")
            self._stop, self._told = Stop(), {"state": "waiting"}
            return self._stop

    def cancel(self) -> None:
        """Stop coloring it."""
        with self._lock:
            self._halt()

    def drop(self) -> None:
        """Stop coloring it, and remove its files: at the end, if it is still worked on."""
        with self._lock:
            self._is_dropped = True
            if not self._halt():
                return
        shutil.rmtree(self._folder, ignore_errors=True)

    def color(
        self, model: DemoModel, saturation: float, temperature: float, hints: str, stop: Stop
    ) -> None:
        """Color it, once `begin` was called; `told` says what became of it.

        Args:
            model, saturation, temperature: how.
            hints: content of hints.csv; "" for none.
            stop: of `begin`.
        """
        with self._lock:
            if self._stop is not stop:  # canceled before its turn came
                return
            self._told = {"state": "beginning"}
        try:
            told = self._colored(model, saturation, temperature, hints, stop)
        except Stopped:
            told = self._unchanged("canceled")
        except Exception as error:
            reason = refused(error).reason.replace(f"{self._folder}{os.sep}", "")
            told = {**self._unchanged("failed"), "reason": reason}
        with self._lock:
            self._stop, self._told = None, told
            is_dropped = self._is_dropped
        if is_dropped:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _halt(self) -> bool:
        """Stop the work; whether none is under way. One that waits for its turn ends at once."""
        if self._stop is not None:
            self._stop.set()
            if self._told["state"] == "waiting":
                self._stop, self._told = None, self._unchanged("canceled")
        return self._stop is None

    def _unchanged(self, state: str) -> dict[str, Any]:
        """A state after which an earlier result is still there, if there was one."""
        return {"state": state, **({"suffix": self.result.suffix} if self.result else {})}

    def _colored(
        self, model: DemoModel, saturation: float, temperature: float, hints: str, stop: Stop
    ) -> dict[str, Any]:
        from colorkeras.films.coloring import color_film
        from colorkeras.films.options import FilmOptions

        def report(state: str, done: int, total: int | None) -> None:
            stop.check()
            with self._lock:
                self._told = {"state": state, "done": done, "total": total}

        stop.check()
        options = FilmOptions(saturation, temperature, overwrite=True, max_pixels=self._max_pixels)
        if hints:
            path = self._folder / "hints.csv"
            path.write_text(hints, encoding="utf-8")
            options = replace(options, hints=path)
        out = self._fitting()
        try:
            coloring, looking = partial(report, "coloring"), partial(report, "looking")
            result = color_film(self._source, out, [model.saved], options, coloring, looking)
        except BaseException:  # it is not gone on with
            shutil.rmtree(out.with_name(f"{out.name}.parts"), ignore_errors=True)
            raise
        self.result = out
        return {
            "state": "done",
            "frames": result.frames,
            "suffix": out.suffix,
            "notes": result.notes,
        }

    def _fitting(self) -> Path:
        """The file of the result: of the first kind that holds all that the film has."""
        from colorkeras.films.joining import FilmFile

        first, last = (self._folder / f"result{suffix}" for suffix in _SUFFIXES)
        with suppress(UserError):
            FilmFile(self._source, first).check_streams()
            return first
        return last
