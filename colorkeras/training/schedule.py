"""Learning-rate schedules and plateau reduction: each a factor on the optimizer's own rate."""

import math
from dataclasses import dataclass

from colorkeras.metrics.definitions import HIGHER_IS_BETTER, VAL_PREFIX


def schedule_factor(schedule, epochs_done, total_epochs):
    """Return the factor of a schedule that depends on time only.

    Args:
        schedule: a `ScheduleTable`.
        epochs_done: epochs finished before this step, with fraction.
        total_epochs: length of the training.

    Returns:
        A float; 1.0 for "constant" and for "plateau", whose factor is `Plateau.factor`.
    """
    options = schedule.options
    if schedule.name == "step":
        return options["factor"] ** (epochs_done // options["every_epochs"])
    if schedule.name == "piecewise":
        passed = [factor for epochs, factor in options["changes"] if epochs_done >= epochs]
        return passed[-1] if passed else 1.0
    if schedule.name == "exponential":
        return options["decay_per_epoch"] ** epochs_done
    if schedule.name == "cosine":
        warmup = options["warmup_epochs"]
        if epochs_done < warmup:
            return epochs_done / warmup
        progress = (epochs_done - warmup) / max(total_epochs - warmup, 1e-9)
        final = options["final_factor"]
        return final + (1 - final) * 0.5 * (1 + math.cos(math.pi * min(progress, 1.0)))
    return 1.0


@dataclass
class Plateau:
    """Lowers the factor when a monitored value has not improved for `patience` readings."""

    options: dict
    factor: float = 1.0
    best: float | None = None
    waited: int = 0

    def update(self, values):
        """Read one value after an epoch or an evaluation.

        Args:
            values: dict of what is known now, such as {"train_loss": …} or {"val_psnr": …};
                ignored unless it holds the monitored name.
        """
        name = self.options["monitor"]
        if name not in values:
            return
        value = values[name]
        if name.removeprefix(VAL_PREFIX) in HIGHER_IS_BETTER:
            value = -value
        if self.best is None or value < self.best - self.options["min_delta"]:
            self.best, self.waited = value, 0
            return
        self.waited += 1
        if self.waited >= self.options["patience"]:
            self.factor = max(self.factor * self.options["factor"], self.options["min_factor"])
            self.waited = 0

    def reset(self):
        """Forget what was read: the optimizer's own rate again, any value is the best."""
        self.factor, self.best, self.waited = 1.0, None, 0

    def state(self):
        """Return what a checkpoint must hold, as JSON types."""
        return {"factor": self.factor, "best": self.best, "waited": self.waited}

    def restore(self, state):
        """Take back what `state` returned.

        Raises:
            KeyError, TypeError, ValueError: when `state` cannot have returned that.
        """
        factor, best, waited = state["factor"], state["best"], state["waited"]
        if not (
            type(factor) in (int, float)
            and 0 <= factor <= 1
            and (best is None or type(best) in (int, float))
            and type(waited) is int
        ):
            raise ValueError(f"a plateau is {state!r}")
        self.factor, self.best, self.waited = factor, best, waited
