"""What is measured in a process that has loaded the model."""

import numpy as np
import pytest
from PIL import Image
from saved_models import write_model

from colorkeras.bench.photos.copies import write_copy
from colorkeras.bench.photos.warm import folder_parts, single_parts
from colorkeras.console.errors import UserError
from colorkeras.inference.saved_model import load_model


@pytest.fixture
def model(tmp_path):
    return load_model(write_model(tmp_path / "model.h5"))


@pytest.fixture
def photos(tmp_path):
    paths = [tmp_path / f"{seed}.jpg" for seed in range(3)]
    for seed, path in enumerate(paths):
        write_copy(path, np.full((30, 40), 99, np.uint8), 0.0012, seed)
    return paths


def test_pillow_writes_what_we_write(model, photos, tmp_path):
    parts = single_parts(model, photos[0], tmp_path)
    assert list(parts) == ["png", "jpg", "level 1", "level 6", "quality 95"]
    for part in parts.values():
        assert part().keys() == {"s", "CPU s"}
    ours, theirs = (np.asarray(Image.open(tmp_path / f"{n}.png")) for n in ("ours", "pillow"))
    np.testing.assert_array_equal(ours, theirs)
    with Image.open(tmp_path / "pillow.jpg") as image:
        assert [layer[1:3] for layer in image.layer] == [(1, 1)] * 3  # chroma is not subsampled


def test_every_photograph_of_the_folder_is_colored_anew(model, photos, tmp_path):
    results = [path.with_suffix(".png") for path in photos]
    for part in folder_parts(model, photos, tmp_path, jobs=2).values():
        for result in results:
            result.unlink(missing_ok=True)
        part()
        assert all(result.is_file() for result in results)
        part()  # although there are results


def test_a_photograph_that_cannot_be_colored(model, photos, tmp_path):
    parts = folder_parts(model, photos, tmp_path, jobs=2)
    photos[1].write_bytes(b"no image")
    with pytest.raises(UserError, match=r"2 of 3 photographs .*/1\.jpg: "):
        parts["together"]()
