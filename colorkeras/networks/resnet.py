"""ResNet-50 as the encoder of a colorizer, or a smaller one, and transposed convolutions after it.

He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition", 2016, table 1, as
`keras.applications` builds it, in one flat graph with the decoder: its `.h5` opens in plain Keras.
"""

import keras
from keras import layers

from colorkeras.networks.efficientnet_lite0 import HALF_RANGE, grey_levels, lite0_features
from colorkeras.networks.fast import batch_normalization, conv2d_transpose, fuse_batch_normalization
from colorkeras.networks.pretrained import PublishedWeights, load_weights

STRIDE = 32  # pixels to one position of the features
DECODER_FILTERS = (512, 256, 128, 64, 32)  # one doubling each: 2⁵ = STRIDE
# Share of the old value in the moving statistics: PyTorch's default. With Keras's own, 0.99, the
# initial values dominate evaluation for hundreds of steps.
NORM_MOMENTUM = 0.9
# `keras.applications`' preprocessing of ResNet-50 ("caffe"): levels in [0, 255] minus the mean of
# ImageNet's blue, green and red, in this order.
IMAGENET_MEANS = (103.939, 116.779, 123.68)
# `keras.applications.resnet`: BASE_WEIGHTS_PATH and the second of WEIGHTS_HASHES["resnet50"].
IMAGENET_WEIGHTS = PublishedWeights(
    network="ResNet-50 without its classifier",
    file="resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5",
    folder="https://storage.googleapis.com/tensorflow/keras-applications/resnet/",
    md5="4d473c1dd8becc155b73f8504c6f6626",
)


def resnet_colorizer(
    height, width, weights="none", freeze=False, name="resnet_colorizer", encoder="resnet50"
):
    """Build ResNet-50 with a decoder: luminance in, chroma out.

    Args:
        height, width: pixels, at least 32. The features have ceil(size / 32) rows and columns
            (97 … 128 pixels: 4); a decoded image larger than the size is cropped to its centre.
        weights: "none" (random), "imagenet" (of ResNet-50, downloaded once by Keras), or the path
            of such a file.
        freeze: keep the encoder's weights, and its batch normalisation in inference mode.
        name: of the model.
        encoder: "resnet50", or "lite0" for EfficientNet-Lite0, which has as many rows and columns
            of 320 features; its weights are those of a package (`efficientnet_lite0.py`), and its
            batch normalisation keeps their statistics.

    Returns:
        A `keras.Model`: (batch, height, width, 1) luminance in [-1, 1] → (batch, height, width, 2)
        float32 chroma in [-1, 1]. ResNet-50 has 23,587,712 parameters, 53,120 of them moving
        statistics; its decoder has 19,566,050 that are trained. Its layers have the names of
        `keras.applications`, its last is "conv5_block3_out"; "chroma" is the head.

    Raises:
        ValueError: on a smaller size, weights that cannot be loaded, or a frozen random encoder.
    """
    if encoder not in ENCODERS:
        expected = " or ".join(map(repr, ENCODERS))
        raise ValueError(f"model.encoder is {encoder!r}; expected {expected}.")
    for side, size in (("data.height", height), ("data.width", width)):
        if size < STRIDE:
            raise ValueError(f"{side} is {size}; the encoder needs at least {STRIDE} pixels.")
    if freeze and weights == "none":
        raise ValueError(
            "model.freeze = true with model.weights = none would keep the encoder random for ever. "
            "Pass --set model.weights=imagenet (or a file), or --set model.freeze=false."
        )
    luminance = keras.Input((height, width, 1), name="luminance")
    features = ENCODERS[encoder](luminance, weights, freeze)
    chroma = decode_chroma(features, DECODER_FILTERS)
    excess = [-height % STRIDE, -width % STRIDE]  # of the decoded image
    if any(excess):
        cropping = [(pixels // 2, pixels - pixels // 2) for pixels in excess]
        chroma = layers.Cropping2D(cropping, dtype="float32", name="crop")(chroma)
    return keras.Model(luminance, chroma, name=name)


def decode_chroma(features, filters):
    """Bring features to chroma: one transposed convolution for each doubling, then the head.

    Args:
        features: a Keras tensor (batch, rows, columns, channels).
        filters: of the transposed convolutions, each with kernel 4, stride 2, batch normalisation
            and ReLU.

    Returns:
        (batch, rows · 2^len(filters), columns · 2^len(filters), 2) float32 in [-1, 1].
    """
    x = features
    for number, count in enumerate(filters, start=1):
        # Kernel 4 is twice the stride: every pixel is reached by as many weights as its
        # neighbors, which kernel 3 would not do (checkerboards).
        x = conv2d_transpose(count, kernel_size=4, strides=2, padding="same", name=f"up{number}")(x)
        x = batch_normalization(momentum=NORM_MOMENTUM, name=f"up{number}_norm")(x)
        x = layers.ReLU(name=f"up{number}_relu")(x)
    # The head and all after it stay in float32 whatever the training precision.
    return layers.Conv2D(2, 3, padding="same", activation="tanh", dtype="float32", name="chroma")(x)


def _imagenet_levels(luminance):
    """The three channels that the ImageNet weights expect, from grey in [-1, 1].

    127.5 · (luminance + 1) is taken for the grey level, as in `grey_levels`.
    """
    grey = layers.Concatenate(dtype="float32", name="grey")([luminance] * 3)
    offsets = [HALF_RANGE - mean for mean in IMAGENET_MEANS]
    return layers.Rescaling(HALF_RANGE, offsets, dtype="float32", name="imagenet_levels")(grey)


def _resnet50(luminance, weights, freeze):
    levels = _imagenet_levels(luminance)
    encoder = keras.applications.ResNet50(include_top=False, weights=None, input_tensor=levels)
    if weights != "none":
        file = IMAGENET_WEIGHTS.fetch() if weights == "imagenet" else weights
        load_weights(encoder, file, IMAGENET_WEIGHTS)
    for layer in encoder.layers:
        layer.trainable = not freeze
        if isinstance(layer, layers.BatchNormalization):
            layer.momentum = NORM_MOMENTUM  # read at each call, and saved
    fuse_batch_normalization(encoder.layers)
    return encoder.output


def _lite0(luminance, weights, freeze):
    return lite0_features(grey_levels(luminance), weights, freeze)[STRIDE]


ENCODERS = {"resnet50": _resnet50, "lite0": _lite0}
