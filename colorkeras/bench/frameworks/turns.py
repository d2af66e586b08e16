"""Training steps of several processes, measured in turn, round after round.

All of them start side by side, and take their first steps, which compile. Every second round goes
through the processes in the opposite order, so that none always comes first when the speed of the
machine changes.
"""

import contextlib
import time
from collections.abc import Callable

from colorkeras.bench.frameworks.worker import Worker, WorkerFailedError


def measure_in_turn(
    jobs: dict[str, tuple[str, dict]],
    rounds: int,
    seconds: float,
    report: Callable[[str], None],
    patience: float | None = None,
) -> dict[str, dict]:
    """Measure steps, each in a process of its own, one process at a time.

    Args:
        jobs: (framework, job of `make_jobs`) by label.
        rounds: how often each is measured.
        seconds: length of one measurement.
        report: takes a line of text after each warm-up and each measurement.
        patience: seconds that the warm-up of all may take; None for as long as it takes.

    Returns:
        Facts by label: what the process said of itself, "rates", images per second by round,
        "cpu_rates", images per second of processor time, and "peak_mb", MiB of memory. A process
        that failed in its warm-up is reported, and left out.

    Raises:
        WorkerFailedError: when all fail in their warm-up, or one fails later.
    """
    with contextlib.ExitStack() as stack:
        started = {
            label: stack.enter_context(Worker(framework, job))
            for label, (framework, job) in jobs.items()
        }
        workers, found = _warmed_up(started, report, patience)
        for number in range(1, rounds + 1):
            order = list(workers.items())
            for label, worker in order if number % 2 else reversed(order):
                answer = worker.measure(seconds)
                found[label]["rates"].append(answer["images"] / answer["seconds"])
                found[label]["cpu_rates"].append(answer["images"] / answer["cpu_seconds"])
                found[label]["peak_mb"] = answer["peak_mb"]
                report(f"{label}, round {number}: {found[label]['rates'][-1]:.2f} images/s")
    return found


def _warmed_up(
    started: dict[str, Worker], report: Callable[[str], None], patience: float | None
) -> tuple[dict[str, Worker], dict[str, dict]]:
    """Wait for the first answers; return the workers that gave one, and the answers, by label."""
    begun, workers, found, failures = time.monotonic(), {}, {}, {}
    for label, worker in started.items():
        left = None if patience is None else max(0.0, begun + patience - time.monotonic())
        try:
            found[label] = {**worker.answer(left), "rates": [], "cpu_rates": []}
        except WorkerFailedError as error:
            failures[label] = error
            continue
        workers[label] = worker
        report(f"{label} is warmed up")
    if not workers:
        raise next(iter(failures.values()))
    for label, failure in failures.items():
        report(f"{label} is left out: {failure}")
    return workers, found


def ratios(found: dict, reference: dict, kind: str = "rates") -> list[float]:
    """Return the ratio of two labels' "rates" or "cpu_rates", round by round."""
    pairs = zip(found[kind], reference[kind], strict=True)
    return [rate / other for rate, other in pairs]
