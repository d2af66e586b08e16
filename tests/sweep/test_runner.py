"""Running a sweep: finished, failed and interrupted cells, and how it continues."""

import hashlib
import json
import shlex
import sys
from pathlib import Path

import pytest
from tiny_experiment import MODEL, read_info

from colorkeras import run
from colorkeras.config.load import load_config
from colorkeras.records.run_folder import RunFolder
from colorkeras.sweep.plan import plan_sweep
from colorkeras.sweep.runner import Sweep

RATE = "optimizer.colorizer.learning_rate"


class Cells:
    """Replaces the processes of the cells; writes the records that they would write.

    `ends` gives the end of a cell by its name: an exit code (0: finished; -9 leaves a run that is
    recorded as running), the reason of a failed run, or an exception to raise.
    """

    def __init__(self, **ends):
        self.ends = ends
        self.commands = []

    def __call__(self, command):
        assert command[:3] == [sys.executable, "-m", "colorkeras.run"]
        self.commands.append(command[3:])
        args = run.build_parser().parse_args(command[3:])
        folder = RunFolder(args.resume or args.out)
        if args.resume:
            folder.open()
        else:
            folder.check_free("in a test")
            config = load_config(args.experiment, args.preset, args.set)
            code = Path(config.experiment.folder, "model.py").read_bytes()
            info = {"kind": "training", "configured_by": args.experiment, "overrides": args.set}
            info |= {"data": {}, "model_sha256": hashlib.sha256(code).hexdigest()}
            folder.create(config, {**info, "status": "running"})
        end = self.ends.get(folder.path.name.replace("=", ""), 0)
        if isinstance(end, BaseException):
            raise end
        if isinstance(end, str):
            folder.update(status="failed", reason=end)
            return 2
        if end == 0:
            folder.update(status="finished")
        return end


@pytest.fixture
def sweep(plan, monkeypatch, capsys):
    """Run a sweep of fake cells; return the exit code, the messages and the folders compared."""

    def check(cells, *texts, **options):
        compared = []
        monkeypatch.setattr(
            "colorkeras.report.comparison_files.write_comparison",
            lambda folder, *_: compared.append(folder),
        )
        code = Sweep(plan(*texts, **options), ["EXPERIMENT", "--sweep", "…"], cells).run()
        return code, capsys.readouterr().err, compared

    return check


def test_all_finish(sweep, experiment, out):
    cells = Cells()
    code, error, compared = sweep(cells, f"{RATE}=0.1,0.2", overrides=["train.epochs=2"])
    assert code == 0
    assert compared == [out]
    names = [f"{RATE}=0.1,seed=0", f"{RATE}=0.2,seed=0"]
    sets = ["--set", "train.epochs=2", "--set", f"{RATE}=0.1", "--set", "train.seed=0"]
    assert cells.commands[0] == [experiment, *sets, "--out", str(out / names[0])]
    assert [f"cell {n}/2: {name}" for n, name in enumerate(names, 1)] == error.split("\n")[:2]
    assert f"sweep {out}: 2 cells: 2 finished, 0 skipped, 0 failed\n" in error
    assert "Continue with" not in error
    record = json.loads((out / "sweep.json").read_text())
    assert record["axes"] == [f"{RATE}=0.1,0.2"]
    assert record["seeds"] == [0]
    assert [cell["name"] for cell in record["cells"]] == names
    assert record["cells"][0]["overrides"] == sets[1::2]
    assert record["command"] == shlex.join(
        ["python", "-m", "colorkeras.run", "EXPERIMENT", "--sweep", "…"]
    )


def test_plan_is_written_first(sweep, out):
    def cells(command):
        assert (out / "sweep.json").exists()
        return 1

    assert sweep(cells)[0] == 1


def test_the_preset_reaches_the_cells(sweep, out):
    assert sweep(Cells(), preset="long")[0] == 0
    assert load_config(out / "seed=0" / "config.toml").train.epochs == 4


def test_continues_after_failed_cells(sweep, out):
    cells = Cells(seed0=-9, seed1="OSError: disk full", seed2=1, seed3=OSError(12, "no memory"))
    code, error, compared = sweep(cells, num_seeds=5)
    assert code == 1
    assert len(cells.commands) == 5
    assert compared == [out]
    assert "5 cells: 1 finished, 0 skipped, 4 failed\n" in error
    assert "failed: seed=0: ended by signal 9 (Killed)\n" in error
    assert "failed: seed=1: exit code 2; OSError: disk full\n" in error
    assert "failed: seed=2: exit code 1\n" in error
    assert "failed: seed=3: cannot be started: no memory\n" in error
    assert "Continue with:\n  python -m colorkeras.run EXPERIMENT" in error
    # The same command skips finished cells and continues the others.
    again = Cells()
    code, error, _ = sweep(again, num_seeds=5)
    assert code == 0
    resumed = [command[command.index("--resume") + 1] for command in again.commands]
    assert resumed == [str(out / f"seed={seed}") for seed in range(4)]
    assert "cell 2/5: seed=1 continues\n" in error
    assert "cell 5/5: seed=4: skipped, it was finished before\n" in error
    assert "5 cells: 4 finished, 1 skipped, 0 failed\n" in error


def test_nothing_to_compare(sweep):
    code, error, compared = sweep(Cells(seed0=1))
    assert (code, compared) == (1, [])
    assert "1 cell: 0 finished, 0 skipped, 1 failed\n" in error


def test_diverged_cell_is_not_trained_again(sweep, out):
    cells = Cells(seed0="DivergedError: loss became nan at step 3.")
    assert sweep(cells, num_seeds=2)[0] == 1
    code, error, _ = sweep(cells, num_seeds=2)
    assert code == 1
    assert len(cells.commands) == 2
    assert f"at step 3. To train it again, delete {out / 'seed=0'}.\n" in error


def test_interrupted_sweep_continues(sweep, out):
    code, error, compared = sweep(Cells(seed1=KeyboardInterrupt()), num_seeds=3)
    assert (code, compared) == (130, [])
    assert "3 cells: 1 finished, 0 skipped, 0 failed, 2 to go\n" in error
    assert not (out / "seed=2").exists()
    again = Cells()
    assert sweep(again, num_seeds=3)[0] == 0
    assert ["--resume" in command for command in again.commands] == [True, False]


def test_busy_cell(sweep, out):
    cells = Cells()
    with RunFolder(out / "seed=0").locked():
        (out / "sweep.json").touch()
        code, error, _ = sweep(cells, num_seeds=2)
    assert code == 1
    assert len(cells.commands) == 1
    assert "cell 1/2: seed=0: busy, " in error
    assert f"{out / 'seed=0'}: another process is using this run." in error
    assert "2 cells: 1 finished, 0 skipped, 0 failed, 1 busy\n" in error


def test_killed_before_its_run_json(sweep, out):
    (out / "seed=0").mkdir(parents=True)
    (out / "seed=0" / "config.toml").touch()
    (out / "sweep.json").touch()
    assert sweep(Cells())[0] == 0


def test_more_cells_in_the_same_folder(sweep):
    assert sweep(Cells(), f"{RATE}=0.1,0.2")[0] == 0
    cells = Cells()
    code, error, _ = sweep(cells, f"{RATE}=0.2,0.4", num_seeds=2)
    assert code == 0
    assert len(cells.commands) == 3
    assert "4 cells: 3 finished, 1 skipped, 0 failed\n" in error


def test_changed_configuration_in_the_same_folder(sweep, experiment, out, capsys):
    assert sweep(Cells(), num_seeds=2)[0] == 0
    before = (out / "sweep.json").read_bytes()
    argv = [experiment, "--seeds", "3", "--set", "train.epochs=9", "--out", str(out)]
    assert run.main(argv) == 2
    error = capsys.readouterr().err
    assert f"{out / 'seed=0'}: this cell was started with another configuration:\n" in error
    assert "\n  train.epochs: 3 → 9\n" in error
    assert (out / "sweep.json").read_bytes() == before


def test_changed_model_in_the_same_folder(sweep, experiment, out, capsys):
    assert sweep(Cells())[0] == 0
    Path(experiment, "model.py").write_text(MODEL + "# changed\n")
    assert run.main([experiment, "--seeds", "2", "--out", str(out)]) == 2
    assert "model.py: was changed" in capsys.readouterr().err


def test_same_folder_by_another_path(sweep, experiment, tmp_path, monkeypatch, out):
    assert sweep(Cells())[0] == 0
    monkeypatch.chdir(tmp_path)
    cells = Cells()
    plan = plan_sweep("tiny", None, [], [], 1, "sweep")
    assert Sweep(plan, [], cells).run() == 0
    assert cells.commands == []


def test_damaged_record(sweep, experiment, out, capsys):
    assert sweep(Cells())[0] == 0
    (out / "seed=0" / "run.json").write_text("{")
    assert run.main([experiment, "--seeds", "2", "--out", str(out)]) == 2
    assert "run.json: cannot be read" in capsys.readouterr().err


@pytest.mark.slow
def test_real_cells(experiment, out, monkeypatch, capfd):
    """Two processes: one finishes, one diverges; the comparison has the one that finished."""
    monkeypatch.setenv("PYTHONPATH", str(Path(run.__file__).parents[1]))
    argv = [experiment, "--sweep", f"{RATE}=0.01,1e38", "--set", "train.epochs=2"]
    assert run.main([*argv, "--out", str(out)]) == 1
    captured = capfd.readouterr()
    assert "2 cells: 1 finished, 0 skipped, 1 failed\n" in captured.err
    assert "Finished in " in captured.err  # the cells' own messages are shown
    good, bad = out / f"{RATE}=0.01,seed=0", *out.glob(f"{RATE}=1e*")
    assert read_info(good)["status"] == "finished"
    assert read_info(bad)["status"] == "failed"
    compared, left_out = (out / "comparison" / "comparison.md").read_text().split("Runs left out")
    assert compared.startswith("# Comparison of 1 run\n")
    assert "| tiny · quick " in compared
    assert f"tiny/{bad.name}" in left_out
    assert f"tiny/{good.name}" not in left_out
