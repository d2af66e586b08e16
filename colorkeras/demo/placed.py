"""The hints of the page: in pixels of the photograph, as they stand in hints.csv."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from colorkeras.console.errors import UserError
from colorkeras.console.safe_text import printable
from colorkeras.demo.refusals import Refused, number_in, received
from colorkeras.steering.hints import Hints, read_hints
from colorkeras.steering.limits import MOST_RADIUS

MOST = 200  # hints of a photograph or a film on the page
LAST_FRAME = 10**9
_COLOR = re.compile("#[0-9a-f]{6}")
_DIGITS = 2  # of pixels


@dataclass(frozen=True)
class PlacedHint:
    """A hint.

    Attributes:
        x, y: in pixels from the upper left; whole numbers are the middle of a pixel.
        color: #rrggbb.
        radius: in pixels.
    """

    x: float
    y: float
    color: str
    radius: float


def placed_hints(values: object, size: tuple[int, int]) -> tuple[PlacedHint, ...]:
    """Check the hints of a call.

    Args:
        values: JSON of the page: x and y as shares of width and height, color, and radius as a
            share of the longer side.
        size: (height, width) of the photograph.

    Raises:
        Refused: for a value that the page never sends.
    """
    if not isinstance(values, list) or len(values) > MOST:
        found = f"{len(values)} hints" if isinstance(values, list) else received(values)
        raise Refused(400, f"hints: received {found}, expected a list of at most {MOST}.")
    return tuple(_placed(value, size) for value in values)


def film_hints(values: object, size: tuple[int, int] | None) -> str:
    """Check the hints of a call for a film; return the content of hints.csv, "" for none.

    Args:
        values: JSON of the page: objects with the number of a frame and its hints, which are as
            those of `placed_hints`.
        size: (height, width) of a frame upright, with square pixels; None where the page has asked
            for no frame yet, and so has no hints.

    Raises:
        Refused: for a value that the page never sends.
    """
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        raise Refused(
            400, f"hints: received {received(values)}, expected objects with frame and hints."
        )
    if not values:
        return ""
    if size is None:
        raise Refused(400, "hints: none of the film's frames was asked for.")
    rows: list[str] = []
    for value in values:
        frame = value.get("frame")
        if type(frame) is not int or not 0 <= frame <= LAST_FRAME:
            raise Refused(
                400,
                f"hints: frame: received {received(frame)}, expected a whole number from 0 to "
                f"{LAST_FRAME}.",
            )
        placed = placed_hints(value.get("hints"), size)
        rows += [f"{_cells(hint)},{frame}\n" for hint in placed]
    if len(rows) > MOST:
        raise Refused(400, f"hints: received {len(rows)} in all frames, expected at most {MOST}.")
    return "".join(["x,y,color,radius,frame\n", *rows]) if rows else ""


def as_csv(hints: tuple[PlacedHint, ...]) -> str:
    """The content of hints.csv, which `colorize --hints` reads."""
    return "".join(["x,y,color,radius\n", *(f"{_cells(hint)}\n" for hint in hints)])


def _cells(hint: PlacedHint) -> str:
    return f"{hint.x!r},{hint.y!r},{hint.color},{hint.radius!r}"


def as_hints(hints: tuple[PlacedHint, ...], size: tuple[int, int]) -> Hints:
    """What `steered` takes; the same as `read_hints` makes of hints.csv.

    Args:
        hints: of a photograph.
        size: its (height, width).
    """
    height, width = size
    colors = [bytes.fromhex(hint.color[1:]) for hint in hints]
    return Hints(
        np.array([((h.x + 0.5) / width, (h.y + 0.5) / height) for h in hints]).reshape(-1, 2),
        np.array([list(color) for color in colors], np.uint8).reshape(-1, 3),
        np.array([min(hint.radius / max(size), MOST_RADIUS) for hint in hints]),
    )


def from_csv(text: str, size: tuple[int, int], place: Path) -> list[dict[str, Any]]:
    """The hints of a file for the page, as `placed_hints` takes them.

    Args:
        text: content of hints.csv.
        size: (height, width) of the photograph.
        place: path of a file that is made and removed.

    Raises:
        Refused: when a hint is wrong, or there are more than the page takes.
    """
    try:
        place.write_text(text, encoding="utf-8", errors="surrogatepass")
        hints = read_hints(place, size)
    except UserError as error:
        raise Refused(422, printable(error).replace(str(place), "hints.csv")) from error
    finally:
        place.unlink(missing_ok=True)
    if len(hints) > MOST:
        raise Refused(
            422,
            f"hints.csv: {len(hints)} hints; the page takes at most {MOST}. The option --hints of "
            "colorize takes more.",
        )
    return [
        {"x": x, "y": y, "color": f"#{bytes(color).hex()}", "radius": radius}
        for (x, y), color, radius in zip(
            hints.positions.tolist(), hints.colors, hints.radius.tolist(), strict=True
        )
    ]


def _placed(value: Any, size: tuple[int, int]) -> PlacedHint:
    if not isinstance(value, dict) or not isinstance(color := value.get("color"), str):
        raise Refused(
            400, f"hints: received {received(value)}, expected objects with x, y, color and radius."
        )
    if not _COLOR.fullmatch(color):
        raise Refused(400, f"hints: received {received(color)}, expected colors such as #33aaff.")
    height, width = size
    x, y = _share(value, "x", 1), _share(value, "y", 1)
    return PlacedHint(
        _pixels(x * width - 0.5, width - 1),
        _pixels(y * height - 0.5, height - 1),
        color,
        _pixels(_share(value, "radius", MOST_RADIUS) * max(size), _most_radius(size)),
    )


def _most_radius(size: tuple[int, int]) -> int:
    """The largest radius that `read_hints` takes, in pixels."""
    return max(1, round(MOST_RADIUS * max(size)))


def _pixels(value: float, most: int) -> float:
    return round(min(max(value, 0.0), float(most)), _DIGITS)


def _share(value: dict[str, Any], name: str, most: float) -> float:
    return number_in(value.get(name), f"hints: {name}", 0, most)
