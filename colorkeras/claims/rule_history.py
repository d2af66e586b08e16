"""When the rule of a claim was committed, and whether that was before the runs that it judges."""

import re
import subprocess
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from colorkeras.claims.claims_file import rule_of
from colorkeras.claims.definition import Claim
from colorkeras.records.environment import git
from colorkeras.report.stored_runs import StoredRun

_COMMIT = re.compile("[0-9a-f]{7,64}")
_FAILED = (OSError, subprocess.SubprocessError)


@dataclass(frozen=True)
class Order:
    """Whether a rule was there before the runs.

    Attributes:
        commit: since which the rule is as it is; empty where it is not committed, or not known.
        kept: whether every run was made with this commit or later; None where that is not known.
        after: labels of the runs that are older than the rule.
    """

    commit: str = ""
    kept: bool | None = None
    after: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.kept is None:
            return "not known"
        if self.kept:
            return f"yes (rule of {self.commit[:7]})"
        since = f"rule of {self.commit[:7]}" if self.commit else "rule not committed"
        return f"NO ({since}; older: {', '.join(self.after)})"


def order_of(claim: Claim, runs: Iterable[StoredRun]) -> Order:
    """Whether a claim's rule was committed before its runs were made.

    A run's order follows from the commit that it records, or from its date where that commit is of
    another repository.

    Args:
        claim: as it is now.
        runs: those that decide it.
    """
    runs = list({run.label: run for run in runs}.values())
    file = Path(claim.file).resolve()
    history = _versions(file)
    if history is None or not runs:
        return Order()
    since = None
    for commit, rules in history:  # the newest first
        if rules.get(claim.id) != claim.rule:
            break
        since = commit
    if since is None:
        return Order("", False, tuple(run.label for run in runs))
    older = tuple(run.label for run in runs if not _is_before(file.parent, since, run))
    return Order(since, not older, older)


@cache
def _versions(file: Path) -> list[tuple[str, dict[str, str]]] | None:
    """(commit, rule by id of the claim) of each committed version of a file, the newest first.

    None where there is no repository, or no git.
    """
    try:
        git(file.parent, "rev-parse", "--git-dir")
    except _FAILED:
        return None
    try:
        commits = git(file.parent, "log", "--format=%H", "--", file.name).split()
        return [(commit, _rules(file, commit)) for commit in commits]
    except _FAILED:
        return []  # nothing is committed yet


def _rules(file: Path, commit: str) -> dict[str, str]:
    try:
        tables = tomllib.loads(git(file.parent, "show", f"{commit}:./{file.name}"))["claims"]
        return {str(table["id"]): rule_of(table) for table in tables}
    except (*_FAILED, tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError):
        return {}  # a version that was never read


def _is_before(folder: Path, rule: str, run: StoredRun) -> bool:
    recorded = str(run.get("commit") or "").partition("+")[0]
    if _COMMIT.fullmatch(recorded) and (found := _is_ancestor(folder, rule, recorded)) is not None:
        return found
    try:
        committed = datetime.fromisoformat(git(folder, "show", "-s", "--format=%cI", rule))
        return committed <= datetime.fromisoformat(str(run.get("started")))
    except (*_FAILED, ValueError, TypeError):
        return False


@cache
def _is_ancestor(folder: Path, rule: str, recorded: str) -> bool | None:
    """Whether one commit is another or comes before it; None where the other is not known here."""
    try:
        git(folder, "merge-base", "--is-ancestor", rule, recorded)
    except subprocess.CalledProcessError as error:
        return False if error.returncode == 1 else None
    except _FAILED:
        return None
    return True
