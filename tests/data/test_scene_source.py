"""Rendered scenes as an image source."""

import numpy as np
import pytest

from colorkeras.config.settings import DataTable
from colorkeras.console.errors import UserError
from colorkeras.data import scenes
from colorkeras.data.open_source import describe_source, is_rendered, open_source
from colorkeras.data.scene_source import SceneSet, parse_domain


def table(**changes):
    values = {"source": "scenes:landscape", "height": 32, "width": 48}
    counts = {"train_images": 5, "val_images": 2, "test_images": 3}
    return DataTable(**{**values, **counts, **changes})


@pytest.mark.parametrize(
    ("source", "domain"),
    [("scenes", "mixture"), ("scenes:", "mixture"), ("scenes:face", "face")],
)
def test_domain(source, domain):
    assert parse_domain(source) == domain


def test_unknown_domain():
    with pytest.raises(UserError, match="'scenes:faces': no such scenes; expected scenes:landscap"):
        parse_domain("scenes:faces")


@pytest.mark.parametrize(
    ("source", "expected"),
    [("scenes", True), ("scenes:face", True), ("./scenes", False), ("scenes/x", False)],
)
def test_is_rendered(source, expected):
    assert is_rendered(source) == expected


def test_counts_and_sizes():
    source = open_source(table())
    assert {split: len(images) for split, images in source.sets.items()} == {
        "train": 5,
        "val": 2,
        "test": 3,
    }
    image = source.sets["val"].read(1)
    assert image.shape == (32, 48, 3)
    assert image.dtype == np.uint8
    assert source.sets["val"].size == (32, 48)
    assert describe_source(source)["set_aside"] == 0


def test_images_are_the_scenes_of_their_split():
    source = open_source(table(seed=4))
    for split, images in source.sets.items():
        expected = scenes.render("landscape", seed=4, split=split, index=1, height=32, width=48)
        np.testing.assert_array_equal(images.read(1), expected)


def test_names_are_distinct_over_splits():
    source = open_source(table())
    names = [name for images in source.sets.values() for name in images.names]
    assert len(set(names)) == 10


@pytest.mark.parametrize(
    ("limit", "expected"),
    [(0, (80, 10, 10)), (50, (40, 5, 5)), (1, (1, 1, 1)), (1000, (80, 10, 10))],
)
def test_limit(limit, expected):
    data = table(train_images=80, val_images=10, test_images=10, limit=limit)
    sets = open_source(data).sets
    assert tuple(len(sets[split]) for split in ("train", "val", "test")) == expected


@pytest.mark.parametrize(
    "change", [{"seed": 1}, {"source": "scenes:face"}, {"width": 64}, {"test_images": 4}]
)
def test_manifest_depends_on_what_is_rendered(change):
    first = open_source(table())
    assert first.manifest_hash == open_source(table()).manifest_hash
    assert first.manifest_hash != open_source(table(**change)).manifest_hash


def test_expected_is_the_mean_over_the_hues():
    images = SceneSet("face", 0, "test", 2, 32, 32)
    expected = images.expected(1)
    assert expected.shape == (32, 32, 3)
    assert expected.dtype == np.float32
    drawn = scenes.render_expected("face", seed=0, split="test", index=1, height=32, width=32)
    np.testing.assert_array_equal(expected, drawn)


def test_too_small_a_size():
    with pytest.raises(UserError, match=r"data\.height, data\.width: received 32, 16; "):
        open_source(table(width=16))
