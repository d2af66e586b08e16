"""What a check is: a question to the records of a run."""

from collections.abc import Callable
from dataclasses import dataclass

from colorkeras.diagnosis.facts import Facts
from colorkeras.diagnosis.finding import Finding

ALARM, NOTE = "alarm", "note"  # a fault; what explains the colors but need not be one
SYMPTOM, CAUSE = "symptom", "cause"  # what is seen in the colors; why


@dataclass(frozen=True)
class Check:
    """One question to a run.

    Attributes:
        name: what its alarm is called.
        kind: SYMPTOM or CAUSE.
        level: ALARM or NOTE.
        rule: when it speaks, and why there: the threshold with its reason.
        find: looks at the facts: a `Finding`, or None where all is well.
        patience: at how many epochs in a row the rule must hold before a training that is under
            way tells it; 0 for a check of finished runs only.
        only_with: names of checks, one of which must have found something: alone it is no fault.
    """

    name: str
    kind: str
    level: str
    rule: str
    find: Callable[[Facts], Finding | None]
    patience: int = 0
    only_with: tuple[str, ...] = ()
