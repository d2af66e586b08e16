"""The run folder: resolved configuration, run.json and append-only CSV, readable without our code.

Every file survives a kill: whole files are renamed into place, CSV rows are flushed one by one and
a half-written last line is cut when the run resumes.
"""

import contextlib
import csv
import io
import json
import math
import os
import shutil
from pathlib import Path

import tomli_w

from colorkeras.atomic import replacing, write_json, write_text
from colorkeras.config import config_to_dict
from colorkeras.errors import UserError
from colorkeras.folder_lock import locked

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
        self.info = {}

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
        data, out = Path(source).expanduser().resolve(), self.path.resolve()
        if source.split(":")[0] != "scenes" and (out == data or data in out.parents):
            raise UserError(
                f"{self.path}: lies in the data source {source}; results would mix with the data. "
                "Choose an --out outside of it."
            )

    def create(self, config, info):
        """Make the folder with its `config.toml` and `run.json`.

        Raises:
            UserError: when it cannot be written.
        """
        write_text(self.path / "config.toml", tomli_w.dumps(config_to_dict(config)))
        self.start(info)

    def start(self, info):
        """Write the first `run.json`, with these entries."""
        self.info = {"format": RUN_FORMAT, "run": self.path.name, **info}
        self.save_info()

    def remove_unstarted(self):
        """Take away what a run wrote that failed before its first checkpoint, or an evaluation.

        So the same command works once its mistake is mended. Only files that a run writes are
        removed, and folders only when that leaves them empty.
        """
        for name in _EARLY_FILES:
            with contextlib.suppress(OSError):
                (self.path / name).unlink(missing_ok=True)
        shutil.rmtree(self.path / "samples", ignore_errors=True)
        for folder in (self.checkpoint.parent, self.path):
            with contextlib.suppress(OSError):
                folder.rmdir()

    def locked(self):
        """Keep other processes out of this folder for a while; see `folder_lock.locked`."""
        return locked(self.path, "another process is at work on this run. Wait for it, or stop it.")

    def open(self):
        """Read `run.json` of an earlier run.

        Raises:
            UserError: when `path` is no run folder or its `run.json` is damaged.
        """
        file = self.path / "run.json"
        try:
            self.info = json.loads(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise UserError(
                f"{self.path}: no run to resume here: there is no run.json. "
                "Expected a folder that an earlier run wrote, such as results/<experiment>/<run>."
            ) from None
        except (OSError, ValueError) as error:
            raise UserError(f"{file}: cannot be read: {error}.") from error
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


class CsvFile:
    """An append-only CSV with a fixed header, flushed after each row."""

    def __init__(self, path, header):
        self.path = Path(path)
        self.header = list(header)
        if not self.path.exists():
            write_text(self.path, _line(self.header))

    def append(self, **values):
        """Write one row. NaN is written "nan", infinity "inf", a missing value is blank.

        Raises:
            UserError: when the file cannot be written.
            ValueError: on a column that the header does not have.
        """
        self.extend([values])

    def extend(self, rows):
        """Write several rows (dicts) and flush once; see `append`."""
        lines = [self._format(values) for values in rows]
        try:
            with self.path.open("a", encoding="utf-8", newline="") as file:
                file.writelines(lines)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise UserError(f"{self.path}: cannot be written: {error.strerror}.") from error

    def _whole_lines(self):
        try:
            content = self.path.read_bytes()
            text = content[: content.rfind(b"\n") + 1].decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(f"{self.path}: cannot be read: {error}.") from error
        return io.StringIO(text).readlines()

    def widen(self, names):
        """Add those columns that are missing; they are blank in the rows written before.

        Raises:
            UserError: when the file cannot be written.
        """
        new = [name for name in names if name not in self.header]
        if not new:
            return
        self.header += new
        with self.path.open(encoding="utf-8", newline="") as file:
            rows = [row + [""] * len(new) for row in csv.reader(file)][1:]
        write_text(self.path, "".join(_line(row) for row in (self.header, *rows)))

    def _format(self, values):
        unknown = values.keys() - set(self.header)
        if unknown:
            raise ValueError(f"{self.path}: no column {sorted(unknown)} in {self.header}.")
        return _line([format_cell(values.get(name)) for name in self.header])

    def cut(self, keep):
        """Drop rows that will be written again, and a half-written last line.

        Args:
            keep: function of a row (dict of strings); false drops the row.

        Raises:
            UserError: when the file cannot be read or written, or has other columns.
        """
        lines = self._whole_lines()
        if not lines or next(csv.reader(lines[:1])) != self.header:
            raise UserError(
                f"{self.path}: expected the columns {', '.join(self.header)}; found "
                f"{lines[0].strip() if lines else 'nothing'}. The file was changed by hand: "
                "put it back or start a new run."
            )
        lines = [line for line in lines if line.strip()]  # DictReader skips blank ones, too
        rows = list(csv.DictReader(lines))
        try:
            kept = [line for line, row in zip(lines[1:], rows, strict=True) if keep(row)]
        except ValueError as error:
            raise UserError(
                f"{self.path}: was changed by hand ({error}). Put it back or start a new run."
            ) from error
        with replacing(self.path) as temporary:
            temporary.write_text("".join([lines[0], *kept]), encoding="utf-8")


def format_cell(value):
    """Format one CSV value: floats with 7 significant digits, None blank, NaN "nan"."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.7g}" if math.isfinite(value) else str(value)
    return str(value)


def _line(cells):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()
