"""Make the strips of an image in threads, while those before them are written."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np


def made_ahead(
    make: Callable[[int, int], np.ndarray], strips: Iterable[tuple[int, int]], threads: int
) -> Iterator[np.ndarray]:
    """Yield the rows of each strip in order, made a few strips ahead.

    Args:
        make: gives the rows from one number to another; called in several threads.
        strips: (first, last + 1) rows of each.
        threads: how many; with one, nothing is made ahead.

    Raises:
        Exception: what making a strip raises.
    """
    if threads == 1:
        yield from (make(*strip) for strip in strips)
        return
    waiting: deque[Future[np.ndarray]] = deque()
    with ThreadPoolExecutor(threads, thread_name_prefix="strip") as pool:
        try:
            for strip in strips:
                waiting.append(pool.submit(make, *strip))
                if len(waiting) > 2 * threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:  # also where the generator is closed before its end
            for future in waiting:
                future.cancel()
