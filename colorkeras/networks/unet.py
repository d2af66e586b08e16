"""A U-Net of stride-2 convolutions: halvings down to a few pixels, doublings back up, with skips.

Isola et al., "Image-to-Image Translation with Conditional Adversarial Networks", 2017, appendix
6.1.1, as its authors' code has it (`UnetGenerator` in `models/networks.py`): at 8 levels their
U-Net-256, at 7 their U-Net-128.
"""

import math

import keras
from keras import layers

from colorkeras.networks.fast import conv2d, conv2d_transpose
from colorkeras.networks.gan_layers import batch_norm, leaky_relu, normal_weights

KERNEL = 4
FIRST_FILTERS, MOST_FILTERS = 64, 512  # doubled at each level, up to the most
CHROMA_CHANNELS = 2
LEAST_LEVELS = 2  # fewer leave no inner block
# Which decoder blocks have dropout, from d1, the innermost: first and number of them by levels.
DROPOUT_AT = {
    "code": lambda levels: (2, levels - 5),  # `UnetGenerator`: the 512-blocks around the innermost
    "paper": lambda levels: (1, 3),  # appendix 6.1.1: CD512-CD512-CD512
}


def unet(height, width, *, levels=8, dropout=0.5, dropout_at="code", name="generator"):
    """Build the U-Net.

    The convolution of a block carries the block's name, so that its output has the block's shape
    before the skip is concatenated: e1 … e<levels> go down, d1 … d<levels - 1> come up, then
    "out". The n-th block from below and the n-th from above are joined.

    Args:
        height, width: pixels, each a multiple of 2 to the power of `levels`.
        levels: number of halvings, at least 2.
        dropout: share of the values that the dropout layers drop, in [0, 1); 0 leaves them out.
        dropout_at: "code": in d2, d3, … up to levels - 5 blocks (d2, d3, d4 at 8 levels; none
            below 6 levels); "paper": in the first three, d1, d2, d3.
        name: of the model.

    Returns:
        A `keras.Model`: (batch, height, width, 1) luminance → (batch, height, width, 2) float32
        chroma in [-1, 1]. 54,409,858 trainable parameters at 8 levels.

    Raises:
        ValueError: on a size that `levels` halvings do not divide, or an option out of range.
    """
    _check_options(levels, dropout, dropout_at)
    _check_size(height, width, levels)
    filters = [min(FIRST_FILTERS * 2**level, MOST_FILTERS) for level in range(levels)]
    luminance = keras.Input((height, width, 1), name="luminance")
    skips = _encoder(luminance, filters)
    first, number = DROPOUT_AT[dropout_at](levels)
    has_dropout = range(first, first + number) if dropout else ()
    x = skips.pop()
    for block, num_filters in enumerate(reversed(filters[:-1]), start=1):
        x = _up(x, num_filters, f"d{block}")
        x = batch_norm(f"d{block}_norm")(x)
        if block in has_dropout:
            x = layers.Dropout(dropout, name=f"d{block}_dropout")(x)
        x = layers.Concatenate(name=f"d{block}_skip")([skips.pop(), x])
    # The head stays in float32 whatever the training precision.
    head = {"use_bias": True, "activation": "tanh", "dtype": "float32"}
    return keras.Model(luminance, _up(x, CHROMA_CHANNELS, "out", **head), name=name)


def _encoder(luminance, filters):
    """Return the outputs of all encoder blocks, before their activation.

    The authors' code activates in place, so that its skips carry LeakyReLU of these; as each meets
    a ReLU next, which LeakyReLU does not change, the result is the same.
    """
    outputs, x = [], luminance
    for block, num_filters in enumerate(filters, start=1):
        if block > 1:
            x = leaky_relu(f"e{block}_activation")(x)
        # On even sizes "same" pads one row and column on each side: PyTorch's padding of 1.
        x = conv2d(num_filters, **_convolution(f"e{block}"))(x)
        # The outermost has no normalisation; nor the innermost, whose 1×1 pixels at 8 levels and
        # batches of one it would reduce to zero (errata of the paper; the authors' code).
        if 1 < block < len(filters):
            x = batch_norm(f"e{block}_norm")(x)
        outputs.append(x)
    return outputs


def _up(x, filters, name, **options):
    x = layers.ReLU(name=f"{name}_activation")(x)
    return conv2d_transpose(filters, **{**_convolution(name), **options})(x)


def _convolution(name):
    """What all convolutions have in common."""
    return {
        "kernel_size": KERNEL,
        "strides": 2,
        "padding": "same",
        "use_bias": False,  # normalisation has its own; the code leaves it out in e1 as well
        "kernel_initializer": normal_weights(),
        "name": name,
    }


def _check_options(levels, dropout, dropout_at):
    if levels < LEAST_LEVELS:
        raise ValueError(f"model.levels is {levels}; expected at least {LEAST_LEVELS}.")
    if not 0 <= dropout < 1:
        raise ValueError(f"model.dropout is {dropout}; expected a share in [0, 1).")
    if dropout_at not in DROPOUT_AT:
        expected = " or ".join(map(repr, DROPOUT_AT))
        raise ValueError(f"model.dropout_at is {dropout_at!r}; expected {expected}.")


def _check_size(height, width, levels):
    multiple = 2**levels
    for side, size in (("data.height", height), ("data.width", width)):
        if size % multiple:
            below = size // multiple * multiple
            fitting = f"{below} or {below + multiple}" if below else f"{multiple}"
            common = math.gcd(height, width)
            possible = (common & -common).bit_length() - 1  # how often 2 divides both sides
            remedy = f", or pass model.levels={possible}" if possible >= LEAST_LEVELS else ""
            raise ValueError(
                f"{side} is {size}; {levels} halvings (model.levels) need a multiple of "
                f"{multiple}, such as {fitting}{remedy}."
            )
