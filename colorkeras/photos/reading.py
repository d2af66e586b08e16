"""How photographs are read, and what stands for all their depths."""

from dataclasses import dataclass

from colorkeras.data.images.compact import MAX_BYTES
from colorkeras.data.images.decode import MAX_PIXELS
from colorkeras.data.images.formats import UnusableImage

_BYTES = 8  # a pixel, for decoding, where more pixels than usual are allowed


@dataclass(frozen=True)
class Reading:
    """How photographs are read.

    Attributes:
        max_pixels: largest width × height.
        full_range: whether 16-bit samples are never taken for 12-bit values; see `deep.white_of`.
    """

    max_pixels: int = MAX_PIXELS
    full_range: bool = False

    @property
    def max_bytes(self) -> int:
        """Largest memory for decoding one page."""
        return max(MAX_BYTES, _BYTES * self.max_pixels if self.max_pixels > MAX_PIXELS else 0)

    def check_bytes(self, kind: str, width: int, height: int, needed: int) -> None:
        """Refuse what takes too much memory to decode.

        Raises:
            UnusableImage: when `needed` bytes are more than `max_bytes`.
        """
        if needed > self.max_bytes:
            raise UnusableImage(
                f"{kind} of {width}x{height} takes {needed >> 20} MiB to decode, more than "
                f"{self.max_bytes >> 20}; --max-pixels N with N above {MAX_PIXELS} allows more"
            )


DEFAULT = Reading()


class TableProfile(Exception):  # noqa: N818 - it describes a file, not an error of the program
    """A color profile of tables, which can only be applied at 8 bits."""

    note = "read at 8 bits, as its color profile is made of tables"
