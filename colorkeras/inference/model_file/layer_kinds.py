"""The layers that a model file may be built of, with each option they may have and its values.

A table of what is allowed, not of what is not: a layer, an option or a value that is not in it is
refused by name. To allow one more layer, add it here with its shape in `layer_shapes.py`.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from colorkeras.inference.model_file import layer_shapes as shapes
from colorkeras.inference.model_file import rules
from colorkeras.inference.model_file.rules import Rule, either, one_of, whole, wholes

Rules = dict[str, Rule]
MAX_SIZE = 65_536  # of an axis
MAX_UNITS = 2**24  # of a dense layer, which may make a whole map of noise
MAX_KERNEL = 32  # of windows, steps, dilation and enlargement: the experiments need at most 11
# By their names in keras.activations; a layer as an activation is refused: give it its own place.
_ACTIVATIONS = (
    *("linear", "relu", "relu6", "leaky_relu", "elu", "selu", "celu", "gelu", "silu", "swish"),
    *("sigmoid", "hard_sigmoid", "hard_silu", "tanh", "softplus", "softsign", "softmax"),
    *("log_softmax", "mish", "exponential"),
)
_INITIALIZERS = (
    *("Zeros", "Ones", "Constant", "RandomNormal", "RandomUniform", "TruncatedNormal"),
    *("GlorotUniform", "GlorotNormal", "HeUniform", "HeNormal", "LecunUniform", "LecunNormal"),
    *("VarianceScaling", "Orthogonal", "Identity"),
)
_REGULARIZERS = ("L1", "L2", "L1L2", "OrthogonalRegularizer")
_CONSTRAINTS = ("MaxNorm", "MinMaxNorm", "NonNeg", "UnitNorm")
_TRAINING = {
    "initializer": rules.built_in("keras.initializers", _INITIALIZERS),
    "regularizer": either(rules.NULL, rules.built_in("keras.regularizers", _REGULARIZERS)),
    "constraint": either(rules.NULL, rules.built_in("keras.constraints", _CONSTRAINTS)),
}


@dataclass(frozen=True)
class Kind:
    """One class of `keras.layers`.

    Attributes:
        options: a `Rule` for each key of its configuration beside name, trainable and dtype; all
            of them must be there.
        shape: (options, list of input shapes) → output shape; raises `RefusedError`.
        weights: (options, list of input shapes) → dict of shapes by weight name.
        merges: whether it takes a list of tensors.
        arguments: a `Rule` for each call argument that it may be given beside its tensors.
        taps: (options) → how many values each output value is computed from, without weights.
        slowness: how much longer one multiply-add takes than in a convolution of many channels.
        scratch: (options, list of input shapes) → bytes that it takes beside a few maps.
    """

    options: Rules
    shape: Callable[..., Any] = shapes.same
    weights: Callable[..., Any] = lambda options, inputs: {}
    merges: bool = False
    arguments: Rules = field(default_factory=dict)
    taps: Callable[..., int] = lambda options: 1
    slowness: int = 1
    scratch: Callable[..., int] = lambda options, inputs: 0


NOT_TRAINING, NO_MASK = {"training": one_of(False, None)}, {"mask": rules.NULL}
ANY_ARGUMENTS = {**NOT_TRAINING, **NO_MASK}
_LAST = {"data_format": one_of("channels_last")}


def is_for_training(option: str) -> bool:
    """Whether an option matters in training alone; a model that is read back does without."""
    return option.rpartition("_")[2] in _TRAINING


def _trained(*names: str, kinds: Iterable[str] = tuple(_TRAINING)) -> Rules:
    return {f"{name}_{kind}": _TRAINING[kind] for name in names for kind in kinds}


def _window(name: str) -> Rules:
    padding = {"padding": one_of("valid", "same")}
    return {name: wholes(1, MAX_KERNEL, 2), "strides": wholes(1, MAX_KERNEL, 2), **padding, **_LAST}


_SEED = {"seed": either(rules.NULL, whole(0, 2**64))}
_ACTIVATION = {"activation": one_of(*_ACTIVATIONS)}
_BIAS = {"use_bias": rules.BOOL, **_trained("bias")}
_FILTERS = {"filters": whole(1, MAX_SIZE)}
_MULTIPLIER = {"depth_multiplier": whole(1, 8)}
_AXIS = {"axis": whole(-1, 4)}
_AXES = {"axis": either(whole(-1, 4), wholes(-1, 4, 1))}
_NUMBERS = either(rules.NUMBER, *(rules.numbers(count) for count in range(1, 5)))
_CONVOLUTION = {
    **_window("kernel_size"),
    **_ACTIVATION,
    **_BIAS,
    "dilation_rate": wholes(1, MAX_KERNEL, 2),
    "activity_regularizer": rules.NULL,
}
_SCALED = {
    **_AXIS,
    "epsilon": rules.POSITIVE,
    "center": rules.BOOL,
    "scale": rules.BOOL,
    **_trained("gamma", "beta"),
}
_BATCH_NORM = {
    **_SCALED,
    **_trained("moving_mean", "moving_variance", kinds=("initializer",)),
    "momentum": rules.SHARE,
    "synchronized": rules.BOOL,
    "renorm": rules.FALSE,
    "renorm_clipping": rules.NULL,
    "renorm_momentum": rules.SHARE,
}
_INTERPOLATION = one_of("nearest", "bilinear", "bicubic")
_RESIZING = {
    "height": whole(1, MAX_SIZE),
    "width": whole(1, MAX_SIZE),
    "interpolation": _INTERPOLATION,
    # These take far more memory on the way than what they make.
    **dict.fromkeys(("crop_to_aspect_ratio", "pad_to_aspect_ratio", "antialias"), rules.FALSE),
    "fill_mode": one_of("constant"),
    "fill_value": rules.NUMBER,
    **_LAST,
}
_UPSAMPLING = {
    "size": wholes(1, MAX_KERNEL, 2),
    "interpolation": _INTERPOLATION,
    **_LAST,
}
_DENSE = {
    "units": whole(1, MAX_UNITS),
    **_ACTIVATION,
    **_BIAS,
    **_trained("kernel"),
    "quantization_config": rules.NULL,
}
_SIDES = rules.pairs(MAX_SIZE)


def _convolution(
    shape: Callable[..., Any],
    weights: Callable[..., Any],
    trained: str,
    options: Rules,
    **further: Any,
) -> Kind:
    return Kind({**_CONVOLUTION, **_trained(trained), **options}, shape, weights, **further)


def _dropout(**options: Rule) -> Kind:
    return Kind({**_SEED, **options}, arguments=NOT_TRAINING)


def _pooling() -> Kind:
    def taps(options: dict[str, Any]) -> int:
        return math.prod(options["pool_size"])

    return Kind(_window("pool_size"), shapes.pooled, taps=taps, slowness=4)


def _merging(shape: Callable[..., Any] = shapes.combined, **options: Rule) -> Kind:
    return Kind(options, shape, merges=True)


_CONVOLUTIONS = {
    "Conv2D": _convolution(
        shapes.convolved,
        shapes.conv_weights,
        "kernel",
        {**_FILTERS, "groups": one_of(1)},
        scratch=shapes.dilation_scratch,
    ),
    "Conv2DTranspose": _convolution(
        shapes.transposed,
        shapes.transposed_weights,
        "kernel",
        {**_FILTERS, "output_padding": rules.NULL, "dilation_rate": one_of([1, 1])},
        scratch=shapes.columns_scratch,
    ),
    "DepthwiseConv2D": _convolution(
        shapes.depthwise,
        shapes.depthwise_weights,
        "depthwise",
        _MULTIPLIER,
        slowness=4,
        scratch=shapes.dilation_scratch,
    ),
}
_NORMALISATIONS = {
    "BatchNormalization": Kind(
        _BATCH_NORM,
        shapes.last_axis,
        shapes.batch_norm_weights,
        arguments={**NOT_TRAINING, **NO_MASK},
    ),
    "LayerNormalization": Kind(
        {**_SCALED, **_AXES, "rms_scaling": rules.FALSE}, shapes.last_axis, shapes.scale_weights
    ),
    "GroupNormalization": Kind(
        {**_SCALED, "groups": either(one_of(-1), whole(1, MAX_SIZE))},
        shapes.last_axis,
        shapes.scale_weights,
    ),
    "UnitNormalization": Kind(_AXES, shapes.last_axis),
}
_ELEMENTWISE = {
    "Activation": Kind(_ACTIVATION),
    "Identity": Kind({}),
    "ReLU": Kind(
        {
            "max_value": either(rules.NULL, rules.NUMBER),
            "negative_slope": rules.NUMBER,
            "threshold": rules.NUMBER,
        }
    ),
    "LeakyReLU": Kind({"negative_slope": rules.NUMBER}),
    "ELU": Kind({"alpha": rules.NUMBER}),
    "PReLU": Kind(
        {**_trained("alpha"), "shared_axes": either(rules.NULL, wholes(1, 4))}, weights=shapes.alpha
    ),
    "Softmax": Kind(_AXIS, shapes.last_axis, arguments=NO_MASK),
    "Rescaling": Kind({"scale": _NUMBERS, "offset": _NUMBERS}, shapes.rescaled),
    "Dropout": _dropout(rate=rules.SHARE, noise_shape=rules.NULL),
    "SpatialDropout2D": _dropout(rate=rules.SHARE, **_LAST),
    "GaussianNoise": _dropout(stddev=rules.NUMBER),
}
_ARRANGING = {
    "Reshape": Kind({"target_shape": wholes(-1, MAX_UNITS)}, shapes.reshaped),
    "Flatten": Kind(_LAST, shapes.flattened),
    "Permute": Kind({"dims": wholes(1, 4)}, shapes.permuted),
    "RepeatVector": Kind({"n": whole(1, MAX_SIZE)}, shapes.repeated),
    "Cropping2D": Kind({"cropping": _SIDES, **_LAST}, shapes.cut),
    "ZeroPadding2D": Kind({"padding": _SIDES, **_LAST}, shapes.padded),
    "UpSampling2D": Kind(_UPSAMPLING, shapes.enlarged),
    # Keras writes training = true, which means nothing for it.
    "Resizing": Kind(_RESIZING, shapes.resized, arguments={"training": rules.BOOL}),
    "MaxPooling2D": _pooling(),
    "AveragePooling2D": _pooling(),
    "GlobalAveragePooling2D": Kind({"keepdims": rules.BOOL, **_LAST}, shapes.collapsed),
    "GlobalMaxPooling2D": Kind({"keepdims": rules.BOOL, **_LAST}, shapes.collapsed),
}
_MERGING = {
    "Concatenate": _merging(shapes.joined, axis=whole(-3, 3)),
    "Subtract": _merging(shapes.subtracted),
    **dict.fromkeys(("Add", "Multiply", "Average", "Maximum", "Minimum"), _merging()),
}
KINDS = {
    "Dense": Kind(_DENSE, shapes.dense, shapes.dense_weights),
    **_CONVOLUTIONS,
    **_NORMALISATIONS,
    **_ELEMENTWISE,
    **_ARRANGING,
    **_MERGING,
}
