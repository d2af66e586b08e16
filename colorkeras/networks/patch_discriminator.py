"""A discriminator that judges overlapping patches of 70×70 pixels, each with one logit.

Isola et al., "Image-to-Image Translation with Conditional Adversarial Networks", 2017, appendix
6.1.2: C64-C128-C256-C512, then one filter.
"""

import keras
from keras import layers

from colorkeras.networks.gan_layers import batch_norm, leaky_relu, normal_weights

# (filters, stride) of the convolutions before the logits. The receptive field of a logit is 70.
CONVOLUTIONS = ((64, 2), (128, 2), (256, 2), (512, 1))
KERNEL = 4
LEAST_SIDE = 24  # three halvings leave 3, two convolutions of stride 1 take one each: 1 logit


def patch_discriminator(height, width, channels=3, name="discriminator"):
    """Build the 70×70 PatchGAN discriminator.

    Args:
        height, width: pixels, at least 24 each.
        channels: of the image: luminance and two of chroma.
        name: of the model.

    Returns:
        A `keras.Sequential`: (batch, height, width, channels) → (batch, rows, columns, 1) float32
        logits, high means "real"; rows = height // 8 - 2, so 30×30 at 256×256. With 3 channels
        2,765,633 trainable parameters. Its convolutions are called conv1 … conv4 and logits.

    Raises:
        ValueError: when no patch fits into the image.
    """
    for side, size in (("data.height", height), ("data.width", width)):
        if size < LEAST_SIDE:
            raise ValueError(
                f"{side} is {size}; the discriminator of 70×70 patches needs at least {LEAST_SIDE}."
            )
    model = keras.Sequential([keras.Input((height, width, channels), name="picture")], name=name)
    for number, (filters, strides) in enumerate(CONVOLUTIONS, start=1):
        is_normalised = number > 1
        # PyTorch's padding of 1. Keras's "same" would keep a stride-1 layer's size: 32, not 31.
        model.add(layers.ZeroPadding2D(1, name=f"conv{number}_padding"))
        model.add(
            layers.Conv2D(
                filters,
                KERNEL,
                strides=strides,
                use_bias=not is_normalised,  # the normalisation has its own
                kernel_initializer=normal_weights(),
                name=f"conv{number}",
            )
        )
        if is_normalised:
            model.add(batch_norm(f"conv{number}_norm"))
        model.add(leaky_relu(f"conv{number}_activation"))
    model.add(layers.ZeroPadding2D(1, name="logits_padding"))
    # The logits stay in float32 whatever the training precision.
    model.add(
        layers.Conv2D(
            1, KERNEL, kernel_initializer=normal_weights(), dtype="float32", name="logits"
        )
    )
    return model
