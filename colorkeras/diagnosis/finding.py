"""What a check finds, or what it lacks."""

from dataclasses import dataclass, field


class MissingError(Exception):
    """A check cannot be made: the run has not recorded what it needs. The message says what."""


@dataclass(frozen=True)
class Finding:
    """What a check found.

    Attributes:
        sentence: what is the matter, with its numbers.
        evidence: file and column that the numbers are from, such as "train.csv, loss_mse".
        advice: what to do.
        numbers: the numbers by name.
    """

    sentence: str
    evidence: str
    advice: str
    numbers: dict[str, float] = field(default_factory=dict)
