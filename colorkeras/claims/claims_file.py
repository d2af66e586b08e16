"""Read `claims.toml` strictly: errors name what is misspelt or missing."""

import hashlib
import json
import re
from pathlib import Path

from colorkeras.claims.condition_table import read_condition
from colorkeras.claims.definition import (
    COLUMN_BOUNDS,
    COMPARED_WITH,
    KINDS,
    RESULT,
    RUN_BOUNDS,
    Claim,
    Measurement,
    RunSelector,
)
from colorkeras.claims.selection import read_selector
from colorkeras.config.shipped import shipped_names
from colorkeras.config.toml import read_toml, require
from colorkeras.console.errors import UserError, choose, suggest

CLAIMS_FILE = "claims.toml"
_TEXTS = ("id", "claim", "source", "kind", "test")  # every claim has them
_RULE = ("kind", "preset", "runs", "conditions")  # what decides a claim
_KEYS = (*_TEXTS, "preset", "conditions", "why", "runs", "command", "compared_with")
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
    runs = _runs(table, file, where)
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
        compared_with=_text(table, "compared_with", where, default=""),
        rule=rule_of(table),
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
    _check_comparisons(claim, measured)
    if claim.runs and not claim.command:
        raise UserError(
            f"{claim.where}: no command; expected the command that makes the runs "
            f"{', '.join(claim.runs)}, such as python -m colorkeras.run experiments/varga_cnn."
        )
    used = {c.run for c in measured} | {c.against for c in measured if c.bound in RUN_BOUNDS}
    for condition in measured:
        if condition.bound in RUN_BOUNDS:
            one, other = condition.run, str(condition.against)
            if claim.runs[one] == claim.runs[other]:
                raise UserError(f"{claim.where}: runs.{one} and runs.{other} are the same runs.")
    for name in claim.runs:
        if name not in used:
            raise UserError(f"{claim.where}: runs.{name}: no condition uses it; leave it out.")


def _check_comparisons(claim: Claim, measured: list[Measurement]) -> None:
    """Results are decided by comparisons, the rest by checks that say what they compare with."""
    if claim.kind == RESULT:
        if claim.compared_with:
            raise UserError(f"{claim.where}: compared_with does not go with results; leave it out.")
        exact = [condition for condition in measured if condition.bound in COLUMN_BOUNDS]
        if exact:
            raise UserError(
                f"{claim.where}: {exact[0].bound} is a check of one run, not a result; expected "
                'the kind "training".'
            )
        return
    if claim.conditions:
        choose(claim.compared_with, COMPARED_WITH, f"{claim.where}: compared_with")
    statistical = [c for c in measured if c.bound not in COLUMN_BOUNDS]
    if statistical:
        raise UserError(
            f"{claim.where}: {statistical[0].bound} compares what was measured; expected the kind "
            '"result".'
        )


def _runs(table: dict, file: Path, where: str) -> dict[str, RunSelector]:
    runs = require(table.get("runs", {}), dict, f"{where}: runs")
    experiment = file.parent.resolve().name
    return {
        name: read_selector(entry, experiment, f"{where}: runs.{name}")
        for name, entry in runs.items()
    }


def rule_of(table: dict) -> str:
    """SHA-256 of what decides a claim, as TOML gives its table; other texts may be reworded."""
    rule = {key: table.get(key) for key in _RULE}
    return hashlib.sha256(json.dumps(rule, sort_keys=True, default=str).encode()).hexdigest()


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
