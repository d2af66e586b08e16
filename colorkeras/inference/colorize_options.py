"""How photographs are colored by the command `colorize`."""

from dataclasses import dataclass, field
from pathlib import Path

from colorkeras.photos.formats.pages import QUALITY
from colorkeras.photos.reading import DEFAULT, Reading

MOST_SATURATION = 4.0


@dataclass(frozen=True)
class Options:
    """How to color, and what to write.

    Attributes:
        samples: colorings of each photograph; 0 for the plain prediction.
        seed: chooses the noise.
        keep: the luminance that stays: "luma" or "lightness".
        saturation: factor of the colors' strength.
        temperature: shift of the light in mired, above 0 for warmer.
        tiles: whether overlapping tiles are predicted too.
        skip_color: whether photographs with colors of their own are left out.
        doubt: whether to write a map of the doubt beside each result.
        mark: whether results say in their metadata that the colors are a guess.
        verify: whether each result is read back and its luminance compared.
        quality: of JPEG results, 1 to 100.
        overwrite: whether to replace results that exist.
        jobs: photographs at a time.
        reading: how photographs are read.
        reference: a like photograph whose colors are taken over; None for none.
    """

    samples: int = 0
    seed: int = 0
    keep: str = "luma"
    saturation: float = 1.0
    temperature: float = 0.0
    tiles: bool = False
    skip_color: bool = False
    doubt: bool = False
    mark: bool = True
    verify: bool = False
    quality: int = QUALITY
    overwrite: bool = False
    jobs: int = 1
    reading: Reading = field(default=DEFAULT)
    reference: Path | None = None

    def wishes(self) -> dict[str, float | bool]:
        """The options that change a result, where they are not the usual ones."""
        usual = Options()
        found: dict[str, float | bool] = {
            name: getattr(self, name)
            for name in ("saturation", "temperature", "tiles")
            if getattr(self, name) != getattr(usual, name)
        }
        return found | ({"full_range": True} if self.reading.full_range else {})
