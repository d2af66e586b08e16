"""Whose layers train: a wrong COLORKERAS_LAYERS is refused before anything starts."""

import pytest

from colorkeras import run
from colorkeras.bench import command as bench
from colorkeras.config.layers import chosen_layers
from colorkeras.config.settings import LAYERS_VARIABLE


@pytest.mark.parametrize(
    ("variable", "configured", "expected"),
    [(None, "keras", "keras"), ("", "keras", "keras"), ("auto", "keras", "auto")],
)
def test_the_variable_is_stronger(variable, configured, expected, monkeypatch):
    monkeypatch.delenv(LAYERS_VARIABLE, raising=False)
    if variable is not None:
        monkeypatch.setenv(LAYERS_VARIABLE, variable)
    assert chosen_layers(configured) == expected


@pytest.mark.parametrize(
    ("main", "options"),
    [(run.main, ["--out", "out"]), (run.main, ["--seeds", "2", "--out", "out"]), (bench.main, [])],
)
def test_a_wrong_variable_is_refused_first(main, options, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv(LAYERS_VARIABLE, "fast")
    monkeypatch.chdir(tmp_path)
    assert main(["varga_cnn", *options]) == 2
    message = "error: COLORKERAS_LAYERS: received 'fast', expected one of auto, keras.\n"
    assert capsys.readouterr().err == message
    assert not list(tmp_path.iterdir())
