"""Colorful Image Colorization: a network that classifies the color of every fourth pixel."""

import keras
from keras import layers

from colorkeras.experiment.class_losses import class_cross_entropy, subsampled_l2
from colorkeras.experiment.color_classes import ColorClasses
from colorkeras.experiment.objective import Objective
from colorkeras.networks.annealed_mean import annealed_mean
from colorkeras.networks.fast import batch_normalization, conv2d, conv2d_transpose

LOGITS, CHROMA = "logits", "chroma_quarter"
HEADS = ("classes", "regression")
# Block → filters, number of convolutions, stride of the last, dilation: the authors'
# `colorizers/eccv16.py`.
BLOCKS = {
    "conv1": (64, 2, 2, 1),
    "conv2": (128, 2, 2, 1),
    "conv3": (256, 3, 2, 1),
    "conv4": (512, 3, 1, 1),
    "conv5": (512, 3, 1, 2),
    "conv6": (512, 3, 1, 2),
    "conv7": (512, 3, 1, 1),
}
# Deviation 7: with scale and offset of its own. The rest is PyTorch's default, as in `eccv16.py`.
NORM = {"momentum": 0.9, "epsilon": 1e-5}


def build_model(height, width, space, *, head="classes", temperature=0.38, weight_decay=0.001):
    """Build the network of `eccv16.py`, with the decoding of its classes inside.

    Args:
        height, width: pixels, multiples of 8.
        space: the `ColorSpace` of the chroma, of the family "lab".
        head: "classes" (layer `logits`, one per color class) or "regression" (layer
            `chroma_quarter`, the paper's L2 baseline), both at a quarter of the size.
        temperature: T > 0 of the annealed mean: 1 is the mean of the classes, near 0 the most
            probable one.
        weight_decay: of all convolution kernels, for a loss that sums over pixels.

    Returns:
        A `keras.Model`: (batch, height, width, 1) luminance in [-0.5, 0.5] → (batch, height,
        width, 2) float32 chroma. 32,235,385 trainable parameters with 313 classes.

    Raises:
        ValueError: on a size that is no multiple of 8, or an option out of range.
    """
    _check(height, width, head, weight_decay)
    classes = ColorClasses(space)
    # Deviation 3: the loss is a mean over pixels where the paper sums, and the decay follows.
    # Caffe adds decay · w to the gradient, that of decay / 2 · w².
    decay = weight_decay / 2 / (height // 4 * (width // 4))
    luminance = keras.Input((height, width, 1), name="luminance")
    x = luminance
    for name, (filters, count, stride, dilation) in BLOCKS.items():
        for number in range(1, count + 1):
            last_stride = stride if number == count else 1
            x = _conv(x, filters, f"{name}_{number}", decay, last_stride, dilation)
        x = batch_normalization(name=f"{name}_norm", **NORM)(x)
    up = _options("conv8_1", decay)
    x = conv2d_transpose(256, kernel_size=4, strides=2, padding="same", activation="relu", **up)(x)
    for number in (2, 3):
        x = _conv(x, 256, f"conv8_{number}", decay)
    # The head and all after it stay in float32 whatever the training precision.
    if head == "classes":
        x = conv2d(len(classes.points), kernel_size=1, dtype="float32", **_options(LOGITS, decay))(
            x
        )
        x = annealed_mean(x, classes.centres, temperature)
    else:
        x = conv2d(2, kernel_size=1, dtype="float32", **_options(CHROMA, decay))(x)
        x = layers.UpSampling2D(4, interpolation="bilinear", dtype="float32", name="chroma")(x)
    return keras.Model(luminance, x, name="zhang_cic")


def build_objectives(model, training_set, *, uniform_share=0.5, skip_grey=True):
    """One objective, of the head that the model has.

    Args:
        model: the network.
        training_set: its color space, and the share of each class in its images. Deviation 1:
            the prior is that of the images trained on.
        uniform_share: λ in [0, 1] of the rebalancing of rare classes; 1 for none, "Ours (class)"
            of the paper.
        skip_grey: whether images without color count as zero.

    Raises:
        ValueError: on another λ, or a training set without enough colors for a prior.
    """
    if CHROMA in [layer.name for layer in model.layers]:
        return [Objective("colorizer", model, subsampled_l2(CHROMA), reads=(CHROMA,))]
    classes = ColorClasses(training_set.space)
    weights = None  # with λ = 1 no prior is needed, and a training set may be grey
    if uniform_share != 1:
        prior = training_set.mean("class_prior", classes.shares)
        weights = classes.rebalancing(prior, uniform_share)
    loss = class_cross_entropy(LOGITS, classes, weights, skip_grey)
    return [Objective("colorizer", model, loss, reads=(LOGITS,))]


def _conv(x, filters, name, decay, stride=1, dilation=1):
    options = {"activation": "relu", "dilation_rate": dilation, **_options(name, decay)}
    if stride == 1:
        return conv2d(filters, kernel_size=3, padding="same", **options)(x)
    # PyTorch's padding of 1 on all sides; "same" would leave out the first row and column.
    x = layers.ZeroPadding2D(1, name=f"{name}_padding")(x)
    return conv2d(filters, kernel_size=3, strides=stride, **options)(x)


def _options(name, decay):
    """What all convolutions have in common. Deviation 2: no k-means initialisation."""
    regularizer = keras.regularizers.L2(decay) if decay else None
    return {"name": name, "kernel_initializer": "he_normal", "kernel_regularizer": regularizer}


def _check(height, width, head, weight_decay):
    for name, size in (("data.height", height), ("data.width", width)):
        if size % 8:
            near = max(8, size // 8 * 8)
            raise ValueError(
                f"{name} is {size}; three stride-2 convolutions need a multiple of 8, such as "
                f"{near} or {near + 8}."
            )
    if head not in HEADS:
        expected = " or ".join(map(repr, HEADS))
        raise ValueError(f"model.head is {head!r}; expected {expected}.")
    if not weight_decay >= 0:  # refuses NaN too
        raise ValueError(f"model.weight_decay is {weight_decay}; expected 0 or more.")
