"""How photographs are read, and what stands for all their depths."""

from dataclasses import dataclass

from colorkeras.data.images.compact import MAX_BYTES
from colorkeras.data.images.decode import MAX_PIXELS
from colorkeras.data.images.formats import UnusableImage

_BYTES = 8  # a pixel, for decoding, where more pixels than usual are allowed
_DEEP_BYTES = 900_000_000  # for the samples of more than 8 bits of one page


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

    def check_pixels(self, width: int, height: int) -> None:
        """Refuse an image with too many pixels.

        Raises:
            UnusableImage: when it has more than `max_pixels`.
        """
        if width * height > self.max_pixels:
            raise UnusableImage(
                f"{width}x{height} is larger than {self.max_pixels} pixels; --max-pixels "
                f"{width * height} allows it"
            )

    def check_bytes(self, kind: str, width: int, height: int, needed: int) -> None:
        """Refuse samples of more than 8 bits that take too much memory.

        Raises:
            UnusableImage: when `needed` bytes are more than 900 million, and than `max_bytes`.
        """
        limit = max(self.max_bytes, _DEEP_BYTES)
        if needed > limit:
            raise UnusableImage(
                f"{kind} of {width}x{height} takes {needed >> 20} MiB to decode, more than "
                f"{limit >> 20}; --max-pixels {max(-(-needed // _BYTES), MAX_PIXELS + 1)} allows it"
            )


DEFAULT = Reading()


class TableProfile(Exception):  # noqa: N818 - it describes a file, not an error of the program
    """A color profile of tables, which can only be applied at 8 bits."""

    note = "read at 8 bits, as its color profile is made of tables"
