"""The finished parts of a film that is being colored: what a killed command goes on with.

They lie in a folder beside the result. Each part is a file of compressed frames and a record, which
is written last: a part without its record is not finished.
"""

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from colorkeras.console.errors import UserError
from colorkeras.films.encoding import Encoding, FrameMaker, add_video
from colorkeras.films.facts import FilmFacts
from colorkeras.films.segments import Compressed, packets_in
from colorkeras.records.atomic import write_json

_RECORD = "made_of.json"
LONGEST = 1500  # frames of a part


@dataclass(frozen=True)
class Part:
    """A finished part.

    Attributes:
        path: of its compressed frames.
        scene: number of its scene, from 1.
        first: number of its first frame, from 0.
        frames: their number.
        ends_scene: whether the next part is of the next scene.
    """

    path: Path
    scene: int
    first: int
    frames: int
    ends_scene: bool

    def times(self) -> tuple[list[int], list[int]]:
        """As of `segments.Segment`, in units of the film's time base."""
        found = json.loads(self.path.with_suffix(".json").read_text(encoding="utf-8"))
        return found["pts"], found["order"]

    def packets(self) -> Iterator[Compressed]:
        """As of `segments.Segment`."""
        return packets_in(self.path, "nut")


def end_of(parts: Sequence[Part]) -> int:
    """The number of the frame after those of the parts; 0 without parts."""
    return parts[-1].first + parts[-1].frames if parts else 0


class WorkFolder:
    """The folder of a film's parts.

    Args:
        out: the result.

    Attributes:
        path: of the folder.
    """

    def __init__(self, out: Path) -> None:
        self.path = out.with_name(f"{out.name}.parts")

    def begin(self, made_of: dict[str, Any]) -> None:
        """Begin or go on.

        Args:
            made_of: what the parts depend on, as values for JSON.

        Raises:
            UserError: when parts of another command lie there.
        """
        record, found = self.path / _RECORD, None
        if not record.exists():
            if any(self.path.iterdir()):
                raise UserError(
                    f"{self.path}: not a folder of parts; such a folder is needed. Rename it."
                )
            write_json(record, made_of)
            return
        with suppress(OSError, ValueError):
            found = json.loads(record.read_text(encoding="utf-8"))
        if found != made_of:
            raise UserError(
                f"{self.path}: has parts of another film, or of a command with other options. "
                "Repeat that command, or remove this folder."
            )

    def parts(self) -> Iterator[Part]:
        """The finished parts in order, up to the first that is missing."""
        number, first = 0, None  # type: int, int | None
        while (record := self._record(number)).exists():
            try:
                found = json.loads(record.read_text(encoding="utf-8"))
                facts = {name: found[name] for name in ("scene", "first", "ends_scene")}
                part = Part(self.file(number), frames=len(found["pts"]), **facts)
                is_whole = part.path.stat().st_size == found["bytes"]
            except (OSError, ValueError, TypeError, KeyError):
                return
            if first not in (None, part.first) or not is_whole:
                return
            yield part
            number, first = number + 1, part.first + part.frames

    def finish(self, number: int, part: dict[str, Any]) -> None:
        """Write the record of a part."""
        write_json(self._record(number), part)

    def remove(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.path, ignore_errors=True)

    def file(self, number: int) -> Path:
        """The compressed frames of a part."""
        return self.path / f"{number:06d}.nut"

    def _record(self, number: int) -> Path:
        return self.path / f"{number:06d}.json"


class PartWriter:
    """Compresses the frames of one part."""

    def __init__(
        self,
        folder: WorkFolder,
        facts: FilmFacts,
        encoding: Encoding,
        number: int,
        scene: int,
        first: int,
    ) -> None:
        import av

        self._folder, self._number, self._scene, self._first = folder, number, scene, first
        self._pts: list[int] = []
        self._order: list[int] = []
        self._frames, self._unit = FrameMaker(facts, encoding), 1 / facts.rate
        self._container = av.open(str(folder.file(number)), "w", format="nut")
        self._stream = add_video(self._container, facts, encoding)

    def __len__(self) -> int:
        return len(self._pts)

    def add(self, luma: Any, blue: Any, red: Any, pts: int) -> None:
        """Add a frame of its planes."""
        frame = self._frames.frame(luma, blue, red)
        frame.pts, frame.time_base = len(self._pts), self._unit
        self._pts.append(pts)
        self._mux(self._stream.encode(frame))

    def finish(self, ends_scene: bool) -> None:
        """End the part, and write its record."""
        self._mux(self._stream.encode(None))
        self._container.close()
        record = {
            "scene": self._scene, "first": self._first, "ends_scene": ends_scene,
            "bytes": self._folder.file(self._number).stat().st_size,
            "pts": self._pts, "order": self._order,
        }  # fmt: skip
        self._folder.finish(self._number, record)

    def abandon(self) -> None:
        """Leave the part unfinished."""
        self._container.close()

    def _mux(self, packets: list[Any]) -> None:
        for packet in packets:
            self._order.append(round(packet.pts * packet.time_base / self._unit))
            self._container.mux(packet)
