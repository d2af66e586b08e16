"""Differences of colors and luma, for scenes whose true colors are known."""

import numpy as np

from colorkeras.color.constants import BT601_LUMA
from colorkeras.metrics.ciede2000_formula import difference


def ciede2000(lab1, lab2):
    return difference(np.moveaxis(lab1, -1, 0), np.moveaxis(lab2, -1, 0), np)


def grey_of(color):
    return color @ np.asarray(BT601_LUMA, np.float32)
