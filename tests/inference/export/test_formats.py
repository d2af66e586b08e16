"""What a format needs: told with the command that installs it."""

import configparser
import importlib.util
from pathlib import Path

import pytest

from colorkeras.console.errors import UserError
from colorkeras.inference.export.formats import FORMATS, check_can_export

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("name", ["onnx", "litert"])
def test_extra_installs_what_the_format_needs(name):
    extras = configparser.ConfigParser()
    extras.read(ROOT / "setup.cfg", encoding="utf-8")
    lines = extras["options.extras_require"][name].splitlines()
    assert {x for x in lines if x and x[0] != "#"} == set(FORMATS[name].needs.values())


def test_missing_packages_are_named(monkeypatch):
    find = importlib.util.find_spec
    gone = {"tf2onnx", "onnxruntime"}
    monkeypatch.setattr(importlib.util, "find_spec", lambda x: None if x in gone else find(x))
    with pytest.raises(UserError) as refused:
        check_can_export(FORMATS["onnx"])
    assert "not installed here: " in str(refused.value)
    assert "pip install " in str(refused.value)
    for requirement in ("'onnxruntime>=1.22,<2'", "'tf2onnx>=1.17,<2'"):
        assert requirement in str(refused.value)


def test_another_backend(monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    check_can_export(FORMATS["keras"])
    with pytest.raises(UserError, match=r"--format savedmodel: .* KERAS_BACKEND is jax\. Leave "):
        check_can_export(FORMATS["savedmodel"])
