"""Work in portions, and processes for what a stranger's file may bring down."""

import contextlib
import ctypes
import multiprocessing
import signal
from collections.abc import Iterable, Iterator

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # of glibc's malloc.h


def context(module: str):
    """How worker processes are made: forked from a server that has loaded `module` and nothing
    else. The calling process itself has threads, which OpenCV and SQLite do not survive."""
    found = multiprocessing.get_context("forkserver")
    found.set_forkserver_preload([module])
    return found


def portions(items: Iterable, count: int) -> Iterator[list]:
    """Yield lists of `count` items, the last one maybe shorter."""
    portion = []
    for item in items:
        portion.append(item)
        if len(portion) == count:
            yield portion
            portion = []
    if portion:
        yield portion


def leave_interrupts():
    """Leave Ctrl-C to the parent, which ends this process in good order."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def keep_memory():
    """Let this process keep the memory that it frees, for the next image (glibc only).

    Images are large enough that each buffer would be taken from the system, page by page, and
    given back at once.
    """
    with contextlib.suppress(AttributeError, OSError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_TRIM_THRESHOLD, 1 << 29)
        mallopt(_MMAP_THRESHOLD, 1 << 28)
