"""A small experiment, its images, and what tests of several modules ask of a run folder.

Everything is 32×32 pixels and a few hundred weights, so that a whole run takes about a second.
"""

import csv
import json

import h5py
import numpy as np
from PIL import Image

CONFIG = """
[experiment]
name = "tiny"
title = "Tiny network"
default_preset = "quick"

[color]
space = "yuv_tanh"

[data]
source = "scenes:landscape"
height = 32
width = 32
train_images = 14
val_images = 3
test_images = 3

[optimizer.colorizer]
name = "adam"
learning_rate = 0.01

[train]
precision = "float32"
batch_size = 4
evaluate_batch_size = 4
log_every_steps = 1
checkpoint_every_steps = 2
sample_images = 1

[presets.quick.train]
epochs = 3

[presets.long.train]
epochs = 4
"""

MODEL = """
from keras import Input, Model, layers

from colorkeras.experiment.losses import regression
from colorkeras.experiment.objective import Objective


def build_model(height, width, *, dropout=0.25):
    if height % 4:
        raise ValueError(f"data.height is {height}; expected a multiple of 4.")
    inputs = Input((height, width, 1))
    x = layers.Conv2D(4, 3, strides=2, padding="same", activation="relu")(inputs)
    x = layers.BatchNormalization()(x)
    x = layers.Dropout(dropout)(x)
    x = layers.UpSampling2D()(x)
    x = layers.Conv2D(2, 3, padding="same", activation="tanh", dtype="float32")(x)
    return Model(inputs, x)


def build_objectives(model, *, loss="mse"):
    return [Objective("colorizer", model, regression(loss))]
"""

# A discriminator that learns every step, a generator that learns every second one.
GAN_OBJECTIVES = """
def build_objectives(model, *, every=2):
    discriminator = keras.Sequential(
        [
            Input(model.output_shape[1:]),
            layers.Conv2D(4, 3, strides=4, activation="relu"),
            layers.Dropout(0.25),
            layers.Flatten(),
            layers.Dense(1, dtype="float32"),
        ]
    )

    def discriminator_loss(batch):
        real = discriminator(batch.targets, training=True)
        fake = discriminator(ops.stop_gradient(batch.outputs), training=True)
        return {"d_loss": ops.mean(ops.softplus(-real)) + ops.mean(ops.softplus(fake))}

    def generator_loss(batch):
        fake = discriminator(batch.outputs, training=True)
        return {
            "g_loss": ops.mean(ops.softplus(-fake)),
            "g_l1": ops.mean(ops.abs(batch.outputs - batch.targets)),
        }

    return [
        Objective("discriminator", discriminator, discriminator_loss),
        Objective("generator", model, generator_loss, every=every),
    ]
"""
GAN_MODEL = (
    "import keras\nfrom keras import ops\n" + MODEL[: MODEL.index("def build_obj")] + GAN_OBJECTIVES
)
GAN_CONFIG = CONFIG.replace(
    '[optimizer.colorizer]\nname = "adam"',
    '[optimizer.discriminator]\nname = "sgd"\nlearning_rate = 0.02\n\n'
    '[optimizer.generator]\nname = "adam"',
)

# Noise as a second input, dropout and batch statistics; pretrained for an epoch, then a GAN.
STAGED_MODEL = """
import keras
from keras import Input, Model, layers

from colorkeras.experiment.adversarial import adversarial_objectives
from colorkeras.experiment.losses import regression
from colorkeras.experiment.objective import Objective


def build_model(height, width):
    luminance = Input((height, width, 1), name="luminance")
    noise = Input((5,), name="noise")
    plane = layers.Reshape((height, width, 1))(layers.Dense(height * width)(noise))
    x = layers.Concatenate()([luminance, plane])
    x = layers.Conv2D(4, 3, padding="same", activation="relu")(x)
    x = layers.Dropout(0.25)(layers.BatchNormalization()(x))
    x = layers.Conv2D(2, 3, padding="same", activation="tanh", dtype="float32")(x)
    return Model([luminance, noise], x)


def build_objectives(model, *, l1_weight=10.0):
    discriminator = keras.Sequential(
        [
            Input((*model.output_shape[1:3], 3)),
            layers.Conv2D(4, 5, strides=4),
            layers.BatchNormalization(),
            layers.LeakyReLU(0.2),
            layers.Dropout(0.25),
            layers.Conv2D(1, 3, dtype="float32"),
        ]
    )
    return [
        Objective("pretrain", model, regression("mae")),
        *adversarial_objectives(model, discriminator, l1_weight),
    ]
"""
STAGED_CONFIG = (
    CONFIG.replace(
        '[optimizer.colorizer]\nname = "adam"',
        """[noise]
source = "input"

[stages.pretrain]
objectives = ["pretrain"]
epochs = 1

[stages.adversarial]
objectives = ["discriminator", "generator"]
epochs = 2

[optimizer.pretrain]
name = "adam"

[optimizer.discriminator]
name = "sgd"
learning_rate = 0.02

[optimizer.generator]
name = "adam"
""",
    )
    .replace("[train]", '[train]\nstages = ["pretrain", "adversarial"]')
    .replace("[presets.quick.train]\nepochs = 3\n", "[presets.quick]\n")
    .replace(
        "[presets.long.train]\nepochs = 4\n", "[presets.long.stages.adversarial]\nepochs = 3\n"
    )
)


def write_experiment(folder, config=CONFIG, model=MODEL):
    """Write the experiment's two files; return its folder as a string."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text(config, encoding="utf-8")
    (folder / "model.py").write_text(model, encoding="utf-8")
    return str(folder)


def make_image(seed=0, height=40, width=48):
    """A colorful, smooth (height, width, 3) uint8 image, another one for each seed."""
    coarse = np.random.default_rng(seed).integers(0, 256, (4, 5, 3), dtype=np.uint8)
    return np.array(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC))


def write_photos(folder, count, suffix=".png"):
    """Write `count` different color images and return the folder as a string."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        Image.fromarray(make_image(number)).save(folder / f"{number:03d}{suffix}")
    return str(folder)


def read_rows(path):
    """The rows of a CSV file as dicts of strings."""
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_info(run):
    """The content of a run's run.json."""
    return json.loads((run / "run.json").read_text(encoding="utf-8"))


def datasets(path):
    """Every array of an HDF5 file by name."""
    found = {}
    with h5py.File(path, "r") as file:
        file.visititems(
            lambda name, item: (
                found.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None
            )
        )
    return found


def resume_state(run):
    """The state of a run's checkpoint, less the times it took."""
    with h5py.File(run / "checkpoint" / "state.h5", "r") as file:
        state = json.loads(file.attrs["state"])
    return {name: state[name] for name in state if name not in ("train_seconds", "images_timed")}


def assert_same_run(one, other):
    """Same rows to the byte, same weights, optimizer slots and seeds to the bit."""
    for name in ("train.csv", "eval.csv", "eval_images.csv"):
        assert (one / name).read_bytes() == (other / name).read_bytes(), name
    assert resume_state(one) == resume_state(other)
    for name in ("checkpoint/state.h5", "model.h5"):
        mine, theirs = datasets(one / name), datasets(other / name)
        assert mine.keys() == theirs.keys()
        for key, value in mine.items():
            assert value.tobytes() == theirs[key].tobytes(), f"{name}: {key}"
