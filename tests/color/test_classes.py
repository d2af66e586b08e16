import numpy as np

from colorkeras.color.classes import CLASSES


def test_the_classes_are_the_313_of_zhang_et_al():
    assert CLASSES.shape == (313, 2)
    assert CLASSES.dtype == np.float32
    assert len(np.unique(CLASSES, axis=0)) == 313
    assert CLASSES[0].tolist() == [-90, 50]
    assert CLASSES[-1].tolist() == [100, 0]
    assert [0, 0] in CLASSES.tolist()
    assert CLASSES.min(axis=0).tolist() == [-90, -110]
    assert CLASSES.max(axis=0).tolist() == [100, 100]
