"""How films are colored."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from colorkeras.data.images.decode import MAX_PIXELS
from colorkeras.films.steadying import BEST


@dataclass(frozen=True)
class FilmOptions:
    """How to color a film, and what to write.

    Attributes:
        saturation: factor of the colors' strength, 0 to 4.
        temperature: shift of the light in mired, above 0 for warmer.
        seed: chooses the noise of a model that has some; all frames get the same.
        steady: how the colors of a scene's frames are made alike, one of `steadying.METHODS`.
        encoding: one of `arguments.ENCODINGS`.
        mark: whether the result says in its metadata that the colors are a guess.
        overwrite: whether to replace a result that exists.
        verify: whether the result is read back and its luma compared.
        max_pixels: largest width × height.
        span: (start, end) in seconds of the part to color; None for all.
        hints: a CSV file or a folder with hints on frames; see `film_hints`. None for none.
        reference: a like photograph; None for none.
    """

    saturation: float = 1.0
    temperature: float = 0.0
    seed: int = 0
    steady: str = BEST
    encoding: str = "high"
    mark: bool = True
    overwrite: bool = False
    verify: bool = False
    max_pixels: int = MAX_PIXELS
    span: tuple[float, float] | None = None
    hints: Path | None = None
    reference: Path | None = None

    def wishes(self) -> dict[str, Any]:
        """The options that change the colors or the file, as values for JSON."""
        usual = FilmOptions()
        names = ("saturation", "temperature", "seed", "span")
        changed = {n: getattr(self, n) for n in names if getattr(self, n) != getattr(usual, n)}
        changed = {n: list(v) if isinstance(v, tuple) else v for n, v in changed.items()}
        return {"steady": self.steady, "encoding": self.encoding} | changed
