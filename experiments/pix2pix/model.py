"""The U-Net and the 70×70 PatchGAN of pix2pix, with L1 pre-training of the generator."""

from colorkeras.experiment.adversarial import adversarial_objectives
from colorkeras.experiment.losses import regression
from colorkeras.experiment.objective import Objective
from colorkeras.networks.lite0_unet import lite0_unet
from colorkeras.networks.patch_discriminator import patch_discriminator
from colorkeras.networks.unet import unet

ENCODERS = ("none", "lite0")


def build_model(
    height,
    width,
    *,
    levels=8,
    dropout=0.5,
    dropout_at="code",
    encoder="none",
    weights="imagenet",
    freeze=False,
    keep_statistics=True,
):
    """Build the generator: the U-Net of Isola et al., or one on a pre-trained encoder.

    Args:
        height, width: pixels, multiples of 2 to the power of `levels`; any with an encoder.
        levels: halvings; 8 is the U-Net-256 of Isola et al., 7 the U-Net-128 of their code.
        dropout: share of values dropped, the generator's only noise; 0 for none (the tutorial's
            "accidental finding").
        dropout_at: "code" (blocks d2, d3, d4) or "paper" (d1, d2, d3). Deviation 3: they differ.
        encoder: "none", or "lite0" for the tutorial's second strategy, a U-Net on a network that
            ImageNet taught; it has no dropout, and the three options above mean nothing to it.
            Deviation 9: EfficientNet-Lite0 in place of ResNet-18.
        weights: of the encoder: "imagenet" (the package of the extra `pretrained`), "none"
            (random) or the path of a copy of its file.
        freeze: train none of the encoder's weights.
        keep_statistics: the encoder's batch normalization keeps ImageNet's statistics.

    Returns:
        A `keras.Model`: (batch, height, width, 1) luminance in [-1, 1] →
        (batch, height, width, 2) float32 chroma, in [-1, 1] without an encoder. 54,409,858
        trainable parameters at 8 levels, 9,248,444 with the encoder.

    Raises:
        ValueError: on a size that the halvings do not divide, an option out of range, or weights
            that cannot be loaded.
    """
    if encoder not in ENCODERS:
        expected = " or ".join(map(repr, ENCODERS))
        raise ValueError(f"model.encoder is {encoder!r}; expected {expected}.")
    if encoder == "lite0":
        options = {"freeze": freeze, "keep_statistics": keep_statistics}
        return lite0_unet(height, width, weights=weights, **options)
    return unet(height, width, levels=levels, dropout=dropout, dropout_at=dropout_at)


def build_objectives(model, *, l1_weight=100.0):
    """Three objectives, of which the stages of the configuration choose.

    Args:
        model: the generator.
        l1_weight: λ, the weight of L1 beside the adversarial loss, at least 0.

    Returns:
        "pretrain", L1 alone (Deviation 1: of a random U-Net, unless an encoder is chosen); then
        "discriminator" and "generator".

    Raises:
        ValueError: on a negative weight or an image too small for the discriminator.
    """
    discriminator = patch_discriminator(*model.output_shape[1:3])
    pretrain = Objective("pretrain", model, regression("mae"))
    return [pretrain, *adversarial_objectives(model, discriminator, l1_weight)]
