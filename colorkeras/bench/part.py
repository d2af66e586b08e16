"""One thing that `python -m colorkeras.bench` measures."""

import dataclasses
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

# Seconds before a measurement: the loader before it then has read ahead as far as it does.
_SETTLING = 0.2
_TICK = time.get_clock_info("process_time").resolution


@dataclasses.dataclass
class Waiting:
    """Time spent in waiting for an iterator."""

    seconds: float = 0.0

    def next_of(self, batches: Iterator[Any]) -> Any:
        """Return the next item; add the time until it came to `seconds`."""
        started = time.monotonic()
        item = next(batches)
        self.seconds += time.monotonic() - started
        return item


@dataclasses.dataclass
class Part:
    """Images per second, round by round.

    On a machine that other processes use too, images per second of CPU time say more: those that
    all threads of this process spent.

    Attributes:
        name, meaning: for the table.
        work: does some of it and returns the number of images.
        reference: name of the part that this one is compared with; empty for none.
        workers: CPU cores that share the work; a ratio is per core.
        waiting: of a part that waits for data.
        rates: images per second of each round.
        cpu_rates: images per second of CPU time of each round.
        waits: share of each round that was waiting.
    """

    name: str
    meaning: str
    work: Callable[[], int]
    reference: str = ""
    workers: int = 1
    waiting: Waiting | None = None
    rates: list[float] = dataclasses.field(default_factory=list)
    cpu_rates: list[float] = dataclasses.field(default_factory=list)
    waits: list[float] = dataclasses.field(default_factory=list)

    def measure(self, seconds: float) -> None:
        """Repeat the work for about `seconds` and note the rate."""
        time.sleep(_SETTLING)
        waited = self.waiting.seconds if self.waiting else 0.0
        started, used = time.monotonic(), time.process_time()
        images = self.work()
        while time.monotonic() - started < seconds:
            images += self.work()
        taken = time.monotonic() - started
        self.rates.append(images / taken)
        self.cpu_rates.append(images / max(time.process_time() - used, _TICK))
        if self.waiting:
            self.waits.append((self.waiting.seconds - waited) / taken)

    def row(self, parts: dict[str, "Part"]) -> dict[str, Any]:
        """Return the cells of this part, by name of column.

        Args:
            parts: dict of all parts by name.
        """
        return {
            "part": self.name,
            "images_per_second": statistics.median(self.rates),
            "lowest": min(self.rates),
            "highest": max(self.rates),
            "ratio": self._ratio(parts.get(self.reference)),
            "images_per_cpu_second": statistics.median(self.cpu_rates),
            "cpu_ratio": self._cpu_ratio(parts.get(self.reference)),
            "waiting": statistics.median(self.waits) if self.waits else None,
            "meaning": self.meaning,
        }

    def _ratio(self, reference: "Part | None") -> str:
        """The median of the rounds' own ratios, in words."""
        if reference is None:
            return ""
        ratio = _median_ratio(self.rates, reference.rates) * reference.workers / self.workers
        per_core = " per core" if reference.workers != self.workers else ""
        return f"{_in_words(ratio)} {reference.name}{per_core}"

    def _cpu_ratio(self, reference: "Part | None") -> str:
        """The same of images per second of CPU time."""
        if reference is None:
            return ""
        ratio = _median_ratio(self.cpu_rates, reference.cpu_rates)
        return f"{_in_words(ratio)} {reference.name}"


def _median_ratio(rates: list[float], others: list[float]) -> float:
    return statistics.median(one / other for one, other in zip(rates, others, strict=True))


def _in_words(ratio: float) -> str:
    return f"{100 * ratio:.0f} % of" if ratio < 2 else f"{ratio:.1f} ×"
