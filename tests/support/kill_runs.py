"""Kill runs at random moments and let them go on: the end must be that of a run nobody disturbed.

    python tests/kill_runs.py --kills 40

Three small networks: a CNN; a GAN with noise as an input, dropout and batch statistics; and losses
that read a layer and a statistic of the training set. Prints a line for each; the exit code is 1
where a run differs or leaves something behind. Each run is a process of its own, forked once the
libraries are loaded and before they compute anything: most of a small run's time would be their
loading.
"""

import argparse
import importlib
import multiprocessing
import os
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

from reading_experiment import READING_CONFIG, READING_MODEL
from tiny_experiment import (
    CONFIG,
    MODEL,
    STAGED_CONFIG,
    STAGED_MODEL,
    assert_same_run,
    write_experiment,
)

sys.path.insert(0, str(Path(__file__).parents[2]))
from colorkeras import run
from colorkeras.console.inherited import make_environment_safe

# What a run imports before it computes, and where its metrics are compiled.
LOADED = ("colorkeras.devices.backend", "colorkeras.training.training_run")
EVALUATOR = "colorkeras.evaluation.evaluator"

# Long enough to be killed several times: config.toml, model.py, and how many epochs.
NETWORKS = {
    "cnn": (CONFIG, MODEL, "train.epochs=10"),
    "gan": (STAGED_CONFIG, STAGED_MODEL, "stages.adversarial.epochs=9"),
    "reading": (READING_CONFIG, READING_MODEL, "train.epochs=10"),
}
MOST_KILLS = 5  # of one run


def kill_runs(name, kills, seed, root):
    """Kill runs of a network until there were so many kills; compare each at its end.

    Args:
        name: of `NETWORKS`.
        kills: how many processes to kill.
        seed: of the moments.
        root: an empty folder.

    Returns:
        The number of runs that it took.

    Raises:
        AssertionError: a run ended otherwise, or left a file that an unbroken one does not.
    """
    config, model, epochs = NETWORKS[name]
    experiment = write_experiment(root / name, config, model)
    chance, whole, runs = random.Random(seed), root / "whole", 0
    begun = time.monotonic()
    _finish(experiment, epochs, whole)
    longest = time.monotonic() - begun
    while kills > 0:
        folder, left = root / f"run-{runs}", min(kills, MOST_KILLS)
        runs += 1
        while left > 0:
            killed = _killed(experiment, epochs, folder, chance.uniform(0, longest))
            if not killed:
                break
            left, kills = left - 1, kills - 1
        _finish(experiment, epochs, folder)
        assert_same_run(whole, folder)
        assert _files(folder) == _files(whole)
        shutil.rmtree(folder)
    return runs


def _killed(experiment, epochs, folder, seconds):
    """Start or go on, kill after so many seconds; return whether it was still running."""
    process = _process(_arguments(experiment, epochs, folder))
    process.join(seconds)
    was_running = process.exitcode is None
    process.kill()
    process.join()
    assert was_running or process.exitcode == 0, process.exitcode
    return was_running


def _finish(experiment, epochs, folder):
    process = _process(_arguments(experiment, epochs, folder))
    process.join()
    assert process.exitcode == 0, process.exitcode


def _arguments(experiment, epochs, folder):
    if (folder / "run.json").exists():
        return ["--resume", str(folder)]
    shutil.rmtree(folder, ignore_errors=True)  # killed before there was a run
    return [experiment, "--set", epochs, "--out", str(folder)]


def _process(arguments):
    process = multiprocessing.get_context("fork").Process(target=_run, args=(arguments,))
    process.start()
    return process


def _run(arguments):
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    sys.exit(run.main(arguments))


def _compile_metrics_without_xla():
    """XLA would take two seconds in each process, most of what a small run computes."""
    evaluator = importlib.import_module(EVALUATOR)
    compile_function = evaluator.compiled
    evaluator.compiled = lambda function, model=None, fused=False: compile_function(function, model)


def _files(folder):
    return sorted(path.relative_to(folder) for path in folder.rglob("*"))


def main():
    """Run the command; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=40, help="of each network (default: 40)")
    parser.add_argument("--network", choices=NETWORKS, help="only this one")
    parser.add_argument("--seed", type=int, default=0, help="of the moments (default: 0)")
    args = parser.parse_args()
    make_environment_safe()
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    importlib.import_module("keras")
    for module in LOADED:
        importlib.import_module(module)
    _compile_metrics_without_xla()
    failed = False
    for name in [args.network] if args.network else NETWORKS:
        with tempfile.TemporaryDirectory() as root:
            try:
                runs = kill_runs(name, args.kills, args.seed, Path(root))
                print(
                    f"{name}: {args.kills} kills in {runs} runs, all identical, nothing left",
                    flush=True,
                )
            except AssertionError as error:
                print(f"{name}: {error}")
                failed = True
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
