"""Metrics of a batch of colorized images, and the trivial predictions that a model must beat.

The last step of the flow: sRGB in, one float32 value per image out. The normalisation of the model
plays no role here. These are plain `keras.ops` functions, which the caller compiles, best with
`tf.function(measure, jit_compile=True)`.
"""

import itertools
from collections.abc import Sequence

import numpy as np
from keras import ops

from colorkeras.color.srgb import Tensor, as_float32, channels_of, lab_to_rgb, rgb_to_lab
from colorkeras.metrics.auc import THRESHOLDS, missed_thresholds, rebalanced, sum_by_class
from colorkeras.metrics.bleeding import bleeding
from colorkeras.metrics.ciede2000 import ciede2000
from colorkeras.metrics.definitions import DIVERSITY, METRICS, NOT_OF_EVERY_IMAGE
from colorkeras.metrics.hue import hue_error
from colorkeras.metrics.ssim import WINDOW, ssim

__all__ = [
    "CLASS_COUNTS",
    "CLASS_MISSES",
    "COLORFULNESS_TRUTH",
    "METRICS",
    "PSNR_CAP",
    "baselines",
    "ciede2000",
    "colorfulness",
    "complete",
    "diversity",
    "measure",
    "summarize",
]

# Measured beside the columns, because the summary of colorfulness_ratio needs it.
COLORFULNESS_TRUTH = "colorfulness_truth"
# The same for auc_rebalanced: of each color class of the truth, the number of its pixels, and the
# sum of the thresholds that miss them.
CLASS_COUNTS, CLASS_MISSES = "class_counts", "class_misses"

# Identical 8-bit images have infinite PSNR, and one such image would make every mean infinite.
# 100 dB is one wrong level in one of about 51,000 pixels: at usual sizes, nearly identical images.
PSNR_CAP = 100.0
# Where the truth's colorfulness (in 8-bit levels) is lower, it is grey and a ratio has no meaning.
COLORFULNESS_FLOOR = 1.0


def measure(prediction: Tensor, truth: Tensor, threshold: float = 10.0) -> dict[str, Tensor]:
    """Compute every metric of every image in a batch, but auc_rebalanced, which `complete` adds.

    Both images are first rounded and clipped to 8 bits, as a saved file would be. For an image
    with a value that is not finite, every metric is nan.

    Args:
        prediction: (batch, height, width, 3) sRGB, uint8 or float in [0, 255].
        truth: the same shape; sRGB, uint8 or float in [0, 255].
        threshold: ab distance from which a pixel counts as wrong, in CIELAB units.

    Returns:
        (batch,) float32 for each other name in `METRICS` and for `COLORFULNESS_TRUTH`;
        `colorfulness_ratio` is nan where the truth is grey, and so are those of
        NOT_OF_EVERY_IMAGE where the truth does not have them. (batch, 313) int32 for
        `CLASS_COUNTS` and `CLASS_MISSES`: for each color class of the truth, the number of its
        pixels, and the sum of their `missed_thresholds`.

    Raises:
        ValueError: when the shapes differ, are not (batch, height, width, 3), or a side is shorter
            than the 11 pixels of the SSIM window.
    """
    _check_shapes(prediction, truth)
    finite = ops.all(ops.isfinite(as_float32(prediction)), axis=(1, 2, 3))
    prediction, truth = _to_8_bits(prediction), _to_8_bits(truth)
    lab, lab_truth = rgb_to_lab(prediction), rgb_to_lab(truth)
    rgb, rgb_truth = as_float32(prediction), as_float32(truth)
    mse = ops.mean(ops.square(rgb - rgb_truth), axis=(1, 2, 3))
    colorful, colorful_truth = colorfulness(rgb), colorfulness(rgb_truth)
    grey = colorful_truth < COLORFULNESS_FLOOR
    ab, ab_truth = lab[..., 1:], lab_truth[..., 1:]
    distance = ops.sqrt(ops.sum(ops.square(ab - ab_truth), axis=-1))
    missed = missed_thresholds(distance)
    counts, counts_truth = (sum_by_class(ops.ones_like(missed), x) for x in (ab, ab_truth))
    values = {
        "psnr": _psnr(mse),
        "ssim": ssim(rgb, rgb_truth),
        "mse": mse,
        **_chroma_errors(ab - ab_truth),
        "threshold_error": ops.mean(as_float32(distance >= threshold), axis=(1, 2)),
        "auc": 1.0 - ops.mean(missed, axis=(1, 2)) / THRESHOLDS,
        "ciede2000": ops.mean(ciede2000(lab, lab_truth), axis=(1, 2)),
        "colorfulness": colorful,
        "colorfulness_ratio": ops.where(
            grey, float("nan"), colorful / ops.where(grey, 1.0, colorful_truth)
        ),
        "histogram_distance": _histogram_distance(counts, counts_truth),
        "hue_error": hue_error(ab, ab_truth),
        "bleeding": bleeding(lab, lab_truth),
    }
    values = {name: ops.where(finite, value, float("nan")) for name, value in values.items()}
    of_classes = {CLASS_COUNTS: counts_truth, CLASS_MISSES: sum_by_class(missed, ab_truth)}
    return {**values, COLORFULNESS_TRUTH: colorful_truth, **of_classes}


def baselines(truth: Tensor, mean_ab: Sequence[float], gamut: str = "clip") -> dict[str, Tensor]:
    """Predictions without a model, all with the truth's CIELAB lightness.

    Args:
        truth: (batch, height, width, 3) sRGB, uint8 or float in [0, 255].
        mean_ab: mean a* and b* of the training set, two numbers in CIELAB units.
        gamut: "clip" or "desaturate"; see `ColorSpace.merge`.

    Returns:
        (batch, height, width, 3) float32 sRGB in [0, 255], not rounded, for each of
        "grey" (no chroma), "mean_chroma" (`mean_ab` everywhere) and "half_saturated" (half of the
        truth's chroma).

    Raises:
        ValueError: on another `gamut`, or when the last axis is not 3.
    """
    lab = rgb_to_lab(truth)
    mean_a, mean_b = (float(value) for value in mean_ab)
    recipes = {
        "grey": lab * np.array([1.0, 0.0, 0.0], "float32"),
        "mean_chroma": lab * np.array([1.0, 0.0, 0.0], "float32")
        + np.array([0.0, mean_a, mean_b], "float32"),
        "half_saturated": lab * np.array([1.0, 0.5, 0.5], "float32"),
    }
    return {name: lab_to_rgb(recipe, gamut) for name, recipe in recipes.items()}


def diversity(samples: Tensor) -> Tensor:
    """How much several colorings of the same images differ.

    Args:
        samples: (samples, batch, height, width, 3) sRGB, uint8 or float in [0, 255]; at least 2
            samples.

    Returns:
        (batch,) float32: the mean distance in the CIELAB ab plane over all pairs of samples and
        all pixels, after rounding to 8 bits; nan where a sample is not finite.

    Raises:
        ValueError: when there are fewer than 2 samples.
    """
    count = samples.shape[0]
    if count < 2:
        raise ValueError(f"Diversity of {count} sample(s): expected at least 2.")
    finite = ops.all(ops.isfinite(as_float32(samples)), axis=(0, 2, 3, 4))
    chroma = rgb_to_lab(_to_8_bits(samples))[..., 1:]
    distances = [
        ops.mean(ops.norm(chroma[i] - chroma[j], axis=-1), axis=(1, 2))
        for i, j in itertools.combinations(range(count), 2)
    ]
    return ops.where(finite, sum(distances) / len(distances), float("nan"))


def colorfulness(rgb: Tensor) -> Tensor:
    """The colorfulness of images: Hasler & Süsstrunk 2003, signed as defined.

    Args:
        rgb: (batch, height, width, 3) float32 sRGB in [0, 255].

    Returns:
        (batch,) float32, at least 0.
    """
    red, green, blue = channels_of(rgb)
    opponents = (red - green, 0.5 * (red + green) - blue)
    means = [ops.mean(opponent, axis=(1, 2), keepdims=True) for opponent in opponents]
    variance = sum(
        ops.mean(ops.square(opponent - mean), axis=(1, 2))
        for opponent, mean in zip(opponents, means, strict=True)
    )
    offset = sum(ops.square(mean[:, 0, 0]) for mean in means)
    return ops.sqrt(variance) + 0.3 * ops.sqrt(offset)


def complete(per_image: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Add the metric that depends on all images of the set, in place of what it is made from.

    Args:
        per_image: what `measure` returned, of all images: (images, …) arrays.

    Returns:
        The columns of `per_image` but `CLASS_COUNTS` and `CLASS_MISSES`, and `auc_rebalanced`,
        (images,) float64; nan where `auc` is.
    """
    of_classes = (CLASS_COUNTS, CLASS_MISSES)
    values = {name: column for name, column in per_image.items() if name not in of_classes}
    balanced = rebalanced(per_image[CLASS_MISSES], per_image[CLASS_COUNTS])
    return {**values, "auc_rebalanced": np.where(np.isnan(values["auc"]), np.nan, balanced)}


def summarize(per_image: dict[str, np.ndarray]) -> dict[str, float]:
    """One number per metric: the mean of the per-image values.

    An exception is `colorfulness_ratio`: it is the mean colorfulness of the predictions over that
    of the truth, so that nearly grey images cannot dominate; nan where the whole truth is grey.
    The means of NOT_OF_EVERY_IMAGE are those of the images that have them; nan where none has.

    Args:
        per_image: (images,) float values for each name in `METRICS` and for `COLORFULNESS_TRUTH`.

    Returns:
        A Python float for each name in `METRICS`, and for `DIVERSITY` where it was measured. An
        image whose prediction was not finite, nan in every metric, makes every mean nan.

    Raises:
        ValueError: when a column is missing, or there is no image.
    """
    expected = (*METRICS, COLORFULNESS_TRUTH)
    measured = (*expected, DIVERSITY) if DIVERSITY in per_image else expected
    missing = [name for name in expected if name not in per_image]
    if missing:
        raise ValueError(f"Per-image metrics {sorted(per_image)}: missing {missing}.")
    if any(np.size(per_image[name]) == 0 for name in expected):
        raise ValueError("Per-image metrics of 0 images: expected at least one.")
    means = {name: float(np.mean(per_image[name], dtype="float64")) for name in measured}
    if not np.isnan(means["mse"]):
        means |= {name: _mean_of_known(per_image[name]) for name in NOT_OF_EVERY_IMAGE}
    truth = means.pop(COLORFULNESS_TRUTH)
    grey = truth < COLORFULNESS_FLOOR
    means["colorfulness_ratio"] = float("nan") if grey else means["colorfulness"] / truth
    return means


def _check_shapes(prediction: Tensor, truth: Tensor) -> None:
    shape, expected = tuple(prediction.shape), tuple(truth.shape)
    same_batch = shape[:1] == expected[:1] or None in (*shape[:1], *expected[:1])
    if len(shape) != 4 or shape[-1] != 3 or shape[1:] != expected[1:] or not same_batch:
        raise ValueError(
            f"Prediction of shape {shape}, truth of shape {expected}: "
            "expected both (batch, height, width, 3) and equal."
        )
    if None in shape[1:] or min(shape[1:3]) < WINDOW:
        raise ValueError(
            f"Images of {shape[1]}x{shape[2]} pixels: SSIM needs at least "
            f"{WINDOW}x{WINDOW}, the size of its window, known when compiled."
        )


def _mean_of_known(values: np.ndarray) -> float:
    known = values[~np.isnan(values)]
    return float(np.mean(known, dtype="float64")) if len(known) else float("nan")


def _to_8_bits(rgb: Tensor) -> Tensor:
    return ops.cast(ops.clip(ops.round(as_float32(rgb)), 0.0, 255.0), "uint8")


def _psnr(mse: Tensor) -> Tensor:
    # The lower limit only keeps the division finite: its PSNR is far beyond the cap.
    return ops.minimum(10.0 * ops.log10(255.0**2 / ops.maximum(mse, 1e-9)), PSNR_CAP)


def _chroma_errors(difference: Tensor) -> dict[str, Tensor]:
    """(batch, H, W, 2) a*, b* differences → the means of their channels."""
    mse = ops.mean(ops.square(difference), axis=(1, 2, 3))
    return {
        "chroma_mse": mse,
        "chroma_mae": ops.mean(ops.abs(difference), axis=(1, 2, 3)),
        "chroma_rmse": ops.sqrt(mse),
    }


def _histogram_distance(counts: Tensor, counts_truth: Tensor) -> Tensor:
    """(batch, classes) int32, twice → (batch,): 1 - Swain and Ballard's intersection, 1991."""
    common = as_float32(ops.sum(ops.minimum(counts, counts_truth), axis=1))
    return 1.0 - common / as_float32(ops.sum(counts_truth, axis=1))
