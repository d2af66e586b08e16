"""Statistics of the training set, as an experiment's objectives ask for them."""

import numpy as np
import pytest

from colorkeras.color.space import ColorSpace
from colorkeras.experiment.training_set import TrainingSet, stand_in

SPACE = ColorSpace.named("yuv_tanh")
WHITE_AND_BLACK = np.stack([np.full((4, 6, 3), 255, np.uint8), np.zeros((4, 6, 3), np.uint8)])


def of_two_images():
    """A training set of a white and a black image, in two batches."""

    def mean_over(name, of_images):
        return (of_images(WHITE_AND_BLACK[:1]) + of_images(WHITE_AND_BLACK[1:])).sum(axis=0) / 2

    return TrainingSet(SPACE, mean_over)


def test_mean_by_hand():
    """Luminance 1 and 0, chroma 0."""
    training_set = of_two_images()
    found = training_set.mean("luminance", lambda inputs, targets: inputs)
    np.testing.assert_allclose(found, np.full((4, 6, 1), 0.5), atol=1e-6)
    assert found.dtype == np.float64
    found = training_set.mean("chroma", lambda inputs, targets: targets.sum(axis=(1, 2)))
    np.testing.assert_allclose(found, [0, 0], atol=1e-5)
    found = training_set.mean("bright", lambda inputs, targets: inputs.max(axis=(1, 2, 3)) > 0.5)
    assert found.shape == ()
    assert found == 0.5


def test_function_gets_numpy_arrays():
    seen = []
    of_two_images().mean("x", lambda *given: seen.append(given) or np.zeros(len(given[0])))
    for inputs, targets in seen:
        assert (type(inputs), type(targets)) == (np.ndarray, np.ndarray)
        assert (inputs.dtype, targets.dtype) == (np.float32, np.float32)
        assert (inputs.shape, targets.shape) == ((1, 4, 6, 1), (1, 4, 6, 2))


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda i, t: t.mean(), r"its function returned float32 of shape \(\) for 1 images"),
        (lambda i, t: t[0], r"expected real numbers of shape \(1, …\)"),
        (lambda i, t: ["red"] * len(t), r"returned <U3 of shape \(1,\)"),
        (lambda i, t: t[:, :0], r"of shape \(1, 0, 6, 2\)"),
        (lambda i, t: t * np.nan, "received NaN or infinity, expected finite numbers"),
    ],
)
def test_what_is_no_statistic(function, words):
    with pytest.raises(ValueError, match=f"^statistic 'odd' of the training set: .*{words}"):
        of_two_images().mean("odd", function)


def test_stand_in_is_the_same_each_time():
    means = [
        stand_in(SPACE, 5, 7).mean("chroma", lambda inputs, targets: targets) for _ in range(2)
    ]
    assert means[0].shape == (5, 7, 2)
    np.testing.assert_array_equal(*means)
    assert np.ptp(means[0]) > 0.1  # colors of all kinds
