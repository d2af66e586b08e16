"""The spread of color classes: of a distribution worked out by hand."""

import keras
import numpy as np
from keras import layers

from colorkeras.color.space import ColorSpace
from colorkeras.experiment.generator import Noise
from colorkeras.inference.class_spread import ClassSpread
from colorkeras.inference.saved_model import SavedModel
from colorkeras.networks.annealed_mean import annealed_mean

NO_NOISE = Noise()
SPACE = ColorSpace.named("lab_pix2pix")  # chroma / 110


def saved(scores, centres):
    """A model that gives each pixel the same scores of classes."""
    inputs = keras.Input((8, 8, 1))
    x = layers.AveragePooling2D(4)(inputs)
    given = layers.Conv2D(len(scores), 1, kernel_initializer="zeros", name="logits")
    x = given(x)
    given.set_weights([given.get_weights()[0], np.asarray(scores, np.float32)])
    model = keras.Model(inputs, annealed_mean(x, np.asarray(centres) / 110))
    return SavedModel("m.h5", model, SPACE, NO_NOISE, {}, 1, "")


def test_half_and_half():
    """Classes at a* 30 and -10, as likely: 20 from their mean. The annealing is not used."""
    model = saved([1.5, 1.5], [(30, 0), (-10, 0)])
    assert ClassSpread.is_known(model)
    found = ClassSpread(model)(np.zeros((1, 8, 8, 3), np.uint8))
    assert found.shape == (2, 2)
    np.testing.assert_allclose(found, 20, rtol=1e-5)


def test_shares():
    """Shares of 3/4 and 1/4 at b* 0 and 40: variance 3/16 · 1600 = 300."""
    model = saved([np.log(3), 0], [(0, 0), (0, 40)])
    found = ClassSpread(model)(np.zeros((1, 8, 8, 3), np.uint8))
    np.testing.assert_allclose(found, np.sqrt(300), rtol=1e-5)


def test_models_without_classes():
    inputs = keras.Input((8, 8, 1))
    model = keras.Model(inputs, layers.Conv2D(2, 1)(inputs))
    plain = SavedModel("m.h5", model, SPACE, NO_NOISE, {}, 1, "")
    assert not ClassSpread.is_known(plain)
