"""EfficientNet-Lite0 and a U-Net decoder with two heads: classes of color, and chroma itself."""

import math

import keras
from keras import layers, ops

from colorkeras.color.classes import srgb_classes
from colorkeras.experiment.adversarial import adversarial_objectives
from colorkeras.experiment.class_losses import class_cross_entropy
from colorkeras.experiment.color_classes import ColorClasses
from colorkeras.experiment.objective import Objective
from colorkeras.networks.annealed_mean import annealed_mean
from colorkeras.networks.efficientnet_lite0 import grey_levels, lite0_features
from colorkeras.networks.fast import batch_normalization, conv2d
from colorkeras.networks.patch_discriminator import patch_discriminator

STRIDE = 32  # pixels to one position of the encoder's last features
FILTERS = {16: 256, 8: 192, 4: 128, 2: 48}  # of the decoder, by stride
NORM_MOMENTUM = 0.9  # share of the old value in the decoder's moving statistics
LEAST_SHARE = 0.002  # classes that fewer of sRGB's colors belong to are left out: 206 stay
HEADS = ("both", "classes", "regression")
LOGITS, CHROMA = "logits", "half_size_chroma"  # the layers that the objectives read


def build_model(
    height,
    width,
    space,
    *,
    head="both",
    weights="imagenet",
    freeze=True,
    keep_statistics=True,
    temperature=0.38,
    regression_share=0.5,
    saturation=1.0,
):
    """Build the generator.

    Args:
        height, width: pixels, multiples of 32.
        space: the `ColorSpace`, of the family "lab".
        head: "classes" (the annealed mean of color classes, at a quarter of the size), "regression"
            (chroma, at half of the size), or "both" (a weighted mean of the two).
        weights: of the encoder: "imagenet", "none", or the path of a weights file.
        freeze: whether the encoder keeps them.
        keep_statistics: whether the encoder's batch normalization keeps its statistics.
        temperature: T of the annealed mean, above 0.
        regression_share: weight of the regression in the mean of both, in [0, 1].
        saturation: factor on the chroma, above 0.

    Returns:
        A `keras.Model`: (batch, height, width, 1) normalised luminance → (batch, height, width, 2)
        float32 normalised chroma. 2,733,664 trainable parameters with both heads and a frozen
        encoder.

    Raises:
        ValueError: on a size or an option out of range, or weights that cannot be loaded.
    """
    _check(height, width, head, temperature, regression_share, saturation)
    luminance = keras.Input((height, width, 1), name="luminance")
    features = lite0_features(
        grey_levels(luminance, space.input_range), weights, freeze, keep_statistics
    )
    x, heads = features[STRIDE], {}
    for stride, filters in FILTERS.items():
        x = _stage(x, features[stride], filters, f"up{stride}")
        if stride == 4 and head != "regression":
            heads["classes"] = _class_head(x, ColorClasses(space, _points()), temperature)
        if stride == 4 and head == "classes":
            break
    if head != "classes":
        heads["regression"] = _regression_head(x)
    x = _mean(heads, regression_share)
    x = layers.Rescaling(saturation, dtype="float32", name="saturation")(x)
    return keras.Model(luminance, x, name="photo")


def build_objectives(
    model, training_set, *, uniform_share=0.5, regression_weight=10.0, adversarial_weight=0.1
):
    """Three objectives, of which the stages of the configuration choose.

    Args:
        model: the generator; the heads that it has are trained.
        training_set: gives the shares of the color classes.
        uniform_share: λ of the classes' weights, in [0, 1]: 0 weights a class by how rare it is, 1
            weights all the same.
        regression_weight: of the mean absolute error, beside the cross-entropy in nats.
        adversarial_weight: of the adversarial loss beside both.

    Returns:
        "colorizer", the losses of the heads; then "discriminator" and "generator", the same losses
        with an adversarial one.

    Raises:
        ValueError: on an option out of range, or too few colors in the training set.
    """
    _check_objectives(uniform_share, regression_weight, adversarial_weight)
    of_heads, reads = _head_losses(model, training_set, uniform_share, regression_weight)
    discriminator = patch_discriminator(*model.output_shape[1:3])
    of_discriminator, of_generator = adversarial_objectives(model, discriminator, 0.0)

    def together(batch):
        adversarial = of_generator.loss(batch)["loss_G_GAN"]
        return {"loss_G_GAN": adversarial_weight * adversarial, **of_heads(batch)}

    return [
        Objective("colorizer", model, of_heads, reads=reads),
        of_discriminator,
        Objective("generator", model, together, reads=reads),
    ]


def _stage(x, skip, filters, name):
    """Double the size, join the encoder's features of that size, and convolve twice."""
    x = conv2d(filters, kernel_size=1, name=f"{name}_project")(x)
    x = layers.UpSampling2D(interpolation="nearest", name=f"{name}_double")(x)
    x = layers.Concatenate(name=f"{name}_skip")([x, skip])
    for number in (1, 2):
        x = conv2d(
            filters,
            kernel_size=3,
            padding="same",
            use_bias=False,
            kernel_initializer=keras.initializers.HeNormal(),
            name=f"{name}_conv{number}",
        )(x)
        x = batch_normalization(momentum=NORM_MOMENTUM, name=f"{name}_norm{number}")(x)
        x = layers.ReLU(name=f"{name}_relu{number}")(x)
    return x


def _points():
    return srgb_classes(LEAST_SHARE)


# Both heads stay in float32 whatever the training precision.
def _class_head(x, classes, temperature):
    logits = layers.Conv2D(len(classes.points), 1, dtype="float32", name=LOGITS)(x)
    return annealed_mean(logits, classes.centres, temperature)


def _regression_head(x):
    chroma = layers.Conv2D(
        2,
        3,
        padding="same",
        activation="tanh",
        kernel_initializer=keras.initializers.RandomNormal(0.0, 0.001),  # starts as grey
        dtype="float32",
        name=CHROMA,
    )(x)
    double = {"interpolation": "bilinear", "dtype": "float32", "name": "regression"}
    return layers.UpSampling2D(**double)(chroma)


def _mean(heads, regression_share):
    if len(heads) == 1:
        return next(iter(heads.values()))
    shares = {"classes": 1 - regression_share, "regression": regression_share}
    parts = [
        layers.Rescaling(shares[name], dtype="float32", name=f"{name}_share")(chroma)
        for name, chroma in heads.items()
    ]
    return layers.Add(dtype="float32", name="mean")(parts)


def _head_losses(model, training_set, uniform_share, regression_weight):
    """The function that returns the terms of all heads, and the layers it reads."""
    names, losses = {layer.name for layer in model.layers}, {}
    if LOGITS in names:
        classes = ColorClasses(training_set.space, _points())
        weights = None
        if uniform_share != 1:
            prior = training_set.mean("class_shares", classes.shares)
            weights = classes.rebalancing(prior, uniform_share)
        losses[LOGITS] = class_cross_entropy(LOGITS, classes, weights)
    if CHROMA in names:
        losses[CHROMA] = lambda batch: {"loss_l1": regression_weight * _half_size_error(batch)}

    def loss(batch):
        return {name: term for part in losses.values() for name, term in part(batch).items()}

    return loss, tuple(losses)


def _half_size_error(batch):
    targets = ops.average_pool(batch.targets, 2, 2)
    return ops.mean(ops.abs(batch.layers[CHROMA] - targets))


def _check(height, width, head, temperature, regression_share, saturation):
    for side, size in (("data.height", height), ("data.width", width)):
        if size % STRIDE:
            above = size - size % STRIDE + STRIDE
            raise ValueError(
                f"{side} is {size}; the encoder's five halvings need a multiple of {STRIDE}, such "
                f"as {above}."
            )
    if head not in HEADS:
        raise ValueError(f"model.head is {head!r}; expected one of {', '.join(HEADS)}.")
    if not 0 <= regression_share <= 1:
        raise ValueError(f"model.regression_share is {regression_share}; expected 0 to 1.")
    for key, value in (("temperature", temperature), ("saturation", saturation)):
        if not 0 < value < math.inf:  # refuses NaN too
            raise ValueError(f"model.{key} is {value}; expected a finite number above 0.")


def _check_objectives(uniform_share, regression_weight, adversarial_weight):
    if not 0 <= uniform_share <= 1:
        raise ValueError(f"objectives.uniform_share is {uniform_share}; expected 0 to 1.")
    weights = {"regression": regression_weight, "adversarial": adversarial_weight}
    for key, value in weights.items():
        if not 0 <= value < math.inf:
            raise ValueError(f"objectives.{key}_weight is {value}; expected a finite number >= 0.")
