"""One training run from configuration to finished folder.

The order is: data → networks → loop → model.h5 → test evaluation → images. The command
`colorkeras.run` calls it; the loop itself is in `loop.py`. TensorFlow loads only after the data are
checked.
"""

import contextlib
import datetime
import shlex
import time
from pathlib import Path

from rich.console import Console

from colorkeras.console.cli import EXIT_INTERRUPTED
from colorkeras.console.errors import DivergedError, UserError
from colorkeras.console.progress import ProgressReport, say
from colorkeras.data.set_aside import write_set_aside
from colorkeras.devices import backend
from colorkeras.devices.choice import AUTO, read_devices
from colorkeras.records import environment
from colorkeras.records.read_only_run_folder import ReadOnlyRunFolder
from colorkeras.records.run_folder import RunFolder
from colorkeras.training.announcement import announcement, finished_text, stopped_text
from colorkeras.training.guards import (
    explain_lost_worker,
    explain_out_of_memory,
    stopping_on_signals,
)
from colorkeras.training.source import (
    check_unchanged,
    note_place,
    open_moved_source,
    open_training_source,
)
from colorkeras.training.start import compare_workers, first_info, note_start
from colorkeras.training.tensorboard import check_installed


class TrainingRun:
    """A run that is started or resumed once.

    Args:
        config: the resolved `Config`.
        origin: dict of what made it, kept for a resume: `configured_by`, the path that was given,
            and `overrides`, the `--set` strings.
        folder: where to write; by default results/<experiment>/<preset>-<time>-seed<N>.
        argv: the command's arguments, for the record.
        devices: what to compute on, as `--devices` takes it.
        tensorboard: whether to write event files too; a resumed run goes on with those it has.

    Raises:
        UserError: when `devices` or TF_CONFIG is malformed, or event files cannot be written.
    """

    def __init__(self, config, origin, folder, argv, devices=AUTO, tensorboard=False):
        self.config = config
        self._origin, self._argv = origin, argv
        self._devices, self._devices_option = read_devices(devices), devices
        cluster = self._devices.cluster
        self._tensorboard = tensorboard
        self._is_chief = not cluster or cluster.index == 0
        kind = RunFolder if self._is_chief else ReadOnlyRunFolder
        self._folder, self._is_named = kind(folder or _default_folder(config)), bool(folder)
        self._console = Console(stderr=True, highlight=False)
        self._started = time.monotonic()
        self._before = {}  # run.json as an earlier process of this run left it
        self._can_resume = False
        self._trainer = None

    def start(self):
        """Train from the beginning; return the exit code."""
        if self._tensorboard:
            check_installed()
        way_out = f"or go on with the run in it: --resume {shlex.quote(str(self._folder.path))}"
        self._folder.check_apart(self.config.data.source)
        if self._is_named:
            self._folder.check_free(way_out)
        source = open_training_source(self.config, self._console)
        found = self._set_up()
        if not self._is_named:
            self._folder.make_unique()
        with self._folder.locked():
            self._folder.check_free(way_out)
            with self._recording_failure():
                info = first_info(self.config, self._origin, self._argv, source)
                self._folder.create(self.config, {**info, "tensorboard": self._tensorboard})
                if source.set_aside and found.replicas.is_chief:
                    write_set_aside(source, self._folder.path / "set_aside.csv")
                result = self._work(source, found)
        return self._report(result, found.replicas)

    def resume(self):
        """Go on where the run was cut off; return the exit code."""
        with self._folder.locked():
            self._folder.open()
            if self._folder.info["status"] == "finished":
                self._say(f"{self._folder.path}: this run is finished; there is nothing to resume.")
                return 0
            if self._tensorboard or self._folder.info.get("tensorboard"):
                check_installed()
                self._folder.info["tensorboard"] = True
            self._folder.remove_leftovers()
            source = open_moved_source(self.config, self._folder, self._console)
            check_unchanged(self.config, self._folder, source, self._say)
            note_place(self.config, self._folder, source, self._say)
            self._before = dict(self._folder.info)
            found = self._set_up()
            with self._recording_failure():
                result = self._work(source, found)
        return self._report(result, found.replicas)

    def _set_up(self):
        train, cluster = self.config.train, self._devices.cluster
        if cluster and backend.chosen_name() == "tensorflow":  # the other refuses
            others = [x for n, x in enumerate(cluster.addresses) if n != cluster.index]
            self._say(
                f"worker {cluster.index} of {len(cluster.addresses)}: waiting for "
                f"{', '.join(others)}; start the same command there"
            )
        return backend.set_up(
            train.precision, train.seed, train.deterministic, self._devices, train.batch_size
        )

    def _work(self, source, found):
        from colorkeras.training.parts import TrainingParts  # loads Keras: after its set-up

        replicas = found.replicas
        with explain_lost_worker(replicas, self._folder):
            compare_workers(self.config, self._folder, source, found)
            parts = TrainingParts(self.config, source, self._folder, found)
            if self._before and self._folder.checkpoint.exists():
                parts.trainer.restore()
            self._trainer = parts.trainer
            self._note_start(parts, found)
            begins = {"checkpoint": f"of step {parts.trainer.state.step}"}
            replicas.check_agreement({**begins, **parts.statistics.facts})
            parts.records.cut(parts.trainer.state.step)
            self._can_resume = True
            result = complete = self._train(parts.trainer)
            if replicas.is_chief:
                result = self._end(parts, complete)
            replicas.from_chief()  # a worker that left earlier would end the chief's run
        return result

    def _note_start(self, parts, found):
        self._folder.info["devices"] = self._devices_option
        note_start(self._folder, self.config, parts, found, self._before, self._say)
        if found.replicas.is_chief:
            free = environment.free_memory_mb(found.gpus)
            self._say(announcement(self.config, self._folder, parts.memory, free))
        else:
            worker = found.replicas.worker
            self._say(f"worker {worker}: trains; the chief writes {self._folder.path}")

    def _end(self, parts, complete):
        """Write what a run leaves; return its test summary, None where it was stopped."""
        parts.export_model()
        if complete:
            return self._finish(parts)
        self._folder.update(status="interrupted", **self._cost())
        return None

    def _train(self, trainer):
        report = ProgressReport(
            "training", trainer.total_steps, done=trainer.state.step, console=self._console
        )
        with (
            stopping_on_signals(trainer, self._say),
            explain_out_of_memory(self.config.train),
            report as progress,
        ):
            complete = trainer.run(progress)
        self._folder.update(
            steps=trainer.state.step, images_per_second=round(trainer.images_per_second, 3)
        )
        return complete

    def _finish(self, parts):
        """Test, write what is left, and only then call the run finished."""
        from colorkeras.report.plots import plot_run

        started = time.monotonic()
        test = parts.protocols["test"]
        with ProgressReport(
            "testing", test.num_images, unit="image", console=self._console
        ) as progress:
            summary = parts.evaluate_test(progress.update)
        plot_run(self._folder.path)
        self._folder.update(
            status="finished",
            finished=environment.now(),
            epochs=self.config.train.epochs,
            **self._cost(),
            evaluate_seconds=round(time.monotonic() - started, 1),
        )
        return summary, test

    def _cost(self):
        """Time and memory of this run so far, of the processes before a resume too."""
        before = self._before
        total = before.get("seconds", {}).get("total", 0) + time.monotonic() - self._started
        return {
            "seconds": {
                "total": round(total, 1),
                "train": round(self._trainer.state.train_seconds, 1),
            },
            "peak_memory_mb": max(environment.peak_memory_mb(), before.get("peak_memory_mb", 0)),
        }

    def _report(self, result, replicas):
        """Say how the run ended, once all of it is on disk; return the exit code.

        Args:
            result: the test summary and its protocol; nothing of a run that was stopped.
            replicas: the `Replicas`, of which the chief alone has a summary.
        """
        if not replicas.is_chief:
            self._say(f"worker {replicas.worker}: {'done' if result else 'stopped'}")
            return 0 if result else EXIT_INTERRUPTED
        if result is None:
            self._say(stopped_text(self._folder, self._resume_command()))
            return EXIT_INTERRUPTED
        from colorkeras.evaluation.summary import print_summary

        print_summary(*result)
        self._say(finished_text(self._folder))
        return 0

    def _resume_command(self):
        """The command to go on; the devices are those of the record."""
        return environment.next_command("colorkeras.run", ["--resume", str(self._folder.path)])

    @contextlib.contextmanager
    def _recording_failure(self):
        """Note in run.json why a run ended early; say how to go on where that is possible."""
        try:
            yield
        except BaseException as error:
            stopped = not isinstance(error, Exception)  # Ctrl-C and its like
            if not stopped and not self._folder.checkpoint.exists():
                self._folder.remove_unstarted()
                raise
            with contextlib.suppress(UserError):  # the disk may be what failed
                self._folder.update(
                    status="interrupted" if stopped else "failed",
                    reason="Ctrl-C" if stopped else f"{type(error).__name__}: {error}",
                    **(self._cost() if self._trainer else {}),
                )
            can_resume = stopped or (self._can_resume and not isinstance(error, DivergedError))
            # A chief that loses its workers removes what has no checkpoint.
            if can_resume and (self._is_chief or self._folder.checkpoint.exists()):
                self._say(f"What is done is kept. Go on with:\n  {self._resume_command()}")
            raise

    def _say(self, text):
        say(self._console, text)


def _default_folder(config):
    now = datetime.datetime.now().strftime("%Y%m%d-%H%M%S")
    name = f"{config.experiment.preset or 'run'}-{now}-seed{config.train.seed}"
    return Path("results") / config.experiment.name / name
