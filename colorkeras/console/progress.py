"""A progress bar on a terminal, one plain line now and then in a log file."""

import time

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from colorkeras.console.safe_text import printable

PLAIN_SECONDS = 15


def say(console: Console, text: object) -> None:
    """Print text as it is, its names made safe for a terminal; see `safe_text.printable`."""
    console.print(printable(text, keep="\n"), markup=False, soft_wrap=True)


class ProgressReport:
    """Shows how far a task with a known number of steps is; use as a context manager.

    Args:
        description: what is done, such as "training".
        total: number of steps; None where it is unknown, until `update_of` gives it.
        done: steps that were done before (a resumed run).
        unit: what a step is called in plain lines.
        console: where to write; standard error by default, so that results can be piped.
    """

    def __init__(
        self,
        description: str,
        total: int | None = None,
        done: int = 0,
        unit: str = "step",
        console: Console | None = None,
    ) -> None:
        self._console = console or Console(stderr=True, highlight=False)
        self._description, self._unit = description, unit
        self._total, self._first, self._done = total, done, done
        self._start = self._last_line = time.monotonic()
        self._printed: int | None = None  # steps that the last plain line showed
        self._bar: Progress | None = None
        if self._console.is_terminal:
            self._bar = Progress(
                TextColumn("{task.description}", markup=False),
                BarColumn(bar_width=28),
                MofNCompleteColumn(),
                TimeRemainingColumn(compact=True),
                TextColumn("{task.fields[detail]}", markup=False),
                console=self._console,
                transient=False,
            )
            self._task = self._bar.add_task(description, total=total, completed=done, detail="")

    def __enter__(self) -> "ProgressReport":
        if self._bar:
            self._bar.start()
        return self

    def __exit__(self, *exception: object) -> None:
        if self._bar:
            self._bar.stop()
        elif self._printed not in (None, self._done):
            self._print_line("")

    def update(self, done: int, detail: str = "") -> None:
        """Show that `done` steps are finished, with a short text such as losses and speed."""
        self._done, detail = done, printable(detail)
        if self._bar:
            self._bar.update(self._task, completed=done, detail=detail)
            return
        if time.monotonic() - self._last_line >= PLAIN_SECONDS:
            self._print_line(detail)

    def update_of(self, done: int, total: int) -> None:
        """Show that `done` of `total` steps are finished."""
        self._total = total
        if self._bar:
            self._bar.update(self._task, total=total)
        self.update(done)

    def print(self, text: object) -> None:
        """Write a line of its own above the bar, or into the log."""
        say(self._console, text)

    def _print_line(self, detail: str) -> None:
        self._last_line, self._printed = time.monotonic(), self._done
        of = "" if self._total is None else f"/{self._total}"
        line = f"{self._description}: {self._unit} {self._done}{of}"
        say(self._console, " · ".join(part for part in (line, self._remaining(), detail) if part))

    def _remaining(self) -> str:
        finished = self._done - self._first
        if finished <= 0 or self._total is None or self._done >= self._total:
            return ""
        left = (time.monotonic() - self._start) / finished * (self._total - self._done)
        return f"{int(left) // 60}:{int(left) % 60:02d} left"
