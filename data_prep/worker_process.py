"""Work in portions, and worker processes for files that may crash a decoder."""

import contextlib
import ctypes
import multiprocessing
import signal
from collections.abc import Iterable, Iterator
from multiprocessing.context import ForkServerContext
from typing import TypeVar

CRASHED = "crashed the decoder"  # the reason given for a file
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # of glibc's malloc.h

Element = TypeVar("Element")


def context(module: str) -> ForkServerContext:
    """How worker processes are made: forked from a server that has loaded only `module`.

    They cannot be forked from the calling process: it has threads of OpenCV and SQLite, which do
    not work after a fork.
    """
    found = multiprocessing.get_context("forkserver")
    found.set_forkserver_preload([module])
    return found


def portions(items: Iterable[Element], count: int) -> Iterator[list[Element]]:
    """Yield lists of `count` items; the last one may be shorter."""
    portion: list[Element] = []
    for item in items:
        portion.append(item)
        if len(portion) == count:
            yield portion
            portion = []
    if portion:
        yield portion


def leave_interrupts() -> None:
    """Ignore Ctrl-C in this process: the parent process handles it and ends its workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def keep_memory() -> None:
    """Let this process keep the memory that it frees, for the next image (glibc only).

    Images are so large that their memory would otherwise go back to the system each time, and
    come from it again page by page.
    """
    with contextlib.suppress(AttributeError, OSError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_TRIM_THRESHOLD, 1 << 29)
        mallopt(_MMAP_THRESHOLD, 1 << 28)
