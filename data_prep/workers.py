"""Work in portions, and processes for what a stranger's file may bring down."""

import multiprocessing
from collections.abc import Iterable, Iterator


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
