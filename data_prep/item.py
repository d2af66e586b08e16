"""One image of a source, before it is read."""

from typing import NamedTuple


class Item(NamedTuple):
    """One image of a source.

    Attributes:
        name: unique in the source; of several archives "archive.zip/member".
        size: bytes as stored, 0 where not known.
        refused: why it will not be read; "" for one that will.
    """

    name: str
    size: int = 0
    refused: str = ""
