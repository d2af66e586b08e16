"""Layers as the conditional GANs of the DCGAN line start them: weights normal around 0, or 1.

Radford, Metz and Chintala, "Unsupervised Representation Learning with Deep Convolutional
Generative Adversarial Networks", 2016, section 3; Isola et al., "Image-to-Image Translation with
Conditional Adversarial Networks", 2017, appendix 6.2 and `models/networks.py` of its code.
"""

import keras
from keras import layers

from colorkeras.networks.fast import batch_normalization

DEVIATION = 0.02  # of all initial weights, both sources above
SLOPE = 0.2  # of LeakyReLU below zero, both sources above
# PyTorch's BatchNorm2d, which the code uses as it is: its momentum 0.1 is the share of the new
# value, Keras's the share of the old one.
NORM_MOMENTUM = 0.9
NORM_EPSILON = 1e-5


def normal_weights() -> keras.initializers.Initializer:
    """Return an initializer N(0, 0.02); a new one at each call, as one alone repeats its draw."""
    return keras.initializers.RandomNormal(0.0, DEVIATION)


def batch_norm(name: str) -> layers.BatchNormalization:
    """Return a BatchNormalization layer whose scale starts as N(1, 0.02)."""
    return batch_normalization(
        momentum=NORM_MOMENTUM,
        epsilon=NORM_EPSILON,
        gamma_initializer=keras.initializers.RandomNormal(1.0, DEVIATION),
        name=name,
    )


def leaky_relu(name: str) -> layers.LeakyReLU:
    """Return LeakyReLU(0.2)."""
    return layers.LeakyReLU(negative_slope=SLOPE, name=name)
