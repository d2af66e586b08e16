"""The runs that the claims about results name and that are not stored."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from colorkeras.claims.definition import RESULT, Claim, Measurement
from colorkeras.claims.looks import MIN_SEEDS
from colorkeras.claims.measurement import Runs
from colorkeras.claims.run_values import Group, seed_of
from colorkeras.claims.selection import differing_settings


@dataclass(frozen=True)
class MissingRuns:
    """A group of runs that claims name, with too few seeds or of several settings.

    Attributes:
        group: the conditions of the runs, in words.
        found: how many seeds are stored that can be used.
        why: what is stored and cannot be used, and why; empty where nothing is.
        claims: that name the group, as "experiment/id".
        command: the shortest of these claims' commands, each of which makes the runs.
    """

    group: str
    found: int
    why: str
    command: str
    claims: tuple[str, ...]

    def __str__(self) -> str:
        why = f"; {self.why}" if self.why else ""
        return (
            f"{self.group}: {self.found} of {MIN_SEEDS} seeds{why}\n"
            f"  for {', '.join(self.claims)}\n  {self.command}"
        )


def missing_runs(claims: Iterable[Claim], runs: Runs) -> list[MissingRuns]:
    """The groups with less than three seeds, each once, with the claims that wait for it.

    A claim that cannot be tested here names no runs.
    """
    found = []
    for claim in claims:
        conditions = [c for c in claim.conditions if isinstance(c, Measurement)]
        for condition in conditions if claim.kind == RESULT else []:
            for group, seeds in _counted(runs.groups(condition, claim)):
                apart = differing_settings([item.run for item in group.items])
                if seeds < MIN_SEEDS or apart:
                    names = (f"{_experiment(claim)}/{claim.id}",)
                    why = _why(group, seeds, apart)
                    text = str(group.selector)
                    found.append(MissingRuns(text, seeds, why, claim.command, names))
    return together(found)


def together(found: Iterable[MissingRuns]) -> list[MissingRuns]:
    """Each group once, with all claims that wait for it."""
    by_group: dict[str, MissingRuns] = {}
    for new in found:
        old = by_group.get(new.group, new)
        by_group[new.group] = replace(
            old,
            found=min(old.found, new.found),
            command=min(old.command, new.command, key=len),
            claims=tuple(dict.fromkeys((*old.claims, *new.claims))),
        )
    return list(by_group.values())


def _why(group: Group, seeds: int, apart: str) -> str:
    """Why stored runs do not count."""
    reasons = [f"of several settings: {apart}"] if apart else []
    if group.items and not seeds:
        reasons.append("measured under no protocol that all groups share")
    if group.left_out:
        reasons.append(f"not {', '.join(group.left_out)}")
    return "; ".join(reasons)


def _experiment(claim: Claim) -> str:
    return Path(claim.file).resolve().parent.name


def _counted(groups: list[Group]) -> list[tuple[Group, int]]:
    """Each group with its number of seeds.

    Of tests, the seeds under one protocol count, which all groups of a condition must share.
    """
    protocols = [{test.protocol for test in group.tests} for group in groups if group.tests]
    shared = sorted(set.intersection(*protocols)) if protocols else []
    counted = []
    for group in groups:
        parts = [group.under(protocol) for protocol in shared] if group.tests else [group]
        seeds = [len({seed_of(item.run) for item in part.items}) for part in parts]
        counted.append((group, max(seeds, default=0)))
    return counted
