"""The verdict of a claim, computed from the outcomes of its conditions."""

from dataclasses import dataclass

from colorkeras.claims.definition import Claim
from colorkeras.claims.outcome import Facts, Outcome, find_outcome

REPRODUCED, PARTLY, NOT_REPRODUCED = "reproduced", "partly", "not reproduced"
UNTESTABLE = "not testable here"
VERDICTS = (REPRODUCED, PARTLY, NOT_REPRODUCED, UNTESTABLE)


@dataclass(frozen=True)
class Judgement:
    """A claim and the outcomes of its conditions."""

    claim: Claim
    outcomes: list[Outcome]

    @property
    def verdict(self) -> str:
        """One of `VERDICTS`; untestable where a condition is undecided or there is none."""
        holds = [outcome.holds for outcome in self.outcomes]
        if not holds or None in holds:
            return UNTESTABLE
        if all(holds):
            return REPRODUCED
        return PARTLY if any(holds) else NOT_REPRODUCED


def judge(claim: Claim, facts: Facts) -> Judgement:
    """Test every condition of a claim.

    Raises:
        UserError: when a condition names a network, a layer, a key of the configuration or a
            column that does not exist.
    """
    return Judgement(claim, [find_outcome(c, claim, facts) for c in claim.conditions])
