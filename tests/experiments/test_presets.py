"""The preset `small` is one comparison of all systems: the same images of a folder, cut alike."""

import dataclasses
from pathlib import Path

import pytest

from colorkeras.config.load import load_config

ROOT = Path(__file__).parents[2] / "experiments"
FOLDERS = sorted(path.parent for path in ROOT.glob("*/config.toml"))
SIDE = 64  # of church_cgan's noise map; every other network takes it too


def small(folder):
    return load_config(folder, "small")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_images_are_those_of_all_systems(folder):
    data, first = small(folder).data, small(FOLDERS[0]).data
    assert (data.height, data.width) == (SIDE, SIDE)
    # The source is the user's; changes of training images are a part of the training.
    own = {name: getattr(data, name) for name in ("horizontal_flip", "zoom", "tone", "grain")}
    own["source"] = data.source
    assert data == dataclasses.replace(first, **own)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_about_ten_thousand_images_are_seen(folder):
    config = small(folder)
    steps = config.train.epochs * (config.data.train_images // config.train.batch_size)
    assert 9_000 <= steps * config.train.batch_size <= 11_000
