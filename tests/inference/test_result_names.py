"""The names of results, and what two images with one name are told."""

import pytest
from PIL import Image
from tiny_experiment import make_image

from colorkeras.data.images.formats import UnusableImage
from colorkeras.inference.result_names import ResultNames, as_seen


def write(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(make_image()).save(path)
    return path


def name_of(names, photo, form="png"):
    return names.of(photo, photo.relative_to(photo.parents[0]), form).name


def test_the_suffix_of_the_format(tmp_path):
    names = ResultNames(tmp_path / "out")
    assert name_of(names, write(tmp_path / "a.jpg")) == "a.png"
    assert name_of(names, write(tmp_path / "b.TIFF"), "tiff") == "b.TIFF"
    assert name_of(names, write(tmp_path / "c.d.jpg")) == "c.d.png"


def test_a_namesake_that_is_not_given(tmp_path):
    write(tmp_path / "a.bmp")
    assert name_of(ResultNames(tmp_path / "out"), write(tmp_path / "a.png")) == "a.png.png"


@pytest.mark.parametrize("pair", [("A.png", "a.png"), ("\u00e9.png", "e\u0301.png")])
def test_names_that_many_file_systems_take_for_one(tmp_path, pair):
    first, second = (write(tmp_path / name) for name in pair)
    if first.samefile(second):
        pytest.skip("this file system takes the names for one")
    assert as_seen(first.name) == as_seen(second.name)
    names = ResultNames(tmp_path / "out")
    name_of(names, first)
    with pytest.raises(UnusableImage, match="take these names for one: rename one of the images"):
        name_of(names, second)


def test_one_name_in_two_folders(tmp_path):
    names = ResultNames(tmp_path / "out")
    name_of(names, write(tmp_path / "1" / "a.jpg"))
    with pytest.raises(UnusableImage, match="give a folder that holds both, or another -o"):
        name_of(names, write(tmp_path / "2" / "a.jpg"))
