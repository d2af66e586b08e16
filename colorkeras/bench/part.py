"""One thing that `python -m colorkeras.bench` measures."""

import dataclasses
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any


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

    Attributes:
        name, meaning: for the table.
        work: does some of it and returns the number of images.
        reference: name of the part that this one is compared with; empty for none.
        workers: CPU cores that share the work; a ratio is per core.
        waiting: of a part that waits for data.
        rates: images per second of each round.
        waits: share of each round that was waiting.
    """

    name: str
    meaning: str
    work: Callable[[], int]
    reference: str = ""
    workers: int = 1
    waiting: Waiting | None = None
    rates: list[float] = dataclasses.field(default_factory=list)
    waits: list[float] = dataclasses.field(default_factory=list)

    def measure(self, seconds: float) -> None:
        """Repeat the work for about `seconds` and note the rate."""
        waited = self.waiting.seconds if self.waiting else 0.0
        started = time.monotonic()
        images = self.work()
        while time.monotonic() - started < seconds:
            images += self.work()
        taken = time.monotonic() - started
        self.rates.append(images / taken)
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
            "waiting": statistics.median(self.waits) if self.waits else None,
            "meaning": self.meaning,
        }

    def _ratio(self, reference: "Part | None") -> str:
        """The median of the rounds' own ratios, in words."""
        if reference is None:
            return ""
        pairs = zip(self.rates, reference.rates, strict=True)
        ratio = statistics.median(one / other for one, other in pairs)
        ratio *= reference.workers / self.workers
        per_core = " per core" if reference.workers != self.workers else ""
        if ratio < 2:
            return f"{100 * ratio:.0f} % of {reference.name}{per_core}"
        return f"{ratio:.1f} × {reference.name}{per_core}"
