"""Prepare all images of a source in parallel: what workers do, and how their answers are kept.

Each worker process reads, decodes, resizes, hashes and writes; only numbers come back. A worker
that a hostile file brings down costs that one file.
"""

import hashlib
import multiprocessing
import multiprocessing.connection
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import cv2

from colorkeras.console.progress import ProgressReport
from colorkeras.data.images.formats import UnusableImage
from colorkeras.records.environment import available_cores
from data_prep.prepared_image import Recipe, encode_png, pixel_digest, prepare
from data_prep.state import Prepared, State
from data_prep.worker_process import context, keep_memory, leave_interrupts, portions

PORTION = 32  # images to a worker at a time
WAITING = 4  # portions per worker that are handed out ahead


def process(state: State, source, recipe: Recipe, folder: Path, wanted: int | None = None):
    """Prepare the images that are still to do, until all or `wanted` are done.

    Args:
        state: the `State`; knows what is done already.
        source: where the images are read from.
        recipe: how they are prepared.
        folder: where the images go, under the number of their image.
        wanted: stop at so many usable images; None prepares all.

    Returns:
        Images handled per second in this process's time, 0.0 where there were none.
    """
    done, todo = state.count("done"), state.count("todo")
    rejected = state.count("rejected")
    if todo == 0 or (wanted is not None and done >= wanted):
        return 0.0
    total = done + rejected + todo if wanted is None else wanted
    started, first = time.monotonic(), done + rejected
    cores = available_cores()
    with (
        ProgressReport("preparing", total, done, unit="image") as progress,
        _Workers(cores, (source, recipe, folder)) as workers,
    ):
        for results in workers.answers(portions(state.todo(), PORTION)):
            if wanted is not None:
                results = _up_to(results, wanted - done)
            state.record(results)
            done += sum(not result.reason for result in results)
            rejected += sum(bool(result.reason) for result in results)
            handled = done + rejected
            rate = (handled - first) / (time.monotonic() - started)
            shown = handled if wanted is None else done
            progress.update(shown, f"{rejected} set aside · {rate:.0f} images/s")
            if wanted is not None and done >= wanted:
                break
    return (done + rejected - first) / (time.monotonic() - started)


def image_path(folder: Path, number: int) -> Path:
    """Where a worker puts the prepared image, at most a thousand in a folder."""
    return folder / f"{number // 1000:06d}" / f"{number:09d}.png"


def _up_to(results: list[Prepared], missing: int) -> list[Prepared]:
    """The results until `missing` usable ones are among them: images beyond stay to do."""
    kept = []
    for result in results:
        if missing <= 0:
            break
        missing -= not result.reason
        kept.append(result)
    return kept


class _Workers:
    """Worker processes, replaced when one of them dies."""

    def __init__(self, count: int, setting: tuple) -> None:
        self._count, self._setting = count, setting
        self._pool = None

    def __enter__(self):
        self._start()
        return self

    def __exit__(self, kind, *exception):
        if kind is not None:
            # A second Ctrl-C in here would leave workers behind for which Python waits at its end.
            leave_interrupts()
            for process in list((self._pool._processes or {}).values()):
                process.kill()  # what it was at is simply done again
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _start(self):
        self._pool = self._pool_of(self._count)

    def _pool_of(self, count: int) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            count, context(__name__), initializer=_begin, initargs=self._setting
        )

    def answers(self, portions: Iterator[list]) -> Iterator[list[Prepared]]:
        """Yield the results of each portion, in the order of the portions."""
        waiting: list[tuple[Future, list]] = []
        for portion in portions:
            waiting.append((self._pool.submit(_work, portion), portion))
            if len(waiting) >= WAITING * self._count:
                yield self._first(waiting)
        while waiting:
            yield self._first(waiting)

    def _first(self, waiting: list) -> list[Prepared]:
        future, portion = waiting.pop(0)
        try:
            return future.result()
        except BrokenProcessPool:
            self._start()
            waiting[:] = [(self._pool.submit(_work, other), other) for _, other in waiting]
            return [self._alone(image) for image in portion]

    def _alone(self, image: tuple[int, str, str]) -> Prepared:
        """One image of a portion in which a worker died, in a process of its own."""
        with ProcessPoolExecutor(
            1, context(__name__), initializer=_begin, initargs=self._setting
        ) as pool:
            try:
                return pool.submit(_work, [image]).result()[0]
            except BrokenProcessPool:
                return Prepared(image[0], "brought the decoder down")


# What a worker process needs for every image; set once, when the process begins.
_worker: dict = {}


def _begin(source, recipe: Recipe, folder: Path):
    threading.Thread(target=_end_with_parent, daemon=True).start()
    leave_interrupts()
    keep_memory()
    cv2.setNumThreads(1)  # the processes are the parallelism
    _worker.update(read=source.reader(), recipe=recipe, folder=folder)


def _end_with_parent():
    """A worker whose parent was killed would wait for its next portion for ever."""
    multiprocessing.connection.wait([multiprocessing.parent_process().sentinel])
    os._exit(1)


def _work(portion: list[tuple[int, str, str]]) -> list[Prepared]:
    return [_one(*image) for image in portion]


def _one(number: int, name: str, where: str) -> Prepared:
    try:
        image = prepare(_worker["read"](name, where), _worker["recipe"])
    except UnusableImage as error:
        return Prepared(number, error.reason)
    except MemoryError:
        return Prepared(number, "too large for the memory there is")
    data = encode_png(image.pixels)
    path = image_path(_worker["folder"], number)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    height, width = image.original
    return Prepared(
        number,
        "",
        width,
        height,
        round(image.chroma, 3),
        hashlib.sha256(data).hexdigest(),
        pixel_digest(image.pixels),
        image.dhash,
        image.thumb,
    )
