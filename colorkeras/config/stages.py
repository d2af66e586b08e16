"""Stages of a training: which objectives are minimised in which epochs.

Between the configuration, which names stages, and the loop, which asks for the stage of a step.
"""

import dataclasses
from dataclasses import dataclass

from colorkeras.console.errors import UserError


@dataclass(frozen=True)
class Stage:
    """One part of the training.

    Attributes:
        name: of its `[stages.NAME]` table; "" where the configuration has no stages.
        objectives: names of the objectives that are minimised; None means all.
        first_epoch: epochs before it.
        epochs: its length.
    """

    name: str
    objectives: tuple[str, ...] | None
    first_epoch: int
    epochs: int

    def trains(self, objective):
        """Whether the objective of this name is minimised in this stage."""
        return self.objectives is None or objective in self.objectives


def plan_stages(config):
    """Return the stages of a resolved configuration in order, without gaps."""
    if not config.train.stages:
        return [Stage("", None, 0, config.train.epochs)]
    stages, first = [], 0
    for name in config.train.stages:
        table = config.stages[name]
        stages.append(Stage(name, tuple(table.objectives), first, table.epochs))
        first += table.epochs
    return stages


def stage_of_epoch(stages, epochs_done):
    """Return the stage to which the epoch after `epochs_done` finished ones belongs."""
    return next(s for s in reversed(stages) if s.first_epoch <= epochs_done)


def with_total_epochs(train, stages, stated, where):
    """Return the train table with `epochs` as the sum over its stages.

    Args:
        train: the `TrainTable`.
        stages: dict of all `StageTable` by name.
        stated: whether the configuration itself says `train.epochs`.
        where: the file, for messages.

    Raises:
        UserError: on an unknown or repeated stage, none of those there are, or when
            `train.epochs` says another sum.
    """
    if not train.stages:
        if stages:  # else every objective would be minimised at once, in no stage's order
            raise UserError(
                f"{where}: train.stages names no stage, expected some of {', '.join(stages)}."
            )
        return train
    known = ", ".join(stages) or "none; write a table [stages.NAME]"
    for name in train.stages:
        if not isinstance(name, str) or name not in stages:
            raise UserError(f"{where}: train.stages: received {name!r}, expected one of {known}.")
    if len(set(train.stages)) < len(train.stages):
        raise UserError(f"{where}: train.stages: {train.stages} names a stage twice.")
    total = sum(stages[name].epochs for name in train.stages)
    if stated and train.epochs != total:
        parts = ", ".join(f"stages.{name}.epochs = {stages[name].epochs}" for name in train.stages)
        raise UserError(
            f"{where}: train.epochs = {train.epochs} conflicts with {parts} (train.stages). Leave "
            f"it out and set those instead, such as --set stages.{train.stages[-1]}.epochs="
            f"{train.epochs}."
        )
    return dataclasses.replace(train, epochs=total)


def check_stage_objectives(config, names):
    """Refuse a stage that trains what `build_objectives` does not return.

    Args:
        config: the resolved `Config`.
        names: the names of the experiment's objectives.
    """
    for stage in plan_stages(config):
        key = f"{config.experiment.folder}: stages.{stage.name}.objectives"
        if len(set(stage.objectives or ())) < len(stage.objectives or ()):
            raise UserError(f"{key}: {list(stage.objectives)} names an objective twice.")
        for name in stage.objectives or ():
            if name not in names:
                raise UserError(f"{key}: received {name!r}, expected some of {', '.join(names)}.")
