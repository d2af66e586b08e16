"""Every experiment folder, found by its config.toml, keeps the contract and is what it says."""

import functools
import math
import re
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from saved_models import METADATA
from tiny_experiment import make_image

from colorkeras.config.load import load_config, load_full_scale
from colorkeras.console.errors import UserError
from colorkeras.experiment.generator import generate
from colorkeras.experiment.loading import (
    build_optimizers,
    float32_model,
    load_experiment,
)
from colorkeras.inference.saved_model import load_model
from colorkeras.inference.saving import save_model
from colorkeras.report.networks.built import build_networks
from colorkeras.report.networks.section import current_files
from colorkeras.training import step_tensorflow
from colorkeras.training.step_tensorflow import TensorFlowStep

ROOT = Path(__file__).parents[2] / "experiments"
FOLDERS = sorted(path.parent for path in ROOT.glob("*/config.toml"))
SIZES = (32, 64, 128, 256)
HEADINGS = (
    *("Citation", "What is built", "Network", "Deviations", "Commands"),
    "Reported and obtained",
)

# By folder, so that its networks are built once and are gone before those of the next.
pytestmark = pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name, scope="module")


@functools.cache
def smallest_side(folder):
    """The smallest square that the network takes."""
    for side in SIZES:
        try:
            load_small(folder, side).model()
        except UserError:
            continue
        return side
    raise AssertionError(f"{folder.name} takes none of the squares {SIZES}")


def load_small(folder, side):
    return load_experiment(
        load_config(folder, overrides=[f"data.height={side}", f"data.width={side}"])
    )


class Small:
    """An experiment at its smallest size with networks, optimizers and four images."""

    def __init__(self, folder):
        keras.utils.set_random_seed(0)
        side = smallest_side(folder)
        self.experiment = load_small(folder, side)
        self.model = self.experiment.model()
        self.objectives = self.experiment.objectives(self.model)
        self.optimizers = build_optimizers(self.experiment.config, self.objectives, "float32")
        self.images = tf.constant(np.stack([make_image(seed, side, side) for seed in range(4)]))
        self.inputs, self.targets = self.experiment.space.split(self.images)
        self.noise = self.experiment.noise(self.model)

    def step(self, objectives=None):
        return TensorFlowStep(
            self.model,
            objectives or self.objectives,
            self.optimizers,
            self.experiment.space,
            lambda step, count: self.noise.for_step(0, step, count),
        )

    def outputs(self, model, training=False):
        """The chroma of the four images, each with the first z of its number."""
        z = self.noise.for_images(range(4), 0)
        z = None if z is None else tf.constant(z)
        return np.asarray(generate(model, self.inputs, z, training=training))

    def variables(self):
        """Every variable of every network, once."""
        networks = [self.model, *(objective.network for objective in self.objectives)]
        return list({id(v): v for network in networks for v in network.variables}.values())


@pytest.fixture(scope="module")
def small(folder):
    """For tests that hold of any weights: one of them takes a step."""
    return Small(folder)


@pytest.fixture
def eagerly():
    """Without compilation, which for one step of a large network takes most of a minute."""
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


@pytest.fixture(autouse=True)
def no_xla(monkeypatch):
    monkeypatch.setattr(step_tensorflow, "FUSED_FROM", math.inf)


def test_every_preset_resolves(folder):
    names = re.findall(r"^\[presets\.(\w+)", (folder / "config.toml").read_text(), re.MULTILINE)
    assert names, "no presets"
    for name in set(names):
        config = load_config(folder, preset=name)
        assert config.experiment.name == folder.name
        assert config.experiment.title
        assert config.experiment.citation


@functools.cache
def networks_at_full_scale(folder):
    return build_networks(load_full_scale(folder))


def test_parameter_counts(folder):
    found = {network.name: network.trainable for network in networks_at_full_scale(folder)}
    assert found == load_full_scale(folder).expected["parameters"]


def test_figure_and_table_of_the_networks_are_current(folder):
    """`python -m colorkeras.report.networks` writes them."""
    files = current_files(folder, load_full_scale(folder), networks_at_full_scale(folder))
    for file, text in files.items():
        assert file.read_text(encoding="utf-8") == text, f"{file.name} is out of date"


def test_output(small):
    side = small.images.shape[1]
    outputs = small.outputs(small.model)
    assert outputs.shape == (4, side, side, 2)
    assert outputs.dtype == np.float32
    for channel, (low, high) in enumerate(small.experiment.space.target_range):
        assert outputs[..., channel].min() >= low
        assert outputs[..., channel].max() <= high


def test_one_step_changes_exactly_what_each_objective_owns(small, eagerly):
    for objective in small.objectives:
        before = [np.array(variable) for variable in small.variables()]
        small.step([objective])(small.images, objective.every)
        owned = {id(variable) for variable in objective.network.trainable_variables}
        for variable, old in zip(small.variables(), before, strict=True):
            is_new = not np.array_equal(old, np.asarray(variable))
            if id(variable) in owned or variable.trainable:
                assert is_new == (id(variable) in owned), f"{objective.name}: {variable.path}"


def test_thirty_steps_lower_the_chroma_error(folder):
    small = Small(folder)
    (mine,) = (o for o in small.objectives if o.network is small.model)
    step, last, errors = small.step(), 30 * mine.every, []
    for number in range(1, last + 1):
        terms = step(small.images, number)
        assert all(np.isfinite(float(value)) for value in terms.values())
        if number == mine.every or number > last - 3:
            # As in training: batch statistics of so few steps are not those of the data yet.
            outputs = small.outputs(small.model, training=True)
            errors.append(float(tf.reduce_mean(tf.square(outputs - small.targets))))
    assert np.mean(errors[-3:]) < 0.95 * errors[0]


def test_saved_model_opens_in_plain_keras(small, tmp_path):
    exported = float32_model(small.experiment, small.model)
    metadata = {**METADATA, "noise": small.noise.record()}
    save_model(tmp_path / "model.h5", exported, small.experiment.space, metadata)
    expected = small.outputs(small.model)
    plain = keras.models.load_model(tmp_path / "model.h5", compile=False)
    np.testing.assert_array_equal(small.outputs(plain), expected)
    ours = load_model(tmp_path / "model.h5")
    assert ours.space == small.experiment.space
    np.testing.assert_array_equal(small.outputs(ours.model), expected)


def test_model_file_only_builds_networks_and_objectives(folder):
    """No experiment imports another or TensorFlow, reads data, converts colors, or loops."""
    source = (folder / "model.py").read_text(encoding="utf-8")
    imported = re.findall(r"^\s*(?:from|import)\s+([\w.]+)", source, re.MULTILINE)
    for module in imported:
        foreign = ("tensorflow", "experiments", "colorkeras.data", "colorkeras.training")
        assert not module.startswith(foreign), module
        assert module not in ("colorkeras.color.space", "colorkeras.metrics.image_metrics"), module


def readme(folder):
    return (folder / "README.md").read_text(encoding="utf-8")


def test_readme_headings(folder):
    found = re.findall(r"^#{2,} +(.*?) *$", readme(folder), re.MULTILINE)
    assert [heading for heading in found if heading in HEADINGS] == list(HEADINGS)


def test_deviations(folder):
    """Those marked in the code and the configuration are those of the README's list."""
    section = readme(folder).partition("Deviations\n")[2]
    section = re.split(r"^#+ ", section, maxsplit=1, flags=re.MULTILINE)[0]
    listed = [int(number) for number in re.findall(r"^(\d+)\. ", section, re.MULTILINE)]
    assert listed == list(range(1, len(listed) + 1))
    code = (folder / "model.py").read_text(encoding="utf-8")
    config = (folder / "config.toml").read_text(encoding="utf-8")
    marked = re.findall(r"[Dd]eviation (\d+)", code) + re.findall(r"\[d(\d+)\]", config)
    assert {int(number) for number in marked} == set(listed)
