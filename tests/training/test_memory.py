"""The estimate of memory, worked by hand, and what a machine says it has."""

from types import SimpleNamespace

import keras
import pytest
from keras import layers

from colorkeras.experiment.objective import Objective
from colorkeras.records import environment
from colorkeras.training.memory import MemoryEstimate, estimate_memory

SIZE = 512


def network(policy, channels):
    """Two layers of SIZE x SIZE results, the first in the format of `policy`."""
    return keras.Sequential(
        [
            keras.Input((SIZE, SIZE, channels)),
            layers.Conv2D(4, 1, use_bias=False, dtype=policy),
            layers.Conv2D(2, 1, use_bias=False, dtype="float32"),
            layers.Flatten(),
        ]
    )


def wiring(policy):
    generator, judge = network(policy, 1), network(policy, 2)
    objectives = [Objective("judge", judge, dict), Objective("generator", generator, dict)]
    return SimpleNamespace(
        model=generator,
        networks={"judge": judge, "generator": generator},
        objectives=objectives,
        optimizers={},
    )


@pytest.mark.parametrize(("policy", "width"), [("float32", 4), ("mixed_bfloat16", 2)])
def test_batch_by_hand(policy, width):
    """3 images; a pixel has 4 results of `width` bytes and 2 of 4; judges twice; a third more."""
    outputs = 3 * SIZE * SIZE * (4 * width + 2 * 4) * (1 + 2)
    assert estimate_memory(wiring(policy), 3) == MemoryEstimate(0, round(outputs * 4 / 3 / 2**20))


def test_networks_by_hand():
    """10^6 weights in float32, their gradients, and Adam's two means: 16 MB."""
    model = keras.Sequential([keras.Input((1000,)), layers.Dense(1000, use_bias=False)])
    adam = keras.optimizers.Adam()
    adam.build(model.trainable_variables)
    found = estimate_memory(
        SimpleNamespace(
            model=model,
            networks={"colorizer": model},
            objectives=[Objective("colorizer", model, dict)],
            optimizers={"colorizer": adam},
        ),
        1,
    )
    assert found.fixed == round(16e6 / 2**20)
    assert found.total == found.fixed + found.batch


def test_free_memory_of_this_machine():
    free = environment.free_memory_mb()
    assert free is None or 0 < free < 2**30


def test_group_of_processes_may_have_less(monkeypatch, tmp_path):
    limit, used = tmp_path / "max", tmp_path / "current"
    limit.write_text(f"{5 * 2**20}\n")
    used.write_text(f"{2 * 2**20}\n")
    monkeypatch.setattr(environment, "_GROUPS", ((limit, used), (tmp_path / "no", used)))
    if environment._free_of_machine() is not None:  # not Linux
        assert environment.free_memory_mb() == 3
    limit.write_text("max\n")
    assert environment.free_memory_mb() != 3
