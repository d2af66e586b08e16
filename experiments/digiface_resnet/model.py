"""ResNet-50 as encoder, transposed convolutions as decoder, after the DigiFace poster."""

from colorkeras.experiment.losses import regression
from colorkeras.experiment.objective import Objective
from colorkeras.networks.resnet import resnet_colorizer


def build_model(height, width, *, encoder="resnet50", weights="none", freeze=False):
    """Build ResNet-50 with a decoder of five doublings ("ResNet CNN Architecture" of the poster).

    Deviation 1: the decoder is ours. Deviation 2: random weights unless others are named.

    Args:
        height, width: pixels, at least 32.
        encoder: "resnet50", or "lite0", EfficientNet-Lite0, whose weights `pip` installs.
        weights: of the encoder: "none", "imagenet", or the path of a weights file.
        freeze: whether the encoder keeps them.

    Returns:
        A `keras.Model`: (batch, height, width, 1) luminance in [-1, 1] → (batch, height, width, 2)
        float32 chroma in [-1, 1]. 43,100,642 trainable parameters, 8,348,818 with
        "lite0" and its ImageNet weights.

    Raises:
        ValueError: on a smaller size, or weights that cannot be loaded.
    """
    return resnet_colorizer(height, width, weights, freeze, "digiface_resnet", encoder)


def build_objectives(model, *, loss="mse"):
    """One objective: regression of the chroma. Deviation 3: the loss is not reported."""
    return [Objective("colorizer", model, regression(loss))]
