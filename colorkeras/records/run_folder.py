"""The folder of a run: resolved configuration, run.json and append-only CSV files.

No file is damaged when the process is killed: whole files are renamed into place, CSV rows are
flushed one by one, and a half-written last line is cut off when the run resumes.
"""

import contextlib
import itertools
import os
import shutil
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import tomli_w

from colorkeras.config.resolved import config_to_dict
from colorkeras.config.settings import Config
from colorkeras.console.errors import UserError
from colorkeras.console.safe_text import printable
from colorkeras.records.atomic import remove_leftovers, write_json, write_text
from colorkeras.records.csv_file import CsvFile
from colorkeras.records.folder_lock import locked, make_folder, remove_empty
from colorkeras.records.run_info import RUN_FORMAT, read_run_info

_EARLY_FILES = (
    *("config.toml", "run.json", "set_aside.csv", "statistics.json"),
    *("train.csv", "eval.csv", "eval_images.csv", "color_prior.csv"),
)


class RunFolder:
    """One run's folder: `results/<experiment>/<run>/`.

    Args:
        path: the folder; it need not exist yet.

    Attributes:
        path: the folder.
        info: the content of `run.json`; empty until the run is started or opened.

    Raises:
        UserError: when the folder's name cannot be printed.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.info: dict[str, Any] = {}
        self._made: list[Path] = []
        self._was_there = self.path.is_dir()  # then it is the user's own, and stays
        if printable(self.path.name) != self.path.name:  # the model's metadata contain it
            raise UserError(
                f"{self.path}: received a name with control characters or bytes that are not "
                "UTF-8; expected a name of printable characters."
            )

    @property
    def checkpoint(self) -> Path:
        """The training state, from which a run resumes."""
        return self.path / "checkpoint" / "state.h5"

    @property
    def model(self) -> Path:
        """The trained model."""
        return self.path / "model.h5"

    def check_free(self, advice: str) -> None:
        """Refuse a folder that already holds something.

        Args:
            advice: what else the user can do than choose another folder; ends the message.

        Raises:
            UserError: when it is a file or not empty.
        """
        if self.path.exists() and not self.path.is_dir():
            raise UserError(f"{self.path}: is a file; expected a folder that is new or empty.")
        if self.path.exists() and any(self.path.iterdir()):
            raise UserError(
                f"{self.path}: already exists and is not empty. Choose another --out, {advice}."
            )

    def check_apart(self, source: str) -> None:
        """Refuse a folder inside the data source, where results would mix with the data.

        Args:
            source: `data.source` of the configuration.

        Raises:
            UserError: when it lies inside.
        """
        data, out = Path(os.path.expanduser(source)).resolve(), self.path.resolve()
        is_folder = bool(source) and source.split(":")[0] != "scenes"
        if is_folder and (out == data or data in out.parents):
            raise UserError(
                f"{self.path}: lies in the data source {source}; results would mix with the data. "
                "Choose an --out outside of it."
            )

    def create(self, config: Config, info: Mapping[str, Any]) -> None:
        """Make the folder with its `config.toml` and `run.json`.

        Raises:
            UserError: when it cannot be written.
        """
        self.write_config(config)
        self.start(info)

    def write_config(self, config: Config) -> None:
        """Write `config.toml`."""
        write_text(self.path / "config.toml", tomli_w.dumps(config_to_dict(config)))

    def start(self, info: Mapping[str, Any]) -> None:
        """Write the first `run.json`, with these entries."""
        self.info = {"format": RUN_FORMAT, "run": self.path.name, **info}
        self.save_info()

    def make_unique(self) -> None:
        """Make the folder; where one of its name exists, as `name-2`, `name-3`, …

        Two jobs that start in the same second choose the same name.

        Raises:
            UserError: when it cannot be made.
        """
        wanted = self.path
        for number in itertools.count(2):
            try:
                self._made = make_folder(self.path, exist_ok=False)
                self._was_there = False
                return
            except FileExistsError:
                self.path = wanted.with_name(f"{wanted.name}-{number}")
            except OSError as error:
                raise UserError(f"{self.path}: cannot be made: {error.strerror}.") from error

    def remove_leftovers(self) -> None:
        """Remove temporary files of processes that were killed."""
        samples = self.path / "samples"
        for folder in (self.path, self.checkpoint.parent, samples, samples / "test"):
            remove_leftovers(folder)

    def remove_unstarted(self) -> None:
        """Remove what a run wrote that failed before its first checkpoint; likewise an evaluation.

        So the same command works once the mistake is corrected. Only files that a run writes are
        removed, and folders only when they are then empty. A folder that was there stays.
        """
        self.remove_leftovers()
        for name in _EARLY_FILES:
            with contextlib.suppress(OSError):
                (self.path / name).unlink(missing_ok=True)
        for name in ("samples", "tensorboard"):
            shutil.rmtree(self.path / name, ignore_errors=True)
        remove_empty([self.checkpoint.parent])
        if not self._was_there:
            remove_empty([self.path, *self._made[1:]])

    def locked(self) -> AbstractContextManager[None]:
        """Keep other processes out of this folder for a while; see `folder_lock.locked`."""
        return locked(self.path, "another process is using this run. Wait for it, or stop it.")

    def open(self) -> None:
        """Read `run.json` of an earlier run into `info`.

        Raises:
            UserError: when `path` is no run folder or its `run.json` is damaged.
        """
        self.info = read_run_info(self.path)

    def update(self, **changes: Any) -> None:
        """Change entries of `run.json` and write it."""
        self.info.update(changes)
        self.save_info()

    def save_info(self) -> None:
        """Write `run.json`."""
        write_json(self.path / "run.json", self.info)

    def csv(self, name: str, header: Iterable[str]) -> CsvFile:
        """Open the CSV file `name` of this run for appending."""
        return CsvFile(self.path / name, header)
