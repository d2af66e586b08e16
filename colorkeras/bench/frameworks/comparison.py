"""All experiments in all contenders, measured in turn; `figures.py` says what is told of them."""

import functools
import itertools
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from colorkeras.bench.frameworks.figures import CSV_HEADER, csv_rows, print_table
from colorkeras.bench.frameworks.jobs import PYTORCH_FORMS
from colorkeras.bench.frameworks.limit import find_limit
from colorkeras.bench.frameworks.turns import measure_in_turn
from colorkeras.bench.frameworks.worker import Worker, WorkerFailedError
from colorkeras.bench.measured_csv import write_measured
from colorkeras.console.progress import ProgressReport
from colorkeras.records import environment


class Comparison:
    """The speeds of some experiments' steps in some frameworks.

    Args:
        jobs: list of jobs of `make_jobs`.
        frameworks: names of FRAMEWORKS, whose modules are installed.
        seconds: length of one measurement.
        rounds: how often each is repeated.
        out: path of the CSV file, rewritten after each experiment; None for none.
        argv: arguments of the command, for the CSV file.
    """

    def __init__(self, jobs, frameworks, seconds, rounds, out, argv):
        self._jobs, self._frameworks = jobs, frameworks
        self._seconds, self._rounds = seconds, rounds
        self._out, self._argv = out, argv
        self._limit = None  # what `find_limit` returns
        self._results = []  # (job, dict of what is known of each framework)

    @property
    def is_complete(self):
        """Whether every experiment has been measured."""
        return len(self._results) == len(self._jobs)

    def run(self):
        """Measure one experiment after the other; one that fails is named and skipped."""
        total = 1 + len(self._jobs) * len(self._frameworks) * (self._rounds + 1)
        ticks = itertools.count(1)
        with (
            tempfile.TemporaryDirectory() as folder,
            ProgressReport("measuring", total, unit="part") as progress,
        ):

            def report(name, text):
                progress.update(next(ticks), name)
                progress.print(f"{name}: {text}")

            descriptions = self._descriptions(folder)
            self._find_limit(report)
            for job, description in zip(self._jobs, descriptions, strict=True):
                measured = functools.partial(report, job["name"])
                try:
                    for note in self._measure(description.result(), measured):
                        progress.print(f"{job['name']}: {note}")
                except WorkerFailedError as error:
                    progress.print(f"{job['name']} is skipped: {error}")

    def _find_limit(self, report):
        precision, device = self._jobs[0]["precision"], self._jobs[0]["device"]  # the same in all
        self._limit = find_limit(self._frameworks, precision, device)
        if self._limit is None:
            report("limit", "not measured, as neither TensorFlow nor PyTorch is")
        else:
            rate, product = self._limit["rate"] / 1e9, self._limit["product"]
            report("limit", f"{rate:.0f} GFLOP/s in {precision} ({product})")

    def _descriptions(self, folder):
        """Describe the networks of all jobs to PyTorch, if that is measured, before anything is.

        Returns:
            A future for each: the job, with the folder of its description as "described", or with
            the reason as "untranslated" where there is no translation to PyTorch.
        """

        def describe(job):
            if not PYTORCH_FORMS.keys() & self._frameworks:
                return job
            job = {**job, "described": str(Path(folder, job["name"]))}
            Path(job["described"]).mkdir()
            with Worker("describe", job) as worker:
                return {**job, **worker.answer()}

        with ThreadPoolExecutor(max(1, environment.available_cores() // 2)) as pool:
            return [pool.submit(describe, job) for job in self._jobs]

    def _measure(self, job, report):
        """Measure one experiment, without PyTorch where that has no translation of it.

        Returns:
            What is missing of its figures, as lines of text.
        """
        frameworks, notes = self._frameworks, []
        if "untranslated" in job:
            frameworks = [name for name in frameworks if name not in PYTORCH_FORMS]
            if not frameworks:
                raise WorkerFailedError(job["untranslated"])
            notes.append(f"without PyTorch: {job['untranslated']}")
        jobs = {name: (name, job) for name in frameworks}
        found = measure_in_turn(jobs, self._rounds, self._seconds, report)
        reasons = (one["not_counted"] for one in found.values() if "not_counted" in one)
        notes += [f"no share of the limit: {reason}" for reason in reasons]
        self._results.append((job, found))
        self._write_csv()
        return notes

    def print_table(self):
        """Print the table to standard output; nothing where no experiment could be measured."""
        if self._results:
            title = f"images/s in {self._jobs[0]['precision']}, "
            title += f"median of {self._rounds} rounds of {self._seconds:g} s"
            print_table(title, self._results, self._limit)

    def _write_csv(self):
        if self._out:
            devices = {one["device"] for _, found in self._results for one in found.values()}
            gpus = sorted(devices - {"CPU"})
            rows = (csv_rows(job, found, self._limit) for job, found in self._results)
            rows = itertools.chain.from_iterable(rows)
            write_measured(self._out, CSV_HEADER, rows, self._argv, gpus)
