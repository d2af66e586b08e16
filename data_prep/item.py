"""One image of a source, before it is read."""

from typing import NamedTuple


class Item(NamedTuple):
    """One image of a source.

    Attributes:
        name: unique in the source; of several archives "archive.zip/member".
        where: what its source's reader needs besides the name, as text; "" where that is enough.
        refused: why it will not be read; "" for one that will.
    """

    name: str
    where: str = ""
    refused: str = ""
