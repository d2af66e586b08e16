"""Stages of a training: which objectives are minimised in which epochs.

The configuration names the stages; the training loop asks for the stage of an epoch.
"""

import dataclasses
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from colorkeras.config.settings import Config, StageTable, TrainTable
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

    def trains(self, objective: str) -> bool:
        """Whether the objective of this name is minimised in this stage."""
        return self.objectives is None or objective in self.objectives


def plan_stages(config: Config) -> list[Stage]:
    """Return the stages of a resolved configuration in order, without gaps."""
    if not config.train.stages:
        return [Stage("", None, 0, config.train.epochs)]
    stages, first = [], 0
    for name in config.train.stages:
        table = config.stages[name]
        stages.append(Stage(name, tuple(table.objectives), first, table.epochs))
        first += table.epochs
    return stages


def stage_of_epoch(stages: list[Stage], epochs_done: int) -> Stage:
    """Return the stage to which the epoch after `epochs_done` finished ones belongs."""
    return next(s for s in reversed(stages) if s.first_epoch <= epochs_done)


def with_total_epochs(
    train: TrainTable, stages: Mapping[str, StageTable], stated: bool, where: str
) -> TrainTable:
    """Return the train table with `epochs` as the sum over its stages.

    Args:
        train: the `TrainTable`.
        stages: dict of all `StageTable` by name.
        stated: whether the configuration itself says `train.epochs`.
        where: the file, for messages.

    Raises:
        UserError: when a stage is unknown or repeated, when none of the stages is used, or when
            `train.epochs` is not their sum.
    """
    if not train.stages:
        if stages:  # without this, all objectives would be minimised at once
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


def check_stage_objectives(config: Config, names: Collection[str]) -> None:
    """Refuse a stage that trains an objective which `build_objectives` does not return.

    Args:
        config: the resolved configuration.
        names: of the experiment's objectives.

    Raises:
        UserError: naming the stage and the objective, and the ones that exist.
    """
    for stage in plan_stages(config):
        key = f"{config.experiment.folder}: stages.{stage.name}.objectives"
        trained = stage.objectives or ()
        if len(set(trained)) < len(trained):
            raise UserError(f"{key}: {list(trained)} names an objective twice.")
        for name in trained:
            if name not in names:
                raise UserError(f"{key}: received {name!r}, expected some of {', '.join(names)}.")
