"""Sweeps: what is planned, what is refused, what a cell that fails leaves of the others."""

import hashlib
import json
import shlex
import sys
from pathlib import Path

import pytest
from tiny_experiment import GAN_CONFIG, GAN_MODEL, MODEL, read_info, write_experiment, write_photos

from colorkeras import run
from colorkeras.config.load import load_config
from colorkeras.config.toml import toml_text
from colorkeras.records.run_folder import RunFolder
from colorkeras.sweep.axis import MAX_NAME, parse_axis
from colorkeras.sweep.plan import plan_sweep
from colorkeras.sweep.runner import Sweep

RATE = "optimizer.colorizer.learning_rate"
NAME = "optimizer.colorizer.name"


@pytest.fixture
def experiment(tmp_path):
    return write_experiment(tmp_path / "tiny")


@pytest.fixture
def out(tmp_path):
    return tmp_path / "sweep"


@pytest.fixture
def plan(experiment, out):
    """Plan a sweep of the tiny experiment."""

    def planned(*sweep, overrides=(), num_seeds=None, preset=None, folder=out):
        return plan_sweep(experiment, preset, list(overrides), list(sweep), num_seeds, folder)

    return planned


@pytest.fixture
def refused(experiment, out, capsys):
    """Run the command on the tiny experiment, expect a refusal before anything is written."""

    def check(*argv):
        assert run.main([experiment, *map(str, argv), "--out", str(out)]) == 2
        assert not out.exists()
        error = capsys.readouterr().err
        assert error.startswith("error: ")
        return " ".join(error.split())

    return check


class Cells:
    """Stands for the processes of the cells: writes the records that theirs would leave.

    `ends` says by cell name how it ends: an exit code (0: finished; -9 leaves a run that says it is
    running), a reason of a failed run, or an exception to raise.
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


class TestAxis:
    @pytest.mark.parametrize(
        ("text", "values"),
        [
            ("train.batch_size=4,8", [4, 8]),
            ("a.b=1e-4, 2e-4", [1e-4, 2e-4]),
            ("a.b=adam,rmsprop", ["adam", "rmsprop"]),
            ("a.b=scenes:face, my photos", ["scenes:face", "my photos"]),
            ("a.b=true,false", [True, False]),
            ("a.b='x,y',\"z\"", ["x,y", "z"]),
            ("a.b=4,none", [4, "none"]),
            ("a.b=2#3", ["2#3"]),
            ('a.b=["x"],["x","y"]', [["x"], ["x", "y"]]),
            ('a.b={name="step",factor=0.5}', [{"name": "step", "factor": 0.5}]),
            ("a.b=x=1,y=2", ["x=1", "y=2"]),
        ],
    )
    def test_values(self, text, values):
        assert parse_axis(text).values == values

    def test_keys_that_go_together(self):
        axis = parse_axis("optimizer.d.name + optimizer.g.name=adam,sgd")
        assert axis.keys == ("optimizer.d.name", "optimizer.g.name")
        (first, _) = axis.choices()
        assert first.label == "optimizer.d.name+optimizer.g.name=adam"
        assert first.overrides == ('optimizer.d.name="adam"', 'optimizer.g.name="adam"')

    @pytest.mark.parametrize(
        "value",
        [1, 1.0, 1e-7, 1e22, -2, True, "", "it's", 'say "a", \\ é', ["a", ["b"]], {"a b": [1.5]}],
    )
    def test_a_value_written_is_the_value_read(self, value):
        (read,) = parse_axis(f"a.b={toml_text(value)}").values
        assert read == value
        assert type(read) is type(value)


class TestPlan:
    def test_grid(self, plan):
        planned = plan(f"{RATE}=1e-3,1e-4", "train.batch_size=2,4", num_seeds=2)
        assert [cell.name for cell in planned.cells] == [
            f"{RATE}={rate},train.batch_size={size},seed={seed}"
            for seed in (0, 1)
            for rate in (0.001, 0.0001)
            for size in (2, 4)
        ]
        for cell in planned.cells:
            rate = cell.config.optimizer["colorizer"].options["learning_rate"]
            train = cell.config.train
            assert cell.name == f"{RATE}={rate},train.batch_size={train.batch_size}," + (
                f"seed={train.seed}"
            )

    @pytest.mark.parametrize(
        ("options", "seeds"),
        [
            ({}, [0]),
            ({"num_seeds": 3}, [0, 1, 2]),
            ({"num_seeds": 2, "overrides": ["train.seed=7"]}, [7, 8]),
        ],
    )
    def test_seeds(self, plan, options, seeds):
        planned = plan(**options)
        assert [cell.config.train.seed for cell in planned.cells] == seeds == planned.seeds
        assert [cell.name for cell in planned.cells] == [f"seed={seed}" for seed in seeds]

    def test_swept_seed(self, plan):
        planned = plan("train.seed=5,3", f"{NAME}=adam,sgd")
        assert [cell.name for cell in planned.cells] == [
            f"{NAME}={name},seed={seed}" for seed in (5, 3) for name in ("adam", "sgd")
        ]

    def test_an_optimizers_name_comes_before_its_options(self, plan):
        cells = plan("optimizer.colorizer.epsilon=1e-3,1e-4", f"{NAME}=rmsprop,adam").cells
        options = [cell.config.optimizer["colorizer"].options for cell in cells]
        assert [option["epsilon"] for option in options] == [1e-3, 1e-3, 1e-4, 1e-4]

    def test_both_optimizers_of_a_gan(self, tmp_path):
        gan = write_experiment(tmp_path / "gan", GAN_CONFIG, GAN_MODEL)
        both = "optimizer.discriminator.name+optimizer.generator.name"
        cells = plan_sweep(gan, None, [], [f"{both}=adam,rmsprop"], None, None).cells
        assert [cell.name for cell in cells] == [f"{both}={n},seed=0" for n in ("adam", "rmsprop")]
        found = [{table.name for table in cell.config.optimizer.values()} for cell in cells]
        assert found == [{"adam"}, {"rmsprop"}]

    def test_default_folder(self, plan):
        def folder(*sweep, **options):
            return plan(*sweep, folder=None, **options).folder.as_posix()

        assert folder(num_seeds=2) == "results/tiny/sweep-quick-seeds"
        assert folder(f"{RATE}=1,2", "train.batch_size=2,4", preset="long") == (
            "results/tiny/sweep-long-colorizer.learning_rate-batch_size"
        )
        assert folder(f"{RATE}+train.batch_size=1,2") == (
            "results/tiny/sweep-quick-colorizer.learning_rate+batch_size"
        )

    def test_names_are_safe_short_and_unique(self, plan):
        sources = ["/data/a b", "/data/a_b", "/data/a,b", "x" * 300, "x" * 301, "Grün", "a+b", "1"]
        axis = f"data.source={','.join(map(toml_text, sources))}"
        names = [cell.name for cell in plan(axis).cells]
        assert len(set(names)) == len(sources)
        for name in names:
            assert len(name) <= MAX_NAME
            assert name.startswith("data.source=")
            assert name.endswith(",seed=0")
            assert set(name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") | set(
                "0123456789_.+-=,"
            )
        # A cell has the same name in every plan: an extended sweep finds it again.
        assert [cell.name for cell in plan(f"data.source={toml_text(sources[3])}").cells] == [
            names[3]
        ]

    def test_stages(self, tmp_path):
        stages = "[stages.one]\nobjectives = ['generator']\nepochs = 1\n\n"
        stages += "[stages.two]\nobjectives = ['generator', 'discriminator']\nepochs = 2\n"
        config = GAN_CONFIG.replace("[presets.quick.train]\nepochs = 3\n", stages)
        gan = write_experiment(tmp_path / "gan", config + "\n[presets.quick]\n", GAN_MODEL)
        axis = 'train.stages=["two"],["one","two"]'
        cells = plan_sweep(gan, None, [], [axis], None, None).cells
        assert [cell.name for cell in cells] == [
            "train.stages=two,seed=0",
            "train.stages=one+two,seed=0",
        ]
        assert [cell.config.train.epochs for cell in cells] == [2, 3]


class TestRefusals:
    @pytest.mark.parametrize(
        ("argv", "words"),
        [
            (["--sweep", "batch_size=4"], "--sweep batch_size=4: expected table.key=a,b,…"),
            (["--sweep", "train.batch_size"], "--sweep train.batch_size: expected table.key=a,b"),
            (["--sweep", "train.batch_size="], "received no value"),
            (["--sweep", "train.batch_size=4,2,4"], "4 stands there twice"),
            (["--sweep", f"{NAME}=sgd,,adam"], "'' is neither a plain word nor a TOML value"),
            (["--sweep", "train.stages=[a],[a,b]"], "'[a]' is neither a plain word nor a TOML"),
            (["--sweep", "train.epochs=1]\nx=[2"], "holds more than one key"),
            (["--seeds", "0"], "--seeds: received 0, expected at least 1."),
            (["--seeds", "1001"], "the sweep has 1,001 cells, expected at most 1,000."),
            (["--seeds", "2", "--resume", "x"], "--resume x: does not go with --sweep or --seeds."),
            (["--seeds", "2", "--preset", "quik"], "preset: received 'quik', expected one of"),
            (["--seeds", "2", "--set", "train.epoch=1"], "unknown key train.epoch. Did you mean"),
            (
                ["--seeds", "2", "--seed", "4294967295"],
                "cell seed=4294967296: {file}: train.seed: received 4294967296, expected between",
            ),
        ],
    )
    def test_of_the_command(self, refused, experiment, argv, words):
        assert words.format(file=f"{experiment}/config.toml") in refused(*argv)

    @pytest.mark.parametrize(
        ("axis", "words"),
        [
            (f"{NAME}=adam,adm", f"{NAME}=adm,seed=0: FILE: {NAME}: received 'adm', expected one"),
            (f"{RATE}=0.1,-1", f"{RATE}=-1,seed=0: FILE: {RATE}: received -1.0, expected at least"),
            ("train.batch_size=4,x", "=x,seed=0: FILE: train.batch_size: received 'x', expected"),
            ("train.batch_size=4,2.5", "=2.5,seed=0: FILE: train.batch_size: received 2.5, exp"),
            ("train.batch=4,2", "unknown key train.batch. Did you mean batch_size?"),
            ("trian.batch_size=4,2", "unknown table trian. Did you mean train?"),
        ],
    )
    def test_of_a_cell(self, refused, experiment, axis, words):
        message = refused("--sweep", axis)
        assert message.startswith("error: cell ")
        assert words.replace("FILE", f"{experiment}/config.toml") in message

    def test_of_an_option_that_one_optimizer_lacks(self, refused):
        message = refused("--sweep", f"{NAME}=adam,sgd", "--sweep", f"{NAME[:-4]}beta_1=0.5,0.9")
        assert f"cell {NAME}=sgd,{NAME[:-4]}beta_1=0.5,seed=0: " in message
        assert "unknown key beta_1 for sgd" in message

    @pytest.mark.parametrize(
        ("argv", "words"),
        [
            (["--sweep", f"{RATE}=1,2", "--set", f"{RATE}=1"], f"--sweep {RATE}: {RATE} is set"),
            (["--sweep", "data.limit=8,9", "--limit", "9"], "data.limit is set as well"),
            (["--sweep", "train.seed=1,2", "--seed", "1"], "train.seed is set as well"),
            (["--sweep", "train.seed=1,2", "--seeds", "2"], "train.seed is swept as well"),
            (["--seeds", "2", "--seed", "1", "--set", "train.seed=2"], "train.seed is set as well"),
            (["--sweep", f"{RATE}=1,2", "--sweep", f"{RATE}=3"], f"{RATE} is swept as well"),
            (["--sweep", f"{RATE}+{RATE}=1,2"], f"{RATE} is swept as well"),
            (
                ["--sweep", 'optimizer.colorizer={name="sgd"}', "--set", f"{NAME}=adam"],
                f"--sweep optimizer.colorizer: {NAME} is set as well",
            ),
        ],
    )
    def test_of_a_key_with_two_values(self, refused, argv, words):
        assert words in refused(*argv)

    def test_of_cells_that_are_the_same(self, refused):
        message = refused("--sweep", f"{RATE}=1,1.0")
        assert f"cells {RATE}=1,seed=0 and {RATE}=1.0,seed=0 are the same configuration" in message

    def test_of_a_missing_experiment(self, capsys):
        assert run.main(["--seeds", "2"]) == 2
        assert "no experiment given" in capsys.readouterr().err

    def test_of_a_folder_in_the_data(self, experiment, tmp_path, capsys):
        photos = write_photos(tmp_path / "photos", 2)
        argv = [experiment, "--seeds", "2", "--data", photos, "--out", f"{photos}/sweep"]
        assert run.main(argv) == 2
        assert "lies in the data source" in capsys.readouterr().err
        assert len(list(Path(photos).iterdir())) == 2

    @pytest.mark.parametrize("name", ["notes.txt", "run.json"])
    def test_of_a_folder_that_is_no_sweep(self, experiment, out, capsys, name):
        out.mkdir()
        (out / name).write_text("mine")
        assert run.main([experiment, "--seeds", "2", "--out", str(out)]) == 2
        assert "name the folder of an earlier sweep" in capsys.readouterr().err
        assert [path.name for path in out.iterdir()] == [name]


class TestSweep:
    def test_all_finish(self, sweep, experiment, out):
        cells = Cells()
        code, error, compared = sweep(cells, f"{RATE}=0.1,0.2", overrides=["train.epochs=2"])
        assert code == 0
        assert compared == [out]
        names = [f"{RATE}=0.1,seed=0", f"{RATE}=0.2,seed=0"]
        sets = ["--set", "train.epochs=2", "--set", f"{RATE}=0.1", "--set", "train.seed=0"]
        assert cells.commands[0] == [experiment, *sets, "--out", str(out / names[0])]
        assert [f"cell {n}/2: {name}" for n, name in enumerate(names, 1)] == error.split("\n")[:2]
        assert f"sweep {out}: 2 cells: 2 finished, 0 skipped, 0 failed\n" in error
        assert "Go on with" not in error
        record = json.loads((out / "sweep.json").read_text())
        assert record["axes"] == [f"{RATE}=0.1,0.2"]
        assert record["seeds"] == [0]
        assert [cell["name"] for cell in record["cells"]] == names
        assert record["cells"][0]["overrides"] == sets[1::2]
        assert record["command"] == shlex.join(
            ["python", "-m", "colorkeras.run", "EXPERIMENT", "--sweep", "…"]
        )

    def test_plan_is_written_first(self, sweep, out):
        def cells(command):
            assert (out / "sweep.json").exists()
            return 1

        assert sweep(cells)[0] == 1

    def test_the_preset_reaches_the_cells(self, sweep, out):
        assert sweep(Cells(), preset="long")[0] == 0
        assert load_config(out / "seed=0" / "config.toml").train.epochs == 4

    def test_goes_on_after_a_cell_that_ends_badly(self, sweep, out):
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
        assert "Go on with:\n  python -m colorkeras.run EXPERIMENT" in error
        # The same command: what is finished is skipped, what began goes on.
        again = Cells()
        code, error, _ = sweep(again, num_seeds=5)
        assert code == 0
        resumed = [command[command.index("--resume") + 1] for command in again.commands]
        assert resumed == [str(out / f"seed={seed}") for seed in range(4)]
        assert "cell 2/5: seed=1 goes on\n" in error
        assert "cell 5/5: seed=4: skipped, it was finished before\n" in error
        assert "5 cells: 4 finished, 1 skipped, 0 failed\n" in error

    def test_nothing_to_compare(self, sweep):
        code, error, compared = sweep(Cells(seed0=1))
        assert (code, compared) == (1, [])
        assert "1 cell: 0 finished, 0 skipped, 1 failed\n" in error

    def test_a_diverged_cell_is_not_tried_again(self, sweep, out):
        cells = Cells(seed0="DivergedError: loss became nan at step 3.")
        assert sweep(cells, num_seeds=2)[0] == 1
        code, error, _ = sweep(cells, num_seeds=2)
        assert code == 1
        assert len(cells.commands) == 2
        assert f"at step 3. To train it again, delete {out / 'seed=0'}.\n" in error

    def test_stops_when_asked_to(self, sweep, out):
        code, error, compared = sweep(Cells(seed1=KeyboardInterrupt()), num_seeds=3)
        assert (code, compared) == (130, [])
        assert "3 cells: 1 finished, 0 skipped, 0 failed, 2 to go\n" in error
        assert not (out / "seed=2").exists()
        again = Cells()
        assert sweep(again, num_seeds=3)[0] == 0
        assert ["--resume" in command for command in again.commands] == [True, False]

    def test_busy_cell(self, sweep, out):
        cells = Cells()
        with RunFolder(out / "seed=0").locked():
            (out / "sweep.json").touch()
            code, error, _ = sweep(cells, num_seeds=2)
        assert code == 1
        assert len(cells.commands) == 1
        assert "cell 1/2: seed=0: busy, " in error
        assert f"{out / 'seed=0'}: another process is using this run." in error
        assert "2 cells: 1 finished, 0 skipped, 0 failed, 1 busy\n" in error

    def test_killed_before_its_run_json(self, sweep, out):
        (out / "seed=0").mkdir(parents=True)
        (out / "seed=0" / "config.toml").touch()
        (out / "sweep.json").touch()
        assert sweep(Cells())[0] == 0

    def test_more_cells_in_the_same_folder(self, sweep):
        assert sweep(Cells(), f"{RATE}=0.1,0.2")[0] == 0
        cells = Cells()
        code, error, _ = sweep(cells, f"{RATE}=0.2,0.4", num_seeds=2)
        assert code == 0
        assert len(cells.commands) == 3
        assert "4 cells: 3 finished, 1 skipped, 0 failed\n" in error

    def test_changed_configuration_in_the_same_folder(self, sweep, experiment, out, capsys):
        assert sweep(Cells(), num_seeds=2)[0] == 0
        before = (out / "sweep.json").read_bytes()
        argv = [experiment, "--seeds", "3", "--set", "train.epochs=9", "--out", str(out)]
        assert run.main(argv) == 2
        error = capsys.readouterr().err
        assert f"{out / 'seed=0'}: this cell began with another configuration:\n" in error
        assert "\n  train.epochs: 3 → 9\n" in error
        assert (out / "sweep.json").read_bytes() == before

    def test_changed_model_in_the_same_folder(self, sweep, experiment, out, capsys):
        assert sweep(Cells())[0] == 0
        Path(experiment, "model.py").write_text(MODEL + "# changed\n")
        assert run.main([experiment, "--seeds", "2", "--out", str(out)]) == 2
        assert "model.py: is not the file it began with" in capsys.readouterr().err

    def test_seen_from_elsewhere(self, sweep, experiment, tmp_path, monkeypatch, out):
        assert sweep(Cells())[0] == 0
        monkeypatch.chdir(tmp_path)
        cells = Cells()
        plan = plan_sweep("tiny", None, [], [], 1, "sweep")
        assert Sweep(plan, [], cells).run() == 0
        assert cells.commands == []

    def test_damaged_record(self, sweep, experiment, out, capsys):
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
    comparison = (out / "comparison" / "comparison.md").read_text()
    assert f"tiny/{good.name}" in comparison
    assert f"tiny/{bad.name}" in comparison.partition("Runs left out")[2]
