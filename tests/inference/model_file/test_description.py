"""What a network takes for one image: hand-worked, from the architecture alone."""

import keras
import pytest
from keras import layers
from saved_models import METADATA

from colorkeras.color.space import ColorSpace
from colorkeras.inference.model_file.checks import open_checked
from colorkeras.inference.saving import save_model

PIXELS = 8 * 16
FLOAT = 4


def cost_of(path, build):
    inputs = keras.Input((8, 16, 1))
    chroma = layers.Conv2D(2, 1, name="chroma")(build(inputs))
    save_model(path, keras.Model(inputs, chroma), ColorSpace.named("yuv_tanh"), METADATA)
    return open_checked(path).network.cost


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.h5"


def test_of_a_chain_the_largest_output_counts(path):
    def build(x):
        return layers.ReLU()(layers.ReLU()(layers.Conv2D(6, 3, padding="same")(x)))

    cost = cost_of(path, build)
    assert cost.outputs == 6 * PIXELS * FLOAT
    assert cost.working == 4 * 6 * PIXELS * FLOAT
    assert cost.all_outputs == (3 * 6 + 2) * PIXELS * FLOAT
    # 3×3 kernel from 1 to 6 channels with biases; 1×1 from 6 to 2 with biases; 17 for each value
    # made, of these and of two ReLUs.
    convolutions = (9 * 6 + 6) + (6 * 2 + 2)
    assert cost.work == PIXELS * (convolutions + 17 * (6 + 2 + 2 * 6))
    assert cost.calls == 4


def test_branches_may_all_be_there_at_once(path):
    def build(x):
        return layers.Add()([layers.ReLU()(layers.Conv2D(5, 1)(x)) for _ in range(3)])

    # Three branches of 5 channels; the sum goes on in the place of one of them.
    assert cost_of(path, build).outputs == 3 * 5 * PIXELS * FLOAT


def test_what_is_used_twice_stays(path):
    def build(x):
        first = layers.Conv2D(4, 1)(x)
        return layers.Concatenate()([layers.ReLU()(first), first])

    # 4 channels that stay, and one chain: ReLU (4), both (8), chroma (2).
    assert cost_of(path, build).outputs == (4 + 8) * PIXELS * FLOAT


def test_a_model_used_twice_is_computed_twice(path):
    inner = keras.Input((8, 16, 1))
    block = keras.Model(inner, layers.Conv2D(1, 1)(layers.Conv2D(7, 1)(inner)))

    cost = cost_of(path, lambda x: block(block(x)))
    assert cost.calls == 2 * (1 + 2) + 1  # of the block, of both its layers; chroma
    assert cost.all_outputs == (2 * (7 + 1) + 2) * PIXELS * FLOAT
    assert cost.outputs == (2 * 7 + 2) * PIXELS * FLOAT
