"""The folder of a run: what it writes, and where it refuses to write."""

import errno
import json
import os
from pathlib import Path

import pytest

from colorkeras.config.load import load_config
from colorkeras.console.errors import UserError
from colorkeras.records.run_folder import RunFolder

VARGA = Path(__file__).parents[2] / "experiments" / "varga_cnn"
INFO = {"status": "running", "steps": 0, "configured_by": "varga", "overrides": [], "data": {}}
HEADER = ("step", "loss", "psnr")


@pytest.fixture
def folder(tmp_path):
    folder = RunFolder(tmp_path / "results" / "varga_cnn" / "first")
    folder.create(load_config(VARGA), INFO)
    return folder


def message_of(function, *args):
    with pytest.raises(UserError) as caught:
        function(*args)
    return str(caught.value)


def no_space(*_args, **_options):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_files(folder):
    assert sorted(path.name for path in folder.path.iterdir()) == ["config.toml", "run.json"]
    assert load_config(folder.path) == load_config(VARGA)
    assert json.loads((folder.path / "run.json").read_text(encoding="utf-8")) == {
        "format": 1,
        "run": "first",
        **INFO,
    }
    assert folder.checkpoint == folder.path / "checkpoint" / "state.h5"
    assert folder.model == folder.path / "model.h5"


def test_changes_are_written(folder):
    folder.update(status="finished", seconds={"total": 1.5})
    again = RunFolder(folder.path)
    again.open()
    assert again.info == folder.info
    assert again.info["status"] == "finished"
    assert again.info["steps"] == 0


def test_csv(folder):
    folder.csv("train.csv", HEADER).append(step=1)
    text = (folder.path / "train.csv").read_text(encoding="utf-8")
    assert text == "step,loss,psnr\n1,,\n"


def test_new_or_empty_folder_is_free(tmp_path):
    RunFolder(tmp_path / "new").check_free("or rename it")
    RunFolder(tmp_path).check_free("or rename it")


def test_folder_in_use_is_not_free(folder):
    message = message_of(folder.check_free, "or rename it")
    assert message.startswith(f"{folder.path}: already exists and is not empty.")
    assert message.endswith("or rename it.")


def test_what_was_written_goes_and_a_folder_that_was_there_stays(tmp_path):
    own, new = tmp_path / "own", tmp_path / "a" / "b" / "new"
    own.mkdir()
    for path in (own, new):
        folder = RunFolder(path)
        with folder.locked():
            (path / "run.json").touch()
            folder.checkpoint.parent.mkdir()
            folder.remove_unstarted()
    assert sorted(tmp_path.rglob("*")) == [own]


def test_file_is_not_a_free_folder(tmp_path):
    (tmp_path / "out").write_text("", encoding="utf-8")
    folder = RunFolder(tmp_path / "out")
    assert "is a file; expected a folder" in message_of(folder.check_free, "or rename it")


@pytest.mark.parametrize("inside", ["photos", "photos/out", "photos/a/../out"])
def test_folder_inside_the_data_is_refused(tmp_path, inside):
    source = str(tmp_path / "photos")
    message = message_of(RunFolder(tmp_path / inside).check_apart, source)
    assert f"lies in the data source {source}; results would mix with the data" in message


@pytest.mark.parametrize("outside", ["out", "photos2", "photos/../out", "."])
def test_folder_outside_the_data_is_accepted(tmp_path, outside):
    RunFolder(tmp_path / outside).check_apart(str(tmp_path / "photos"))


def test_scenes_are_no_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    RunFolder("scenes:face/out").check_apart("scenes:face")


def test_a_taken_name_gets_a_number(tmp_path):
    """Two jobs that begin in the same second each get a folder of their own."""
    folders = [RunFolder(tmp_path / "results" / "quick-seed0") for _ in range(3)]
    for folder in folders:
        folder.make_unique()
    names = ["quick-seed0", "quick-seed0-2", "quick-seed0-3"]
    assert [folder.path.name for folder in folders] == names
    assert sorted(path.name for path in (tmp_path / "results").iterdir()) == names


def test_a_file_in_place_of_a_parent_folder(tmp_path):
    (tmp_path / "results").touch()
    message = message_of(RunFolder(tmp_path / "results" / "tiny" / "quick").make_unique)
    assert message.endswith("cannot be made: Not a directory.")


@pytest.mark.parametrize("name", ["a\nb", "\x1b[31m", "caf\udce9", "\u202egpj"])
def test_unprintable_name_is_refused(tmp_path, name):
    message = message_of(RunFolder, tmp_path / name)
    assert "expected a name of printable characters" in message


def test_full_disk_at_the_start(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "replace", no_space)
    folder = RunFolder(tmp_path / "run")
    message = message_of(folder.create, load_config(VARGA), {})
    assert message.startswith(f"{folder.path / 'config.toml'}: cannot be written: No space")
    assert list(folder.path.iterdir()) == []


def test_full_disk_later_keeps_the_old_run_json(folder, monkeypatch):
    before = (folder.path / "run.json").read_bytes()
    monkeypatch.setattr(os, "replace", no_space)
    message = message_of(lambda: folder.update(status="finished"))
    assert message.startswith(f"{folder.path / 'run.json'}: cannot be written")
    assert (folder.path / "run.json").read_bytes() == before
