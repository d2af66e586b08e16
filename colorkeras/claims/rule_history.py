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
        kept: whether the rule was committed before every run; None where that is not known.
        after: labels of the runs that are older than the rule.
        dated: labels of the runs that only their date places after the rule: their own commit is
            of another repository, or older than the rule.
    """

    commit: str = ""
    kept: bool | None = None
    after: tuple[str, ...] = ()
    dated: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.kept is None:
            return "not known"
        if self.kept:
            by_date = ", by date" if self.dated else ""
            return f"yes{by_date} (rule of {self.commit[:7]})"
        since = f"rule of {self.commit[:7]}" if self.commit else "rule not committed"
        return f"NO ({since}; older: {', '.join(self.after)})"


def order_of(claim: Claim, runs: Iterable[StoredRun]) -> Order:
    """Whether a claim's rule was committed before its runs were made.

    A run's order follows from the commit that it records. Where that commit does not have the rule,
    a run that began after the rule was committed is later by its date.

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
    unsure = [run for run in runs if not _has_rule(file.parent, since, run)]
    dated = tuple(run.label for run in unsure if _began_after(file.parent, since, run))
    older = tuple(run.label for run in unsure if run.label not in dated)
    return Order(since, not older, older, dated)


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


def _has_rule(folder: Path, rule: str, run: StoredRun) -> bool:
    """Whether the commit of a run is that of the rule or a later one."""
    recorded = str(run.get("commit") or "").partition("+")[0]
    return bool(_COMMIT.fullmatch(recorded)) and _is_ancestor(folder, rule, recorded)


def _began_after(folder: Path, rule: str, run: StoredRun) -> bool:
    try:
        committed = datetime.fromisoformat(git(folder, "show", "-s", "--format=%cI", rule))
        return committed <= datetime.fromisoformat(str(run.get("started")))
    except (*_FAILED, ValueError, TypeError):
        return False


@cache
def _is_ancestor(folder: Path, rule: str, recorded: str) -> bool:
    """Whether one commit is another or comes before it; not so where the other is unknown here."""
    try:
        git(folder, "merge-base", "--is-ancestor", rule, recorded)
    except _FAILED:
        return False
    return True
