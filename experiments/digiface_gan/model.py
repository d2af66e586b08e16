"""The ResNet-50 colorizer as generator of a GAN, after the DigiFace poster."""

from colorkeras.experiment.adversarial import adversarial_objectives
from colorkeras.networks.patch_discriminator import patch_discriminator
from colorkeras.networks.resnet import resnet_colorizer


def build_model(height, width, *, weights="none", freeze=False):
    """Build the generator: ResNet-50 with a decoder of five doublings.

    Deviation 1: the decoder is ours. Deviation 2: random weights unless others are named.

    Args:
        height, width: pixels, at least 32.
        weights: of the encoder: "none", "imagenet", or the path of a weights file.
        freeze: whether the encoder keeps them.

    Returns:
        A `keras.Model`: (batch, height, width, 1) luminance in [-1, 1] → (batch, height, width, 2)
        float32 chroma in [-1, 1]. 43,100,642 trainable parameters.

    Raises:
        ValueError: on a smaller size, or weights that cannot be loaded.
    """
    return resnet_colorizer(height, width, weights, freeze, name="generator")


def build_objectives(model, *, l1_weight=100.0):
    """Discriminator, then generator, each with cross-entropy; the generator with L1 too.

    Deviation 3: the discriminator is the 70×70 PatchGAN. Deviation 4: λ is that of a source.

    Args:
        model: the generator.
        l1_weight: λ, the weight of L1 beside the adversarial loss, at least 0.

    Raises:
        ValueError: on a negative weight.
    """
    _, height, width, _ = model.output_shape
    return adversarial_objectives(model, patch_discriminator(height, width), l1_weight)
