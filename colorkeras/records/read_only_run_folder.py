"""The run folder of the workers that write nothing, because the chief writes for all of them."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from colorkeras.config.settings import Config
from colorkeras.records.run_folder import RunFolder


class ReadOnlyRunFolder(RunFolder):
    """The folder of a run as its other workers see it: the chief does all writing."""

    def check_free(self, advice: str) -> None:
        """Do nothing: the chief checks."""

    def create(self, config: Config, info: Mapping[str, Any]) -> None:
        """Keep the entries of `run.json` in memory."""
        self.info = dict(info)

    def write_config(self, config: Config) -> None:
        """Do nothing: the chief writes it."""

    def make_unique(self) -> None:
        """Do nothing: the chief makes the folder and sends its name."""

    def remove_leftovers(self) -> None:
        """Do nothing: the chief removes them."""

    def remove_unstarted(self) -> None:
        """Do nothing: the chief removes it."""

    def locked(self) -> AbstractContextManager[None]:
        """Lock nothing: the chief holds the lock."""
        return nullcontext()

    def save_info(self) -> None:
        """Do nothing: the chief writes it."""
