"""The contract between an experiment folder and the core: what is built, what is refused."""

import dataclasses
import importlib.util
from pathlib import Path

import keras
import numpy as np
import pytest
from tiny_experiment import STAGED_CONFIG, STAGED_MODEL, write_experiment

from colorkeras.config.load import load_config
from colorkeras.config.optimizers import OPTIMIZERS
from colorkeras.console.errors import UserError
from colorkeras.experiment.loading import (
    _MOVED,
    build_optimizers,
    float32_model,
    load_experiment,
    networks_of,
    trainable_parameters,
)
from colorkeras.experiment.optimizers import optimizer_named
from colorkeras.experiment.training_set import TrainingSet

VARGA = Path(__file__).parents[2] / "experiments" / "varga_cnn"

CONFIG = """
[experiment]
name = "tiny"

[data]
height = 16
width = 16

[optimizer.colorizer]
name = "sgd"
"""
MODEL = """
import keras

from colorkeras.experiment.losses import regression
from colorkeras.experiment.objective import Objective


def build_model(height, width, *, filters=2, channels=1, dtype="float32"):
    if filters == 13:
        raise ValueError("model.filters is 13; expected a luckier number.")
    inputs = keras.Input((height, width, channels))
    return keras.Model(inputs, keras.layers.Conv2D(filters, 1, dtype=dtype)(inputs))


def build_objectives(model, *, loss="mse", names=["colorizer"]):
    return [Objective(name, model, regression(loss)) for name in names]
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "config.toml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "model.py").write_text(MODEL, encoding="utf-8")
    return tmp_path


@pytest.fixture
def mixed_float16():
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    yield
    keras.config.set_dtype_policy(policy)


def load(folder, *overrides):
    return load_experiment(load_config(folder, overrides=overrides))


def message_of(function, *args):
    with pytest.raises(UserError) as caught:
        function(*args)
    return str(caught.value)


class TestLoading:
    def test_names_and_functions(self, folder):
        experiment = load(folder, "color.space=lab_cic")
        assert experiment.config.experiment.name == "tiny"
        assert experiment.space.name == "lab_cic"
        assert experiment.build_model(8, 8).output_shape == (None, 8, 8, 2)

    def test_a_network_may_ask_for_the_color_space(self, folder):
        """As a third argument; its refusal of a space is a mistake of the user."""
        code = MODEL.replace("height, width, *", "height, width, space, *").replace(
            "    if filters == 13:",
            "    if space.family != 'lab':\n        raise ValueError(f'no {space.name}')\n"
            "    if filters == 13:",
        )
        (folder / "model.py").write_text(code, encoding="utf-8")
        assert load(folder, "color.space=lab_cic").model().output_shape == (None, 16, 16, 2)
        assert message_of(load(folder, "color.space=yuv_tanh").model) == "tiny: no yuv_tanh"

    def test_two_experiments_do_not_mix(self, folder, tmp_path):
        other = tmp_path / "other"
        other.mkdir()
        (other / "config.toml").write_text(CONFIG, encoding="utf-8")
        (other / "model.py").write_text(
            MODEL.replace("Conv2D(filters, 1", "Dense(filters"), encoding="utf-8"
        )
        first, second = load(folder), load(other)
        assert isinstance(first.model().layers[-1], keras.layers.Conv2D)
        assert isinstance(second.model().layers[-1], keras.layers.Dense)

    def test_unknown_color_space(self, folder):
        message = message_of(load, folder, "color.space=yuv_tan")
        assert message.startswith(f"{folder}: color.space: received 'yuv_tan', expected")
        assert "Did you mean yuv_tanh?" in message

    def test_model_that_has_gone(self, folder):
        config = load_config(folder)
        (folder / "model.py").unlink()
        message = message_of(load_experiment, config)
        assert message == f"{folder / 'model.py'}: cannot be read: No such file or directory."


class TestModel:
    def test_varga_cnn(self):
        model = load_experiment(load_config(VARGA, "paper")).model()
        assert model.input_shape == (None, 160, 256, 1)
        assert model.output_shape == (None, 160, 256, 2)
        assert model.count_params() == 3_892_194

    def test_size_that_does_not_suit_the_network(self):
        message = message_of(load(VARGA, "data.height=100").model)
        assert message == (
            "varga_cnn: data.height is 100; three stride-2 convolutions need a multiple of 8, "
            "such as 96 or 104."
        )

    def test_error_of_the_experiment(self, folder):
        message = message_of(load(folder, "model.filters=13").model)
        assert message == "tiny: model.filters is 13; expected a luckier number."

    @pytest.mark.parametrize(
        ("override", "received"),
        [
            ("model.filters=3", "(None, 16, 16, 1) → (None, 16, 16, 3) float32"),
            ("model.channels=3", "(None, 16, 16, 3) → (None, 16, 16, 2) float32"),
            ("model.dtype=float16", "(None, 16, 16, 1) → (None, 16, 16, 2) float16"),
        ],
    )
    def test_broken_contract(self, folder, override, received):
        assert message_of(load(folder, override).model) == (
            f"{folder}/model.py: build_model returned {received}, "
            "expected (None, 16, 16, 1) → (None, 16, 16, 2) float32."
        )

    def test_half_precision_output_under_a_mixed_policy(self, folder, mixed_float16):
        model = MODEL.replace(", dtype=dtype", "")
        (folder / "model.py").write_text(model, encoding="utf-8")
        assert "(None, 16, 16, 2) float16, expected" in message_of(load(folder).model)

    @pytest.mark.parametrize(
        "body",
        [
            "return None",
            "return keras.Sequential([keras.layers.Conv2D(2, 1)])",
            "return keras.layers.Conv2D(2, 1)",
        ],
    )
    def test_no_built_model(self, folder, body):
        head = MODEL.index("    if filters")
        tail = MODEL.index("def build_objectives")
        (folder / "model.py").write_text(
            f"{MODEL[:head]}    {body}\n\n\n{MODEL[tail:]}", encoding="utf-8"
        )
        message = message_of(load(folder).model)
        assert message.startswith(f"{folder}/model.py: build_model returned ")
        assert "expected a keras.Model with known input" in message


class TestObjectives:
    def test_one(self, folder):
        experiment = load(folder, "objectives.loss=mae")
        model = experiment.model()
        (objective,) = experiment.objectives(model)
        assert objective.name == "colorizer"
        assert objective.network is model

    def test_error_of_the_experiment(self, folder):
        experiment = load(folder, "objectives.loss=huber")
        message = message_of(experiment.objectives, experiment.model())
        assert message == "tiny: loss: received 'huber', expected one of mse, mae."

    @pytest.mark.parametrize(
        ("overrides", "objectives", "optimizers"),
        [
            (["objectives.names=['critic']"], "critic", "colorizer"),
            (["objectives.names=['critic', 'colorizer']"], "critic, colorizer", "colorizer"),
            (["objectives.names=['colorizer', 'colorizer']"], "colorizer, colorizer", "colorizer"),
            (["optimizer.critic.name=adam"], "colorizer", "colorizer, critic"),
        ],
    )
    def test_without_its_optimizer_or_the_reverse(self, folder, overrides, objectives, optimizers):
        experiment = load(folder, *overrides)
        assert message_of(experiment.objectives, experiment.model()) == (
            f"{folder}: the objectives are {objectives}, but the configuration has "
            f"[optimizer.NAME] for {optimizers}. There must be one for each."
        )

    def test_reads_what_is_no_layer_of_the_generator(self, folder):
        code = MODEL.replace("Conv2D(filters, 1", 'Conv2D(filters, 1, name="chroma"').replace(
            "regression(loss))", 'regression(loss), reads=("chrome",))'
        )
        (folder / "model.py").write_text(code, encoding="utf-8")
        experiment = load(folder)
        assert message_of(experiment.objectives, experiment.model()) == (
            f"{folder}: objective colorizer reads 'chrome', which is no layer of the generator. "
            "Did you mean chroma?"
        )

    @pytest.mark.parametrize(
        ("parameters", "asks"),
        [
            ("model, *, loss='mse'", False),
            ("model, training_set=None, *, loss='mse'", False),  # has a value already
            ("model, training_set, *, loss='mse'", True),
        ],
    )
    def test_training_set_goes_to_who_asks_for_it(self, folder, parameters, asks):
        head = MODEL[: MODEL.index("def build_objectives")]
        code = f"{head}CALLED = []\n\n\ndef build_objectives({parameters}):\n"
        code += "    CALLED.append(locals())\n    return [Objective('colorizer', model, None)]\n"
        (folder / "model.py").write_text(code, encoding="utf-8")
        experiment = load(folder)
        model = experiment.model()
        experiment.objectives(model)
        (called,) = experiment.build_objectives.__globals__["CALLED"]
        assert called["model"] is model
        assert isinstance(called.get("training_set"), TrainingSet) is asks
        assert list(experiment.config.objectives) == ["loss"]

    def test_takes_more_than_there_is(self, folder):
        code = MODEL.replace("(model, *, loss", "(model, images, weight, *, loss")
        (folder / "model.py").write_text(code, encoding="utf-8")
        experiment = load(folder)
        assert message_of(experiment.objectives, experiment.model()) == (
            "tiny: build_objectives takes model, images, weight; expected at most 2 of these. "
            "Options come after *, with defaults."
        )


class TestOptimizers:
    def build(self, folder, *overrides, precision="float32"):
        experiment = load(folder, *overrides)
        objectives = experiment.objectives(experiment.model())
        return build_optimizers(experiment.config, objectives, precision)["colorizer"]

    @pytest.mark.parametrize("name", OPTIMIZERS)
    def test_defaults_are_those_of_the_optimizer(self, folder, name):
        options = self.build(folder, f"optimizer.colorizer.name={name}").get_config()
        theirs = optimizer_named(name, {}).get_config()
        del options["name"], theirs["name"]
        assert options == theirs
        for key, value in OPTIMIZERS[name].items():
            assert options[key] == pytest.approx(value)

    def test_learning_rate_factors(self, folder):
        code = MODEL.replace("Conv2D(filters, 1", 'Conv2D(filters, 1, name="chroma"')
        (folder / "model.py").write_text(code, encoding="utf-8")
        factors = "optimizer.colorizer.learning_rate_factors"
        optimizer = self.build(folder, f"{factors}.chroma=0.5")
        model = optimizer._trainable_variables
        before = np.asarray(model[0])
        optimizer.apply([keras.ops.ones_like(variable) for variable in model])
        np.testing.assert_allclose(before - np.asarray(model[0]), 0.005, rtol=1e-4)  # SGD's 0.01
        assert message_of(self.build, folder, f"{factors}.chrome=0.5") == (
            f"{folder}: optimizer.colorizer: learning_rate_factors: 'chrome' begins the name of no "
            "layer with weights. Did you mean chroma?"
        )

    def test_options_arrive(self, folder):
        changes = ("name=adam", "beta_1=0.5", "learning_rate=0.0002")
        overrides = [f"optimizer.colorizer.{change}" for change in changes]
        optimizer = self.build(folder, *overrides)
        assert isinstance(optimizer, keras.optimizers.Adam)
        assert optimizer.beta_1 == 0.5
        assert float(optimizer.learning_rate) == pytest.approx(0.0002)

    def test_built_at_once(self, folder):
        optimizer = self.build(folder, "optimizer.colorizer.momentum=0.9")
        assert optimizer.built
        # Iterations and rate; one momentum for each of the kernel and the bias.
        assert len(optimizer.variables) == 4

    def test_loss_scaling_under_float16_only(self, folder):
        for precision in ("float32", "bfloat16"):
            assert isinstance(self.build(folder, precision=precision), keras.optimizers.SGD)
        scaled = self.build(folder, precision="float16")
        assert isinstance(scaled, keras.optimizers.LossScaleOptimizer)
        assert scaled.built
        assert float(scaled.scale_loss(np.float32(1))) == 2**15

    def test_option_that_keras_refuses(self, folder):
        message = message_of(self.build, folder, "optimizer.colorizer.momentum=2")
        assert message.startswith(f"{folder}: optimizer.colorizer: ")
        assert "momentum" in message


class TestFloat32Model:
    def test_equal_weights_and_no_trace_of_the_policy(self, folder, mixed_float16):
        experiment = load(folder)
        model = experiment.model()
        copy = float32_model(experiment, model)
        assert keras.config.dtype_policy().name == "mixed_float16"
        assert {layer.dtype_policy.name for layer in copy.layers} == {"float32"}
        for ours, theirs in zip(copy.get_weights(), model.get_weights(), strict=True):
            np.testing.assert_array_equal(ours, theirs)

    def test_policy_comes_back_after_an_error(self, folder, mixed_float16):
        experiment = load(folder)
        model = experiment.model()
        broken = dataclasses.replace(
            experiment, config=load_config(folder, overrides=["model.filters=13"])
        )
        with pytest.raises(UserError):
            float32_model(broken, model)
        assert keras.config.dtype_policy().name == "mixed_float16"


NOISE = """
[noise]
source = "input"
"""


class TestNoise:
    def test_source_without_its_input(self, folder):
        (folder / "config.toml").write_text(CONFIG + NOISE, encoding="utf-8")
        assert message_of(load(folder).model) == (
            f"{folder}/model.py: build_model returned (None, 16, 16, 1) → (None, 16, 16, 2) "
            "float32, expected [(None, 16, 16, 1), (None, 'any size')] → (None, 16, 16, 2) "
            "float32, as noise.source is 'input'."
        )

    def test_input_without_its_source(self, tmp_path):
        folder = write_experiment(tmp_path / "staged", STAGED_CONFIG, STAGED_MODEL)
        message = message_of(load(Path(folder), "noise.source=none").model)
        assert "returned [(None, 32, 32, 1), (None, 5)] → " in message
        assert message.endswith("as noise.source is 'none'.")

    def test_unknown_source(self, folder):
        message = message_of(load, folder, "noise.source=inputs")
        assert "noise.source: received 'inputs', expected one of none, input, dropout" in message


class TestNetworks:
    @pytest.fixture
    def staged(self, tmp_path):
        return Path(write_experiment(tmp_path / "staged", STAGED_CONFIG, STAGED_MODEL))

    def test_a_network_of_two_objectives_is_named_by_the_last(self, staged):
        experiment = load(staged)
        model = experiment.model()
        networks = networks_of(model, experiment.objectives(model))
        assert set(networks) == {"discriminator", "generator"}
        assert networks["generator"] is model

    def test_a_generator_without_objective(self, staged):
        experiment = load(staged)
        model, other = experiment.model(), experiment.model()
        assert networks_of(other, experiment.objectives(model))["generator"] is other

    def test_batch_statistics_are_no_parameters(self, staged):
        model = load(staged).model()
        # Dense 5 → 1024 with bias, 3×3×2×4 + 4, scale and shift of 4, 3×3×4×2 + 2.
        expected = 5 * 1024 + 1024 + 76 + 8 + 74
        assert trainable_parameters({"generator": model}) == {"generator": expected}
        assert model.count_params() == expected + 8  # moving statistics

    def test_batch_of_one_meets_batch_normalisation(self, staged):
        experiment = load(staged, "train.batch_size=1")
        message = message_of(experiment.objectives, experiment.model())
        assert message.startswith(
            "tiny: train.batch_size = 1, but the network of pretrain has batch normalisation "
        )
        advice = "Pass --set train.batch_size=2, which needs as many training images."
        assert message.endswith(advice)

    def test_batch_of_one_without_batch_normalisation(self, folder):
        experiment = load(folder, "train.batch_size=1")
        assert len(experiment.objectives(experiment.model())) == 1


@pytest.mark.parametrize("earlier", sorted(_MOVED))
def test_a_module_of_an_earlier_version_is_named_with_its_new_place(folder, earlier):
    Path(folder, "model.py").write_text(f"import {earlier}\n{MODEL}")
    assert message_of(load, folder).endswith(
        f"imports {earlier}, as in earlier versions of colorkeras. Import the same names from "
        f"{_MOVED[earlier]} instead."
    )
    assert importlib.util.find_spec(_MOVED[earlier])


def test_another_missing_module_is_an_error_of_the_file(folder):
    Path(folder, "model.py").write_text(f"import no_such_module_at_all\n{MODEL}")
    with pytest.raises(ModuleNotFoundError, match="no_such_module_at_all"):
        load(folder)
