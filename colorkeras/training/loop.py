"""The training loop: step, epoch, run. It is independent of losses, networks and papers.

The order is always: step → row in train.csv → evaluation → checkpoint. The CSV files therefore have
all rows up to the step of the checkpoint, and a resumed run removes the rows after it.
"""

import contextlib
import math
import time

from colorkeras.config.stages import plan_stages, stage_of_epoch
from colorkeras.console.errors import DivergedError, UserError
from colorkeras.devices.compiled import fetched
from colorkeras.devices.precision import loss_scale
from colorkeras.devices.replicas import ONE
from colorkeras.metrics.definitions import TRAIN_LOSS
from colorkeras.training.checkpoint import load_checkpoint, save_checkpoint
from colorkeras.training.schedule import Plateau, schedule_factor
from colorkeras.training.state import TrainState


class Trainer:
    """Runs the steps of one training, from any step on.

    Args:
        config: the resolved `Config`.
        networks: dict of models by objective name, with the generator under "generator".
        optimizers: dict of built optimizers by objective name.
        update: the compiled step, `(images, step, stage) → dict of loss terms`.
        batches: a `TrainingBatches`.
        records: a `TrainingRecords`: `log(row)`, `evaluate(step, epoch) → dict of values`,
            `alarms(step, epoch) → texts`.
        checkpoint: path of the resume state.
        replicas: the `Replicas`, of which the chief alone writes the checkpoint.
        report_only: names of loss terms that are recorded but not minimised.
    """

    def __init__(
        self,
        config,
        networks,
        optimizers,
        update,
        batches,
        records,
        checkpoint,
        replicas=ONE,
        report_only=(),
    ):
        self._train, self._stages = config.train, plan_stages(config)
        self._schedules = {name: config.optimizer[name].schedule for name in optimizers}
        self._base_rates = {
            name: config.optimizer[name].options["learning_rate"] for name in optimizers
        }
        self._networks, self._optimizers = networks, optimizers
        self._update, self._batches, self._records = update, batches, records
        self._checkpoint, self._replicas = checkpoint, replicas
        self._report_only = frozenset(report_only)
        self._plateaus = {
            name: Plateau(schedule.options)
            for name, schedule in self._schedules.items()
            if schedule.name == "plateau"
        }
        self._pending = []
        self._compiled = False
        self._evaluating = 0.0
        self.state = TrainState()
        self.stop_requested = False
        self.total_steps = self._train.epochs * batches.steps_per_epoch

    def restore(self):
        """Continue from the checkpoint.

        Raises:
            UserError: when it is damaged, or belongs to other networks.
        """
        state = load_checkpoint(self._checkpoint, self._networks, self._optimizers)
        try:
            self.state = TrainState.restored(state, self.total_steps)
            for name, plateau in self._plateaus.items():
                plateau.restore(self.state.plateaus[name])
        except (TypeError, KeyError, ValueError) as error:
            raise UserError(
                f"{self._checkpoint}: its state does not fit this version ({error}). Start a new "
                "run."
            ) from error

    def save(self):
        """Write the checkpoint for the present step."""
        if not self._replicas.is_chief:
            return
        self.state.plateaus = {name: plateau.state() for name, plateau in self._plateaus.items()}
        save_checkpoint(self._checkpoint, self._networks, self._optimizers, vars(self.state))

    def run(self, progress):
        """Train to the last step, or until `stop_requested`; both end with a checkpoint.

        Args:
            progress: a `ProgressReport` whose unit is the step.

        Returns:
            True when the training is complete.

        Raises:
            DivergedError: on a non-finite loss, naming the term and the step.
        """
        if self.state.step == 0:
            self._records.evaluate(0, 0)
            self.save()
        with contextlib.closing(self._batches(self.state.step + 1)) as images:
            while self.state.step < self.total_steps and not self._stops():
                started, self._evaluating = time.monotonic(), 0.0
                self._step(images)
                self._after_step(progress)
                self._time(time.monotonic() - started - self._evaluating)
        self._flush()
        self.save()
        return self.state.step >= self.total_steps

    def _stops(self):
        """Whether this worker, or any of several, was asked to stop.

        Several workers exchange this only every `log_every_steps`.
        """
        if self._replicas.workers == 1:
            return self.stop_requested
        is_due = self.state.step % self._train.log_every_steps == 0
        return is_due and self._replicas.any(self.stop_requested)

    def _step(self, images):
        batch = next(images)
        state = self.state
        state.step += 1
        for name, rate in self._learning_rates().items():
            self._optimizers[name].learning_rate = rate
        terms = self._update(batch, state.step, self._stage())
        self._pending.append((state.step, terms))
        if len(self._pending) >= self._train.log_every_steps:
            self._flush()

    def _stage(self):
        """The stage of the present step."""
        return stage_of_epoch(self._stages, (self.state.step - 1) // self._batches.steps_per_epoch)

    def _time(self, seconds):
        if self._compiled:  # the first step of a process is mostly compilation
            self.state.train_seconds += seconds
            self.state.images_timed += self._train.batch_size
        self._compiled = True

    def _after_step(self, progress):
        state, train = self.state, self._train
        position = state.step % self._batches.steps_per_epoch
        epoch_ends = position == 0
        if epoch_ends or state.step % train.log_every_steps == 0:
            self._flush()
            self._log()
        if epoch_ends:
            self._end_epoch(progress)
        if state.step % train.checkpoint_every_steps == 0:
            self._flush()
            self.save()
        progress.update(state.step, self._detail())

    def _end_epoch(self, progress):
        epoch = self.state.step // self._batches.steps_per_epoch
        averages = self._averages()
        minimised = averages.keys() - self._report_only
        known = {TRAIN_LOSS: sum(averages[name] for name in sorted(minimised))}
        self.state.sums, self.state.counted = {}, {}
        every = self._train.evaluate_every_epochs
        started = time.monotonic()
        if every and epoch % every == 0:
            known.update(self._records.evaluate(self.state.step, epoch))
            progress.print(self._records.describe(epoch, known))
        for alarm in self._records.alarms(self.state.step, epoch):
            progress.print(alarm)
        self._evaluating = time.monotonic() - started
        stage, next_stage = self._stage(), stage_of_epoch(self._stages, epoch)
        for name, plateau in self._plateaus.items():
            if stage.trains(name):
                plateau.update(known)
            if next_stage is not stage:  # the loss that follows has another meaning
                plateau.reset()

    def _flush(self):
        """Fetch the loss terms of the steps since the last flush and check them, in order."""
        state, batch_size = self.state, self._train.batch_size
        for step, terms in fetched(self._pending):
            for name, value in terms.items():
                value = float(value)
                if not math.isfinite(value):
                    raise DivergedError(
                        f"{name} became {value} at step {step}: training stopped. Start a new run "
                        "with a lower optimizer.<objective>.learning_rate, or with "
                        "--set train.precision=float32."
                    )
                state.sums[name] = state.sums.get(name, 0.0) + value * batch_size
                state.counted[name] = state.counted.get(name, 0) + batch_size
        self._pending.clear()

    def _log(self):
        step = self.state.step
        self._records.log(
            step=step,
            epoch=(step - 1) // self._batches.steps_per_epoch + 1,
            images=step * self._train.batch_size,
            **({"stage": self._stage().name} if self._stage().name else {}),
            **{f"learning_rate_{name}": rate for name, rate in self._learning_rates().items()},
            **self._loss_scales(),
            **self._averages(),
        )

    def _loss_scales(self):
        """The present loss scales of float16, by column of train.csv."""
        scales = {name: loss_scale(optimizer) for name, optimizer in self._optimizers.items()}
        return {f"loss_scale_{name}": scale for name, scale in scales.items() if scale is not None}

    def _learning_rates(self):
        """The rate of each optimizer that the present step's stage uses.

        Schedules run over the epochs of the stage.
        """
        stage = self._stage()
        epochs_done = (self.state.step - 1) / self._batches.steps_per_epoch - stage.first_epoch
        return {
            name: self._base_rates[name]
            * schedule_factor(schedule, epochs_done, stage.epochs)
            * (self._plateaus[name].factor if name in self._plateaus else 1.0)
            for name, schedule in self._schedules.items()
            if stage.trains(name)
        }

    def _averages(self):
        state = self.state
        return {name: total / state.counted[name] for name, total in state.sums.items()}

    def _detail(self):
        terms = [f"{name} {value:.5f}" for name, value in self._averages().items()]
        return " · ".join([*terms, f"{self.images_per_second:.1f} images/s"])

    @property
    def images_per_second(self):
        """Images trained per second: waiting for data, records and checkpoints included, the
        first step of the process and the evaluations left out."""
        return self.state.images_timed / max(self.state.train_seconds, 1e-9)
