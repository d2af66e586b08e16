"""The plain tf.data loader: the same images as ours, up to how they are resized."""

import numpy as np
import pytest
from PIL import Image
from tiny_experiment import make_image

from colorkeras.bench.tf_data_loader import decoding_ratio, tf_data_batches
from colorkeras.data.images.decode import fit, read_rgb


@pytest.mark.parametrize(
    ("stored", "size", "ratio"),
    [
        ((480, 640), (160, 256), 2),
        ((480, 640), (64, 64), 4),
        ((480, 640), (60, 80), 8),
        ((100, 640), (90, 64), 1),
        ((50, 50), (64, 64), 1),
    ],
)
def test_decoding_ratio(stored, size, ratio):
    assert decoding_ratio(stored, size) == ratio


@pytest.mark.parametrize("resize", ["crop", "stretch"])
def test_images_are_those_of_our_loader(tmp_path, resize):
    file = tmp_path / "0.jpg"
    Image.fromarray(make_image(3, 96, 128)).save(file, quality=95)
    options = {"batch_size": 2, "resize": resize, "flip": False, "cores": 1}
    batch = np.asarray(next(tf_data_batches([file], (96, 128), (24, 48), **options)))
    assert (batch.shape, batch.dtype) == ((2, 24, 48, 3), np.uint8)
    ours = fit(read_rgb(file, at_least=(24, 48)), 24, 48, rule=resize)
    assert np.abs(batch.astype(int) - ours).mean() < 2


def test_half_of_the_images_are_mirrored(tmp_path):
    file = tmp_path / "0.jpg"
    Image.fromarray(make_image(3, 48, 48)).save(file, quality=95)
    options = {"batch_size": 40, "resize": "crop", "cores": 1}
    plain = np.asarray(next(tf_data_batches([file], (48, 48), (24, 24), flip=False, **options)))
    batch = np.asarray(next(tf_data_batches([file], (48, 48), (24, 24), flip=True, **options)))
    mirrored = [np.array_equal(image, plain[0, :, ::-1]) for image in batch]
    assert 5 < sum(mirrored) < 35
    assert all(np.array_equal(image, plain[0]) for image in batch[~np.array(mirrored)])
