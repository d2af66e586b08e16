"""Training steps of three experiments beside NumPy's, written from the sources.

The networks, losses, gradients and optimizers of `numpy_networks` know nothing of the package; they
begin with the same weights and get the same luminance, chroma and noise. The losses of the first
step and those after an update of every network must agree.
"""

from pathlib import Path

import keras
import numpy as np
import numpy_networks as nn
import pytest
import tensorflow as tf
from tiny_experiment import make_image

from colorkeras.config.load import load_config
from colorkeras.experiment.loading import build_optimizers, load_experiment, networks_of
from colorkeras.training import step_tensorflow
from colorkeras.training.step_tensorflow import TensorFlowStep

FOLDERS = Path(__file__).parents[2] / "experiments"

STEPS = 2
SEED = 5


@pytest.fixture(autouse=True)
def no_xla(monkeypatch):
    monkeypatch.setattr(step_tensorflow, "FUSED_FROM", float("inf"))


class Ours:
    """An experiment of the preset `paper` at a small size."""

    def __init__(self, name, side, batch, *overrides):
        keras.utils.set_random_seed(0)
        sizes = [f"data.height={side}", f"data.width={side}", "train.precision=float32"]
        config = load_config(FOLDERS / name, "paper", [*sizes, *overrides])
        self.experiment = load_experiment(config)
        model = self.experiment.model()
        objectives = self.experiment.objectives(model)
        self.networks = networks_of(model, objectives)
        self.weights = {
            name: {
                variable.path.removeprefix(f"{network.name}/"): np.asarray(variable)
                for variable in network.trainable_variables
            }
            for name, network in self.networks.items()
        }
        self._noise = self.experiment.noise(model)
        self._images = [
            np.stack([make_image(10 * step + n, side, side) for n in range(batch)])
            for step in range(STEPS)
        ]
        optimizers = build_optimizers(config, objectives, "float32")
        space = self.experiment.space
        self._step = TensorFlowStep(model, objectives, optimizers, space, self._draw)

    def _draw(self, step, count):
        return self._noise.for_step(SEED, step, count)

    def batches(self):
        """Luminance, chroma and noise of each step."""
        for step, images in enumerate(self._images, start=1):
            inputs, targets = self.experiment.space.split(tf.constant(images))
            yield np.asarray(inputs), np.asarray(targets), self._draw(step, len(images))

    def losses(self):
        """The loss terms of each step."""
        return [
            {name: float(value) for name, value in self._step(tf.constant(images), step).items()}
            for step, images in enumerate(self._images, start=1)
        ]


class Weights:
    """The weights of a network of ours as nodes, by the names of its layers."""

    def __init__(self, values):
        self.nodes = {name: nn.Node(value) for name, value in values.items()}
        self.used = set()

    def __call__(self, layer, part="kernel"):
        name = f"{layer}/{part}"
        self.used.add(name)
        return self.nodes[name]

    def norm(self, x, layer):
        return nn.batch_norm(x, self(layer, "gamma"), self(layer, "beta"), 1e-5)

    def all(self):
        assert self.used == self.nodes.keys(), "weights that the source does not have"
        return list(self.nodes.values())


def gan_step(inputs, targets, fake, generator, discriminate, judges, optimizers, l1_weight):
    """The tutorial's `optimize()`: the discriminator on a detached image, then the generator."""
    inputs = nn.Node(inputs)
    of_fake = nn.cross_entropy(discriminate(nn.concat(inputs, nn.constant(fake)), judges), 0.0)
    real = nn.concat(inputs, nn.Node(targets))
    of_real = nn.cross_entropy(discriminate(real, judges), 1.0)
    of_d = nn.weighted((0.5, of_fake), (0.5, of_real))
    optimizers["discriminator"].step(nn.gradients(of_d, judges.all()))
    gan = nn.cross_entropy(discriminate(nn.concat(inputs, fake), judges), 1.0)
    terms = {"loss_D_fake": of_fake, "loss_D_real": of_real, "loss_D": of_d, "loss_G_GAN": gan}
    if l1_weight:
        terms["loss_G_L1"] = nn.weighted((l1_weight, nn.mean_absolute(fake, targets)))
        terms["loss_G"] = nn.weighted((1.0, gan), (1.0, terms["loss_G_L1"]))
    else:
        terms["loss_G"] = gan
    optimizers["generator"].step(nn.gradients(terms["loss_G"], generator.all()))
    return {name: float(node.value) for name, node in terms.items()}


# pix2pix: `Unet`, `PatchDiscriminator` and `MainModel` of Shariatnia's tutorial, with three
# halvings instead of eight. Convolutions: kernel 4, stride 2, padding 1, no bias; of the
# discriminator the last two with stride 1, the last with a bias.
LEVELS = 3


def tutorial_unet(luminance, w):
    x = nn.conv(nn.Node(luminance), w("e1"), 2, 1, 1)
    skips = [x]
    for level in range(2, LEVELS + 1):
        # LeakyReLU(0.2, inplace=True): the skip sees what the activation wrote.
        skips[-1] = nn.leaky_relu(x, 0.2)
        x = nn.conv(skips[-1], w(f"e{level}"), 2, 1, 1)
        if level < LEVELS:
            x = w.norm(x, f"e{level}_norm")
            skips.append(x)
    for block in range(1, LEVELS):
        x = nn.conv_transpose(nn.leaky_relu(x), w(f"d{block}"), 2, 1)
        x = nn.concat(skips.pop(), w.norm(x, f"d{block}_norm"))
    x = nn.conv_transpose(nn.leaky_relu(x), w("out"), 2, 1)
    return nn.tanh(nn.add(x, w("out", "bias")))


def tutorial_discriminator(image, w):
    x = nn.leaky_relu(nn.add(nn.conv(image, w("conv1"), 2, 1, 1), w("conv1", "bias")), 0.2)
    for number, stride in ((2, 2), (3, 2), (4, 1)):
        x = nn.conv(x, w(f"conv{number}"), stride, 1, 1)
        x = nn.leaky_relu(w.norm(x, f"conv{number}_norm"), 0.2)
    return nn.add(nn.conv(x, w("logits"), 1, 1, 1), w("logits", "bias"))


def pix2pix(ours):
    judges, generator = (Weights(ours.weights[n]) for n in ("discriminator", "generator"))
    adam = {
        name: nn.Adam(list(weights.nodes.values()), 2e-4, 0.5, 0.999, 1e-8)
        for name, weights in (("discriminator", judges), ("generator", generator))
    }
    for inputs, targets, _ in ours.batches():
        fake = tutorial_unet(inputs, generator)
        networks = (generator, tutorial_discriminator, judges)
        yield gan_step(inputs, targets, fake, *networks, adam, 100.0)


# church_cgan: the report's tables of layers, with what COLORGAN's `ops_new.py` does in a layer:
# "SAME" convolutions with a bias, normalisation by the batch, LeakyReLU(0.2).
KERNELS = {1: 7, 2: 5, 3: 5, 4: 5, 5: 5, 6: 5, 7: 5}


def same_conv(x, w, name, stride=1):
    kernel = w(name)
    size, side = kernel.value.shape[0], x.value.shape[1]
    missing = (-(-side // stride) - 1) * stride + size - side  # TensorFlow's "SAME"
    x = nn.conv(x, kernel, stride, missing // 2, missing - missing // 2)
    return nn.add(x, w(name, "bias"))


def report_generator(luminance, z, w):
    side = luminance.shape[1]
    noise = nn.add(nn.dense(nn.Node(z), w("noise_projection")), w("noise_projection", "bias"))
    noise = nn.leaky_relu(w.norm(nn.reshape(noise, side, side, 1), "noise_norm"))
    parts = [nn.Node(luminance), noise]
    for number in range(1, 7):
        name = f"conv_{number}"
        x = same_conv(nn.concat(*parts), w, name)
        x = nn.leaky_relu(w.norm(x, f"{name}_norm"))
        parts = [x, nn.Node(luminance), *([noise] if number < 3 else [])]
    return nn.sigmoid(same_conv(nn.concat(*parts), w, "chroma"))


def report_discriminator(image, w):
    x = image
    for number in range(1, 5):
        x = w.norm(same_conv(x, w, f"conv_{number}", 2), f"conv_{number}_norm")
        x = nn.leaky_relu(x, 0.2)
    x = nn.reshape(x, -1)
    for name in ("dense", "logit"):
        x = nn.add(nn.dense(x, w(name)), w(name, "bias"))
    return x


def church_cgan(ours):
    judges, generator = (Weights(ours.weights[n]) for n in ("discriminator", "generator"))
    rmsprop = {
        name: nn.RMSprop(list(weights.nodes.values()), 0.01, 0.9, 1e-10, 1.0, under_root=True)
        for name, weights in (("discriminator", judges), ("generator", generator))
    }
    for inputs, targets, z in ours.batches():
        fake = report_generator(inputs, z, generator)
        networks = (generator, report_discriminator, judges)
        yield gan_step(inputs, targets, fake, *networks, rmsprop, 0.0)


def varga_cnn(ours):
    """The report's listing: strides 2 in three of twelve convolutions, three doublings."""
    w = Weights(ours.weights["colorizer"])
    optimizer = nn.RMSprop(list(w.nodes.values()), 0.001, 0.9, 1e-7, 0.0, under_root=False)
    names = list(dict.fromkeys(name.split("/")[0] for name in w.nodes))
    strides = (1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 1)
    for inputs, targets, _ in ours.batches():
        x = nn.Node(inputs)
        for number, (name, stride) in enumerate(zip(names, strides, strict=True), start=1):
            x = same_conv(x, w, name, stride)
            x = nn.tanh(x) if number == 12 else nn.leaky_relu(x)
            if number in (9, 10, 12):
                x = nn.doubled(x)
        loss = nn.mean_squared(x, targets)
        optimizer.step(nn.gradients(loss, w.all()))
        yield {"loss_mse": float(loss.value)}


# Twin → side and number of images, settings, and relative tolerances of the first step's losses and
# of those after an update of every network.
CASES = {
    # The generator's first loss comes after the discriminator's update. Later, the rounding of
    # float32 decides on which side of zero some ReLU's input lies, which moves all gradients a
    # little, and Adam makes whole steps of small gradients. In float64 (all but the last layer
    # and the losses) that is rare.
    ("pix2pix", "float32"): (pix2pix, 32, 2, [f"model.levels={LEVELS}"], 5e-6, None),
    ("pix2pix", "float64"): (pix2pix, 32, 2, [f"model.levels={LEVELS}"], 2e-6, 1e-5),
    ("church_cgan", "float32"): (church_cgan, 16, 4, [], 1e-6, 1e-6),
    ("varga_cnn", "float32"): (varga_cnn, 16, 2, [], 1e-6, 1e-6),
}


def apart(case, *other_settings):
    """By how much the losses of ours differ from the twin's, in the first steps, relatively."""
    twin, side, batch, settings, *tolerances = CASES[case]
    keras.config.set_dtype_policy(case[1])
    ours = Ours(twin.__name__, side, batch, *settings, *other_settings)
    found = []
    for losses, expected in zip(ours.losses(), twin(ours), strict=True):
        assert losses.keys() == expected.keys()
        found.append({name: abs(losses[name] / expected[name] - 1) for name in expected})
    return found, tolerances


@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_losses_are_those_of_the_source(case):
    found, tolerances = apart(case)
    for differences, tolerance in zip(found, tolerances, strict=True):
        if tolerance:
            assert max(differences.values()) < tolerance, differences
    if case[0] == "pix2pix":  # what is minimised, before and after the first update
        assert max(found[0][total] for total in ("loss_D", "loss_G")) < 1e-6


@pytest.mark.parametrize(
    ("case", "optimizer", "name"),
    [
        (("pix2pix", "float32"), "discriminator", "adam"),
        (("church_cgan", "float32"), "generator", "rmsprop"),
        (("church_cgan", "float32"), "discriminator", "rmsprop"),
        (("varga_cnn", "float32"), "colorizer", "rmsprop"),
    ],
)
def test_another_optimizer_is_noticed(case, optimizer, name):
    """Of Keras 3, with the source's options."""
    epsilon = {"adam": 1e-8, "rmsprop": 1e-7}[name]
    settings = (f"optimizer.{optimizer}.name={name}", f"optimizer.{optimizer}.epsilon={epsilon}")
    found, tolerances = apart(case, *settings)
    pairs = [pair for pair in zip(found, tolerances, strict=True) if pair[1]]
    assert any(max(differences.values()) > 10 * tolerance for differences, tolerance in pairs)
