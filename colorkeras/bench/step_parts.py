"""Where the time of a JAX training step goes: Python, copies, and the kernels of a GPU.

    KERAS_BACKEND=jax python -m colorkeras.bench experiments/pix2pix --preset paper --step-parts

Times are milliseconds a step. A device works in parallel with Python: the parts of the host matter
only where together they take longer than the compiled function.
"""

import collections
import itertools
import re
import statistics
import sys
import tempfile
import time
from pathlib import Path

import jax
import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from colorkeras.bench.measured_csv import write_measured
from colorkeras.config.stages import plan_stages
from colorkeras.console.progress import ProgressReport
from colorkeras.console.safe_text import printable
from colorkeras.devices.compiled import fetched
from colorkeras.training.step import wire

WARM_UP = 3  # steps, which compile
PROFILED = 5  # steps
# Kinds of kernels: the first whose pattern is in "NAME OF THE KERNEL | OPERATION OF XLA".
_KINDS = {
    "changes of layout": r"nchwToNhwc|nhwcToNchw|transpose",
    "convolutions in float32": r"^(?!.*bf16bf16)(?=.*(f32f32|<float|tf32)).*conv",
    "convolutions": r"conv",
    "matrix products": r"gemm",
    "copies": r"^mem(cpy|set)",
    "reductions": r"reduce",
    "elementwise and others": r"",
}


class StepParts:
    """The parts of one experiment's step.

    Args:
        config: the resolved `Config`.
        found: the `Backend` of this process, which is JAX.
        seconds: length of one measurement.
        rounds: how often each is repeated.
    """

    def __init__(self, config, found, seconds, rounds):
        self._config, self._found = config, found
        self._seconds, self._rounds = seconds, rounds
        self.rows = []  # (part, milliseconds, meaning)

    def run(self):
        """Wire the experiment, warm it up and measure part after part."""
        config, stage = self._config, plan_stages(self._config)[-1]
        step = wire(config, self._found.precision, self._found.replicas).update
        shape = (config.train.batch_size, config.data.height, config.data.width, 3)
        images = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
        numbers = itertools.count(1)

        def whole():
            return step(images, next(numbers), stage)

        for _ in range(WARM_UP):
            fetched(whole())
        with ProgressReport("measuring", unit="part") as progress:

            def note(name, meaning, work):
                self.rows.append((name, self._time(work), meaning))
                progress.update(len(self.rows), name)

            note("step", "until its loss terms are numbers", lambda: fetched(whole()))
            note("steps in a row", "loss terms left on the device", whole)
            note("copy of a batch", "host to device", lambda: jax.device_put(images))
            note("variables", "their values looked up", step.values)
            alone = _Alone(step, images, stage)
            note("assignment", "of new values to the variables", lambda: step.assign(alone.values))
            note("compiled function", "alone, its arguments on the device", alone)
            note("and its loss terms", "the same, fetched", lambda: fetched(alone()))
            self.rows += _kernels(alone)

    def _time(self, work):
        """Milliseconds of a call: the median of the rounds."""
        times = []
        for _ in range(self._rounds):
            jax.block_until_ready(work())
            count, started = 0, time.monotonic()
            while time.monotonic() - started < self._seconds:
                for _ in range(PROFILED):  # a call returns before the device has worked
                    result = work()
                jax.block_until_ready(result)
                count += PROFILED
            times.append((time.monotonic() - started) / count * 1e3)
        return statistics.median(times)

    def print_table(self):
        """Print the table to standard output."""
        config = self._config
        table = Table(
            title=Text(
                printable(
                    f"{config.experiment.title}: milliseconds a step of {config.train.batch_size} "
                    f"images, {self._found.precision}"
                )
            ),
            title_justify="left",
            box=SIMPLE_HEAD,
        )
        for title in ("part", "ms", "what"):
            table.add_column(title, justify="right" if title == "ms" else "left")
        for name, milliseconds, meaning in self.rows:
            table.add_row(name, f"{milliseconds:.3f}", meaning)
        Console(highlight=False, width=None if sys.stdout.isatty() else 120).print(table)

    def write_csv(self, path, argv):
        """Write the table with the command, commit and machine that made it."""
        rows = ((name, f"{milliseconds:.4f}", meaning) for name, milliseconds, meaning in self.rows)
        header = ("part", "milliseconds", "meaning")
        write_measured(path, header, rows, argv, self._found.gpus)


class _Alone:
    """The compiled function of a step, whose results are its next arguments.

    The step cannot be used any more: its variables' memory is given away.
    """

    def __init__(self, step, images, stage):
        self._function = step.function(1, stage)
        self._arguments = jax.device_put(step.arguments(images, 1))
        self.values = step.values()

    def __call__(self):
        self.values, terms = self._function(self.values, *self._arguments)
        return terms


def _kernels(alone):
    """Rows of the kernels that a GPU ran, by kind; none on a CPU."""
    with tempfile.TemporaryDirectory() as folder:
        with jax.profiler.trace(folder):
            for _ in range(PROFILED):
                terms = alone()
            jax.block_until_ready(terms)
        (file,) = Path(folder).rglob("*.xplane.pb")
        planes = list(jax.profiler.ProfileData.from_file(str(file)).planes)
        found = collections.defaultdict(list)
        for event in _device_events(planes):
            found[_kind(f"{event.name} | {dict(event.stats).get('hlo_op', '')}")].append(event)
    return [
        (
            f"kernels: {kind}",
            sum(event.duration_ns for event in found[kind]) / PROFILED / 1e6,
            f"{len(found[kind]) / PROFILED:g} a step",
        )
        for kind in _KINDS
        if found[kind]
    ]


def _device_events(planes):
    for plane in planes:
        for line in plane.lines:
            if plane.name.startswith("/device:GPU") and line.name.startswith("Stream"):
                yield from line.events


def _kind(name):
    """The kind of a kernel, by its name and that of its operation."""
    return next(kind for kind, pattern in _KINDS.items() if re.search(pattern, name))
