"""SSIM: a hand-worked number, and scikit-image as oracle."""

import numpy as np
import skimage.metrics

from colorkeras.metrics.image_metrics import measure


def ssim_of(prediction, truth):
    """The column of two images, (height, width, 3)."""
    return float(measure(prediction[None], truth[None])["ssim"][0])


def their_ssim(prediction, truth):
    return skimage.metrics.structural_similarity(
        truth,
        prediction,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
        channel_axis=-1,
        data_range=255,
    )


def grey(level):
    return np.full((16, 16, 3), level, np.uint8)


def test_hand_worked_number_of_flat_greys():
    # Without variance SSIM is (2 x y + C1) / (x² + y² + C1), C1 = 2.55² = 6.5025.
    expected = (2 * 100 * 110 + 6.5025) / (100**2 + 110**2 + 6.5025)
    np.testing.assert_allclose(ssim_of(grey(100), grey(110)), expected, atol=2e-6)
    white_on_black = 6.5025 / (255**2 + 6.5025)
    np.testing.assert_allclose(ssim_of(grey(255), grey(0)), white_on_black, atol=1e-6)


def test_equals_scikit_image():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 256, (4, 24, 33, 3), dtype=np.uint8)
    noise = rng.integers(-60, 61, truth.shape)
    prediction = np.clip(truth + noise, 0, 255).astype(np.uint8)
    ours = np.asarray(measure(prediction, truth)["ssim"])
    theirs = [their_ssim(*pair) for pair in zip(prediction, truth, strict=True)]
    np.testing.assert_allclose(ours, theirs, atol=1e-4)


def test_equals_scikit_image_where_float32_is_weakest():
    rng = np.random.default_rng(1)
    for level in (0, 128, 254):  # nearly flat: variances of one level beside means up to 255
        pair = (level + rng.integers(0, 2, (2, 16, 16, 3))).astype(np.uint8)
        np.testing.assert_allclose(ssim_of(*pair), their_ssim(*pair), atol=1e-4)
