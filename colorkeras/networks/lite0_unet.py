"""A U-Net on EfficientNet-Lite0 that has seen ImageNet, built as fastai's `DynamicUnet` is.

J. Howard and S. Gugger, "fastai: A Layered API for Deep Learning", 2020, and its code
(`fastai/vision/models/unet.py`, version 2): two convolutions below, then for each size one doubling
by pixel shuffle, the encoder's features of that size, normalized, and two convolutions; at last a
residual block that sees the input. Its convolutions have no normalization. A 1×1 convolution and
a pixel shuffle are a transposed convolution of kernel 2 and stride 2, which is what stands here.
"""

import math
from typing import Any

import keras
from keras import layers

from colorkeras.networks.efficientnet_lite0 import grey_levels, lite0_features
from colorkeras.networks.fast import batch_normalization, conv2d
from colorkeras.networks.gan_layers import NORM_EPSILON, NORM_MOMENTUM

CHROMA_CHANNELS = 2


def lite0_unet(
    height: int,
    width: int,
    *,
    weights: str = "imagenet",
    freeze: bool = False,
    keep_statistics: bool = True,
    name: str = "generator",
) -> keras.Model:
    """Build the U-Net.

    Args:
        height, width: pixels.
        weights, freeze, keep_statistics: of the encoder, as `lite0_features` takes them.
        name: of the model.

    Returns:
        A `keras.Model`: (batch, height, width, 1) luminance in [-1, 1] → (batch, height, width, 2)
        float32 chroma, not limited, as fastai's. The decoder has 6,309,900 parameters that are
        trained.

    Raises:
        ValueError: as `lite0_features` does.
    """
    luminance = keras.Input((height, width, 1), name="luminance")
    features = lite0_features(grey_levels(luminance), weights, freeze, keep_statistics)
    *strides, deepest = sorted(features)
    channels = features[deepest].shape[-1]
    x = layers.ReLU(name="middle_relu")(_normalize(features[deepest], "middle"))
    x = _convolve(_convolve(x, 2 * channels, "middle_conv1"), channels, "middle_conv2")
    for number, stride in enumerate(reversed(strides), start=1):
        x = _join(x, features[stride], f"up{number}")
        filters = x.shape[-1] if stride > min(strides) else x.shape[-1] // 2
        x = _convolve(x, filters, f"up{number}_conv1")
        x = _convolve(x, filters, f"up{number}_conv2")
    x = _double(x, x.shape[-1], luminance, "last")
    x = layers.Concatenate(name="last_skip")([x, luminance])
    change = _convolve(x, x.shape[-1], "last_conv1")
    change = _convolve(change, x.shape[-1], "last_conv2", activation=None)
    x = layers.ReLU(name="last_relu")(layers.Add(name="last_add")([x, change]))
    # The head stays in float32 whatever the training precision.
    options = {"kernel_initializer": _initializer(None), "dtype": "float32", "name": "out"}
    return keras.Model(luminance, layers.Conv2D(CHROMA_CHANNELS, 1, **options)(x), name=name)


def _join(x: Any, skip: Any, name: str) -> Any:
    doubled = _double(x, x.shape[-1] // 2, skip, name)
    joined = layers.Concatenate(name=f"{name}_skip")([doubled, _normalize(skip, name)])
    return layers.ReLU(name=f"{name}_relu")(joined)


def _double(x: Any, filters: int, like: Any, name: str) -> Any:
    """Double rows and columns, cut to those of `like`, which may have one less."""
    deviation = math.sqrt(2 / x.shape[-1])  # He et al. 2015, of the 1×1 convolution
    doubling = layers.Conv2DTranspose(
        filters,
        kernel_size=2,
        strides=2,
        activation="relu",
        kernel_initializer=keras.initializers.RandomNormal(0.0, deviation),
        name=f"{name}_shuffle",
    )
    doubled = doubling(x)
    # The four pixels of one begin alike, as nearest-neighbor enlargement: no checkerboard (ICNR;
    # A. Aitken et al., arXiv:1707.02937).
    kernel, bias = doubling.get_weights()
    kernel[:] = kernel[:1, :1]
    doubling.set_weights([kernel, bias])
    excess = [doubled.shape[axis] - like.shape[axis] for axis in (1, 2)]
    if any(excess):
        cropping = [(0, pixels) for pixels in excess]
        doubled = layers.Cropping2D(cropping, name=f"{name}_crop")(doubled)
    return doubled


def _normalize(x: Any, name: str) -> Any:
    options = {"momentum": NORM_MOMENTUM, "epsilon": NORM_EPSILON}  # PyTorch's
    return batch_normalization(**options, name=f"{name}_norm")(x)


def _convolve(x: Any, filters: int, name: str, activation: str | None = "relu") -> Any:
    options = {"activation": activation, "kernel_initializer": _initializer(activation)}
    return conv2d(filters, kernel_size=3, padding="same", **options, name=name)(x)


def _initializer(activation: str | None) -> keras.initializers.Initializer:
    """He's before a ReLU; PyTorch's own, which fastai leaves, where no activation follows."""
    if activation == "relu":
        return keras.initializers.HeNormal()
    return keras.initializers.VarianceScaling(1 / 3, mode="fan_in", distribution="uniform")
