"""What the page may ask for again: photographs and results, by names that nobody can guess."""

import secrets
import time
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from colorkeras.demo.refusals import Refused


class Item(Protocol):
    """Something that is kept for a while."""

    def drop(self) -> None:
        """Give back its memory and its files."""


T = TypeVar("T", bound=Item)


class Shelf(Generic[T]):
    """Keeps a few items, each for a while after it was last used.

    Args:
        most: items; of more, the one goes that was unused for longest.
        seconds: after which an unused item goes.
        gone: what to tell of an item that is gone.
        clock: seconds that only rise.
    """

    def __init__(
        self, most: int, seconds: float, gone: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most, self._seconds, self._gone, self._clock = most, seconds, gone, clock
        self._items: dict[str, tuple[T, float]] = {}  # the one that was used last is last

    def add(self, item: T) -> str:
        """Keep an item; return its name."""
        name = secrets.token_urlsafe(16)
        self._items[name] = item, self._clock()
        self.tidy()
        return name

    def get(self, name: object) -> T:
        """The item of that name.

        Raises:
            Refused: when there is none.
        """
        self.tidy()
        if not isinstance(name, str) or name not in self._items:
            raise Refused(404, self._gone)
        item, _ = self._items.pop(name)
        self._items[name] = item, self._clock()
        return item

    def drop(self, name: object) -> None:
        """Forget an item, if it is still there."""
        if isinstance(name, str) and name in self._items:
            self._items.pop(name)[0].drop()

    def tidy(self) -> None:
        """Drop what is old or too much."""
        for name, (_, used) in list(self._items.items()):
            if len(self._items) > self._most or self._clock() - used > self._seconds:
                self.drop(name)

    def clear(self) -> None:
        """Drop everything."""
        for name in list(self._items):
            self.drop(name)
