import numpy as np

from colorkeras.color.classes import CLASSES, nearest_class, srgb_classes
from colorkeras.color.srgb import rgb_to_lab


def test_the_classes_are_the_313_of_zhang_et_al():
    assert CLASSES.shape == (313, 2)
    assert CLASSES.dtype == np.float32
    assert len(np.unique(CLASSES, axis=0)) == 313
    assert CLASSES[0].tolist() == [-90, 50]
    assert CLASSES[-1].tolist() == [100, 0]
    assert [0, 0] in CLASSES.tolist()
    assert CLASSES.min(axis=0).tolist() == [-90, -110]
    assert CLASSES.max(axis=0).tolist() == [100, 100]


def test_srgb_has_260_of_the_classes():
    found = srgb_classes()
    assert found.shape == (260, 2)
    everything = CLASSES.tolist()
    places = [everything.index(point) for point in found.tolist()]
    assert places == sorted(places)
    # The primaries, (53, 80, 67), (88, -86, 83) and (32, 79, -108), and grey.
    for point in ([80, 70], [-90, 80], [80, -110], [0, 0]):
        assert point in found.tolist()
    assert [-90, 50] not in found.tolist()
    with_more = srgb_classes(least_share=0.002).tolist()
    assert len(with_more) == 206
    assert all(point in found.tolist() for point in with_more)


def test_nearest_class_of_colors_of_srgb():
    """Against distances to all classes: levels 0, 5, …, 255 of each channel."""
    levels = np.arange(0, 256, 5, dtype=np.uint8)
    rgb = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(-1, 3)
    ab = np.asarray(rgb_to_lab(rgb))[:, 1:]
    # |ab - class|² without |ab|², which does not change the order
    distances = np.square(CLASSES).sum(axis=-1) - 2 * ab @ CLASSES.T
    found = np.asarray(nearest_class(ab))
    assert found.dtype == np.int32
    chosen = np.take_along_axis(distances, found[:, np.newaxis], axis=-1)[:, 0]
    np.testing.assert_allclose(chosen, distances.min(axis=-1), atol=1e-2)


def test_a_color_outside_of_the_classes_gets_a_class_near_its_cell():
    far = np.array([[[-200, -200], [104, 54], [0, -74]]], np.float32)
    assert CLASSES[np.asarray(nearest_class(far))[0]].tolist() == [[-30, -50], [90, 50], [0, -70]]
