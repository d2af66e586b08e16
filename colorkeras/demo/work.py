"""Work in threads: a few jobs at a time, a few that wait, none for a page that has gone."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from colorkeras.demo.refusals import Refused, Stopped

T = TypeVar("T")
_LOOK = 0.25  # seconds between two looks whether the page still waits


class Stop:
    """Whether a job is still wanted; its thread asks between two steps."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def set(self) -> None:
        """Say that it is not."""
        self._event.set()

    def check(self) -> None:
        """Go on only if it is.

        Raises:
            Stopped: when it is not.
        """
        if self._event.is_set():
            raise Stopped


class Work:
    """Runs jobs.

    Args:
        at_a_time: jobs that run together.
        waiting: further jobs that may wait.
    """

    def __init__(self, at_a_time: int, waiting: int) -> None:
        self._pool = ThreadPoolExecutor(at_a_time, thread_name_prefix="demo")
        self._most, self._lock = at_a_time + waiting, threading.Lock()
        self._stops: set[Stop] = set()  # of the jobs that run or wait

    async def run(
        self, function: Callable[[Stop], T], has_gone: Callable[[], Awaitable[bool]]
    ) -> T:
        """Run a job in a thread when its turn comes.

        Args:
            function: the job.
            has_gone: whether nobody waits for its result any more.

        Raises:
            Refused: when too many are waiting.
            Stopped: when it was not wanted any more.
        """
        stop = Stop()
        with self._lock:
            if len(self._stops) >= self._most:
                raise Refused(503, "Too much is being worked on. Try again in a moment.")
            self._stops.add(stop)

        def job() -> T:
            stop.check()  # it may have waited
            return function(stop)

        future = self._pool.submit(job)
        future.add_done_callback(lambda _: self._finished(stop))
        watch = asyncio.create_task(_watch(stop, has_gone))
        try:
            return await asyncio.wrap_future(future)
        finally:
            watch.cancel()
            stop.set()  # where this call itself was canceled

    def close(self) -> None:
        """Take no more jobs; those that wait are dropped, those that run end at their next step."""
        with self._lock:
            for stop in self._stops:
                stop.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _finished(self, stop: Stop) -> None:
        with self._lock:
            self._stops.discard(stop)


async def _watch(stop: Stop, has_gone: Callable[[], Awaitable[bool]]) -> None:
    while not await has_gone():
        await asyncio.sleep(_LOOK)
    stop.set()
