import numpy as np

from colorkeras.color.classes import CLASSES, srgb_classes


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
