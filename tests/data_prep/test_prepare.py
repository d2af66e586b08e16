"""What can go wrong on the way: a full disk, a second process, a finish that is cut off."""

import errno

import pytest
from data_prep_archives import encoded

from colorkeras.folder_lock import locked
from data_prep import packing, process
from data_prep.folder import main
from data_prep.passport import read_dataset, read_manifest


@pytest.fixture
def photos(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(24):
        (folder / f"{number:02d}.png").write_bytes(encoded(number))
    (folder / "copy of 3.png").write_bytes(encoded(3))
    (folder / "copy of 5.png").write_bytes(encoded(5))
    return folder


def refused(capsys, *argv):
    assert main([str(argument) for argument in argv]) == 2
    error = capsys.readouterr().err
    assert "Traceback" not in error
    return " ".join(error.split())


def full(*_):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_disk_that_fills_while_pictures_are_written(photos, tmp_path, capsys, monkeypatch):
    """The workers' pictures: a folder that cannot be written stands for the disk."""
    out = tmp_path / "out"
    monkeypatch.setattr(process.State, "record", full)
    message = refused(capsys, photos, "-o", out, "--size", "32")
    assert "cannot be written (No space left on device)" in message
    assert "give the same command again" in message
    monkeypatch.undo()
    assert main([str(photos), "-o", str(out), "--size", "32"]) == 0


def test_a_worker_that_cannot_write(photos, tmp_path, capsys):
    out = tmp_path / "out"
    (out / ".work").mkdir(parents=True)
    (out / ".work" / "pictures").write_text("in the way")
    message = refused(capsys, photos, "-o", out, "--size", "32")
    assert f"{out}: cannot be written" in message


@pytest.mark.parametrize("kind", ["files", "tfrecord", "hdf5"])
def test_a_disk_that_fills_at_the_end(photos, tmp_path, capsys, monkeypatch, kind):
    out = tmp_path / "out"
    options = [str(photos), "-o", str(out), "--size", "32", "--format", kind]
    monkeypatch.setattr(packing, "_move" if kind == "files" else "_described", full)
    assert "No space left on device" in refused(capsys, *options)
    assert not (out / "dataset.json").exists()
    monkeypatch.undo()
    assert main(options) == 0
    assert sum(read_dataset(out)["images"].values()) == len(list(read_manifest(out))) >= 24


@pytest.mark.parametrize("split", ["16/4/4", "0.6/0.2/0.2"])
def test_a_finish_that_was_cut_off_is_done_again(photos, tmp_path, monkeypatch, split):
    """Half the files are in place, duplicates are out: the same data set comes of it."""
    whole, out = tmp_path / "whole", tmp_path / "out"
    options = ["--size", "32", "--split", split]
    assert main([str(photos), "-o", str(whole), *options]) == 0
    move, moved = packing._move, []

    def dying(source, target):
        if len(moved) == 9:
            raise KeyboardInterrupt
        moved.append(target)
        move(source, target)

    monkeypatch.setattr(packing, "_move", dying)
    assert main([str(photos), "-o", str(out), *options]) == 130
    monkeypatch.setattr(packing, "_move", move)
    assert main([str(photos), "-o", str(out), *options]) == 0
    assert read_dataset(out)["manifest"] == read_dataset(whole)["manifest"]
    assert read_dataset(out)["duplicates"] == read_dataset(whole)["duplicates"]


def test_two_at_once(photos, tmp_path, capsys):
    out = tmp_path / "out"
    with locked(out, "-"):
        assert "another process is preparing it" in refused(capsys, photos, "-o", out)
