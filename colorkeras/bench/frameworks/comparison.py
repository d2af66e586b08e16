"""All experiments in all contenders, measured in turn; `figures.py` says what is told of them."""

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
        together: whether the processes of all experiments are there at once, and measured in turn;
            else those of one experiment after the other.
        patience: seconds that the processes may take until they are ready; None for any time.
    """

    def __init__(
        self, jobs, frameworks, seconds, rounds, out, argv, *, together=False, patience=None
    ):
        self._jobs, self._frameworks = jobs, frameworks
        self._together, self._patience = together, patience
        self._seconds, self._rounds = seconds, rounds
        self._out, self._argv = out, argv
        self._limit = None  # what `find_limit` returns
        self._results = []  # (job, dict of what is known of each framework)
        self._left_out = 0  # contenders that failed or were late

    @property
    def is_complete(self):
        """Whether every experiment has been measured, with all contenders that it can have."""
        return len(self._results) == len(self._jobs) and not self._left_out

    def run(self):
        """Measure all experiments; what fails in one of them is named and skipped."""
        total = 1 + len(self._jobs) * len(self._frameworks) * (self._rounds + 1)
        ticks = itertools.count(1)
        with (
            tempfile.TemporaryDirectory() as folder,
            ProgressReport("measuring", total, unit="part") as progress,
        ):

            def report(line):
                progress.update(next(ticks), line.partition(":")[0])
                progress.print(line)

            descriptions = self._descriptions(folder)
            self._find_limit(report)
            described = self._described(descriptions, progress.print)
            groups = [list(described)] if self._together else ([job] for job in described)
            for group in groups:
                try:
                    self._measure(group, report, progress.print)
                except WorkerFailedError as error:
                    names = ", ".join(job["name"] for job in group)
                    progress.print(f"{names} is skipped: {error}")

    def _find_limit(self, report):
        precision, device = self._jobs[0]["precision"], self._jobs[0]["device"]  # the same in all
        self._limit = find_limit(self._frameworks, precision, device)
        if self._limit is None:
            report("limit: not measured, as neither TensorFlow nor PyTorch is")
        else:
            rate, product = self._limit["rate"] / 1e9, self._limit["product"]
            report(f"limit: {rate:.0f} GFLOP/s in {precision} ({product})")

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

    def _described(self, descriptions, say):
        """Yield each job that can be measured, once it is described; say why others cannot."""
        for job, description in zip(self._jobs, descriptions, strict=True):
            try:
                job = description.result()
            except WorkerFailedError as error:
                say(f"{job['name']} is skipped: {error}")
                continue
            reason = job.get("untranslated")
            if reason and PYTORCH_FORMS.keys() >= set(self._frameworks):
                say(f"{job['name']} is skipped: {reason}")
                continue
            if reason:
                say(f"{job['name']}: without PyTorch: {reason}")
            yield job

    def _measure(self, group, report, say):
        """Measure some experiments in turn, without PyTorch where that has no translation."""
        contenders = {
            f"{job['name']}: {name}": (name, job)
            for job in group
            for name in self._frameworks
            if not (name in PYTORCH_FORMS and "untranslated" in job)
        }
        found = measure_in_turn(contenders, self._rounds, self._seconds, report, self._patience)
        self._left_out += len(contenders) - len(found)
        for job in group:
            own = {name: label for label, (name, whose) in contenders.items() if whose is job}
            facts = {name: found[label] for name, label in own.items() if label in found}
            for reason in (one["not_counted"] for one in facts.values() if "not_counted" in one):
                say(f"{job['name']}: no share of the limit: {reason}")
            if facts:
                self._results.append((job, facts))
        self._write_csv()

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
