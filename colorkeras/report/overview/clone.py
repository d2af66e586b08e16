"""A clone of the repository, as the generated tables read it."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from colorkeras.config.load import load_config
from colorkeras.config.shipped import CONFIG_FILE
from colorkeras.config.toml import read_toml
from colorkeras.report.comparison import Comparison, Entry, compare_runs
from colorkeras.report.measured_systems import MeasuredSystem
from colorkeras.report.protocol_results import ProtocolResults

_PAPER = "paper"


@dataclass(eq=False)
class Clone:
    """A clone.

    Attributes:
        root: its folder.
    """

    root: Path

    @cached_property
    def comparison(self) -> Comparison:
        """The stored runs; read once for all tables."""
        return compare_runs(self.root / "results")

    @cached_property
    def results(self) -> list[ProtocolResults]:
        """What they measured, by protocol."""
        return [ProtocolResults(group) for group in self.comparison.groups]

    @property
    def trainings(self) -> list[Entry]:
        """The finished trainings."""
        return [entry for entry in self.comparison.entries if is_training(entry)]

    @cached_property
    def experiments(self) -> list[str]:
        """The names of the experiments, sorted."""
        return sorted(p.parent.name for p in self.root.glob(f"experiments/*/{CONFIG_FILE}"))

    def folder(self, experiment: str) -> Path:
        """The folder of an experiment."""
        return self.root / "experiments" / experiment

    def budget(self, experiment: str) -> int | None:
        """How many images the reported training sees, with repetitions.

        It is that of the preset "paper"; None where there is no such preset, or where the clone
        does not have the experiment.
        """
        if _PAPER not in self._config(experiment).get("presets", {}):
            return None
        config = load_config(self.folder(experiment), _PAPER)
        return config.data.train_images * config.train.epochs

    def reported(self, experiment: str) -> set[str]:
        """The metrics that the paper reports."""
        return set(self._config(experiment).get("reported", {}))

    def _config(self, experiment: str) -> dict:
        file = self.folder(experiment) / CONFIG_FILE
        return read_toml(file) if file.exists() else {}

    def systems_of(
        self, experiment: str, kind: str
    ) -> list[tuple[ProtocolResults, MeasuredSystem]]:
        """The configurations of an experiment, seeds together, each under one protocol.

        Args:
            experiment: its name.
            kind: "training" or "evaluation".
        """
        return [
            (results, system)
            for results in self.results
            for system in results.systems
            if system.entries[0].run.experiment == experiment
            and system.entries[0].run.get("kind") == kind
        ]


def is_training(entry: Entry) -> bool:
    """Whether an entry is a training, and no evaluation or submission."""
    return entry.run.get("kind") == "training"
