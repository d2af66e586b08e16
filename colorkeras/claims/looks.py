"""At how many seeds a comparison is looked at, and what error each look may have.

Whoever looks again after each new run finds a difference at some time, even where there is none. So
there are two looks, at three seeds of each group and at six, and each is allowed half of the error:
the chance that one of them is wrong is at most the sum (Bonferroni; Jennison and Turnbull, *Group
Sequential Methods*, 2000, chapter 1). Seeds between two looks wait for the next one.
"""

from collections.abc import Sequence
from dataclasses import replace

from colorkeras.claims.run_values import Group, seed_of

LOOKS = (3, 6)  # seeds of each group
MIN_SEEDS = LOOKS[0]
ALPHA = 0.05  # of both looks together
ALPHA_OF_A_LOOK = ALPHA / len(LOOKS)


def at_look(groups: Sequence[Group]) -> tuple[list[Group], list[str]]:
    """The groups at the latest look for which each of them has the seeds.

    The seeds with the lowest numbers count, so that nobody chooses. With fewer seeds than the first
    look needs, nothing is taken out of the group that lacks them.

    Args:
        groups: that are compared with each other.

    Returns:
        (the groups with the runs of these seeds alone, the other runs with the reason).
    """
    fewest = min(len(_seeds(group)) for group in groups)
    look = max((look for look in LOOKS if look <= fewest), default=MIN_SEEDS)
    kept, waiting = [], []
    for group in groups:
        counted = _seeds(group)[:look]
        kept.append(
            replace(group, items=[item for item in group.items if seed_of(item.run) in counted])
        )
        waiting += [
            f"{item.run.label} (not among the {look} seeds of this look)"
            for item in group.items
            if seed_of(item.run) not in counted
        ]
    return kept, waiting


def _seeds(group: Group) -> list[str]:
    """The seeds of a group in the order of their numbers; of such texts the longer is larger."""
    return sorted({seed_of(item.run) for item in group.items}, key=lambda seed: (len(seed), seed))
