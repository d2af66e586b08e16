"""Color photographs' files: what the command `colorize` does once its plan is made.

Several are colored at a time, in threads: decoding, the model, merging and encoding of different
photographs overlap. Each is predicted on its own, so that its result does not depend on the others.
"""

import errno
import os
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path

from colorkeras.console.errors import PredictionError, UserError
from colorkeras.console.progress import ProgressReport
from colorkeras.data.images.formats import UnusableImage
from colorkeras.inference.batch_csv import BatchCsv
from colorkeras.inference.colorize_plan import Job
from colorkeras.inference.photo_colorizer import PhotoColorizer, Result
from colorkeras.inference.result_facts import source_of
from colorkeras.records.atomic import remove_leftovers

_DISK_FULL = (errno.ENOSPC, errno.EDQUOT)


@dataclass
class Outcome:
    """What became of the jobs.

    Attributes:
        counts: how many photographs have each status of `Result`.
        skipped: (photograph, reason) of those that could not be colored.
        notes: (photograph, what the user should be told).
        verified: (photograph, largest change of its luminance in code values).
        files: what else was written, such as a contact sheet.
    """

    counts: dict[str, int] = field(default_factory=dict)
    skipped: list[tuple[Path, str]] = field(default_factory=list)
    notes: list[tuple[Path, str]] = field(default_factory=list)
    verified: list[tuple[Path, float]] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)


def colorize_files(
    jobs: list[Job],
    colorizer: PhotoColorizer,
    at_a_time: int,
    table: BatchCsv | None,
    done: Callable[[Job, Result], None] | None,
) -> Outcome:
    """Color the photographs of all jobs, with a progress report; one that cannot be is skipped.

    Of photographs with the same bytes the first is colored, the others' results are its copies.

    Args:
        jobs: which photograph becomes which file.
        colorizer: of all of them.
        at_a_time: photographs that are worked on together.
        table: where each gets its rows; None for none.
        done: called for each photograph that has its results; None for nothing.

    Raises:
        PredictionError: when the model predicts NaN or infinity.
        UserError: when the disk is full.
    """
    for folder in {job.output.parent for job in jobs}:
        remove_leftovers(folder)
    batch = _Batch(colorizer, table, done)
    with ProgressReport("colorizing", len(jobs), unit="image") as progress:
        with ThreadPoolExecutor(at_a_time, thread_name_prefix="photo") as pool:
            try:
                _run(batch, jobs, pool, at_a_time, progress)
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
        for job, source in batch.copies:
            batch.copy(job, source)
            progress.update(batch.finished, os.fspath(job.photo.name))
    return batch.outcome


def _run(
    batch: "_Batch",
    jobs: list[Job],
    pool: ThreadPoolExecutor,
    at_a_time: int,
    progress: ProgressReport,
) -> None:
    """Work through the jobs; no more are handed out than threads need."""
    running: dict[Future[Result | None], Job] = {}
    waiting = iter(jobs)
    while True:
        for job in waiting:
            running[pool.submit(batch.color, job)] = job
            if len(running) > at_a_time:
                break
        if not running:
            return
        finished, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in finished:
            job = running.pop(future)
            batch.take(job, future)
            progress.update(batch.finished, os.fspath(job.photo.name))


class _Batch:
    """The jobs of one call: who colors which bytes, and what became of them."""

    def __init__(
        self,
        colorizer: PhotoColorizer,
        table: BatchCsv | None,
        done: Callable[[Job, Result], None] | None,
    ) -> None:
        self._colorizer, self._table, self._done = colorizer, table, done
        self._first: dict[tuple[str, str, str], Job] = {}
        self._results: dict[Job, Result] = {}
        self.copies: list[tuple[Job, str]] = []
        self.outcome, self.finished = Outcome(), 0

    def color(self, job: Job) -> Result | None:
        """Color one photograph, in a thread; None where another with the same bytes is."""
        source = source_of(job.photo)
        if self._first.setdefault(_kind(job, source), job) is not job:
            self.copies.append((job, source))
            return None
        return self._colorizer.color(job, source)

    def copy(self, job: Job, source: str) -> None:
        """Copy the results of the photograph that has the same bytes, in one thread."""
        first = self._results.get(self._first[_kind(job, source)])
        future: Future[Result | None] = Future()
        try:
            if first is None:  # it could not be colored, or was left out
                future.set_result(self._colorizer.color(job, source))
            else:
                future.set_result(self._colorizer.copied(job, source, first))
        except Exception as error:
            future.set_exception(error)
        self.take(job, future)

    def take(self, job: Job, future: "Future[Result | None]") -> None:
        """Note what became of a job; only mistakes that stop everything are raised."""
        try:
            result = future.result()
        except UnusableImage as error:
            self._skip(job, error.reason)
        except PredictionError:
            raise
        except UserError as error:
            if getattr(error.__cause__, "errno", None) in _DISK_FULL:
                raise  # all that follow would fail too
            self._skip(job, str(error))
        except OSError as error:  # such as a name that is too long
            if error.errno in _DISK_FULL:
                raise
            self._skip(job, f"{job.output}: {error.strerror}")
        else:
            if result is not None:
                self._finish(job, result)

    def _skip(self, job: Job, reason: str) -> None:
        self.finished += 1
        self.outcome.skipped.append((job.photo, reason))
        self._row(job, Result("skipped", notes=[reason]))

    def _finish(self, job: Job, result: Result) -> None:
        self.finished += 1
        outcome = self.outcome
        outcome.counts[result.status] = outcome.counts.get(result.status, 0) + 1
        if result.deviation is not None:
            outcome.verified.append((job.photo, result.deviation))
        if result.status != "left out":
            outcome.notes += [(job.photo, note) for note in result.notes]
        if result.outputs:
            self._results[job] = result
            if self._done:
                self._done(job, result)
        self._row(job, result)

    def _row(self, job: Job, result: Result) -> None:
        if self._table:
            self._table.add(
                job.photo,
                result.outputs,
                result.records,
                status=result.status,
                reason="; ".join(result.notes),
                seconds=result.seconds or None,
                deviation=result.deviation,
                doubt=result.doubt,
            )


def _kind(job: Job, source: str) -> tuple[str, str, str]:
    """What is equal for photographs whose results are the same."""
    return source, job.form, source_of(job.hints) if job.hints else ""
