"""Check a submission: a folder of results that somebody made without this suite.

    python -m colorkeras.compare --validate FOLDER

docs/submissions.md describes the three files. All that is wrong is listed at once. What passes is
found by `compare` like any run.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from colorkeras.console.errors import UserError, reason_of, suggest
from colorkeras.console.safe_text import shortened
from colorkeras.metrics.protocol import Protocol
from colorkeras.records.run_info import RUN_FORMAT
from colorkeras.report.image_values import IMAGES_CSV
from colorkeras.report.stored_runs import SUBMISSION
from colorkeras.report.submitted_tables import check_tables

RUN_JSON, EVAL_CSV = "run.json", "eval.csv"
_MOST_AMOUNT = 1e18
MOST_LINES = 50  # of a list of problems; a wrong column alone may have thousands
MOST_NAME = 80  # characters of a name
# Keys of run.json: the type, whether it is needed, and words for an error.
_KEYS: dict[str, tuple[type | tuple[type, ...], bool, str]] = {
    "format": (int, True, f"the number {RUN_FORMAT}"),
    "kind": (str, True, f'"{SUBMISSION}"'),
    "status": (str, True, '"finished"'),
    "experiment": (str, True, "the name of the system"),
    "run": (str, True, "the name of the run"),
    "protocol": (dict, True, "a table"),
    "preset": (str, False, "a string"),
    "seed": (int, False, "an integer"),
    "parameters": (dict, False, "a table of integers by network"),
    "images_seen": (int, False, "an integer"),
    "seconds": (dict, False, 'a table with "train"'),
    "device": (dict, False, 'a table with "cpu", "cores" and "gpus"'),
    "data": (dict, False, 'a table with "source"'),
    "citation": (str, False, "a string"),
    "url": (str, False, "a string"),
    "submitted_by": (str, False, "a string"),
    "notes": (str, False, "a string"),
}


def validate(folder: Path, image_names: Mapping[str, Iterable[str]]) -> str:
    """Check a folder; return what to say of one that passes.

    Args:
        folder: the submission.
        image_names: the names of the images by protocol, where they are known.

    Raises:
        UserError: with every problem in a line of its own.
    """
    problems = check_submission(folder, image_names)
    if problems:
        shown = [shortened(problem, 400) for problem in problems[:MOST_LINES]]
        shown += [f"and {len(problems) - MOST_LINES} more"] * (len(problems) > MOST_LINES)
        count = f"{len(problems)} problem{'' if len(problems) == 1 else 's'}"
        lines = "\n".join(f"  - {line}" for line in shown)
        raise UserError(
            f"{folder}: {count}:\n{lines}\ndocs/submissions.md describes the files. Nothing was "
            "changed."
        )
    protocol = _read_json(folder / RUN_JSON)["protocol"]
    known = protocol["hash"] in image_names
    named = (
        "the names of the images are those of the stored runs"
        if known
        else "no stored run has this protocol, so the names of the images could not be checked"
    )
    return (
        f"{folder}: a valid submission: {protocol['num_images']} images, protocol "
        f"{protocol['hash']}; {named}. Put the folder below the results to compare it."
    )


def check_submission(folder: Path, image_names: Mapping[str, Iterable[str]] = {}) -> list[str]:
    """What is wrong with a submission, in the order of its files; empty where nothing is.

    Args:
        folder: the submission.
        image_names: the names of the images by protocol, where they are known.
    """
    if not folder.is_dir():
        return ["no such folder"]
    try:
        info = _read_json(folder / RUN_JSON)
    except UserError as error:
        return [str(error)]
    problems = [f"{RUN_JSON}: {problem}" for problem in _check_info(info)]
    protocol, wrong = _protocol(info.get("protocol"))
    problems += [f"{RUN_JSON}: {problem}" for problem in wrong]
    record = info.get("protocol")
    names = image_names.get(str(record.get("hash") if isinstance(record, dict) else None))
    tables = check_tables(folder / EVAL_CSV, folder / IMAGES_CSV, protocol, names)
    return problems + tables


def _read_json(file: Path) -> dict[str, Any]:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            keys = [key for key, _ in pairs]
            twice = next(key for key in keys if keys.count(key) > 1)
            raise ValueError(f"the key {twice!r} is there twice")
        return found

    try:
        value = json.loads(file.read_text(encoding="utf-8-sig"), object_pairs_hook=unique)
    except FileNotFoundError:
        raise UserError(f"{file.name}: there is no such file") from None
    except (OSError, ValueError, RecursionError) as error:
        raise UserError(f"{file.name}: cannot be read: {reason_of(error)}") from error
    if not isinstance(value, dict):
        raise UserError(f"{file.name}: received {shortened(repr(value), 80)}, expected an object")
    return value


def _check_info(info: dict[str, Any]) -> list[str]:
    problems = []
    for key, (kind, needed, words) in _KEYS.items():
        value = info.get(key)
        if key not in info:
            problems += [f"no key {key!r}; expected {words}"] if needed else []
        elif not isinstance(value, kind) or isinstance(value, bool):
            problems.append(f"{key} is {_short(value)}; expected {words}")
    for key, expected in (("format", RUN_FORMAT), ("kind", SUBMISSION), ("status", "finished")):
        value = info.get(key)
        if type(value) is type(expected) and value != expected:
            problems.append(f"{key} is {_short(value)}; expected {expected!r}")
    for key in ("experiment", "run"):
        name = info.get(key)
        if isinstance(name, str) and not (name.strip() and len(name) <= MOST_NAME):
            problems.append(f"{key} is {_short(name)}; expected 1 to {MOST_NAME} characters")
    for key in info.keys() - _KEYS.keys():
        problems.append(f"unknown key {key!r}.{suggest(key, _KEYS)} Put words into notes")
    return [*problems, *_check_cost(info)]


def _check_cost(info: dict[str, Any]) -> list[str]:
    """Costs are shown beside those of runs: they must be amounts."""
    amounts: list[tuple[str, Any]] = [("images_seen", info.get("images_seen"))]
    for table in ("parameters", "seconds"):
        found = info.get(table)
        if isinstance(found, dict):
            amounts += [(f"{table}.{key}", value) for key, value in found.items()]
    return [
        f"{name} is {_short(value)}; expected a number of at least 0"
        for name, value in amounts
        if value is not None and not _is_amount(value)
    ]


def _is_amount(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0 <= value <= _MOST_AMOUNT  # neither NaN nor infinity


def _protocol(record: object) -> tuple[Protocol | None, list[str]]:
    """The protocol of a record, or what is wrong with it."""
    if not isinstance(record, dict):
        return None, []
    fields = {key: value for key, value in record.items() if key != "hash"}
    try:
        protocol = Protocol.from_dict(fields)
    except (ValueError, TypeError) as error:
        return None, [f"protocol: {error}"]
    if record.get("hash") != protocol.hash:
        return protocol, [
            f"protocol: hash is {_short(record.get('hash'))}, but these fields have the hash "
            f"{protocol.hash}: a field or the hash is wrong"
        ]
    return protocol, []


def _short(value: object) -> str:
    return shortened(repr(value), 80)
