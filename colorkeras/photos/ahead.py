"""Make the strips of an image in another thread, while those before them are written."""

import threading
from collections.abc import Iterable, Iterator
from queue import Empty, Queue

import numpy as np

_WAITING = 2  # strips


def made_ahead(strips: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    """Yield the same strips, made in a thread that is two strips ahead.

    The thread ends with the generator, also where that is closed before its end.

    Raises:
        Exception: what making a strip raises.
    """
    queue: Queue[np.ndarray | BaseException | None] = Queue(_WAITING)
    closed = threading.Event()

    def make() -> None:
        try:
            for strip in strips:
                queue.put(strip)
                if closed.is_set():
                    return
            queue.put(None)
        except BaseException as error:  # raised where the strip is taken
            queue.put(error)

    thread = threading.Thread(target=make, name="strips", daemon=True)
    thread.start()
    try:
        while (strip := queue.get()) is not None:
            if isinstance(strip, BaseException):
                raise strip
            yield strip
    finally:
        closed.set()
        while thread.is_alive():
            try:
                queue.get_nowait()  # makes room for a strip that is waited with
            except Empty:
                thread.join(0.01)
