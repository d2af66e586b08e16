"""Noise: drawn from a key alone."""

import keras
import numpy as np
import pytest

from colorkeras.experiment.generator import Noise, input_shapes

UNIFORM = Noise("input", "uniform", (3, 2))


def test_of_a_model():
    luminance, z = keras.Input((4, 4, 1)), keras.Input((3,))
    plane = keras.layers.Reshape((4, 4, 1))(keras.layers.Dense(16)(z))
    model = keras.Model([luminance, z], keras.layers.Add()([luminance, plane]))
    assert Noise.of(model, "input", "normal") == Noise("input", "normal", (3,))
    plain = keras.Sequential([luminance, keras.layers.ReLU()])
    assert Noise.of(plain, "dropout", "normal").shape == ()


@pytest.mark.parametrize("source", ["none", "dropout"])
def test_no_input_no_numbers(source):
    noise = Noise(source)
    assert noise.for_step(0, 1, 4) is None
    assert noise.for_images([0, 1], 0) is None
    assert noise.is_random is (source == "dropout")


def test_step():
    drawn = UNIFORM.for_step(seed=5, step=7, batch_size=4)
    assert drawn.shape == (4, 3, 2)
    assert drawn.dtype == np.float32
    np.testing.assert_array_equal(drawn, UNIFORM.for_step(5, 7, 4))
    for other in (UNIFORM.for_step(5, 8, 4), UNIFORM.for_step(6, 7, 4)):
        assert not np.array_equal(drawn, other)


def test_images_do_not_depend_on_their_batch():
    together = UNIFORM.for_images([4, 9], sample=2)
    assert together.shape == (2, 3, 2)
    np.testing.assert_array_equal(together[1:], UNIFORM.for_images([9], 2))
    assert not np.array_equal(together[0], together[1])
    assert not np.array_equal(together, UNIFORM.for_images([4, 9], 3))
    assert not np.array_equal(together[0], UNIFORM.for_step(4, 2, 1)[0])


def test_distributions():
    normal = Noise("input", "normal", (1000,)).for_step(0, 1, 100)
    assert abs(normal.mean()) < 0.01  # 3 standard errors of 100,000 draws
    assert normal.std() == pytest.approx(1, abs=0.01)
    uniform = Noise("input", "uniform", (1000,)).for_step(0, 1, 100)
    assert -1 <= uniform.min() < -0.999
    assert 0.999 < uniform.max() < 1
    assert uniform.std() == pytest.approx(3**-0.5, abs=0.01)


def test_record():
    assert UNIFORM.record() == {"source": "input", "distribution": "uniform"}


def test_input_shapes():
    assert input_shapes(4, 6) == (None, 4, 6, 1)
    assert input_shapes(4, 6, (3,)) == [(None, 4, 6, 1), (None, 3)]
