"""Read `claims.toml` strictly: errors name what is misspelt or missing."""

import re
from pathlib import Path, PureWindowsPath

from colorkeras.claims.condition_table import read_condition
from colorkeras.claims.definition import KINDS, RUN_BOUNDS, Claim, Measurement
from colorkeras.config.shipped import shipped_names
from colorkeras.config.toml import read_toml, require
from colorkeras.console.errors import UserError, choose, suggest

CLAIMS_FILE = "claims.toml"
_TEXTS = ("id", "claim", "source", "kind", "test")  # every claim has them
_KEYS = (*_TEXTS, "preset", "conditions", "why", "runs", "command")
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def read_claims(folder: str | Path) -> list[Claim]:
    """Read an experiment's claims, in the order of the file.

    Args:
        folder: the experiment folder.

    Raises:
        UserError: naming the file and the claim, what was received and what was expected.
    """
    file = Path(folder, CLAIMS_FILE)
    if not file.is_file():
        names = shipped_names()
        raise UserError(
            f"{folder}: no {CLAIMS_FILE} here.{suggest(folder, names)} Expected an experiment "
            f"folder with claims, or the name of a shipped experiment: {', '.join(names)}."
        )
    document = read_toml(file)
    for key in document:
        if key != "claims":
            raise UserError(f"{file}: unknown table {key}.{suggest(key, ['claims'])}")
    tables = require(document.get("claims", []), list, f"{file}: claims")
    if not tables:
        raise UserError(f"{file}: no claims; expected at least one table [[claims]].")
    claims = [_claim(table, file, number) for number, table in enumerate(tables, 1)]
    ids = [claim.id for claim in claims]
    for claim in claims:
        if ids.count(claim.id) > 1:
            raise UserError(
                f"{claim.where}: {ids.count(claim.id)} claims have this id; rename one."
            )
    return claims


def _claim(entry: object, file: Path, number: int) -> Claim:
    table = require(entry, dict, f"{file}: claim number {number}")
    where = f"{file}: claim {table.get('id', f'number {number}')}"
    for key in table:
        if key not in _KEYS:
            raise UserError(f"{where}: unknown key {key}.{suggest(key, _KEYS)}")
    texts = {key: _text(table, key, where) for key in _TEXTS}
    if not _ID.fullmatch(texts["id"]):
        raise UserError(
            f"{where}: id: received {texts['id']!r}, expected lowercase letters, digits and '-', "
            'such as "generator-parameters".'
        )
    choose(texts["kind"], KINDS, f"{where}: kind")
    runs = _runs(table, where)
    if "conditions" not in table:
        raise UserError(
            f"{where}: no conditions; where no test is possible, write conditions = []."
        )
    conditions = tuple(
        read_condition(condition, runs, f"{where}: conditions[{index}]")
        for index, condition in enumerate(
            require(table["conditions"], list, f"{where}: conditions")
        )
    )
    claim = Claim(
        file=str(file),
        **texts,
        preset=_text(table, "preset", where, default="paper"),
        conditions=conditions,
        why=_text(table, "why", where, default=""),
        runs=runs,
        command=_text(table, "command", where, default=""),
    )
    _check_consistent(claim)
    return claim


def _check_consistent(claim: Claim) -> None:
    """Check the keys of a claim that depend on each other."""
    measured = [c for c in claim.conditions if isinstance(c, Measurement)]
    if not claim.conditions and not claim.why:
        raise UserError(
            f"{claim.where}: no conditions and no why; expected the reason why it cannot be "
            'tested here, such as why = "needs human raters".'
        )
    if claim.conditions and claim.why:
        raise UserError(
            f"{claim.where}: why is for claims without conditions; leave it out, or move its text "
            "to test."
        )
    if claim.kind == "architecture" and measured:
        raise UserError(
            f"{claim.where}: an architecture claim is tested without runs, but has a condition on "
            f"{measured[0].source} {measured[0].name}; expected parameters, layer and config only."
        )
    if claim.runs and not claim.command:
        raise UserError(
            f"{claim.where}: no command; expected the command that makes the runs "
            f"{', '.join(claim.runs)}, such as python -m colorkeras.run experiments/varga_cnn."
        )
    used = {c.run for c in measured} | {c.against for c in measured if c.bound in RUN_BOUNDS}
    for name in claim.runs:
        if name not in used:
            raise UserError(f"{claim.where}: runs.{name}: no condition uses it; leave it out.")


def _runs(table: dict, where: str) -> dict[str, str]:
    runs = require(table.get("runs", {}), dict, f"{where}: runs")
    for name in runs:
        pattern = _text(runs, name, f"{where}: runs")
        # An absolute path would replace the results folder; ".." never matches a run.
        windows = PureWindowsPath(pattern)  # finds a leading "/" and "\\" too
        if windows.drive or windows.root or pattern.startswith("~") or ".." in windows.parts:
            raise UserError(
                f"{where}: runs.{name}: received {pattern!r}, expected a pattern relative to the "
                'results folder, such as "church_cgan/optimizers/*rmsprop*".'
            )
        if windows.parts[:1] == ("results",):
            raise UserError(
                f"{where}: runs.{name}: received {pattern!r}; patterns are relative to the results "
                f"folder: write {pattern.partition('/')[2]!r}."
            )
    return runs


def _text(table: dict, key: str, where: str, default: str | None = None) -> str:
    """A string that is not empty; `default` where the key is missing."""
    if key not in table:
        if default is None:
            raise UserError(f"{where}: no {key}; every claim has one.")
        return default
    value = require(table[key], str, f"{where}: {key}")
    if not value.strip():
        raise UserError(f"{where}: {key}: received an empty string, expected some text.")
    return value
