"""What can go wrong on the way: a full disk, a second process, a finish that is cut off."""

import csv
import errno
import fcntl
import os
import signal
import sqlite3
import subprocess
import sys
import time
import warnings
import zipfile
from pathlib import Path

import pytest
from data_prep_archives import encoded, refusal

from colorkeras.records.folder_lock import locked
from data_prep import output_formats, parallel, preparation, verify
from data_prep.dataset_files import read_dataset, read_manifest
from data_prep.folder import main


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
    return refusal(main, capsys, *argv)


def full(*_):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_disk_that_fills_while_images_are_written(photos, tmp_path, capsys, monkeypatch):
    """The workers' images: a folder that cannot be written stands for the disk."""
    out = tmp_path / "out"
    monkeypatch.setattr(parallel.State, "record", full)
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
    monkeypatch.setattr(output_formats, "_move" if kind == "files" else "_described", full)
    assert "No space left on device" in refused(capsys, *options)
    assert not (out / "dataset.json").exists()
    monkeypatch.undo()
    assert main(options) == 0
    assert sum(read_dataset(out)["images"].values()) == len(list(read_manifest(out))) >= 24


@pytest.mark.parametrize("split", ["16/4/4", "0.6/0.2/0.2"])
def test_an_interrupted_finish_is_done_again(photos, tmp_path, monkeypatch, split):
    """Half the files are in place, duplicates are out: the same data set comes of it."""
    whole, out = tmp_path / "whole", tmp_path / "out"
    options = ["--size", "32", "--split", split]
    assert main([str(photos), "-o", str(whole), *options]) == 0
    move, moved = output_formats._move, []

    def dying(source, target):
        if len(moved) == 9:
            raise KeyboardInterrupt
        moved.append(target)
        move(source, target)

    monkeypatch.setattr(output_formats, "_move", dying)
    assert main([str(photos), "-o", str(out), *options]) == 130
    monkeypatch.setattr(output_formats, "_move", move)
    assert main([str(photos), "-o", str(out), *options]) == 0
    assert read_dataset(out)["manifest"] == read_dataset(whole)["manifest"]
    assert read_dataset(out)["duplicates"] == read_dataset(whole)["duplicates"]


def test_killed_after_the_last_file(photos, tmp_path, capsys, monkeypatch):
    """dataset.json is there, and so is what the preparation worked with."""
    out = tmp_path / "out"
    options = [str(photos), "-o", str(out), "--size", "32"]
    with monkeypatch.context() as patch:
        patch.setattr(preparation, "remove_work", stopped)
        assert main(options) == 130
    assert (out / "dataset.json").exists()
    assert (out / ".work").exists()
    (out / ".manifest.1999999999.tmp.csv").touch()
    before = read_dataset(out)
    message = refused(capsys, *options[:-1], "64")
    assert "holds a finished data set" in message
    (out / ".work").mkdir(exist_ok=True)
    assert main(options) == 0
    assert "was already finished" in capsys.readouterr().out
    assert read_dataset(out) == before
    assert sorted(path.name for path in out.iterdir() if path.is_file()) == [
        *("dataset.json", "manifest.csv", "rejected.csv"),
    ]
    assert not (out / ".work").exists()
    assert verify.main([str(out)]) == 0
    assert "holds a finished data set" in refused(capsys, *options)


def test_two_at_once(photos, tmp_path, capsys):
    out = tmp_path / "out"
    with locked(out, "-"):
        assert "another process is preparing it" in refused(capsys, photos, "-o", out)


def test_names_that_are_no_unicode(tmp_path):
    """As old archives leave them on Linux: kept byte by byte, in the manifest too."""
    folder, out = tmp_path / "photos", tmp_path / "out"
    folder.mkdir()
    names = [f"caf\udce9 {number}.png" for number in range(12)]
    for number, name in enumerate(names):
        (folder / name).write_bytes(encoded(number))
    (folder / "copy \udcff.png").write_bytes(encoded(3))
    assert main([str(folder), "-o", str(out), "--size", "32", "--split", "0.4/0.3/0.3"]) == 0
    found = {row.source for row in read_manifest(out)}
    assert set(names) - found <= {names[3]}
    assert verify.main([str(out)]) == 0
    odd = tmp_path / "dir \udce9"
    folder.rename(odd)
    assert main([str(odd), "-o", str(tmp_path / "two"), "--size", "32"]) == 0


# Jobs in the background ignore Ctrl-C, and so would what they start.
INTERRUPTIBLE = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from data_prep.folder import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize("times", [1, 3])
def test_ctrl_c_for_all_processes_at_once(tmp_path, photos, times):
    """As a terminal sends it: the workers leave it to their parent and print nothing."""
    for number in range(24, 400):
        (photos / f"{number:03d}.bmp").write_bytes(encoded(number, "BMP", height=300, width=400))
    out = tmp_path / "out"
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTIBLE, str(photos), "-o", str(out)],
        cwd=Path(__file__).parents[2],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    while process.poll() is None and not list((out / ".work" / "pictures").glob("*/*.png")):
        time.sleep(0.05)
    for _ in range(times):  # an impatient user
        os.killpg(process.pid, signal.SIGINT)
        time.sleep(0.15)
    error = process.communicate(timeout=30)[1]
    assert process.returncode == 130
    assert "Traceback" not in error


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--grey", "nan"], "--grey: received nan, expected 0"),
        (["--grey", "-1"], "--grey: received -1.0, expected 0"),
        (["-o", ""], "--out: received ''"),
    ],
)
def test_options_out_of_range(photos, tmp_path, capsys, options, message):
    assert message in refused(capsys, photos, "-o", tmp_path / "out", *options)


def test_archive_of_which_nothing_can_be_read(tmp_path, capsys):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../a.png", encoded(1))
        archive.writestr("../b.png", encoded(2))
    message = refused(capsys, path, "-o", tmp_path / "out")
    assert "all were refused: 2 × unsafe name: leads out of the archive (..)" in message
    assert not (tmp_path / "out").exists()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("notes.txt", "-")
    assert "no image to prepare. Expected files ending in" in refused(capsys, path, "-o", "x")


def test_a_carriage_return_in_a_name(photos, tmp_path):
    (photos / "a\rb.png").write_bytes(encoded(77))
    (photos / "c\nd.png").write_bytes(encoded(78))
    (photos / "e\rf.png").write_bytes(b"")
    out = tmp_path / "out"
    assert main([str(photos), "-o", str(out), "--size", "32"]) == 0
    assert {"a\rb.png", "c\nd.png"} <= {row.source for row in read_manifest(out)}
    assert verify.main([str(out)]) == 0
    with open(out / "rejected.csv", newline="", encoding="utf-8") as file:
        assert ["e\rf.png", "empty file"] in list(csv.reader(file))


def test_two_members_of_one_name(tmp_path):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for number in range(12):
            archive.writestr(f"{number}.png", encoded(number))
        archive.writestr("3.png", encoded(99))
    assert main([str(path), "-o", str(tmp_path / "out"), "--size", "32"]) == 0
    assert '3.png (member 12),"same name' in (tmp_path / "out" / "rejected.csv").read_text()


def test_a_state_that_was_never_written(photos, tmp_path):
    """A disk that was full at the very first byte leaves an empty file."""
    out = tmp_path / "out"
    (out / ".work").mkdir(parents=True)
    (out / ".work" / "state.sqlite").write_bytes(b"")
    assert main([str(photos), "-o", str(out), "--size", "32"]) == 0


def test_another_archive_does_not_continue(tmp_path, capsys, monkeypatch):
    """Images of the first and the hash of the second would make false metadata."""
    path, out = tmp_path / "x.zip", tmp_path / "out"
    for first in (0, 50):
        with zipfile.ZipFile(path, "w") as archive:
            for number in range(12):
                archive.writestr(f"{number}.png", encoded(first + number))
        if not first:
            monkeypatch.setattr(preparation, "divide", stopped)
            assert main([str(path), "-o", str(out), "--size", "32"]) == 130
            monkeypatch.undo()
    message = refused(capsys, path, "-o", out, "--size", "32")
    assert 'with another archives: {"archives": [{"name": "x.zip"' in message
    assert f"remove {out} and begin again" in message


def stopped(*_):
    raise KeyboardInterrupt


def test_out_inside_the_source_however_it_is_named(tmp_path, photos, capsys):
    link = tmp_path / "link"
    link.symlink_to(photos)
    zips = tmp_path / "zips"
    zips.mkdir()
    for name in ("a", "b"):
        with zipfile.ZipFile(zips / f"{name}.zip", "w") as archive:
            archive.writestr("1.png", encoded(1))
    for source, out in ((photos, link / "out"), (link, photos / "out"), (zips, zips / "out")):
        assert "is inside the source" in refused(capsys, source, "-o", out)
        assert not out.exists()


def test_archives_that_zipfile_cannot_read(tmp_path, capsys):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("é.png", encoded(1))
    whole = path.read_bytes()
    bad_name = whole.replace("é".encode(), b"\xff\xfe")
    directory = whole.rindex(b"PK\x01\x02")
    new_version = whole[: directory + 6] + b"\x63\x00" + whole[directory + 8 :]
    for damaged in (bad_name, new_version):
        path.write_bytes(damaged)
        assert "x.zip: not a complete zip archive" in refused(capsys, path, "-o", tmp_path / "out")


def test_a_file_system_without_locks(photos, tmp_path, monkeypatch):
    """SQLite's locks are fcntl's own; it is told to do without where Python's fail."""
    whole, out = tmp_path / "whole", tmp_path / "out"
    assert main([str(photos), "-o", str(whole), "--size", "32"]) == 0

    def refuse(*_):
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))

    opened = []
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: opened.append(a[0]) or connect(*a, **k))
    monkeypatch.setattr(fcntl, "lockf", refuse)
    monkeypatch.setattr(fcntl, "flock", refuse)
    assert main([str(photos), "-o", str(out), "--size", "32"]) == 0
    assert opened
    assert all(name.endswith("?nolock=1") for name in opened)
    assert read_dataset(out)["manifest"] == read_dataset(whole)["manifest"]
