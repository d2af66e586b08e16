"""What a run says at its end."""

from types import SimpleNamespace

import pytest
from published import use_folder

from colorkeras.training.announcement import finished_text


@pytest.fixture
def folder(tmp_path, monkeypatch):
    use_folder(monkeypatch, tmp_path / "none")
    info = {"seconds": {"total": 90.4}, "data": {"source": "photos"}}
    return SimpleNamespace(path=tmp_path, model=tmp_path / "model.h5", info=info)


def test_how_to_use_the_model(folder):
    text = finished_text(folder)
    assert text.startswith("Finished in 90 s. Look at:\n")
    assert text.endswith(f"colorize {folder.model} IMAGE_OR_FOLDER -o colorized")


def test_a_model_of_rendered_scenes_is_not_for_photographs(folder):
    folder.info["data"]["source"] = "scenes:mixture"
    last = finished_text(folder).splitlines()[-1]
    assert last.startswith("But this model was trained on rendered scenes only: photographs are")
    assert "Use one that was trained on photographs, or train on your own: " in last


def test_alarms_are_named_with_the_command_that_explains_them(folder):
    folder.info["alarms"] = [{"name": "grey"}, {"name": "loss_flat"}]
    lines = finished_text(folder).splitlines()
    assert lines[-2] == "Alarms during training: grey, loss_flat. What they mean:"
    assert lines[-1].endswith(f"colorkeras.diagnose {folder.path}")
