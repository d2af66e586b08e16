"""Configuration: what resolves to what, and what is refused with which words."""

import dataclasses
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import tomli_w

from colorkeras.config.load import load_config, load_full_scale
from colorkeras.config.optimizers import OPTIMIZERS, SCHEDULES
from colorkeras.config.resolved import config_differences, config_to_dict
from colorkeras.config.settings import DataTable, TrainTable
from colorkeras.console.errors import UserError

VARGA = Path(__file__).parents[2] / "experiments" / "varga_cnn"

MODEL = '''
def build_model(height, width, *, filters=8, dropout=0.5, head="tanh", skip=True, widths=[1, 2]):
    """Nothing here is executed."""
    raise RuntimeError("config.py must parse this file, not run it")


def build_objectives(model, *, loss="mse"):
    raise RuntimeError
'''
CONFIG = """
[experiment]
name = "tiny"

[optimizer.colorizer]
name = "adam"
learning_rate = 0.002

[optimizer.colorizer.schedule]
name = "step"
every_epochs = 7

[presets.quick.train]
epochs = 3

[presets.long.train]
epochs = 30
"""


@pytest.fixture
def folder(tmp_path):
    """An experiment folder with arguments of every type; its model.py would fail if executed."""
    return write_experiment(tmp_path / "tiny")


def write_experiment(folder, config=CONFIG, model=MODEL):
    folder.mkdir(exist_ok=True)
    (folder / "config.toml").write_text(config, encoding="utf-8")
    (folder / "model.py").write_text(model, encoding="utf-8")
    return folder


def message_of(function, *args, **options):
    with pytest.raises(UserError) as caught:
        function(*args, **options)
    return str(caught.value)


class TestVargaCnn:
    def test_quick_is_the_default(self):
        config = load_config(VARGA)
        assert config == load_config(VARGA, "quick")
        assert config.experiment.name == "varga_cnn"
        assert config.experiment.preset == "quick"
        assert config.experiment.folder == VARGA.as_posix()
        assert config.color.space == "yuv_tanh"
        assert config.data == DataTable(
            source="scenes:animation",
            height=120,
            width=192,
            resize="crop",
            horizontal_flip=True,
            train_images=600,
            val_images=32,
            test_images=128,
        )
        assert config.train == TrainTable(epochs=4, batch_size=4, sample_images=5)
        assert config.model == {}
        assert config.objectives == {"loss": "mse"}
        assert list(config.optimizer) == ["colorizer"]
        optimizer = config.optimizer["colorizer"]
        assert optimizer.name == "adam"
        assert optimizer.options == {
            "learning_rate": 0.0005,
            "beta_1": 0.9,
            "beta_2": 0.999,
            "epsilon": 1e-7,
        }
        assert (optimizer.schedule.name, optimizer.schedule.options) == ("constant", {})
        assert config.expected == {"parameters": {"colorizer": 3892194}}
        assert config.reported == {}

    def test_paper(self):
        config = load_config(VARGA, "paper")
        assert config.experiment.preset == "paper"
        assert (config.train.epochs, config.train.batch_size) == (500, 10)
        assert config.train.evaluate_every_epochs == 10
        assert config.train.checkpoint_every_steps == 600
        data = config.data
        assert (data.train_images, data.val_images, data.test_images) == (6000, 200, 1000)
        assert (data.height, data.width) == (160, 256)
        optimizer = config.optimizer["colorizer"]
        assert optimizer.name == "rmsprop_keras2"
        assert optimizer.options == {"learning_rate": 0.001, "rho": 0.9, "epsilon": 1e-7}


class TestRefusals:
    @pytest.mark.parametrize(
        ("override", "words"),
        [
            ("train.epoch=5", ["unknown key train.epoch.", "Did you mean epochs?"]),
            ("data.sauce=x", ["unknown key data.sauce.", "Did you mean source?"]),
            ("trian.epochs=5", ["unknown table trian.", "Did you mean train?"]),
            ("train.accumulate=3", ["train.accumulate = 3 does not divide train.batch_size = "]),
            ("train.accumulate=0", ["train.accumulate: received 0, expected at least 1."]),
            ("train.nope=5", ["unknown key train.nope. Expected one of", "batch_size"]),
            ("run.seed=5", ["unknown table run. Expected one of", "train"]),
            ("train.epochs=2.5", ["train.epochs: received 2.5, expected an integer."]),
            ("train.epochs=true", ["train.epochs: received True, expected an integer."]),
            ("train.epochs=ten", ["train.epochs: received 'ten', expected an integer."]),
            ("train.epochs.x=1", ["train.epochs: received {'x': 1}, expected an integer."]),
            ("data.train_fraction=half", ["received 'half', expected a number."]),
            ("data.train_fraction=true", ["received True, expected a number."]),
            ("train.deterministic=1", ["received 1, expected true or false."]),
            ("color.space=7", ["color.space: received 7, expected a string."]),
            ("train.epochs=0", ["train.epochs: received 0, expected between 1 and 1000000."]),
            ("data.height=4", ["data.height: received 4, expected between 16 and 4096."]),
            ("data.train_fraction=nan", ["data.train_fraction: received nan, expected between"]),
            ("optimizer.colorizer.epsilon=-1", ["epsilon: received -1.0, expected at least 0.0"]),
            ("optimizer.colorizer.beta_1=2", ["received 2.0, expected between 0.0 and 1.0."]),
            ("experiment.name=../evil", ["experiment.name: received '../evil', expected letters"]),
            ("data.height=4097", ["data.height: received 4097, expected between 16 and 4096."]),
            ("train.seed=-1", ["train.seed: received -1, expected between 0 and 4294967295."]),
            ("train.seed=4294967296", ["received 4294967296, expected between 0 and 4294967295."]),
            ("data.resize=pad", ["received 'pad', expected one of crop, stretch."]),
            ("train.precision=fp16", ["expected one of auto, float32, bfloat16, float16."]),
            ("optimizer.colorizer=adam", ["colorizer: received 'adam', expected a table."]),
            ("optimizer.colorizer.name=adm", ["received 'adm', expected one of sgd", "mean adam?"]),
            ("optimizer.colorizer.name=5", ["colorizer.name: received 5, expected a string."]),
            ("optimizer.colorizer.momentum=0.9", ["unknown key momentum for adam.", "beta_1"]),
            ("optimizer.colorizer.beta=0.9", ["unknown key beta for adam. Did you mean beta_"]),
            ("optimizer.colorizer.beta_1=x", ["colorizer.beta_1: received 'x', expected a number"]),
            ("optimizer.colorizer.schedule.name=stop", ["Did you mean step?"]),
            ("optimizer.colorizer.schedule.every=3", ["unknown key every for step.", "factor"]),
            ("optimizer.colorizer.schedule.every_epochs=0", ["every_epochs: received 0, expected"]),
            ("optimizer.other.learning_rate=1", ["optimizer.other: no name; expected one of sgd"]),
            ("model.filter=8", ["unknown key model.filter. Did you mean filters?"]),
            ("model.filters=8.5", ["model.filters: received 8.5, expected an integer."]),
            ("model.height=8", ["unknown key model.height.", "build_model() takes: filters"]),
            ("objectives.weight=1", ["unknown key objectives.weight.", "takes: loss."]),
            ("train=5", ["--set train=5: expected table.key=value"]),
            ("train.epochs", ["--set train.epochs: expected table.key=value"]),
            ("train..epochs=3", ["--set train..epochs=3: expected table.key=value"]),
            ("=3", ["--set =3: expected table.key=value"]),
        ],
    )
    def test_of_one_value(self, folder, override, words):
        message = message_of(load_config, folder, overrides=[override])
        for part in words:
            assert part in message

    def test_name_the_file(self, folder):
        file = folder / "config.toml"
        file.write_text(file.read_text().replace("\nepochs = 3\n", "\nepochs = 0\n"))
        message = message_of(load_config, folder, overrides=["train.batch_size=2"])
        assert message.startswith(f"{file}: train.epochs: received 0")

    @pytest.mark.parametrize(
        ("override", "fault"),
        [
            ("train.epochs=0", "train.epochs: received 0"),
            ("train.epoch=1", "unknown key train.epoch."),
            ("optimizer.colorizer.epsilon=a", "optimizer.colorizer.epsilon: received 'a'"),
            ("optimizer.colorizer.foo=1", "optimizer.colorizer: unknown key foo for adam."),
            ("train.epochs.x=1", "train.epochs: received {'x': 1}, expected an integer"),
            ("train.epochs-x=3", "unknown key train.epochs-x."),
            ("expected.parameters=3", "expected.parameters: received 3, expected a table"),
            ("expected.parameters.net=a", "expected.parameters.net: received 'a', expected an int"),
            ("expected.foo=3", "unknown key expected.foo. Expected one of parameters."),
        ],
    )
    def test_name_the_override_that_caused_them(self, folder, override, fault):
        overrides = [override, "train.batch_size=2", "optimizer.colorizer={beta_1=0.5}"]
        if override.startswith("train.epochs-"):  # another key
            overrides.append("train.epochs=5")
        message = message_of(load_config, folder, overrides=overrides)
        assert message.startswith(f"{folder / 'config.toml'} with {override}: {fault}")

    @pytest.mark.parametrize(
        ("old", "new", "words"),
        [
            ("[experiment]", "[experimnt]", "unknown table [experimnt]. Did you mean experiment?"),
            ("[experiment]\n", "experiment = 5\n[reported]\n", "experiment: received 5, expected"),
            ('name = "tiny"', "default_preset = 5", "default_preset: received 5, expected a str"),
            ("[presets.quick.train]\nepochs", "[presets]\nquick", "presets.quick: received 3, exp"),
            ("[presets.quick.train]", "[presets.quick.trian]", "unknown table [trian]."),
            (
                "[presets.quick.train]\nepochs",
                "[presets.quick]\ntrain",
                "train: received 3, expected",
            ),
            ('name = "tiny"', 'default_preset = "fast"', "preset: received 'fast', expected one"),
            ("every_epochs = 7", "every_epochs = ", "not valid TOML: Invalid value (at line 11"),
        ],
    )
    def test_of_a_file(self, tmp_path, old, new, words):
        assert old in CONFIG
        folder = write_experiment(tmp_path / "tiny", CONFIG.replace(old, new))
        message = message_of(load_config, folder, overrides=[])
        assert message.startswith(f"{folder / 'config.toml'}: ")
        assert words in message

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("presets = 5", "presets: received 5, expected a table."),
            ("optimizer = 5", "optimizer: received 5, expected a table."),
            ("expected = 5", "expected: received 5, expected a table."),
            ("model = 5", "model: received 5, expected a table."),
            ("train = 5", "train: received 5, expected a table."),
        ],
    )
    def test_of_a_value_in_place_of_a_table(self, tmp_path, text, words):
        folder = write_experiment(tmp_path / "tiny", text)
        assert words in message_of(load_config, folder)

    def test_of_no_optimizer(self, tmp_path):
        folder = write_experiment(tmp_path / "tiny", "[experiment]\nname = 'tiny'\n")
        assert "no [optimizer.NAME] table" in message_of(load_config, folder)

    def test_of_an_unknown_preset(self, folder):
        message = message_of(load_config, folder, "lang")
        assert "preset: received 'lang', expected one of quick, long. Did you mean long?" in message

    def test_of_a_folder_without_experiment(self, tmp_path):
        message = message_of(load_config, tmp_path / "nowhere")
        assert message.startswith(f"{tmp_path / 'nowhere'}: no experiment here.")
        assert "Expected a folder with config.toml and model.py" in message

    def test_of_bytes_that_are_no_text(self, folder):
        (folder / "config.toml").write_bytes(b"\xff\xfe")
        assert "config.toml: cannot be read" in message_of(load_config, folder)


class TestModelSource:
    """Arguments are checked against model.py, which is parsed and never executed."""

    def test_defaults_and_values(self, folder):
        config = load_config(folder, overrides=["model.dropout=1", "model.widths=[4]"])
        assert config.model == {
            "filters": 8,
            "dropout": 1.0,
            "head": "tanh",
            "skip": True,
            "widths": [4],
        }
        assert type(config.model["dropout"]) is float  # an integer passes for a number

    @pytest.mark.parametrize(
        ("model", "words"),
        [
            ("def build_model(:\n", "line 1: invalid syntax."),
            ("x = 1\n\n  y = 2\n", "line 3: unexpected indent."),
            ("x = 1\0\n", "null bytes"),
            ("def build_model(h, w): ...\n", "no function build_objectives; an experiment must"),
            ("def build_objectives(model): ...\n", "no function build_model;"),
            ("def build_model(h, w, *, x): ...\n", "build_model: x needs a literal default"),
            ("def build_model(h, w, *, x=1 / 3): ...\n", "needs a literal default"),
            ("def build_model(h, w, *, x=None): ...\n", "needs a literal default"),
            ("def build_model(h, w, *, x=(1, 2)): ...\n", "needs a literal default"),
        ],
    )
    def test_refusals(self, tmp_path, model, words):
        folder = write_experiment(tmp_path / "tiny", model=model)
        message = message_of(load_config, folder)
        assert message.startswith(f"{folder / 'model.py'}: ")
        assert words in message

    def test_missing(self, folder):
        (folder / "model.py").unlink()
        message = message_of(load_config, folder)
        assert "model.py: cannot be read (No such file or directory)" in message

    def test_not_utf_8(self, folder):
        (folder / "model.py").write_bytes(b"x = '\xff'\n")
        assert "model.py: " in message_of(load_config, folder)

    def test_nothing_heavy_is_imported(self):
        code = (
            "import sys\n"
            "from colorkeras.config.load import load_config\n"
            f"load_config({str(VARGA)!r}, 'paper')\n"
            "heavy = {'keras', 'tensorflow', 'numpy', 'h5py'} & set(sys.modules)\n"
            "assert not heavy, heavy\n"
        )
        subprocess.run([sys.executable, "-c", code], check=True, cwd=VARGA.parents[1])


class TestOverrides:
    @pytest.mark.parametrize(
        ("override", "table", "key", "expected"),
        [
            ("train.epochs=12", "train", "epochs", 12),
            ("train.epochs = 12", "train", "epochs", 12),
            ("data.train_fraction=0.25", "data", "train_fraction", 0.25),
            ("data.source=my photos", "data", "source", "my photos"),
            ("data.source='scenes:face'", "data", "source", "scenes:face"),
            ('data.source="a=b"', "data", "source", "a=b"),
            ("data.source=a=b", "data", "source", "a=b"),
            ("data.source='2024'", "data", "source", "2024"),
            ("data.horizontal_flip=false", "data", "horizontal_flip", False),
        ],
    )
    def test_values(self, folder, override, table, key, expected):
        config = load_config(folder, overrides=[override])
        value = getattr(getattr(config, table), key)
        assert value == expected
        assert type(value) is type(expected)

    def test_win_over_the_preset_and_in_order(self, folder):
        assert load_config(folder, "long").train.epochs == 30
        overrides = ["train.epochs=5", "train.epochs=6"]
        assert load_config(folder, "long", overrides).train.epochs == 6

    def test_integer_passes_for_a_number(self, folder):
        config = load_config(folder, overrides=["optimizer.colorizer.learning_rate=1"])
        rate = config.optimizer["colorizer"].options["learning_rate"]
        assert (rate, type(rate)) == (1.0, float)

    def test_another_optimizer_keeps_rate_and_schedule_only(self, folder):
        overrides = ["optimizer.colorizer.epsilon=0.5", "optimizer.colorizer.name=sgd"]
        optimizer = load_config(folder, overrides=overrides).optimizer["colorizer"]
        assert optimizer.name == "sgd"
        assert optimizer.options == {"learning_rate": 0.002, "momentum": 0.0, "nesterov": False}
        assert optimizer.schedule.name == "step"
        assert optimizer.schedule.options == {"every_epochs": 7, "factor": 0.5}

    def test_the_same_optimizer_keeps_everything(self, folder):
        overrides = ["optimizer.colorizer.epsilon=0.5", "optimizer.colorizer.name=adam"]
        optimizer = load_config(folder, overrides=overrides).optimizer["colorizer"]
        assert optimizer.options["epsilon"] == 0.5

    def test_another_schedule_drops_the_options_of_the_old(self, folder):
        overrides = ["optimizer.colorizer.schedule.name=plateau"]
        optimizer = load_config(folder, overrides=overrides).optimizer["colorizer"]
        assert optimizer.schedule.options == SCHEDULES["plateau"]
        assert optimizer.options["learning_rate"] == 0.002

    def test_schedule_option(self, folder):
        overrides = ["optimizer.colorizer.schedule.factor=0.25"]
        schedule = load_config(folder, overrides=overrides).optimizer["colorizer"].schedule
        assert schedule.options == {"every_epochs": 7, "factor": 0.25}

    def test_piecewise_schedule(self, folder):
        schedule = "optimizer.colorizer.schedule"
        overrides = [f"{schedule}.name=piecewise", f"{schedule}.changes=[[2, 0.5], [3.5, 0.1]]"]
        table = load_config(folder, overrides=overrides).optimizer["colorizer"].schedule
        assert table.options == {"changes": [[2, 0.5], [3.5, 0.1]]}

    @pytest.mark.parametrize(
        "changes",
        [
            "[]",
            "[3]",
            "[[3]]",
            "[[3, 0.5, 1]]",
            "[['3', 0.5]]",
            "[[0, 0.5]]",
            "[[3, 1.5]]",
            "[[3, 0.5], [3, 0.1]]",
            "[[3, nan]]",
            "[[nan, 0.5]]",
            "[[inf, 0.5]]",
            "[[3, true]]",
        ],
    )
    def test_wrong_changes(self, folder, changes):
        schedule = "optimizer.colorizer.schedule"
        overrides = [f"{schedule}.name=piecewise", f"{schedule}.changes={changes}"]
        message = message_of(load_config, folder, overrides=overrides)
        assert "schedule.changes: received [" in message
        assert "expected pairs [epochs, factor]" in message

    def test_schedule_where_there_was_none(self):
        overrides = ["optimizer.colorizer.schedule.name=cosine"]
        schedule = load_config(VARGA, overrides=overrides).optimizer["colorizer"].schedule
        assert (schedule.name, schedule.options) == ("cosine", SCHEDULES["cosine"])

    def test_learning_rate_factors(self, folder):
        key = "optimizer.colorizer.learning_rate_factors"
        overrides = [f"{key}={{encoder = 0.1}}", f'{key}={{"block.1" = 2}}']
        overrides.append("optimizer.colorizer.name=sgd")  # they belong to the rate, which is kept
        optimizer = load_config(folder, overrides=overrides).optimizer["colorizer"]
        assert optimizer.learning_rate_factors == {"encoder": 0.1, "block.1": 2.0}
        assert load_config(folder).optimizer["colorizer"].learning_rate_factors == {}

    @pytest.mark.parametrize(
        ("value", "words"),
        [
            ("0.1", "learning_rate_factors: received 0.1, expected a table."),
            ("{a = 0}", "factors.a: received 0.0, expected more than 0 and at most 100."),
            ("{a = 101}", "factors.a: received 101.0, expected more than 0 and at most 100."),
            ("{a = nan}", "factors.a: received nan, expected more than 0 and at most 100."),
            ("{a = '1'}", "factors.a: received '1', expected a number."),
            ("{'' = 1}", "factors: received an empty name, expected the beginning of the names"),
        ],
    )
    def test_wrong_learning_rate_factors(self, folder, value, words):
        override = f"optimizer.colorizer.learning_rate_factors={value}"
        assert words in message_of(load_config, folder, overrides=[override])

    def test_second_optimizer(self, folder):
        optimizers = load_config(folder, overrides=["optimizer.critic.name=adagrad"]).optimizer
        assert list(optimizers) == ["colorizer", "critic"]
        assert optimizers["critic"].options == OPTIMIZERS["adagrad"]

    def test_loading_does_not_change_the_defaults(self, folder):
        before = {name: dict(options) for name, options in OPTIMIZERS.items()}
        load_config(folder, overrides=["optimizer.colorizer.epsilon=0.5"])
        assert before == OPTIMIZERS


class TestResolved:
    """A configuration written by a run is a configuration that `run` accepts."""

    @pytest.fixture
    def resolved(self, folder, tmp_path):
        overrides = ["model.dropout=0.25", "reported.psnr=21.5"]
        overrides.append("optimizer.colorizer.learning_rate_factors={encoder = 0.1}")
        config = load_config(folder, "long", overrides)
        file = tmp_path / "config.toml"
        file.write_text(tomli_w.dumps(config_to_dict(config)), encoding="utf-8")
        return file, config

    def test_reads_back_equal(self, resolved):
        file, config = resolved
        assert load_config(file) == config
        assert load_config(file, "long") == config  # its own preset is no contradiction

    @pytest.mark.parametrize("preset", ["quick", "paper"])
    def test_varga_cnn_reads_back_equal(self, tmp_path, preset):
        config = load_config(VARGA, preset)
        file = tmp_path / "config.toml"
        file.write_text(tomli_w.dumps(config_to_dict(config)), encoding="utf-8")
        assert load_config(file) == config

    def test_leaves_no_default_implicit(self, resolved):
        tables = config_to_dict(resolved[1])
        for name, table in (("data", DataTable), ("train", TrainTable)):
            assert set(tables[name]) == {field.name for field in dataclasses.fields(table)}
        assert tables["optimizer"]["colorizer"] == {
            "name": "adam",
            **OPTIMIZERS["adam"],
            "learning_rate": 0.002,
            "learning_rate_factors": {"encoder": 0.1},
            "schedule": {"name": "step", "every_epochs": 7, "factor": 0.5},
        }

    def test_another_preset_is_refused(self, resolved):
        message = message_of(load_config, resolved[0], "quick")
        assert "preset 'quick' was asked for, but this is a resolved configuration" in message
        assert "(preset 'long')" in message

    def test_overrides_apply(self, resolved):
        assert load_config(resolved[0], overrides=["train.epochs=4"]).train.epochs == 4


class TestDifferences:
    def test_none(self, folder):
        assert config_differences(load_config(folder), load_config(folder)) == []

    def test_exact_lines(self, folder):
        new = ["train.epochs=4", "optimizer.colorizer.name=sgd", "color.space=lab_cic"]
        lines = config_differences(load_config(folder), load_config(folder, overrides=new))
        assert lines == [
            "color.space: 'yuv_tanh' → 'lab_cic'",
            "optimizer.colorizer.beta_1: 0.9 → '(absent)'",
            "optimizer.colorizer.beta_2: 0.999 → '(absent)'",
            "optimizer.colorizer.epsilon: 1e-07 → '(absent)'",
            "optimizer.colorizer.momentum: '(absent)' → 0.0",
            "optimizer.colorizer.name: 'adam' → 'sgd'",
            "optimizer.colorizer.nesterov: '(absent)' → False",
            "train.epochs: 3 → 4",
        ]


class TestTables:
    def test_configuration_is_frozen(self, folder):
        config = load_config(folder)
        with pytest.raises(dataclasses.FrozenInstanceError):
            config.train.epochs = 5

    @pytest.mark.parametrize("name", OPTIMIZERS)
    def test_every_optimizer_has_a_rate(self, name):
        assert 0 < OPTIMIZERS[name]["learning_rate"] < 1


def test_full_scale_is_the_paper_or_what_is_published(tmp_path):
    assert load_full_scale(VARGA).experiment.preset == "paper"
    folder = tmp_path / "photo"
    shutil.copytree(VARGA, folder)
    file = folder / "config.toml"
    file.write_text(file.read_text().replace("presets.paper", "presets.published"))
    assert load_full_scale(folder).experiment.preset == "published"
