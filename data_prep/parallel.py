"""Prepare all images of a source in parallel, in worker processes.

Each worker reads, decodes, resizes, hashes and writes images; only numbers are sent back. When a
hostile file crashes a worker, only this file is lost.
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
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import cv2

from colorkeras.console.progress import ProgressReport
from colorkeras.data.images.formats import UnusableImage
from colorkeras.records.environment import available_cores
from data_prep.image_source import ReadableSource, Reader
from data_prep.prepared_image import Recipe, encode_png, pixel_digest, prepare
from data_prep.state import Prepared, State, Todo
from data_prep.worker_process import CRASHED, context, keep_memory, leave_interrupts, portions

PORTION = 32  # images to a worker at a time
WAITING = 4  # portions per worker that are submitted ahead


def process(
    state: State,
    source: ReadableSource,
    recipe: Recipe,
    folder: Path,
    wanted: int | None = None,
) -> float:
    """Prepare the images that are still to do, until all or `wanted` images are done.

    Args:
        state: of the preparation; knows which images are done.
        source: where the images are read from.
        recipe: how they are prepared.
        folder: where the prepared images are written; see `image_path`.
        wanted: stop at this many usable images; None prepares all.

    Returns:
        Images handled per second; 0.0 where there were none.
    """
    done, rejected, todo = (state.count(status) for status in ("done", "rejected", "todo"))
    if todo == 0 or (wanted is not None and done >= wanted):
        return 0.0
    total = done + rejected + todo if wanted is None else wanted
    started, first = time.monotonic(), done + rejected
    with (
        ProgressReport("preparing", total, done, unit="image") as progress,
        _Workers(available_cores(), (source, recipe, folder)) as workers,
    ):
        for results in workers.answers(portions(state.todo(), PORTION)):
            if wanted is not None:
                results = _up_to(results, wanted - done)
            state.record(results)
            done += sum(not result.reason for result in results)
            rejected += sum(bool(result.reason) for result in results)
            rate = (done + rejected - first) / (time.monotonic() - started)
            shown = done + rejected if wanted is None else done
            progress.update(shown, f"{rejected} rejected · {rate:.0f} images/s")
            if wanted is not None and done >= wanted:
                break
    return (done + rejected - first) / (time.monotonic() - started)


def image_path(folder: Path, number: int) -> Path:
    """Where a worker writes the prepared image; a folder holds at most a thousand."""
    return folder / f"{number // 1000:06d}" / f"{number:09d}.png"


def _up_to(results: list[Prepared], missing: int) -> list[Prepared]:
    """The results up to the `missing`-th usable one; the images after it are still to do."""
    kept = []
    for result in results:
        if missing <= 0:
            break
        missing -= not result.reason
        kept.append(result)
    return kept


class _Workers:
    """Worker processes, replaced when one of them dies."""

    def __init__(self, count: int, setting: tuple[ReadableSource, Recipe, Path]) -> None:
        self._count, self._setting = count, setting
        self._pool = self._pool_of(count)

    def __enter__(self) -> "_Workers":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None:
            # A second Ctrl-C here would leave workers for which Python waits when it exits.
            leave_interrupts()
            for process in list((self._pool._processes or {}).values()):
                process.kill()  # its unfinished images are simply done again
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _pool_of(self, count: int) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            count, context(__name__), initializer=_begin, initargs=self._setting
        )

    def answers(self, portions: Iterator[list[Todo]]) -> Iterator[list[Prepared]]:
        """Yield the results of each portion, in the order of the portions."""
        waiting: list[tuple[Future[list[Prepared]], list[Todo]]] = []
        for portion in portions:
            waiting.append((self._pool.submit(_work, portion), portion))
            if len(waiting) >= WAITING * self._count:
                yield self._first(waiting)
        while waiting:
            yield self._first(waiting)

    def _first(self, waiting: list[tuple[Future[list[Prepared]], list[Todo]]]) -> list[Prepared]:
        future, portion = waiting.pop(0)
        try:
            return future.result()
        except BrokenProcessPool:
            self._pool = self._pool_of(self._count)
            waiting[:] = [(self._pool.submit(_work, other), other) for _, other in waiting]
            return [self._alone(image) for image in portion]

    def _alone(self, image: Todo) -> Prepared:
        """Prepare one image of a portion in which a worker died, in a process of its own."""
        with ProcessPoolExecutor(
            1, context(__name__), initializer=_begin, initargs=self._setting
        ) as pool:
            try:
                return pool.submit(_work, [image]).result()[0]
            except BrokenProcessPool:
                return Prepared(image[0], CRASHED)


@dataclass(frozen=True)
class _Setting:
    """What a worker process needs for every image."""

    read: Reader
    recipe: Recipe
    folder: Path


_settings: list[_Setting] = []  # of this process; one, set when the worker begins


def _begin(source: ReadableSource, recipe: Recipe, folder: Path) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    leave_interrupts()
    keep_memory()
    cv2.setNumThreads(1)  # the processes already use all cores
    _settings.append(_Setting(source.reader(), recipe, folder))


def _end_with_parent() -> None:
    """End this worker when its parent is killed: else it would wait forever for a portion."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)


def _work(portion: list[Todo]) -> list[Prepared]:
    return [_one(_settings[-1], *image) for image in portion]


def _one(setting: _Setting, number: int, name: str, where: str) -> Prepared:
    try:
        image = prepare(setting.read(name, where), setting.recipe)
    except UnusableImage as error:
        return Prepared(number, error.reason)
    except MemoryError:
        return Prepared(number, "too large for the available memory")
    data = encode_png(image.pixels)
    path = image_path(setting.folder, number)
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
