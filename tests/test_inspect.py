"""The inspect command: what is in a model file, without Keras."""

import json
import subprocess
import sys

import hostile_files
import pytest
from published import use_folder, write_published
from saved_models import write_model, write_noisy_model

from colorkeras.inspect import main

CHECKS = ("structure", "metadata", "network", "sizes", "memory", "weights", "checksum")


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return write_noisy_model(tmp_path_factory.mktemp("inspect") / "model.h5", "input")


def test_a_good_file(model, capsys):
    assert main([model]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines[1:9]] == [
        ["checks"],
        *([name, "passed"] for name in CHECKS),
    ]
    # 8 filters of 3×3 and their biases; 3 numbers of noise into a plane of 32×32.
    assert sum(line.split()[1:] == ["Conv2D", "32×32×8", "80"] for line in lines) == 1
    assert sum(line.split()[1:] == ["Dense", "1024", "4,096"] for line in lines) == 1
    # The head: 2 filters over 8 + 1 channels.
    assert lines[-1].startswith(f"{80 + 4096 + 2 * 9 + 2:,} parameters; one image takes about ")
    assert any(line.startswith("  experiment   tiny") for line in lines)


def test_json(model, capsys):
    assert main([model, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert [check["passed"] for check in report["checks"]] == [True] * 7
    assert report["parameters"] == 80 + 4096 + 20
    assert report["metadata"]["run"] == "first"
    assert sum(layer["parameters"] for layer in report["layers"]) == report["parameters"]


def test_the_first_check_that_fails(model, capsys):
    assert main([model, "--max-memory", "1e-5"]) == 2
    lines = capsys.readouterr().out.splitlines()
    words = [line.split(maxsplit=2)[1:] for line in lines[2:9]]
    assert [word[0].rstrip(":") for word in words] == [*["FAILED"], *["not"] * 6]
    assert "--max-memory" in words[0][1]


def test_an_earlier_version(tmp_path, capsys):
    path = write_model(tmp_path / "model.h5")
    hostile_files.change_metadata(path, format=1, integrity=None)
    assert main([path]) == 0
    assert "checksum   not checked: written by an earlier version" in capsys.readouterr().out


def test_control_characters_are_escaped(tmp_path, capsys):
    path = write_model(tmp_path / "model.h5")
    hostile_files.change_metadata(path, versions={"x": "\x1b[31m", "\u202e": "z"})
    assert main([path]) == 2
    out = capsys.readouterr().out
    assert "\\x1b" in out or "\\u001b" in out
    assert "\x1b" not in out
    assert "\u202e" not in out


def test_missing_file(tmp_path, capsys):
    assert main([str(tmp_path / "none.h5")]) == 2
    assert "none.h5: no such file" in capsys.readouterr().out


def test_loads_no_keras(model):
    command = [sys.executable, "-X", "importtime", "-m", "colorkeras.inspect", model]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "h5py" in done.stderr
    for name in ("keras", "tensorflow", "jax"):
        assert f" {name}" not in done.stderr.replace("colorkeras", "")


def test_published_name(model, tmp_path, monkeypatch, capsys):
    write_published(tmp_path / "published", "photo", model)
    use_folder(monkeypatch, tmp_path / "published")
    assert main(["photo"]) == 0
    assert "  experiment   tiny" in capsys.readouterr().out
    assert main(["phot"]) == 2
    assert "phot: no such file. Did you mean photo?" in capsys.readouterr().err
