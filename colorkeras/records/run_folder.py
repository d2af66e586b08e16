"""The run folder: resolved configuration, run.json and append-only CSV, readable without our code.

Every file survives a kill: whole files are renamed into place, CSV rows are flushed one by one and
a half-written last line is cut when the run resumes.
"""

import contextlib
import itertools
import json
import os
import shutil
from pathlib import Path

import tomli_w

from colorkeras.config.load import config_to_dict
from colorkeras.console.errors import UserError, reason_of
from colorkeras.console.safe_text import printable
from colorkeras.records.atomic import remove_leftovers, write_json, write_text
from colorkeras.records.csv_file import CsvFile
from colorkeras.records.folder_lock import locked, make_folder, remove_empty

RUN_FORMAT = 1
_EARLY_FILES = (
    *("config.toml", "run.json", "set_aside.csv"),
    *("train.csv", "eval.csv", "eval_images.csv"),
)
# What a resume relies on in run.json.
_REQUIRED = {"status": str, "configured_by": str, "overrides": list, "data": dict}
_KIND_NAMES = {str: "a text", list: "a list", dict: "a table"}


class RunFolder:
    """One run's folder: `results/<experiment>/<run>/`."""

    def __init__(self, path):
        self.path = Path(path)
        self.info, self._made = {}, []
        if printable(self.path.name) != self.path.name:  # the model's metadata keep it
            raise UserError(
                f"{self.path}: received a name with control characters, or that is no UTF-8; "
                "expected a name of letters that can be printed."
            )

    @property
    def checkpoint(self):
        return self.path / "checkpoint" / "state.h5"

    @property
    def model(self):
        return self.path / "model.h5"

    def check_free(self, way_out):
        """Raise UserError when the folder already holds something; `way_out` ends its advice."""
        if self.path.exists() and not self.path.is_dir():
            raise UserError(f"{self.path}: is a file; expected a folder that is new or empty.")
        if self.path.exists() and any(self.path.iterdir()):
            raise UserError(
                f"{self.path}: already exists and is not empty. Choose another --out, {way_out}."
            )

    def check_apart(self, source):
        """Raise UserError when the folder lies in the data source: results would mix with it."""
        data, out = Path(os.path.expanduser(source)).resolve(), self.path.resolve()
        is_folder = source and source.split(":")[0] != "scenes"
        if is_folder and (out == data or data in out.parents):
            raise UserError(
                f"{self.path}: lies in the data source {source}; results would mix with the data. "
                "Choose an --out outside of it."
            )

    def create(self, config, info):
        """Make the folder with its `config.toml` and `run.json`.

        Raises:
            UserError: when it cannot be written.
        """
        self.write_config(config)
        self.start(info)

    def write_config(self, config):
        """Write `config.toml`."""
        write_text(self.path / "config.toml", tomli_w.dumps(config_to_dict(config)))

    def start(self, info):
        """Write the first `run.json`, with these entries."""
        self.info = {"format": RUN_FORMAT, "run": self.path.name, **info}
        self.save_info()

    def claim(self):
        """Make the folder, as `name-2`, `name-3`, … where another job has taken its name: two jobs
        of one second choose the same.

        Raises:
            UserError: when it cannot be made.
        """
        wanted = self.path
        for number in itertools.count(2):
            try:
                self._made = make_folder(self.path, exist_ok=False)
                return
            except FileExistsError:
                self.path = wanted.with_name(f"{wanted.name}-{number}")
            except OSError as error:
                raise UserError(f"{self.path}: cannot be made: {error.strerror}.") from error

    def remove_leftovers(self):
        """Take away temporary files of processes that were killed here."""
        samples = self.path / "samples"
        for folder in (self.path, self.checkpoint.parent, samples, samples / "test"):
            remove_leftovers(folder)

    def remove_unstarted(self):
        """Take away what a run wrote that failed before its first checkpoint, or an evaluation.

        So the same command works once its mistake is mended. Only files that a run writes are
        removed, and folders only when that leaves them empty.
        """
        self.remove_leftovers()
        for name in _EARLY_FILES:
            with contextlib.suppress(OSError):
                (self.path / name).unlink(missing_ok=True)
        shutil.rmtree(self.path / "samples", ignore_errors=True)
        for folder in (self.checkpoint.parent, self.path):
            with contextlib.suppress(OSError):
                folder.rmdir()
        remove_empty(self._made[1:])

    def locked(self):
        """Keep other processes out of this folder for a while; see `folder_lock.locked`."""
        return locked(self.path, "another process is at work on this run. Wait for it, or stop it.")

    def open(self):
        """Read `run.json` of an earlier run.

        Raises:
            UserError: when `path` is no run folder or its `run.json` is damaged.
        """
        file = self.path / "run.json"
        if self.path.is_file():
            raise UserError(
                f"{self.path}: a file. Expected the folder of a run, such as "
                "results/<experiment>/<run>."
            )
        try:
            self.info = json.loads(file.read_text(encoding="utf-8-sig"))
        except FileNotFoundError:
            raise UserError(
                f"{self.path}: no run to resume here: there is no run.json. "
                "Expected a folder that an earlier run wrote, such as results/<experiment>/<run>."
            ) from None
        except (OSError, ValueError, RecursionError) as error:
            raise UserError(f"{file}: cannot be read: {reason_of(error)}.") from error
        if not isinstance(self.info, dict):
            raise UserError(f"{file}: cannot be read: no JSON object.")
        if self.info.get("format") != RUN_FORMAT:
            raise UserError(
                f"{file}: format {self.info.get('format')!r}; this version reads {RUN_FORMAT}."
            )
        for key, kind in _REQUIRED.items():
            if not isinstance(self.info.get(key), kind):
                raise UserError(
                    f"{file}: {key} is {self.info.get(key)!r}, expected {_KIND_NAMES[kind]}. The "
                    "file was changed by hand: put it back or start a new run."
                )
        texts = [*self.info["overrides"], self.info.get("devices", ""), self.info["configured_by"]]
        if not all(isinstance(text, str) for text in texts) or not self.info["configured_by"]:
            raise UserError(
                f"{file}: overrides, devices or configured_by are not what a run writes. The file "
                "was changed by hand: put it back or start a new run."
            )

    def update(self, **changes):
        """Change entries of `run.json` and write it."""
        self.info.update(changes)
        self.save_info()

    def save_info(self):
        write_json(self.path / "run.json", self.info)

    def csv(self, name, header):
        """Open the CSV file `name` of this run for appending."""
        return CsvFile(self.path / name, header)


class ReadOnlyRunFolder(RunFolder):
    """A run's folder as those workers of the run see it who leave all writing to the chief."""

    def claim(self):
        """The chief makes it, and tells its name."""

    def remove_leftovers(self):
        """The chief does."""

    def write_config(self, config):
        """The chief writes."""

    def check_free(self, way_out):
        """The chief checks."""

    def create(self, config, info):
        """The chief writes."""
        self.info = dict(info)

    def remove_unstarted(self):
        """The chief does."""

    def locked(self):
        """The chief holds the lock."""
        return contextlib.nullcontext()

    def save_info(self):
        """The chief writes."""
