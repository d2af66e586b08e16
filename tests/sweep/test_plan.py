"""Which cells a sweep plans, and what it refuses before anything trains."""

from pathlib import Path

import pytest
from tiny_experiment import GAN_CONFIG, GAN_MODEL, write_experiment, write_photos

from colorkeras import run
from colorkeras.config.toml import toml_text
from colorkeras.sweep.axis import MAX_NAME
from colorkeras.sweep.plan import plan_sweep

RATE = "optimizer.colorizer.learning_rate"
NAME = "optimizer.colorizer.name"


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
            (["--sweep", "train.batch_size=4,2,4"], "4 is given twice"),
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
                "cell seed=4294967296: {file} with train.seed=4294967296: train.seed: received",
            ),
        ],
    )
    def test_of_the_command(self, refused, experiment, argv, words):
        assert words.format(file=f"{experiment}/config.toml") in refused(*argv)

    @pytest.mark.parametrize(
        ("axis", "words"),
        [
            (
                f"{NAME}=adam,adm",
                f"{NAME}=adm,seed=0: FILE with {NAME}=\"adm\": {NAME}: received 'adm',",
            ),
            (f"{RATE}=0.1,-1", f"{RATE}=-1,seed=0: FILE with {RATE}=-1: {RATE}: received -1.0,"),
            (
                "train.batch_size=4,x",
                "=x,seed=0: FILE with train.batch_size=\"x\": train.batch_size: received 'x'",
            ),
            (
                "train.batch_size=4,2.5",
                "=2.5,seed=0: FILE with train.batch_size=2.5: train.batch_size: received",
            ),
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
