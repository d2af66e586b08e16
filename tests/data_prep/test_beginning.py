"""How a preparation begins: system folders, published splits, groups and unusable sources."""

import csv
import shutil
import unicodedata

import numpy as np
import pytest
from data_prep_archives import encoded, pixels, refusal, write_zip
from PIL import Image

from colorkeras.data.images.mark import save_options
from data_prep import preparation
from data_prep.dataset_files import read_dataset, read_manifest
from data_prep.folder import main


def write(folder, count, first=0):
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(first, first + count):
        (folder / f"{number:03d}.png").write_bytes(encoded(number))
    return folder


def prepared(source, out, *options):
    assert main([str(source), "-o", str(out), "--size", "32", *options]) == 0
    return {row.source: row.split for row in read_manifest(out)}


def rejected(out):
    with open(out / "rejected.csv", encoding="utf-8", newline="") as file:
        return {row["name"]: row["reason"] for row in csv.DictReader(file)}


def published(folder):
    for first, (name, count) in enumerate({"train": 10, "Validation": 5, "test2017": 5}.items()):
        write(folder / name, count, 20 * first)
    return folder


EXPECTED = {"train": "train", "Validation": "val", "test2017": "test"}


@pytest.mark.parametrize("packed", [False, True])
def test_a_published_division_stays(tmp_path, capfd, packed):
    source = published(tmp_path / "in")
    if packed:
        members = {str(p.relative_to(source)): p.read_bytes() for p in source.rglob("*.png")}
        source = write_zip(tmp_path / "x.zip", members)
    found = prepared(source, tmp_path / "out")
    assert len(found) == 20
    assert all(split == EXPECTED[name.split("/")[0]] for name, split in found.items())
    note = "divided as published: train is train/; val is Validation/; test is test2017/"
    assert note in capfd.readouterr().err
    assert read_dataset(tmp_path / "out")["published"] == note


def test_what_was_not_published_is_taken_from_train(tmp_path):
    write(tmp_path / "in" / "train", 30)
    write(tmp_path / "in" / "test", 5, 50)
    write(tmp_path / "in" / "others", 2, 70)
    found = prepared(tmp_path / "in", tmp_path / "out")
    assert {n for n, split in found.items() if split == "test"} == {
        f"test/{number:03d}.png" for number in range(50, 55)
    }
    assert {split for n, split in found.items() if n.startswith("train/")} == {"train", "val"}
    assert rejected(tmp_path / "out") == {
        f"others/{n:03d}.png": "outside of the folders of the published splits" for n in (70, 71)
    }


def test_another_division_is_made_when_asked_for(tmp_path, capfd):
    source = published(tmp_path / "in")
    found = prepared(source, tmp_path / "out", "--split", "0.4/0.3/0.3")
    assert any(split != EXPECTED[name.split("/")[0]] for name, split in found.items())
    told = "new division: 0.4/0.3/0.3 by SHA-256 of the name; the source is divided as published: "
    assert told in capfd.readouterr().err
    prepared(source, tmp_path / "groups", "--group-by-folder")
    assert read_dataset(tmp_path / "groups")["division"]["rule"].endswith("of the folder")


def test_an_interrupted_division_continues(tmp_path, monkeypatch):
    source, out = published(tmp_path / "in"), tmp_path / "out"
    monkeypatch.setattr(preparation, "divide", stopped)
    assert main([str(source), "-o", str(out), "--size", "32"]) == 130
    monkeypatch.undo()
    assert prepared(source, out) == prepared(source, tmp_path / "whole")
    assert read_dataset(out)["manifest"] == read_dataset(tmp_path / "whole")["manifest"]


def stopped(*_):
    raise KeyboardInterrupt


def test_system_folders_are_ignored_with_a_note(tmp_path, capfd):
    source = write(tmp_path / "in", 12)
    for number in range(12):
        write(source / "@eaDir" / f"IMG_{number:03d}", 1, 50 + number)
    write(source / "#recycle", 1, 90)
    assert len(prepared(source, tmp_path / "out")) == 12
    note = "files and folders ignored: 2 of other programs (#recycle, @eaDir)"
    assert note in capfd.readouterr().err
    assert read_dataset(tmp_path / "out")["notes"] == [note]
    assert rejected(tmp_path / "out") == {}
    members = {str(p.relative_to(source)): p.read_bytes() for p in source.rglob("*.png")}
    archive = write_zip(tmp_path / "x.zip", members)
    assert len(prepared(archive, tmp_path / "two")) == 12


def test_what_is_not_read_is_rejected(tmp_path):
    source = write(tmp_path / "in", 12)
    (source / "a.jfif").write_bytes(encoded(40, "JPEG"))
    (source / "b.jp2").write_bytes(encoded(41, "JPEG"))
    (source / "c").write_bytes(encoded(42, "JPEG"))
    (source / "d.mp4").write_bytes(b"")
    assert "a.jfif" in prepared(source, tmp_path / "out")
    found = rejected(tmp_path / "out")
    assert found.keys() == {"b.jp2", "c", "d.mp4"}
    assert all(reason.startswith("format not supported: ") for reason in found.values())


def test_results_of_the_suite_are_not_used(tmp_path):
    source = write(tmp_path / "in", 12)
    options = save_options(".png", {"experiment": "tiny", "run": "first"})
    Image.fromarray(pixels(50)).save(source / "guess.png", **options)
    assert len(prepared(source, tmp_path / "out")) == 12
    assert rejected(tmp_path / "out")["guess.png"].startswith("own result: ")
    assert read_dataset(tmp_path / "out")["rejected"] == {"own result": 1}


def test_groups_whatever_the_unicode_form_of_their_names(tmp_path):
    folder = tmp_path / "in" / unicodedata.normalize("NFD", "Müller")
    folder.mkdir(parents=True)
    for number in range(24):
        name = unicodedata.normalize("NFD", f"Größe_{number}.png")
        (folder / name).write_bytes(encoded(number))
    rows = [f"Müller/Größe_{number}.png,{number % 6}" for number in range(24)]
    table = tmp_path / "groups.csv"
    text = "\n".join(["path,person", *rows])
    table.write_text(unicodedata.normalize("NFC", text), encoding="utf-8")
    found = prepared(tmp_path / "in", tmp_path / "out", "--groups", f"{table}:person")
    splits = {}
    for name, split in found.items():
        number = int(name.rpartition("_")[2].removesuffix(".png"))
        splits.setdefault(number % 6, set()).add(split)
    assert len(found) == 24
    assert all(len(of_group) == 1 for of_group in splits.values())


def test_scans_with_a_stamp_are_grey(tmp_path):
    source = write(tmp_path / "in", 12)
    for number in range(3):
        scan = np.repeat(pixels(50 + number, 240, 320)[..., :1], 3, axis=2)
        scan[20:44, 30:78] = (200, 30, 30)  # 1.5 % of the area
        Image.fromarray(scan).save(source / f"scan{number}.png")
    assert len(prepared(source, tmp_path / "out")) == 12
    found = rejected(tmp_path / "out")
    assert found.keys() == {f"scan{number}.png" for number in range(3)}
    assert all(reason.startswith("grey: ") for reason in found.values())


def test_a_source_of_test_images_alone_is_refused(tmp_path, capsys):
    write(tmp_path / "in" / "test", 12)
    message = refusal(main, capsys, tmp_path / "in", "-o", tmp_path / "out", "--size", "32")
    assert "none for train" in message
    shutil.rmtree(tmp_path / "out")
    assert len(prepared(tmp_path / "in" / "test", tmp_path / "out")) == 12
