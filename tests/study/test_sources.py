"""Outputs of runs, and folders matched by name."""

import shutil

import numpy as np
import pytest
from PIL import Image
from planted_study import write_images

from colorkeras.console.errors import UserError
from colorkeras.study.make import main
from colorkeras.study.sources import open_sources


def write_run(folder, names, color=(200, 40, 40)):
    place = folder / "samples" / "test"
    place.mkdir(parents=True)
    lines = ["number,image"]
    for number, name in enumerate(names):
        lines.append(f"{number:03d},{name}")
        for kind in ("grey", "model", "truth"):
            Image.fromarray(np.full((16, 16, 3), color, np.uint8)).save(
                place / f"{number:03d}_{kind}.png"
            )
    (place / "index.csv").write_text("\n".join(lines) + "\n")
    return folder


def test_runs_bring_their_truth(tmp_path):
    one = write_run(tmp_path / "one", ["a.png", "b.png"])
    two = write_run(tmp_path / "two", ["c.png", "b.png"])
    sources, truth = open_sources([str(one), f"second={two}"], None)
    assert list(truth) == ["b"]
    assert truth["b"] == one / "samples" / "test" / "001_truth.png"
    assert sources[0].outputs["b"].name == "001_model.png"
    assert sources[1].name == "second"


def test_folders_match_by_name_without_suffix(tmp_path):
    write_images(tmp_path, ("mine",), 3)
    (tmp_path / "mine" / "01.png").rename(tmp_path / "mine" / "01.bmp")
    sources, truth = open_sources([str(tmp_path / "mine")], str(tmp_path / "truth"))
    assert list(truth) == ["00", "01", "02"]
    assert sources[0].name == "mine"
    assert sources[0].outputs["01"].name == "01.bmp"


def fails(arguments, truth=None):
    with pytest.raises(UserError) as error:
        open_sources([str(argument) for argument in arguments], truth and str(truth))
    return str(error.value)


def test_mistakes(tmp_path):
    write_images(tmp_path, ("mine",), 2)
    assert "expected --truth FOLDER" in fails([tmp_path / "mine"])
    assert "no such folder" in fails([tmp_path / "gone"], tmp_path / "truth")
    shutil.copy(tmp_path / "mine" / "00.png", tmp_path / "mine" / "00.jpg")
    assert "differs in its suffix only" in fails([tmp_path / "mine"], tmp_path / "truth")
    other = write_run(tmp_path / "run", ["x.png"])
    shutil.rmtree(other / "samples")
    (other / "run.json").write_text("{}")
    assert "--images" in fails([other])
    (tmp_path / "empty").mkdir()
    assert "holds no images" in fails([tmp_path / "empty"], tmp_path / "truth")


def test_nothing_in_common_shows_names(tmp_path):
    one, two = (write_run(tmp_path / name, [f"{name}.png"]) for name in ("a", "b"))
    message = fails([f"A={one}", f"B={two}"])
    assert "truth has a, A has a, B has b" in message


@pytest.mark.parametrize("name", ["truth", "check", "a\x1b[31m", "x" * 61])
def test_names_that_no_system_has(tmp_path, name):
    run = write_run(tmp_path / "run", ["a.png"])
    assert "as the name of a system" in fails([f"{name}={run}"])


def test_one_place_twice(tmp_path):
    run = write_run(tmp_path / "run", ["a.png"])
    assert "given 2 times as A" in fails([f"A={run}", f"A={run}"])


def test_runs_that_measured_other_images_under_the_same_names(tmp_path, capsys):
    names = [f"{number}.png" for number in range(8)]
    one = write_run(tmp_path / "one", names)
    two = write_run(tmp_path / "two", names, color=(40, 200, 40))
    argv = [f"A={one}", f"B={two}", "-o", str(tmp_path / "study"), "--checks", "0"]
    assert main(argv) == 2
    assert "is another picture than" in capsys.readouterr().err
    assert not (tmp_path / "study").exists()
