"""A claim of a paper and the conditions under which it counts as reproduced: plain values."""

from dataclasses import dataclass

KINDS = ("architecture", "training", "result")
RESULT = "result"
# What a check of architecture or configuration is compared with: what the source states, a network
# written independently from the source, or our own count of what it leaves open.
COMPARED_WITH = ("source", "twin", "count")
RENDERED, PHOTOGRAPHS = "rendered", "photographs"  # kinds of data; else the name of a folder
RUN_BOUNDS = ("below", "above")  # against another group of runs
METHOD_BOUNDS = ("below_method", "above_method")  # against another method of the same runs
NUMBER_BOUNDS = ("at_least", "at_most", "near")  # against a number
COLUMN_BOUNDS = ("near_mean_of", "near_sum_of")  # against other columns of the same row
BOUNDS = (*RUN_BOUNDS, *METHOD_BOUNDS, *NUMBER_BOUNDS, *COLUMN_BOUNDS)


@dataclass(frozen=True)
class ParameterCount:
    """A network has this number of trainable parameters."""

    network: str
    equals: int


@dataclass(frozen=True)
class LayerShape:
    """A layer's output has this shape, the batch left out."""

    network: str
    layer: str
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Setting:
    """A key of the resolved configuration, such as "train.epochs", has this value."""

    key: str
    equals: object


@dataclass(frozen=True)
class Measurement:
    """What finished runs measured satisfies a bound.

    Attributes:
        run: the name of a group of runs, a key of `Claim.runs`.
        source: "metric", the newest test row of eval.csv, or "column", the end of an epoch in
            train.csv.
        name: of the metric or the column.
        method: of a metric: "model" or a baseline.
        epoch: of a column, counted from 1; None is the last.
        bound: one of `BOUNDS`.
        against: the name of a group of runs or of a method, a number, or names of columns.
        slack: the margin of "below" and "above": the smallest difference that counts; or the
            tolerance of the "near" bounds. In the unit of the metric.
    """

    run: str
    source: str
    name: str
    method: str
    epoch: int | None
    bound: str
    against: str | float | tuple[str, ...]
    slack: float


Condition = ParameterCount | LayerShape | Setting | Measurement


@dataclass(frozen=True)
class RunSelector:
    """The conditions under which a stored training counts as evidence; each one that meets them.

    Attributes:
        experiment, preset: of the training.
        data: `RENDERED`, `PHOTOGRAPHS` (of any folder), or the name of a folder of photographs.
        settings: what the training changes of its preset, by key such as "model.head"; nothing
            else may be changed but the seed, the place of the images, and when it is evaluated.
    """

    experiment: str
    preset: str
    data: str
    settings: dict[str, object]

    def __str__(self) -> str:
        changed = [f"{key}={value}" for key, value in self.settings.items()]
        return " · ".join([self.experiment, self.preset, self.data, *changed])


@dataclass(frozen=True)
class Claim:
    """One claim as `claims.toml` states it.

    Attributes:
        file: the `claims.toml` that contains it.
        id: unique in that file.
        claim, source, test: what is claimed, where, and how it is tested; a sentence each.
        kind: one of `KINDS`.
        preset: of the configuration that conditions on networks and settings look at.
        conditions: what must hold; empty where it cannot be tested here.
        why: the reason for having no conditions.
        runs: which trainings belong to a group, by the group's name.
        command: the command line that makes these runs.
        compared_with: of the kinds architecture and training, one of `COMPARED_WITH`; else empty.
        rule: SHA-256 of what decides: kind, preset, runs and conditions.
    """

    file: str
    id: str
    claim: str
    source: str
    kind: str
    test: str
    preset: str
    conditions: tuple[Condition, ...]
    why: str
    runs: dict[str, RunSelector]
    command: str
    compared_with: str = ""
    rule: str = ""

    @property
    def where(self) -> str:
        """How an error names the claim."""
        return f"{self.file}: claim {self.id}"

    def needs(self, *kinds: type) -> bool:
        """Whether any condition is of one of these classes."""
        return any(isinstance(condition, kinds) for condition in self.conditions)
