"""The alarms of a training under way: each is told once, when its check has held long enough."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from colorkeras.diagnosis.check import ALARM
from colorkeras.diagnosis.checks import CHECKS, Result, examine
from colorkeras.diagnosis.facts import Facts, read_colors, read_config
from colorkeras.report.stored_runs import Row, read_csv

_CHECKS = tuple(check for check in CHECKS if check.patience and check.level == ALARM)
_INFO = {"kind": "training", "status": "running"}


class TrainingAlarms:
    """Makes the checks of a training at the end of each epoch, on the rows that it was given.

    What is found follows from the records alone, so a run that goes on tells what an unbroken one
    would.

    Args:
        folder: the run's folder, with its config.toml.
        stored: what `stored` was when an earlier process of this run ended.

    Attributes:
        stored: for run.json, one dict of each alarm: name, step, epoch, sentence.
    """

    def __init__(self, folder: Path, stored: Iterable[dict[str, Any]] = ()) -> None:
        self._folder, self._config = folder, read_config(folder)
        self.stored = list(stored)
        self._train: list[Row] = []
        self._eval: list[Row] = []
        self._found: dict[int, list[Result]] = {}  # by epoch

    def begin(self, last_step: int) -> None:
        """Read the rows that a run goes on from, and forget alarms of steps that it repeats."""
        self.stored = [alarm for alarm in self.stored if alarm["step"] <= last_step]
        self._train = read_csv(self._folder / "train.csv")
        self._eval = read_csv(self._folder / "eval.csv")

    def trained(self, row: Row) -> None:
        """Take a row of train.csv."""
        self._train.append(row)

    def evaluated(self, rows: Sequence[Row]) -> None:
        """Take rows of eval.csv."""
        self._eval.extend(rows)

    def raised(self, step: int, epoch: int) -> list[str]:
        """Make the checks at the end of an epoch; return the text of each new alarm."""
        told = {alarm["name"] for alarm in self.stored}
        texts = []
        for result in self._results(epoch):
            name, finding = result.check.name, result.finding
            if finding and name not in told and self._lasts(name, result.check.patience, epoch):
                place = {"name": name, "step": step, "epoch": epoch}
                self.stored.append({**place, "sentence": finding.sentence})
                advice = f" {finding.advice}" if finding.advice else ""
                texts.append(f"alarm {name}: {finding.sentence}{advice}")
        return texts

    def _lasts(self, name: str, patience: int, epoch: int) -> bool:
        """Whether a check found something in as many epochs in a row as it wants."""
        first = epoch - patience + 1
        return first >= 1 and all(
            any(result.check.name == name for result in self._results(number))
            for number in range(first, epoch)
        )

    def _results(self, epoch: int) -> list[Result]:
        """What is found at the end of an epoch."""
        if epoch not in self._found:
            grid = f"epoch_{epoch:04d}.png"
            colors = read_colors(self._folder, self._config, grid)
            facts = Facts(_INFO, self._config, self._train, self._eval, colors=colors)
            results = examine(facts.until(epoch), _CHECKS)
            self._found[epoch] = [result for result in results if result.finding]
        return self._found[epoch]
