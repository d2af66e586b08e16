"""Bleeding: how much of the color contrast across the edges of the image a coloring lacks.

Where a color spreads beyond its object, or is blurred, the two sides of the object's edge become
alike. So pairs of pixels are compared that lie on two sides of a strong edge of luminance (which
the input shows) and of chroma (which the coloring must find). The definition is our own. A related
one is the cluster discrepancy ratio of Kim et al., "Deep Edge-Aware Interactive Colorization
against Color-Bleeding Effects", 2021, which asks whether the two sides are still in two clusters.

The size of the contrast counts, not its direction: an object of another, but clean color does not
bleed. Weak colors do not bleed either: the prediction is first scaled to the chroma of the truth.
But only up to MOST_SCALE times, so that grey, and one color for everything, lack all contrast.
Noise has contrast everywhere: that it does not bleed says nothing about its colors.
"""

from keras import ops

from colorkeras.color.srgb import Tensor
from colorkeras.metrics.hue import chroma

REACH = 4  # pixels between the two of a pair, along a row or a column
LUMINANCE_STEP = 20.0  # of L*: a strong edge
CHROMA_STEP = 10.0  # of a*, b*: as far as two neighboring color classes
MOST_SCALE = 4.0
# Share of all pairs that must lie across such an edge: the value of fewer would be chance.
LEAST_PAIRS = 1e-3


def bleeding(lab: Tensor, lab_truth: Tensor) -> Tensor:
    """The share of the truth's color contrast across its edges that each image lacks.

    The pairs are all pixels REACH apart along a row or a column between which the truth's L*
    differs by LUMINANCE_STEP or more, and its a*, b* by CHROMA_STEP or more. The contrast of a
    pair is its distance in a*, b*; that of the prediction is scaled by the ratio of the mean
    chromas, at most MOST_SCALE, and counts up to that of the truth.

    Args:
        lab: (batch, height, width, 3) float32 CIELAB of the prediction; more than REACH on a side.
        lab_truth: the same of the truth.

    Returns:
        (batch,) float32 in [0, 1]: 0 where all contrast is there, 1 for grey; nan where the truth
        has too few such pairs (LEAST_PAIRS).
    """
    ab, ab_truth = lab[..., 1:], lab_truth[..., 1:]
    ratio = _mean_chroma(ab_truth) / ops.maximum(_mean_chroma(ab), 1e-6)
    scale = ops.minimum(ratio, MOST_SCALE)[:, None, None]
    there, kept, edges, pairs = 0.0, 0.0, 0.0, 0
    for axis in (1, 2):
        contrast = chroma(_step(ab_truth, axis))
        is_edge = ops.logical_and(
            ops.abs(_step(lab_truth[..., 0], axis)) >= LUMINANCE_STEP, contrast >= CHROMA_STEP
        )
        contrast = ops.where(is_edge, contrast, 0.0)
        there += ops.sum(contrast, axis=(1, 2))
        kept += ops.sum(ops.minimum(scale * chroma(_step(ab, axis)), contrast), axis=(1, 2))
        edges += ops.sum(ops.cast(is_edge, "float32"), axis=(1, 2))
        pairs += is_edge.shape[1] * is_edge.shape[2]
    too_few = edges < LEAST_PAIRS * pairs
    return ops.where(too_few, float("nan"), 1.0 - kept / ops.where(too_few, 1.0, there))


def _step(values: Tensor, axis: int) -> Tensor:
    """The differences of all pixels REACH apart along the rows (axis 1) or the columns (2)."""
    if axis == 1:
        return values[:, REACH:] - values[:, :-REACH]
    return values[:, :, REACH:] - values[:, :, :-REACH]


def _mean_chroma(ab: Tensor) -> Tensor:
    return ops.mean(chroma(ab), axis=(1, 2))
