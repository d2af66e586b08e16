"""Steps of the work that overlap: each in a thread, with a short queue before it."""

import queue
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from types import TracebackType
from typing import Any, Generic, TypeVar

_WAITING = 4  # items between two steps
_END = object()

Item = TypeVar("Item")


def fetched_ahead(items: Iterator[Item]) -> Generator[Item, None, None]:
    """The same items, fetched by a thread while the last ones are worked on.

    Raises:
        Exception: what `items` raises, after the items before.
    """
    waiting: queue.Queue[Any] = queue.Queue(_WAITING)
    over = threading.Event()

    def fetch() -> None:
        last: Any = _END
        try:
            for item in items:
                if not _put(waiting, item, over):
                    return
        except BaseException as error:
            last = _Failure(error)
        _put(waiting, last, over)

    threading.Thread(target=fetch, daemon=True, name="fetching").start()
    try:
        while (found := waiting.get()) is not _END:
            if isinstance(found, _Failure):
                raise found.error
            yield found
    finally:
        over.set()


class Worker(Generic[Item]):
    """Works on items in a thread of its own; use as a context manager.

    At the end of the block all items are worked on; where the block raises, those that wait are
    dropped.

    Args:
        work: called with each item.

    Raises:
        Exception: what `work` raises, by `put` and at the end.
    """

    def __init__(self, work: Callable[[Item], None]) -> None:
        self._work, self._waiting = work, queue.Queue[Any](_WAITING)
        self._over, self._error = threading.Event(), list[BaseException]()
        self._thread = threading.Thread(target=self._run, daemon=True, name="working")

    def put(self, item: Item) -> None:
        """Hand out an item; waits where too many are waiting."""
        if not _put(self._waiting, item, self._over):
            raise self._error[0]

    def __enter__(self) -> "Worker[Item]":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            _put(self._waiting, _END, self._over)
        else:
            self._over.set()
        self._thread.join()
        if kind is None and self._error:
            raise self._error[0]

    def _run(self) -> None:
        try:
            while not self._over.is_set():
                with suppress(queue.Empty):
                    item = self._waiting.get(timeout=0.1)
                    if item is _END:
                        return
                    self._work(item)
        except BaseException as error:
            self._error.append(error)
            self._over.set()


class _Failure:
    def __init__(self, error: BaseException) -> None:
        self.error = error


def _put(waiting: queue.Queue[Any], item: Any, over: threading.Event) -> bool:
    """Whether the item was put before all was over."""
    while not over.is_set():
        with suppress(queue.Full):
            waiting.put(item, timeout=0.1)
            return True
    return False
