"""The export command: what it writes, what it says, and the published model in every format."""

import json
import subprocess
import sys

import keras
import numpy as np
import pytest
from exported import PACKAGES, program
from saved_models import write_model, write_noisy_model
from tiny_experiment import make_image

from colorkeras.export import main
from colorkeras.inference.export.formats import FORMATS
from colorkeras.inference.model import Model
from colorkeras.inference.published_models import published_model
from colorkeras.inference.saved_model import load_model


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return write_model(tmp_path_factory.mktemp("model") / "model.h5")


@pytest.mark.parametrize("name", FORMATS)
def test_writes_and_says_so(name, model, tmp_path, capfd):
    for package in PACKAGES.get(name, ()):
        pytest.importorskip(package)
    out = tmp_path / "out"
    assert main([model, "--format", name, "-o", str(out)]) == 0
    files = {"metadata.json", "usage.py", FORMATS[name].file}
    assert {path.name for path in out.iterdir()} == files
    printed = capfd.readouterr()
    *lines, last = printed.out.splitlines()
    assert [line.partition(": ")[0] for line in lines] == [str(out / x) for x in sorted(files)]
    assert last.startswith("largest difference of normalised chroma: ")
    assert last.endswith(" on 6 fixed images (at most 1.0e-04 is allowed)")
    model_line, note = printed.err.splitlines()
    assert model_line == f"model: {model} (tiny, run first)"
    assert note.startswith("this model was trained on rendered scenes only")


def test_overwrite(model, tmp_path, capsys):
    command = [model, "--format", "keras", "-o", str(tmp_path / "out")]
    assert main(command) == 0
    (tmp_path / "out" / "usage.py").write_text("old")
    assert main(command) == 2
    assert "already exists" in capsys.readouterr().err
    assert main([*command, "--overwrite"]) == 0
    assert "def colorize" in (tmp_path / "out" / "usage.py").read_text()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_dropout_is_told(tmp_path, capsys):
    path = write_noisy_model(tmp_path / "model.h5", "dropout")
    assert main([path, "--format", "keras", "-o", str(tmp_path / "out")]) == 0
    assert "by its dropout, which is off in the exported one" in capsys.readouterr().err


def test_refused_before_the_libraries_load(tmp_path):
    (tmp_path / "out").mkdir()
    command = [sys.executable, "-X", "importtime", "-m", "colorkeras.export"]
    options = ["--format", "keras", "-o", str(tmp_path / "out")]
    done = subprocess.run([*command, *options], capture_output=True, text=True)
    assert done.returncode == 2
    for name in ("keras", "tensorflow", "jax"):
        assert f" {name}" not in done.stderr.replace("colorkeras", "")


@pytest.mark.slow
def test_published_model_in_every_format(tmp_path, capfd):
    """Without a name it is the default one; its program colors as `colorize` does."""
    published = published_model()
    colorize = Model(load_model(published.file)).colorize
    image = make_image(2, 300, 400)
    expected = colorize(image).astype(int)
    for name in FORMATS:
        for package in PACKAGES.get(name, ()):
            pytest.importorskip(package)
        keras.utils.clear_session()
        out = tmp_path / name
        assert main(["--format", name, "-o", str(out)]) == 0
        found = json.loads((out / "metadata.json").read_text())
        assert found["model"]["published"] == published.name
        assert found["comparison"]["largest_difference"] <= 2e-5
        texts = [path.name for path in published.folder.glob("*.LICENSE.txt")]
        assert texts == [path.name for path in out.glob("*.LICENSE.txt")]
        apart = np.abs(program(out)["colorize"](image) - expected)
        assert apart.max() <= 1, name
