"""What each allowed layer makes of a shape, and the shapes of its weights, without Keras.

Each function takes the options of a layer (plain values that have passed their rules) and the list
of its input shapes, and raises `RefusedError` where Keras would fail. Shapes are of one image,
without the batch axis: (height, width, channels).
"""

import math
from collections.abc import Sequence
from typing import Any

from colorkeras.inference.model_file.rules import RefusedError

Shape = tuple[int, ...]  # of one image
Options = dict[str, Any]
Inputs = list[Shape]
Weights = dict[str, Shape]
MAX_EXTENT = 255  # pixels that a dilated kernel covers in each direction


def image(inputs: Inputs) -> Shape:
    """The shape of the one input, which must be that of an image."""
    if len(inputs[0]) != 3:
        raise RefusedError(f"takes (height, width, channels), received {inputs[0]}")
    return inputs[0]


def same(_options: Options, inputs: Inputs) -> Shape:
    """The shape of its input."""
    return inputs[0]


def windows(options: Options, inputs: Inputs, kernel: Sequence[int]) -> list[int]:
    """Rows and columns to which a sliding window leads."""
    sizes = []
    for size, extent, step in zip(image(inputs), kernel, options["strides"], strict=False):
        room = size if options["padding"] == "same" else size - extent + 1
        sizes.append(-(-room // step))
    if min(sizes) < 1:
        raise RefusedError(f"its window of {kernel} is larger than {inputs[0]}")
    return sizes


def extents(options: Options) -> list[int]:
    """Rows and columns that a dilated kernel covers."""
    pairs = zip(options["kernel_size"], options["dilation_rate"], strict=True)
    return [(kernel - 1) * dilation + 1 for kernel, dilation in pairs]


def convolved(options: Options, inputs: Inputs) -> Shape:
    """What a convolution, perhaps dilated, makes."""
    covered = extents(options)
    if max(covered) > MAX_EXTENT:
        raise RefusedError(f"its dilated kernel covers {covered} pixels; at most {MAX_EXTENT}")
    if max(options["strides"]) > 1 < max(options["dilation_rate"]):
        raise RefusedError("has both strides and dilation")
    return (*windows(options, inputs, covered), options["filters"])


def depthwise(options: Options, inputs: Inputs) -> Shape:
    """What a depthwise convolution makes: several channels of each."""
    multiplied = inputs[0][-1] * options["depth_multiplier"]
    return convolved({**options, "filters": multiplied}, inputs)


def transposed(options: Options, inputs: Inputs) -> Shape:
    """What a transposed convolution makes."""
    sizes = [
        size * step + (max(kernel - step, 0) if options["padding"] == "valid" else 0)
        for size, kernel, step in zip(
            image(inputs), options["kernel_size"], options["strides"], strict=False
        )
    ]
    return (*sizes, options["filters"])


def bias(options: Options, size: int) -> Weights:
    """The shape of a bias of `size` values, if the layer has one."""
    return {"bias": (size,)} if options["use_bias"] else {}


def conv_weights(options: Options, inputs: Inputs) -> Weights:
    """Kernel and bias of a convolution."""
    kernel = (*options["kernel_size"], inputs[0][-1], options["filters"])
    return {"kernel": kernel, **bias(options, options["filters"])}


def transposed_weights(options: Options, inputs: Inputs) -> Weights:
    """Kernel and bias of a transposed convolution, whose kernel has the outputs first."""
    kernel = (*options["kernel_size"], options["filters"], inputs[0][-1])
    return {"kernel": kernel, **bias(options, options["filters"])}


def depthwise_weights(options: Options, inputs: Inputs) -> Weights:
    """Kernel and bias of a depthwise convolution."""
    channels, multiplier = inputs[0][-1], options["depth_multiplier"]
    kernel = (*options["kernel_size"], channels, multiplier)
    return {"kernel": kernel, **bias(options, channels * multiplier)}


def dilation_scratch(options: Options, inputs: Inputs) -> int:
    """Bytes with which TensorFlow cuts an image up for a dilated kernel, and puts it together."""
    if max(options["dilation_rate"]) == 1:
        return 0
    rows, columns, channels = inputs[0]
    reach = max(options["kernel_size"]) * max(options["dilation_rate"])
    made = options.get("filters", channels * options.get("depth_multiplier", 1))
    return 8 * (rows + reach) * (columns + reach) * max(channels, made)


def columns_scratch(options: Options, inputs: Inputs) -> int:
    """Bytes of what each input position adds to the output, which TensorFlow may lay out first."""
    rows, columns, _ = inputs[0]
    return 4 * rows * columns * math.prod(options["kernel_size"]) * options["filters"]


def dense_weights(options: Options, inputs: Inputs) -> Weights:
    """Kernel and bias of a dense layer."""
    return {"kernel": (inputs[0][-1], options["units"]), **bias(options, options["units"])}


def check_axis(options: Options, inputs: Inputs) -> None:
    """Refuse a layer that works along another axis than the last."""
    if options["axis"] not in (-1, [-1], len(inputs[0]), [len(inputs[0])]):
        raise RefusedError(f"its axis {options['axis']} is not the last of {inputs[0]}")


def scale_weights(options: Options, inputs: Inputs) -> Weights:
    """Of a normalisation over, or along, the last axis."""
    check_axis(options, inputs)
    channels = inputs[0][-1]
    if channels % max(options.get("groups", 1), 1):
        raise RefusedError(f"{options['groups']} groups do not divide {channels} channels")
    names = {"gamma": options["scale"], "beta": options["center"]}
    return {name: (channels,) for name, is_there in names.items() if is_there}


def batch_norm_weights(options: Options, inputs: Inputs) -> Weights:
    """Scale, offset and the moving statistics of a batch normalization."""
    statistics = dict.fromkeys(("moving_mean", "moving_variance"), inputs[0][-1:])
    return {**scale_weights(options, inputs), **statistics}


def last_axis(options: Options, inputs: Inputs) -> Shape:
    """The shape of its input, of a layer that works along the last axis."""
    check_axis(options, inputs)
    return inputs[0]


def alpha(options: Options, inputs: Inputs) -> Weights:
    """The slopes of a PReLU: one for all values along a shared axis."""
    shared = options["shared_axes"] or []
    if any(axis > len(inputs[0]) for axis in shared):
        raise RefusedError(f"shared_axes {shared} of {inputs[0]}")
    return {"alpha": tuple(1 if n in shared else x for n, x in enumerate(inputs[0], start=1))}


def reshaped(options: Options, inputs: Inputs) -> Shape:
    """The target shape, where -1 is what is left."""
    target, count = options["target_shape"], math.prod(inputs[0])
    known = math.prod(x for x in target if x != -1)
    if target.count(-1) > 1 or not known or count % known or (-1 not in target and count != known):
        raise RefusedError(f"{inputs[0]} cannot become {target}")
    return tuple(count // known if x == -1 else x for x in target)


def flattened(_options: Options, inputs: Inputs) -> Shape:
    """A vector of all values."""
    return (math.prod(inputs[0]),)


def dense(options: Options, inputs: Inputs) -> Shape:
    """What a dense layer makes: its units along the last axis."""
    return (*inputs[0][:-1], options["units"])


def permuted(options: Options, inputs: Inputs) -> Shape:
    """The axes in another order."""
    if sorted(options["dims"]) != list(range(1, len(inputs[0]) + 1)):
        raise RefusedError(f"dims {options['dims']} of {inputs[0]}")
    return tuple(inputs[0][axis - 1] for axis in options["dims"])


def repeated(options: Options, inputs: Inputs) -> Shape:
    """A vector, `n` times."""
    if len(inputs[0]) != 1:
        raise RefusedError(f"takes a vector, received {inputs[0]}")
    return (options["n"], *inputs[0])


def cut(options: Options, inputs: Inputs) -> Shape:
    """An image without its margins."""
    rows, columns, channels = image(inputs)
    sizes = [n - sum(x) for n, x in zip((rows, columns), options["cropping"], strict=True)]
    if min(sizes) < 1:
        raise RefusedError(f"crops {inputs[0]} to nothing")
    return (*sizes, channels)


def padded(options: Options, inputs: Inputs) -> Shape:
    """An image with margins."""
    *sizes, channels = image(inputs)
    return (*(n + sum(x) for n, x in zip(sizes, options["padding"], strict=True)), channels)


def enlarged(options: Options, inputs: Inputs) -> Shape:
    """An image of rows and columns repeated or interpolated."""
    *sizes, channels = image(inputs)
    return (*(n * factor for n, factor in zip(sizes, options["size"], strict=True)), channels)


def resized(options: Options, inputs: Inputs) -> Shape:
    """An image of the given size."""
    return (options["height"], options["width"], image(inputs)[-1])


def pooled(options: Options, inputs: Inputs) -> Shape:
    """What pooling by windows makes."""
    return (*windows(options, inputs, options["pool_size"]), inputs[0][-1])


def collapsed(options: Options, inputs: Inputs) -> Shape:
    """What pooling over the whole image makes."""
    channels = image(inputs)[-1]
    return (1, 1, channels) if options["keepdims"] else (channels,)


def rescaled(options: Options, inputs: Inputs) -> Shape:
    """The shape of its input, of a layer with one scale and offset, or one for each channel."""
    for name in ("scale", "offset"):
        value = options[name]
        if isinstance(value, list) and len(value) != inputs[0][-1]:
            raise RefusedError(f"its {name} has {len(value)} numbers for {inputs[0]}")
    return inputs[0]


def joined(options: Options, inputs: Inputs) -> Shape:
    """The inputs one after the other along an axis."""
    rank, axis = len(inputs[0]), options["axis"]
    place = axis - 1 if axis > 0 else rank + axis
    if not 0 <= place < rank or {len(x) for x in inputs} != {rank}:
        raise RefusedError(f"cannot join {inputs} along axis {axis}")
    if len({(*x[:place], *x[place + 1 :]) for x in inputs}) > 1:
        raise RefusedError(f"cannot join {inputs} along axis {axis}")
    return (*inputs[0][:place], sum(x[place] for x in inputs), *inputs[0][place + 1 :])


def combined(_options: Options, inputs: Inputs) -> Shape:
    """Of element by element, where a size of 1 is stretched."""
    sizes = [set(axis) - {1} for axis in zip(*inputs, strict=False)]
    if len({len(x) for x in inputs}) > 1 or any(len(axis) > 1 for axis in sizes):
        raise RefusedError(f"cannot combine {inputs}")
    return tuple(axis.pop() if axis else 1 for axis in sizes)


def subtracted(options: Options, inputs: Inputs) -> Shape:
    """The first input less the second."""
    if len(inputs) != 2:
        raise RefusedError(f"takes two tensors, received {len(inputs)}")
    return combined(options, inputs)
