"""The verdicts of claims, computed from the outcomes of their conditions."""

from dataclasses import dataclass, field

from colorkeras.claims.definition import RESULT, Claim
from colorkeras.claims.looks import LOOKS
from colorkeras.claims.outcome import Facts, Outcome, decided, find_outcome
from colorkeras.claims.rule_history import Order
from colorkeras.report.intervals import holm

REPRODUCED, NOT_REPRODUCED, INCONCLUSIVE = "reproduced", "not reproduced", "inconclusive"
UNTESTABLE = "not testable here"
AGREES, DIFFERS = "agrees", "differs"
VERDICTS = (REPRODUCED, NOT_REPRODUCED, INCONCLUSIVE, UNTESTABLE)  # of results
CHECKS = (AGREES, DIFFERS, UNTESTABLE)  # of architecture and configuration


@dataclass(frozen=True)
class Judgement:
    """A claim and the outcomes of its conditions.

    Attributes:
        claim: as it is stated.
        outcomes: one for each condition.
        order: whether the rule was committed before the runs; of results with runs.
    """

    claim: Claim
    outcomes: list[Outcome]
    order: Order = field(default=Order())

    @property
    def verdict(self) -> str:
        """One of `VERDICTS` for a result, of `CHECKS` for others.

        A result is reproduced when every condition holds, and not reproduced when any fails.
        """
        holds = [outcome.holds for outcome in self.outcomes]
        if not holds:
            return UNTESTABLE
        if self.claim.kind == RESULT:
            if False in holds:
                return NOT_REPRODUCED
            return INCONCLUSIVE if None in holds else REPRODUCED
        if None in holds:
            return UNTESTABLE
        return AGREES if all(holds) else DIFFERS

    @property
    def undecided_looks(self) -> int:
        """How many of `LOOKS` an inconclusive claim has had; 0 for every other verdict."""
        if self.verdict != INCONCLUSIVE:
            return 0
        seeds = [
            min((min(comparison.effect.runs) for comparison in outcome.comparisons), default=0)
            for outcome in self.outcomes
        ]
        return sum(look <= min(seeds) for look in LOOKS)


def judge(claims: list[Claim], facts: Facts) -> list[Judgement]:
    """Test every condition of an experiment's claims; its comparisons are corrected together.

    Raises:
        UserError: when a condition names a network, a layer, a key of the configuration or a
            column that does not exist.
    """
    found = [
        [find_outcome(condition, claim, facts) for condition in claim.conditions]
        for claim in claims
    ]
    every = [(o, c) for outcomes in found for o in outcomes for c in o.comparisons]
    corrected = iter(holm([c.p_value[0] for _, c in every]))
    judged = []
    for claim, outcomes in zip(claims, found, strict=True):
        final = [
            decided(o, [next(corrected) for _ in o.comparisons]) if o.comparisons else o
            for o in outcomes
        ]
        judged.append(Judgement(claim, final))
    return judged
