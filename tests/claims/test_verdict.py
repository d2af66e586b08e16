"""Verdicts follow from outcomes and from nothing else."""

import pytest
from sample_claims import make_claim

from colorkeras.claims.outcome import Outcome
from colorkeras.claims.verdict import VERDICTS, Judgement


@pytest.mark.parametrize(
    ("holds", "verdict"),
    [
        ([True, True], "reproduced"),
        ([True, False], "partly"),
        ([False, False], "not reproduced"),
        ([True, None], "not testable here"),
        ([False, None], "not testable here"),
        ([], "not testable here"),
    ],
)
def test_verdicts(holds, verdict):
    judgement = Judgement(make_claim(), [Outcome(value, "") for value in holds])
    assert judgement.verdict == verdict
    assert verdict in VERDICTS
