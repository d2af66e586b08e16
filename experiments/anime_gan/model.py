"""A U-Net that colors and a LeNet-5 that judges: the GAN of He et al. for anime images."""

import keras
from keras import layers

from colorkeras.experiment.adversarial import adversarial_objectives
from colorkeras.networks.gan_layers import leaky_relu
from colorkeras.networks.unet import unet

# LeCun et al., "Gradient-based learning applied to document recognition", 1998, section II.B:
# C1 and C3 with their filters, S2 and S4, then C5 (here dense), F6 and the output.
FILTERS = (6, 16)
UNITS = (120, 84)
KERNEL, POOL = 5, 2
LEAST_SIDE = 16  # 16 → 12 → 6 → 2 → 1


def build_model(height, width, *, levels=8, dropout=0.5):
    """Build the generator. Deviation 2: the U-Net of pix2pix, as the paper's is not to be had.

    Args:
        height, width: pixels, multiples of 2 to the power of `levels`.
        levels: halvings: 8 for 256×256, 7 for 128×128, 5 for 160×256; 4 is a light U-Net of
            6,167,170 parameters.
        dropout: share of values dropped in the innermost blocks (from 6 levels on); 0 for none.

    Returns:
        A `keras.Model`: (batch, height, width, 1) luminance → (batch, height, width, 2) float32
        chroma in [-1, 1]. 54,409,858 trainable parameters at 8 levels.

    Raises:
        ValueError: on a size that the halvings do not divide, or an option out of range.
    """
    return unet(height, width, levels=levels, dropout=dropout)


def build_objectives(model, *, l1_weight=100.0, classic=False, resize_to=0):
    """The discriminator's objective, then the generator's.

    Args:
        model: the generator.
        l1_weight: λ, the weight of L1 beside the adversarial loss, at least 0.
        classic: tanh in the discriminator, as LeNet-5 had, instead of LeakyReLU.
        resize_to: side of the square to which the discriminator shrinks its image; 0 for none.

    Returns:
        "discriminator" and "generator".

    Raises:
        ValueError: on a negative weight or an image too small for the discriminator.
    """
    discriminator = lenet(*model.output_shape[1:3], classic=classic, resize_to=resize_to)
    return adversarial_objectives(model, discriminator, l1_weight)


def lenet(height, width, *, classic=False, resize_to=0):
    """Build the LeNet-5 discriminator. Deviation 3: its size and activations are not reported.

    Args:
        height, width: pixels of the image of luminance and chroma.
        classic: tanh instead of LeakyReLU(0.2).
        resize_to: side of the square to which the image is resized first, at least 16; 0: not.

    Returns:
        A `keras.Sequential`: (batch, height, width, 3) → (batch, 1) float32 logits, high means
        "real". Trainable parameters: 7,157,561 at 256×256, 61,241 at 32×32.
    """
    _check_size(height, width, resize_to)

    def activation(name):
        if classic:
            return layers.Activation("tanh", name=name)
        return leaky_relu(name)  # as in the patch discriminator of the tutorial

    image = keras.Input((height, width, 3), name="picture")
    model = keras.Sequential([image], name="discriminator")
    if resize_to:
        # Antialiasing lets every pixel count and receive a gradient, which TensorFlow computes in
        # float32 only.
        size = (resize_to, resize_to)
        model.add(layers.Resizing(*size, antialias=True, dtype="float32", name="resize"))
    for name, pool, filters in zip(("c1", "c3"), ("s2", "s4"), FILTERS, strict=True):
        model.add(layers.Conv2D(filters, KERNEL, name=name))
        model.add(activation(f"{name}_activation"))
        model.add(layers.AveragePooling2D(POOL, name=pool))
    model.add(layers.Flatten(name="flatten"))
    for name, units in zip(("f5", "f6"), UNITS, strict=True):
        model.add(layers.Dense(units, name=name))
        model.add(activation(f"{name}_activation"))
    # The logits stay in float32 whatever the training precision.
    model.add(layers.Dense(1, dtype="float32", name="logits"))
    return model


def _check_size(height, width, resize_to):
    if resize_to:
        if resize_to < LEAST_SIDE:
            raise ValueError(
                f"objectives.resize_to is {resize_to}; expected 0 (no resizing) or at least "
                f"{LEAST_SIDE}."
            )
        return
    for side, size in (("data.height", height), ("data.width", width)):
        if size < LEAST_SIDE:
            raise ValueError(
                f"{side} is {size}; the LeNet-5 discriminator needs at least {LEAST_SIDE}."
            )
