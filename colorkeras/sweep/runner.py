"""Run a sweep: each cell in a process of its own, one after the other, then one comparison.

A cell that crashes, diverges or is killed is reported, and the next one starts. The run.json of
each cell records what is done: the same command continues a sweep that was stopped.
"""

import argparse
import shlex
import signal
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from colorkeras.console.child_process import run_process
from colorkeras.console.cli import EXIT_INTERRUPTED, run_command
from colorkeras.console.errors import DivergedError, UserError
from colorkeras.console.safe_text import printable
from colorkeras.records import environment
from colorkeras.records.atomic import write_json
from colorkeras.records.run_folder import RunFolder
from colorkeras.sweep.plan import SWEEP_FILE, Cell, SweepPlan, check_folder, plan_sweep
from colorkeras.training.tensorboard import check_installed

SWEEP_FORMAT = 1
EXIT_INCOMPLETE = 1
FINISHED, SKIPPED, FAILED, BUSY = "finished", "skipped", "failed", "busy"


@dataclass(frozen=True)
class Outcome:
    """The result of a cell: one of FINISHED, SKIPPED, FAILED, BUSY, and why."""

    kind: str
    why: str = ""


def run_sweep(args: argparse.Namespace, overrides: Sequence[str], argv: Sequence[str]) -> int:
    """Plan and run the sweep of a command line; return the exit code.

    Args:
        args: the parsed options of `colorkeras.run`.
        overrides: its options for configuration values, as `--set` strings.
        argv: the command's arguments.

    Raises:
        UserError: before anything trains.
    """
    if args.resume is not None:
        raise UserError(
            f"--resume {args.resume}: does not go with --sweep or --seeds. Repeat the sweep's "
            "command without it: it continues what was interrupted."
        )
    plan = plan_sweep(args.experiment, args.preset, overrides, args.sweep, args.seeds, args.out)
    if args.tensorboard:
        check_installed()
    return Sweep(plan, argv, devices=args.devices, tensorboard=args.tensorboard).run()


class Sweep:
    """One execution of a plan.

    Args:
        plan: the `SweepPlan`.
        argv: the arguments of the command, to record and to repeat it.
        run_cell: runs a command (a list) and returns its exit code; it raises KeyboardInterrupt
            to stop the sweep.
        devices: the `--devices` of every cell; None leaves the choice to the cell.
        tensorboard: whether every cell writes event files.
    """

    def __init__(
        self,
        plan: SweepPlan,
        argv: Sequence[str],
        run_cell: Callable[[list[str]], int] = run_process,
        devices: str | None = None,
        tensorboard: bool = False,
    ) -> None:
        self._plan, self._run_cell, self._devices = plan, run_cell, devices
        self._tensorboard = tensorboard
        self._argv = argv

    def run(self) -> int:
        """Train the cells that are not finished, then compare; return the exit code.

        Raises:
            UserError: before anything trains, when the folder does not belong to the plan.
        """
        check_folder(self._plan)
        write_json(self._plan.folder / SWEEP_FILE, self._record())
        outcomes: list[Outcome] = []
        stopped = False
        try:
            for number in range(len(self._plan.cells)):
                outcomes.append(self._cell(number))
        except KeyboardInterrupt:
            stopped = True
        done = [outcome for outcome in outcomes if outcome.kind in (FINISHED, SKIPPED)]
        compared = self._compare() if done and not stopped else 0
        self._summarize(outcomes)
        if stopped:
            return EXIT_INTERRUPTED
        return compared or (0 if len(done) == len(self._plan.cells) else EXIT_INCOMPLETE)

    def _record(self) -> dict[str, Any]:
        return {
            "format": SWEEP_FORMAT,
            "kind": "sweep",
            "command": environment.command_line("colorkeras.run", self._argv),
            "experiment": self._plan.experiment,
            "preset": self._plan.preset,
            "axes": self._plan.axes,
            "seeds": self._plan.seeds,
            "cells": [
                {"name": cell.name, "overrides": cell.overrides} for cell in self._plan.cells
            ],
        }

    def _cell(self, number: int) -> Outcome:
        """Train one cell unless it is finished, and report the outcome."""
        cells = self._plan.cells
        head = f"cell {number + 1}/{len(cells)}: {cells[number].name}"
        try:
            outcome = self._train(cells[number], head)
        except UserError as error:  # its run.json is damaged
            outcome = Outcome(FAILED, str(error))
        if outcome.kind != FINISHED:  # the run itself reports that
            _say(f"{head}: {outcome.kind}{outcome.why and f', {outcome.why}'}")
        return outcome

    def _train(self, cell: Cell, head: str) -> Outcome:
        folder = RunFolder(self._plan.folder / cell.name)
        if busy := _lock_problem(folder):
            return Outcome(BUSY, busy)
        before = _stored(folder)
        if before.get("status") == "finished":
            return Outcome(SKIPPED, "it was finished before")
        reason = str(before.get("reason", ""))
        if reason.startswith(DivergedError.__name__):
            return Outcome(FAILED, f"{reason} To train it again, delete {folder.path}.")
        _say(f"{head} continues" if before else head)
        if not before:
            folder.remove_unstarted()  # killed between its config.toml and its run.json
        try:
            code = self._run_cell(self._command_of(cell, folder, resume=bool(before)))
        except OSError as error:
            return Outcome(FAILED, f"cannot be started: {error.strerror}")
        return _outcome(folder, code)

    def _command_of(self, cell: Cell, folder: RunFolder, resume: bool) -> list[str]:
        arguments = [self._plan.experiment]
        if resume:
            arguments += ["--resume", str(folder.path)]
        else:
            if self._plan.preset is not None:
                arguments += ["--preset", self._plan.preset]
            for override in cell.overrides:
                arguments += ["--set", override]
            arguments += ["--out", str(folder.path)]
        if self._devices:
            arguments += ["--devices", self._devices]
        if self._tensorboard:
            arguments += ["--tensorboard"]
        return [sys.executable, "-m", "colorkeras.run", *arguments]

    def _compare(self) -> int:
        from colorkeras.report.comparison_files import write_comparison  # loads matplotlib

        folder = self._plan.folder
        _say(f"comparing the runs in {folder}")
        command = shlex.join(["python", "-m", "colorkeras.compare", str(folder)])

        def compare() -> None:
            write_comparison(folder, folder / "comparison", command)

        return run_command(compare)

    def _summarize(self, outcomes: list[Outcome]) -> None:
        cells = self._plan.cells
        counts = Counter(outcome.kind for outcome in outcomes)
        left = len(cells) - len(outcomes)
        parts = [f"{counts[kind]} {kind}" for kind in (FINISHED, SKIPPED, FAILED)]
        parts += [f"{counts[BUSY]} {BUSY}"] if counts[BUSY] else []
        parts += [f"{left} to go"] if left else []
        number = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
        _say(f"sweep {self._plan.folder}: {number}: {', '.join(parts)}")
        for cell, outcome in zip(cells, outcomes, strict=False):
            if outcome.kind in (FAILED, BUSY):
                _say(f"  {outcome.kind}: {cell.name}: {outcome.why}")
        if counts[FINISHED] + counts[SKIPPED] < len(cells):
            command = environment.next_command("colorkeras.run", self._argv)
            _say(f"Finished cells are kept. Continue with:\n  {command}")


def _outcome(folder: RunFolder, code: int) -> Outcome:
    """The outcome of a cell whose process has ended, by its run.json rather than the exit code."""
    info = _stored(folder)
    if info.get("status") == "finished":
        return Outcome(FINISHED)
    if busy := _lock_problem(folder):
        return Outcome(BUSY, busy)
    if code < 0:
        return Outcome(FAILED, f"ended by signal {-code} ({signal.strsignal(-code)})")
    return Outcome(FAILED, "; ".join([f"exit code {code}", *filter(None, [info.get("reason")])]))


def _stored(folder: RunFolder) -> dict[str, Any]:
    """The content of the cell's run.json; empty where there is none."""
    if not (folder.path / "run.json").exists():
        return {}
    folder.open()
    return folder.info


def _lock_problem(folder: RunFolder) -> str:
    """Why this process cannot train in the folder now; empty where it can."""
    if not folder.path.is_dir():
        return ""
    try:
        with folder.locked():
            return ""
    except UserError as error:
        return str(error)


def _say(text: str) -> None:
    print(printable(text, keep="\n"), file=sys.stderr, flush=True)
