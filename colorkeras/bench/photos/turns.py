"""Measure parts in turn, round after round, and keep the best of each."""

import time
from collections.abc import Callable

SECONDS, CPU_SECONDS, MEMORY = "s", "CPU s", "MiB"  # what is measured; less is better
Measured = dict[str, float]


def best_in_turn(
    parts: dict[str, Callable[[], Measured]], rounds: int, report: Callable[[str], None]
) -> dict[str, Measured]:
    """Measure all parts once in each round.

    Args:
        parts: by name; each does its work and says what it took.
        rounds: how often.
        report: takes a line of text after each measurement.

    Returns:
        The least of each quantity by part.
    """
    found: dict[str, list[Measured]] = {name: [] for name in parts}
    for number in range(1, rounds + 1):
        for name, part in parts.items():
            measured = part()
            found[name].append(measured)
            told = ", ".join(f"{value:.4g} {unit}" for unit, value in measured.items())
            report(f"round {number} of {rounds}, {name}: {told}")
    return {
        name: {unit: min(one[unit] for one in values) for unit in values[0]}
        for name, values in found.items()
    }


def timed(work: Callable[[], object]) -> Measured:
    """Do work of this process: its seconds, and those of the processor in all threads."""
    began, used = time.perf_counter(), time.process_time()
    work()
    return {SECONDS: time.perf_counter() - began, CPU_SECONDS: time.process_time() - used}
