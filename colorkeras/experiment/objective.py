"""What is minimised: the contract between an experiment and the loop.

A supervised system is a list of one `Objective`; a GAN is two, discriminator first. The loop
knows neither: it runs the generator once, hands the same `StepBatch` to each objective in order,
and applies each optimizer before the next loss is computed.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import keras

from colorkeras.config.stages import Stage


@dataclass(frozen=True)
class StepBatch:
    """What one training step offers to a loss function; tensors of one batch.

    Attributes:
        inputs: (batch, height, width, 1) float32, normalised luminance.
        targets: (batch, height, width, 2) float32, normalised true chroma.
        outputs: (batch, height, width, 2) float32, the generator's chroma, with gradient.
        layers: outputs of the layers of the generator that the objectives read, by the layer's
            name: (batch, …) float32, with gradient. They come from the forward that gave `outputs`.
    """

    inputs: Any
    targets: Any
    outputs: Any
    layers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Objective:
    """One network and the loss it minimises.

    Attributes:
        name: also the name of its table `[optimizer.<name>]` in the configuration.
        network: the model whose trainable variables this objective updates, and no others.
        loss: `StepBatch → dict` of named scalar terms. Their sum is minimised, unless a term is
            named in `report_only`. It must use `keras.ops` only, so that every backend runs it.
        every, offset: updates happen in the steps whose number divided by `every` leaves `offset`.
            Of steps 1, 2, …, those are all (1, 0), the odd ones (2, 1) or the even ones (2, 0).
        report_only: names of terms that are recorded but not minimised.
        reads: names of layers of the generator whose outputs the loss takes from
            `StepBatch.layers`, such as class scores before they become chroma. All objectives of a
            step find them there.
    """

    name: str
    network: keras.Model
    loss: Callable[[StepBatch], dict[str, Any]]
    every: int = 1
    report_only: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    offset: int = 0  # last, as the others may be given by position

    def total(self, terms: dict[str, Any]) -> Any:
        """Return the scalar that is minimised: the sum of the terms, with the network's own
        regularisation losses."""
        minimised = [value for name, value in terms.items() if name not in self.report_only]
        return sum(minimised) + sum(self.network.losses)


def due_objectives(
    objectives: Iterable[Objective], step: int, stage: Stage | None = None
) -> tuple[Objective, ...]:
    """Return those of the objectives that a step updates.

    Args:
        objectives: list of `Objective`, in order of update.
        step: number of the step, from 1.
        stage: the running `Stage`; None trains all objectives.
    """
    active = [o for o in objectives if stage is None or stage.trains(o.name)]
    return tuple(o for o in active if step % o.every == o.offset)
