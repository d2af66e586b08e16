"""Read run folders back: run.json, train.csv and eval.csv, also of runs that were killed.

Training writes these files; `compare` and the plots read them through this module only. A
missing, damaged or half-written file never raises here: what is readable is used.
"""

import json
import math
import os
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from colorkeras.records.csv_file import cells_of
from colorkeras.records.run_info import RUN_FORMAT

SUBMISSION = "submission"  # made elsewhere; see `submissions`
KINDS = ("training", "evaluation", SUBMISSION)

# Never parsed as numbers: a hash such as "12e45678" would otherwise read as infinity.
TEXT_COLUMNS = frozenset({"split", "method", "protocol", "image", "stage"})
_INTEGER = re.compile(r"[+-]?\d+\Z")
_EXACT_DIGITS = 15  # that a float64 keeps
_MOST_DIGITS = 30
_MOST = 1e100  # larger is no measurement, and sums of squares would overflow

Value = int | float | str | None
Row = dict[str, Value]


def read_csv(path: str | Path) -> list[Row]:
    """Read a CSV file that may still be growing or was cut short.

    A final line without a newline and lines with a wrong number of fields or an unreadable number
    are dropped; a missing file is an empty table.

    Returns:
        One dict per row: blank is None (missing), "nan" and "inf" are floats, whole numbers are
        int, other numbers float; the columns in `TEXT_COLUMNS` stay text.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig", errors="replace")
    except OSError:
        return []
    complete = text[: text.rfind("\n") + 1]
    # A machine that failed may leave zero bytes; csv would refuse the whole file for them.
    header, *lines = map(cells_of, complete.replace("\0", "").split("\n"))
    rows = (_parse_row(header, fields) for fields in lines if len(fields) == len(header))
    return [row for row in rows if row is not None]


def _parse_row(header: list[str], fields: list[str]) -> Row | None:
    try:
        return {
            name: (text or None) if name in TEXT_COLUMNS else _parse_number(text)
            for name, text in zip(header, fields, strict=True)
        }
    except ValueError:
        return None


def _parse_number(text: str) -> int | float | None:
    text = text.strip()
    if not text:
        return None
    if _INTEGER.match(text) and len(text) <= _EXACT_DIGITS:
        return int(text)
    value = float(text)
    return math.copysign(math.inf, value) if abs(value) > _MOST else value


def read_json(path: str | Path) -> dict | None:
    """Read a JSON object; None where the file is missing, cut short or not an object."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
        value = json.loads(text, parse_int=_parse_whole)
    except (OSError, ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _parse_whole(text: str) -> int | None:
    """A whole number; None for one that is no measurement and that no float64 could hold."""
    return int(text) if len(text) <= _MOST_DIGITS else None


@dataclass(eq=False)
class StoredRun:
    """One run folder as found on disk.

    Attributes:
        folder: the folder that holds run.json.
        label: "experiment/run", unique among the runs found together.
        info: the content of run.json; empty where it could not be read.
        problem: why the run cannot be used, or an empty string.
    """

    folder: Path
    label: str
    info: dict = field(default_factory=dict)
    problem: str = ""

    @property
    def status(self) -> str:
        """The recorded status, "unknown" where none was recorded."""
        return str(self.info.get("status") or "unknown")

    @property
    def experiment(self) -> str:
        """The experiment's name: from run.json, else the parent folder's name."""
        return str(self.info.get("experiment") or self.folder.parent.name)

    @property
    def name(self) -> str:
        """The run's name: from run.json, else the folder's name."""
        return str(self.info.get("run") or self.folder.name)

    @cached_property
    def train_rows(self) -> list[Row]:
        """The rows of train.csv."""
        return read_csv(self.folder / "train.csv")

    @cached_property
    def eval_rows(self) -> list[Row]:
        """The rows of eval.csv that name their method."""
        rows = read_csv(self.folder / "eval.csv")
        return [row for row in rows if row.get("method")]

    def get(self, *keys: str) -> Any:
        """Look up a nested value of run.json; None where any of the keys is missing."""
        value: Any = self.info
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        return value

    @property
    def training_data(self) -> dict:
        """The training data of the model; for an evaluation, those of the run that trained it."""
        data = self.get("model", "data") if self.get("kind") == "evaluation" else self.get("data")
        return data if isinstance(data, dict) else {}

    @property
    def main_device(self) -> dict:
        """The device of most steps: a run may have been resumed, or measured, on another one."""
        last, earlier, steps = (
            self.section("device"),
            self.get("earlier_devices"),
            self.get("steps"),
        )
        if not isinstance(earlier, list) or not isinstance(steps, int):
            return last
        ends = [*((d, d.get("until_step")) for d in earlier if isinstance(d, dict)), (last, steps)]
        known = [(device, end) for device, end in ends if isinstance(end, int)]
        begins = [0, *(end for _, end in known)]
        shares = [end - begin for begin, (_, end) in zip(begins, known, strict=False)]
        return known[shares.index(max(shares))][0]

    def section(self, key: str) -> dict:
        """A table of run.json such as "protocol"; empty where it is missing."""
        value = self.info.get(key)
        return value if isinstance(value, dict) else {}


def load_run(folder: str | Path) -> StoredRun:
    """Read one run folder; an unreadable run.json is reported in `problem`, not raised."""
    folder = Path(folder)
    info = read_json(folder / "run.json")
    run = StoredRun(folder, "", info or {})
    if info is None:
        run.problem = "run.json is missing, cut short or not a JSON object"
    elif info.get("format") != RUN_FORMAT:
        run.problem = f"run.json has format {info.get('format')}; this version reads {RUN_FORMAT}"
    run.label = f"{run.experiment}/{run.name}"
    return run


def find_runs(root: str | Path, skip: Path | None = None) -> list[StoredRun]:
    """Find every run folder at or below `root`, sorted by path.

    Args:
        root: where to look, at any depth.
        skip: a folder not to enter (the comparison's own output).

    Returns:
        Training and evaluation runs, also unreadable ones; a run.json of another kind (a
        benchmark, say) is skipped.
    """
    runs = []
    for folder, subfolders, files in os.walk(root):
        subfolders.sort()
        if skip is not None and Path(folder).resolve() == skip.resolve():
            subfolders.clear()
        elif "run.json" in files:
            subfolders.clear()
            runs.append(load_run(folder))
    runs = [run for run in runs if run.problem or run.info.get("kind") in KINDS]
    repeated = Counter(run.label for run in runs)
    for run in runs:
        if repeated[run.label] > 1:
            run.label = run.folder.relative_to(root).as_posix()
    return runs
