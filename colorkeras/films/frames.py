"""A film's frames as this program gets them from the process that decodes them."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, cast

import numpy as np

from colorkeras.films.facts import FilmFacts, UnusableFilm
from colorkeras.films.film_pipe import receive

_FRACTIONS = ("shape", "time_base", "rate")


@dataclass(frozen=True)
class Frame:
    """One frame.

    Attributes:
        number: from 0.
        pts: its time stamp in units of the film's time base.
        luma: (height, width) uint8 or uint16, as stored.
    """

    number: int
    pts: int
    luma: np.ndarray


class FrameSource:
    """A film that is decoded in a process of its own; use as a context manager.

    Args:
        path: of the film.
        max_pixels: largest width × height.
        first: number of the first frame that is wanted; those before are decoded only.
        start: seconds from the film's first frame to the first one that is wanted.

    Attributes:
        facts: its `FilmFacts`.
        notes: what was found on the way; complete after the last frame.

    Raises:
        UnusableFilm: when it cannot be colored; also by `frames`.
    """

    def __init__(self, path: Path, max_pixels: int, first: int = 0, start: float = 0.0) -> None:
        module = "colorkeras.films.decoder_process"
        # "-c" finds the package where this process found it, whatever folder it is in.
        code = f"import sys; sys.path[:] = {sys.path!r}; import runpy; " + (
            f"runpy.run_module({module!r}, run_name='__main__', alter_sys=True)"
        )
        self._process = subprocess.Popen(
            [sys.executable, "-c", code, str(path.absolute()), str(max_pixels),
             str(first), str(start)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, bufsize=2**20,
        )  # fmt: skip
        self.notes: list[str] = []
        try:
            message, _ = self._received()
            stated: dict[str, Any] = message["facts"]
        except BaseException:
            self.close()
            raise
        self._start: int = message["start"]
        stated |= {name: Fraction(*stated[name]) for name in _FRACTIONS}
        orientation = stated["orientation"]
        stated["orientation"] = None if orientation is None else tuple(orientation)
        self.facts = FilmFacts(**{**stated, "notes": tuple(stated["notes"])})

    def __enter__(self) -> "FrameSource":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        if self._process.stdout:
            self._process.stdout.close()
        self._process.wait()

    def seconds(self, frame: Frame) -> float:
        """Seconds from the film's first frame to a frame."""
        return float((frame.pts - self._start) * self.facts.time_base)

    def frames(self) -> Iterator[Frame]:
        """Yield the frames in order, from the first wanted one on."""
        shape = (self.facts.height, self.facts.width)
        while True:
            message, plane = self._received()
            if "end" in message:
                self.notes = [*self.facts.notes, *message["notes"]]
                return
            if "frame" in message:
                luma = np.frombuffer(plane, self.facts.dtype).reshape(shape)
                yield Frame(message["frame"], message["pts"], luma)

    def _received(self) -> tuple[dict[str, Any], bytearray]:
        stream = cast(BinaryIO, self._process.stdout)
        if (found := receive(stream)) is None:
            raise UnusableFilm("crashed the decoder")
        if "refused" in found[0]:
            raise UnusableFilm(found[0]["refused"])
        return found
