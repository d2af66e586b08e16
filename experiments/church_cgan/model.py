"""The conditional GAN of Kraev, Safarani and Meyer, and of Cao et al., whom they follow.

A generator without any stride: the luminance goes into every convolution, a map of noise into the
first ones. The discriminator sees assembled images of luminance and chroma.
"""

import keras
from keras import layers

from colorkeras.experiment.adversarial import adversarial_objectives
from colorkeras.networks.fast import batch_normalization  # Keras's layer, fused in bfloat16
from colorkeras.networks.gan_layers import DEVIATION, leaky_relu, normal_weights

# Deviation 2: the report is silent on this, on LeakyReLU's slope and on the first weights; they are
# those of Cao et al.'s code COLORGAN (`wgan/ops_new.py`), here and in `gan_layers`.
# Deviation 10: in tests it normalises by its moving averages, COLORGAN by the test batch.
NORM = {"momentum": 0.9, "epsilon": 1e-5}

HEADS = ("sigmoid", "tanh")
# The report's "Discriminator - Layer 1: 64, 5; Layer 2: 128, 5; Layer 3: 256, 5; Layer 4: 512, 5".
DISCRIMINATOR_WIDTHS = (64, 128, 256, 512)
# Deviation 3: the report's "two fully connected layers" have no widths; COLORGAN's are 64 and 1.
DISCRIMINATOR_HIDDEN = 64


def build_model(
    height,
    width,
    *,
    widths=[128, 64, 64, 64, 64, 32],  # noqa: B006 - read only; configurations have lists
    kernels=[7, 5, 5, 5, 5, 5, 5],  # noqa: B006
    noise_size=100,
    noise_layers=3,
    head="sigmoid",
):
    """Build the generator; its defaults are the table of the report.

    Args:
        height, width: pixels; any. The noise map makes the weights depend on them.
        widths: filters of the hidden convolutions.
        kernels: kernel sizes of the hidden convolutions and of the one that predicts chroma.
        noise_size: numbers in z.
        noise_layers: how many convolutions, from the first, see the noise map. The luminance goes
            into all of them.
        head: "sigmoid" for chroma normalised to [0, 1], "tanh" for [-1, 1]. A tanh over [0, 1]
            targets may predict what no image has: half of its range.

    Returns:
        A `keras.Model`: (batch, height, width, 1) luminance and (batch, noise_size) noise →
        (batch, height, width, 2) float32 chroma. 1,002,742 trainable parameters at 64×64.

    Raises:
        ValueError: when an option is outside what is said above.
    """
    _check_options(widths, kernels, noise_size, noise_layers, head)
    luminance = keras.Input((height, width, 1), name="luminance")
    noise = keras.Input((noise_size,), name="noise")
    z = _dense(height * width, "noise_projection")(noise)
    z = layers.Reshape((height, width, 1), name="noise_map")(z)
    z = _norm_relu(z, "noise")

    x = None
    for number, (filters, kernel) in enumerate(zip([*widths, 2], kernels, strict=True), start=1):
        parts = [luminance] if x is None else [x, luminance]
        if number <= noise_layers:
            parts.append(z)
        x = layers.Concatenate(name=f"concat_{number}")(parts)
        if number > len(widths):
            # The head stays in float32 whatever the training precision.
            x = _conv(filters, kernel, "chroma", activation=head, dtype="float32")(x)
        else:
            x = _norm_relu(_conv(filters, kernel, f"conv_{number}")(x), f"conv_{number}")
    return keras.Model([luminance, noise], x, name="generator")


def build_discriminator(height, width, norm_first):
    """Build the discriminator: four convolutions of stride 2, two dense layers without activation.

    Args:
        height, width: pixels; any.
        norm_first: batch normalisation after the first convolution as well.

    Returns:
        A `keras.Sequential`: (batch, height, width, 3) luminance and chroma → (batch, 1) float32
        logits. 4,832,897 trainable parameters at 64×64 with `norm_first`, 4,832,769 without.
    """
    network = [keras.Input((height, width, 3), name="picture")]
    for number, filters in enumerate(DISCRIMINATOR_WIDTHS, start=1):
        name = f"conv_{number}"
        network.append(_conv(filters, 5, name, strides=2))
        if norm_first or number > 1:
            network.append(batch_normalization(**NORM, name=f"{name}_norm"))
        network.append(leaky_relu(f"{name}_leaky"))
    network += [
        layers.Flatten(name="flatten"),
        _dense(DISCRIMINATOR_HIDDEN, "dense"),
        _dense(1, "logit", dtype="float32"),
    ]
    return keras.Sequential(network, name="discriminator")


def build_objectives(model, *, l1_weight=0.0, norm_first=True, in_turn=False):
    """Two objectives, discriminator first: sigmoid cross-entropy.

    Deviation 11: the discriminator's is the mean of both kinds of images, not their sum.

    Args:
        l1_weight: λ of the mean absolute chroma error added to the generator's loss; the report
            and Cao et al. have none.
        norm_first: batch normalisation after the discriminator's first convolution: the report
            has it "everywhere before ReLUs and Leaky ReLUs", COLORGAN leaves it out there.
        in_turn: steps update the discriminator and the generator by turns, each with images and z
            of its own, as COLORGAN does. Deviation 12: otherwise both learn from the same.

    Raises:
        ValueError: when `l1_weight` is negative.
    """
    discriminator = build_discriminator(*model.output_shape[1:3], norm_first)
    return adversarial_objectives(model, discriminator, l1_weight, in_turn)


def _conv(filters, kernel, name, **options):
    weights = keras.initializers.TruncatedNormal(stddev=DEVIATION)
    return layers.Conv2D(
        filters,
        kernel,
        padding="same",
        kernel_initializer=weights,
        name=name,
        **options,
    )


def _dense(units, name, **options):
    return layers.Dense(units, kernel_initializer=normal_weights(), name=name, **options)


def _norm_relu(x, name):
    x = batch_normalization(**NORM, name=f"{name}_norm")(x)
    return layers.ReLU(name=f"{name}_relu")(x)


def _check_options(widths, kernels, noise_size, noise_layers, head):
    def refuse(name, received, expected):
        raise ValueError(f"model.{name}: received {received!r}, expected {expected}.")

    for name, values in (("widths", widths), ("kernels", kernels)):
        if not values or not all(type(value) is int and value > 0 for value in values):
            refuse(name, values, "a list of whole numbers from 1")
    if len(kernels) != len(widths) + 1:
        refuse("kernels", kernels, f"{len(widths) + 1} numbers: one more than model.widths has")
    if noise_size < 1:
        refuse("noise_size", noise_size, "1 or more")
    if not 1 <= noise_layers <= len(kernels):
        refuse("noise_layers", noise_layers, f"between 1 and {len(kernels)}, the convolutions")
    if head not in HEADS:
        refuse("head", head, f"one of {', '.join(HEADS)}")
