"""Images per second of every framework, measured in turn, and their ratios."""

import itertools
import statistics
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from colorkeras.bench.frameworks.jobs import FRAMEWORKS, REFERENCE, config_of
from colorkeras.bench.frameworks.turns import measure_in_turn, ratios
from colorkeras.bench.frameworks.worker import Worker, WorkerFailedError
from colorkeras.bench.measured_csv import write_measured
from colorkeras.console.progress import ProgressReport
from colorkeras.records import environment

_CSV_HEADER = (
    *("experiment", "preset", "height", "width", "batch", "precision", "framework"),
    *("images_per_second", "lowest", "highest", "ratio_to_pytorch", "parameters"),
    *("peak_resident_mb", "device", "version"),
)


class Comparison:
    """The speeds of some experiments' steps in some frameworks.

    Args:
        jobs: list of jobs of `make_jobs`.
        frameworks: names of FRAMEWORKS that are installed.
        seconds: length of one measurement.
        rounds: how often each is repeated.
        out: path of the CSV file, rewritten after each experiment; None for none.
        argv: arguments of the command, for the CSV file.
    """

    def __init__(self, jobs, frameworks, seconds, rounds, out, argv):
        self._jobs, self._frameworks = jobs, frameworks
        self._seconds, self._rounds = seconds, rounds
        self._out, self._argv = out, argv
        self._results = []  # (job, dict of what is known of each framework)

    @property
    def is_complete(self):
        """Whether every experiment has been measured."""
        return len(self._results) == len(self._jobs)

    def run(self):
        """Measure one experiment after the other; one that fails is named and skipped."""
        total = len(self._jobs) * len(self._frameworks) * (self._rounds + 1)
        ticks = itertools.count(1)
        with (
            tempfile.TemporaryDirectory() as folder,
            ProgressReport("measuring", total, unit="part") as progress,
        ):
            for job, description in zip(self._jobs, self._descriptions(folder), strict=True):

                def report(text, name=job["name"]):
                    progress.update(next(ticks), name)
                    progress.print(f"{name}: {text}")

                try:
                    self._results.append((job, self._measure(description.result(), report)))
                except WorkerFailedError as error:
                    progress.print(f"{job['name']} is skipped: {error}")
                else:
                    self._write_csv()

    def _descriptions(self, folder):
        """Describe the networks of all jobs to PyTorch, if that is measured, before anything is.

        Returns:
            A future for each: the job with the place of its description, or why there is none.
        """

        def describe(job):
            if REFERENCE not in self._frameworks:
                return job
            job = {**job, "described": str(Path(folder, job["name"]))}
            Path(job["described"]).mkdir()
            with Worker("describe", job) as worker:
                worker.answer()
            return job

        with ThreadPoolExecutor(max(1, environment.available_cores() // 2)) as pool:
            return [pool.submit(describe, job) for job in self._jobs]

    def _measure(self, job, report):
        jobs = {name: (name, job) for name in self._frameworks}
        return measure_in_turn(jobs, self._rounds, self._seconds, report)

    def print_table(self):
        """Print the table to standard output; nothing where no experiment could be measured."""
        if not self._results:
            return
        table = Table(
            title=f"images/s, median of {self._rounds} rounds of {self._seconds:g} s",
            title_justify="left",
            box=SIMPLE_HEAD,
        )
        others = [name for name in FRAMEWORKS if name != REFERENCE]
        titles = [title for _, title in FRAMEWORKS.values()]
        titles += [f"{FRAMEWORKS[name][1]}/{FRAMEWORKS[REFERENCE][1]}" for name in others]
        for title in ("experiment", "images", "precision", *titles):
            table.add_column(title, justify="right" if title in titles else "left")
        for job, found in self._results:
            config = config_of(job)
            table.add_row(
                job["name"],
                f"{config.train.batch_size} of {config.data.height}×{config.data.width}",
                job["precision"],
                *(_median(found, name) for name in FRAMEWORKS),
                *(_ratio(found, name, 2) for name in others),
            )
        Console(highlight=False, width=None if sys.stdout.isatty() else 120).print(table)

    def _write_csv(self):
        if self._out:
            devices = {one["device"] for _, found in self._results for one in found.values()}
            gpus = sorted(devices - {"CPU"})
            rows = itertools.chain.from_iterable(itertools.starmap(_csv_rows, self._results))
            write_measured(self._out, _CSV_HEADER, rows, self._argv, gpus)


def _csv_rows(job, found):
    config = config_of(job)
    data, batch = config.data, config.train.batch_size
    for name, one in found.items():
        rates = (f"{of(one['rates']):.2f}" for of in (statistics.median, min, max))
        yield (
            *(job["name"], config.experiment.preset, data.height, data.width, batch),
            *(job["precision"], name, *rates, _ratio(found, name, 3)),
            *(one["parameters"], one["peak_mb"], one["device"], one["version"]),
        )


def _median(found, name):
    return f"{statistics.median(found[name]['rates']):.2f}" if name in found else ""


def _ratio(found, name, digits):
    """The median of the rounds' own ratios to PyTorch, as text; "" where one is missing."""
    if name not in found or REFERENCE not in found:
        return ""
    return f"{statistics.median(ratios(found[name], found[REFERENCE])):.{digits}f}"
