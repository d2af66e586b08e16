"""Sample images: which images, and that the single files are what they say."""

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from tiny_experiment import make_image, read_rows

from colorkeras.color.space import ColorSpace
from colorkeras.evaluation.samples import Samples
from colorkeras.experiment.generator import Noise
from colorkeras.inference.result_names import carries_mark

SPACE = ColorSpace.named("yuv_tanh")


class ArraySet:
    names = tuple(f"{number}.png" for number in range(7))
    size = (32, 32)

    def __len__(self):
        return 7

    def read(self, index):
        return make_image(index, 32, 32)


def no_chroma(inputs, training):
    return tf.concat([0 * inputs, 0 * inputs], axis=-1)


@pytest.mark.parametrize(
    ("count", "expected"),
    [(1, [0]), (2, [0, 6]), (3, [0, 3, 6]), (4, [0, 2, 4, 6]), (99, list(range(7)))],
)
def test_evenly_spaced_over_the_set(count, expected):
    samples = Samples(SPACE, Noise(), ArraySet(), count, "clip")
    assert samples.names == [f"{index}.png" for index in expected]


def test_files(tmp_path):
    samples = Samples(SPACE, Noise(), ArraySet(), 2, "clip")
    samples.write_files(no_chroma, tmp_path)
    assert read_rows(tmp_path / "index.csv") == [
        {"number": "000", "image": "0.png"},
        {"number": "001", "image": "6.png"},
    ]
    assert len(list(tmp_path.iterdir())) == 1 + 2 * 3
    for number, index in ((0, 0), (1, 6)):
        truth = make_image(index, 32, 32)
        np.testing.assert_array_equal(
            np.asarray(Image.open(tmp_path / f"{number:03d}_truth.png")), truth
        )
        ours = np.asarray(Image.open(tmp_path / f"{number:03d}_model.png")).astype(float)
        luma = truth @ [0.299, 0.587, 0.114]
        assert np.abs(ours - luma[..., np.newaxis]).max() <= 0.51
        grey = np.asarray(Image.open(tmp_path / f"{number:03d}_grey.png"))
        assert np.ptp(grey, axis=-1).max() <= 1


def test_files_a_few_at_a_time_are_the_same(tmp_path):
    samples = Samples(SPACE, Noise(), ArraySet(), 5, "clip")
    samples.write_files(no_chroma, tmp_path / "all")
    samples.write_files(no_chroma, tmp_path / "two", at_a_time=2)
    files = sorted(path.name for path in (tmp_path / "all").iterdir())
    assert len(files) == 1 + 5 * 3
    for name in files:
        assert (tmp_path / "two" / name).read_bytes() == (tmp_path / "all" / name).read_bytes()


def test_what_the_model_made_carries_the_mark(tmp_path):
    samples = Samples(SPACE, Noise(), ArraySet(), 2, "clip")
    samples.write_files(no_chroma, tmp_path)
    samples.write_grid(no_chroma, tmp_path / "grid.png")
    marked = [path.name for path in sorted(tmp_path.glob("*.png")) if carries_mark(path)]
    assert marked == ["000_model.png", "001_model.png", "grid.png"]


def test_grid(tmp_path):
    Samples(SPACE, Noise(), ArraySet(), 2, "clip").write_grid(
        no_chroma, tmp_path / "deep" / "grid.png"
    )
    with Image.open(tmp_path / "deep" / "grid.png") as grid:
        width, height = grid.size
    # Three columns and two rows of 32 pixels, enlarged to 160.
    assert width > 3 * 160
    assert height > 2 * 160


def test_no_samples(tmp_path):
    samples = Samples(SPACE, Noise(), ArraySet(), 0, "clip")
    samples.write_grid(no_chroma, tmp_path / "grid.png")
    samples.write_files(no_chroma, tmp_path / "files")
    assert list(tmp_path.iterdir()) == []
