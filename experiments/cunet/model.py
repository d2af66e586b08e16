"""CU-net of Wang, Chen and Tian, as Deliar, John and Xinzhou built it for their course report.

A U-net with three of its downsamplings, and dilated convolutions in place of the other two; sigmoid
in every layer where a U-net has ReLU.
"""

import functools

import keras
from keras import layers

from colorkeras.experiment.losses import regression
from colorkeras.experiment.objective import Objective

# Conv2D, Conv2DTranspose and BatchNormalization of Keras, with faster gradients.
from colorkeras.networks.fast import batch_normalization, conv2d, conv2d_transpose

ORDERS = ("act_bn", "bn_act")
ACTIVATIONS = ("sigmoid", "relu")
DOWNSAMPLINGS = ("average", "stride")
INITIAL_WEIGHTS = ("keras", "pytorch")
# PyTorch's defaults, under which the report's code was written. Its momentum 0.1 is the share of
# the new value, Keras's the share of the old one.
NORM = {"momentum": 0.9, "epsilon": 1e-5}


def build_model(
    height,
    width,
    *,
    norm_order="act_bn",
    activation="sigmoid",
    dilation=2,
    downsampling="average",
    output_scale=127.0,
    initial_weights="keras",
):
    """Build the network; its defaults are those of the report's code, but for the first weights.

    Args:
        height, width: pixels; each must be a multiple of 8 (three halvings).
        norm_order: "act_bn" (convolution, activation, batch normalisation: the code and the
            paper's figure) or "bn_act" (its abstract).
        activation: "sigmoid" (the paper) or "relu" (the U-net it starts from).
        dilation: of the four extended convolutions; 1 makes them plain.
        downsampling: "average" (2×2 average pooling: the code) or "stride" (the first convolution
            of the next level has stride 2). The parameters are as many.
        output_scale: what the tanh of the head is multiplied with: 127 for chroma in CIELAB's
            units, 1 for chroma normalised to [-1, 1].
        initial_weights: "pytorch" (the code) or "keras" (what runs had before this option).
            Deviation 2: the report does not state them.

    Returns:
        A `keras.Model`: (batch, height, width, 1) luminance → (batch, height, width, 2) float32
        chroma in [-output_scale, output_scale]. 23,156,674 trainable parameters.

    Raises:
        ValueError: when a size or an option is outside what is said above.
    """
    _check_size(height, width)
    _check_options(norm_order, activation, dilation, downsampling, output_scale, initial_weights)

    def first(fan_in):
        return _pytorch_weights(fan_in) if initial_weights == "pytorch" else {}

    finish = functools.partial(_finish, activation=activation, norm_order=norm_order)

    def conv(x, filters, name, **options):
        options |= first(9 * x.shape[-1])
        layer = conv2d(filters, kernel_size=3, padding="same", name=name, **options)
        return finish(layer(x), name)

    def down(x, filters, name):
        if downsampling == "stride":
            return conv(x, filters, name, strides=2)
        return conv(layers.AveragePooling2D(2, name=f"{name}_pool")(x), filters, name)

    def up(x, skip, filters, name):
        options = {"kernel_size": 4, "strides": 2, "padding": "same", **first(16 * filters)}
        x = conv2d_transpose(filters, **options, name=name)(x)
        return layers.Concatenate(name=f"{name}_concat")([finish(x, name), skip])

    luminance = keras.Input((height, width, 1), name="luminance")
    a = conv(conv(luminance, 64, "conv_1_1"), 64, "conv_1_2")
    b = conv(down(a, 128, "conv_2_1"), 128, "conv_2_2")
    c = conv(down(b, 256, "conv_3_1"), 256, "conv_3_2")
    x = conv(down(c, 512, "conv_4_1"), 512, "conv_4_2")
    for name in ("extended_5_1", "extended_5_2", "extended_6_1", "extended_6_2"):
        x = conv(x, 512, name, dilation_rate=dilation)
    x = conv(conv(x, 512, "conv_7_1"), 512, "conv_7_2")
    x = conv(up(x, c, 256, "up_8_1"), 256, "conv_8_2")
    x = conv(up(x, b, 128, "up_9_1"), 128, "conv_9_2")
    x = conv(up(x, a, 64, "up_10_1"), 64, "conv_10_2")
    # The head and all after it stay in float32 whatever the training precision.
    head = {"activation": "tanh", "dtype": "float32", **first(x.shape[-1])}
    x = layers.Conv2D(2, 1, **head, name="head")(x)
    chroma = layers.Rescaling(output_scale, dtype="float32", name="chroma")(x)
    return keras.Model(luminance, chroma, name="cunet")


def build_objectives(model, *, loss="mse"):
    """One objective: mean squared error of the chroma, the report's "Evaluation Metrics"."""
    return [Objective("colorizer", model, regression(loss))]


def _finish(x, name, activation, norm_order):
    """Activation and normalisation after the convolution `name`, in the order asked for."""
    norm = batch_normalization(**NORM, name=f"{name}_norm")
    activate = layers.Activation(activation, name=f"{name}_{activation}")
    for layer in (activate, norm) if norm_order == "act_bn" else (norm, activate):
        x = layer(x)
    return x


def _check_size(height, width):
    for name, size in (("data.height", height), ("data.width", width)):
        if size % 8:
            raise ValueError(
                f"{name} is {size}; three halvings need a multiple of 8, such as "
                f"{max(8, size // 8 * 8)} or {size // 8 * 8 + 8}."
            )


def _pytorch_weights(fan_in):
    """The first weights of PyTorch's convolutions: uniform in ±1/√fan_in, kernel and bias.

    `_ConvNd.reset_parameters` calls `kaiming_uniform_` with a = √5, whose bound is
    √(2 / (1 + a²)) · √(3 / fan_in). Of a transposed convolution, PyTorch counts the outputs.
    """
    bound = fan_in**-0.5
    return {
        name: keras.initializers.RandomUniform(-bound, bound)
        for name in ("kernel_initializer", "bias_initializer")
    }


def _check_options(norm_order, activation, dilation, downsampling, output_scale, initial_weights):
    choices = {
        "norm_order": (norm_order, ORDERS),
        "activation": (activation, ACTIVATIONS),
        "downsampling": (downsampling, DOWNSAMPLINGS),
        "initial_weights": (initial_weights, INITIAL_WEIGHTS),
    }
    for name, (received, expected) in choices.items():
        if received not in expected:
            raise ValueError(
                f"model.{name}: received {received!r}, expected one of {', '.join(expected)}."
            )
    if dilation < 1:
        raise ValueError(f"model.dilation: received {dilation}, expected 1 or more.")
    if not output_scale > 0:
        raise ValueError(f"model.output_scale: received {output_scale}, expected more than 0.")
