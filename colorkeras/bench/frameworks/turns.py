"""Training steps of several processes, measured in turn, round after round.

Every second round goes through the processes in the opposite order, so that none always comes first
when the speed of the machine changes.
"""

import contextlib
from collections.abc import Callable

from colorkeras.bench.frameworks.worker import Worker


def measure_in_turn(
    jobs: dict[str, tuple[str, dict]], rounds: int, seconds: float, report: Callable[[str], None]
) -> dict[str, dict]:
    """Measure steps, each in a process of its own, one process at a time.

    Args:
        jobs: (framework, job of `make_jobs`) by label.
        rounds: how often each is measured.
        seconds: length of one measurement.
        report: takes a line of text after each warm-up and each measurement.

    Returns:
        Facts by label: what the process said of itself, "rates", images per second by round,
        "cpu_rates", images per second of processor time, and "peak_mb", MiB of memory.

    Raises:
        WorkerFailedError: when one of the processes fails.
    """
    with contextlib.ExitStack() as stack:
        workers, found = {}, {}
        for label, (framework, job) in jobs.items():
            workers[label] = stack.enter_context(Worker(framework, job))
            found[label] = {**workers[label].answer(), "rates": [], "cpu_rates": []}
            report(f"{label} is warmed up")
        for number in range(1, rounds + 1):
            order = list(workers.items())
            for label, worker in order if number % 2 else reversed(order):
                answer = worker.measure(seconds)
                found[label]["rates"].append(answer["images"] / answer["seconds"])
                found[label]["cpu_rates"].append(answer["images"] / answer["cpu_seconds"])
                found[label]["peak_mb"] = answer["peak_mb"]
                report(f"{label}, round {number}: {found[label]['rates'][-1]:.2f} images/s")
    return found


def ratios(found: dict, reference: dict, kind: str = "rates") -> list[float]:
    """Return the ratio of two labels' "rates" or "cpu_rates", round by round."""
    pairs = zip(found[kind], reference[kind], strict=True)
    return [rate / other for rate, other in pairs]
