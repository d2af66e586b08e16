"""The folder command from photographs to a data set that a run takes."""

import csv
import hashlib
import json
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from data_prep_archives import encoded, pixels, write_zip
from PIL import Image

from colorkeras.data.folders.folder_source import open_folder
from data_prep import parallel
from data_prep.folder import main

ODD = ["a b.png", "it's.png", '"q".png', "=1+1.png", "naïve–日本.png", "-x.png"]


def write_photos(folder, count, first=0):
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(first, first + count):
        (folder / f"{number:03d}.png").write_bytes(encoded(number))
    return folder


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def facts(out):
    return json.loads((out / "dataset.json").read_text(encoding="utf-8"))


@pytest.fixture
def refused(capfd):
    def check(*argv):
        assert main([str(argument) for argument in argv]) == 2
        error = capfd.readouterr().err
        assert "Traceback" not in error
        return " ".join(error.split())

    return check


def test_data_set_with_metadata(tmp_path):
    photos, out = write_photos(tmp_path / "in", 40), tmp_path / "out"
    before = {p: p.read_bytes() for p in photos.iterdir()}
    (photos / "notes.txt").write_text("-")
    Image.fromarray(np.full((40, 40, 3), 90, np.uint8)).save(photos / "grey.png")
    (photos / "cut.jpg").write_bytes(encoded(50, "JPEG")[:300])
    assert main([str(photos), "-o", str(out), "--size", "32x48"]) == 0
    manifest, found = rows(out / "manifest.csv"), facts(out)
    assert sum(found["images"].values()) == len(manifest) == 40
    assert found["rejected"] == {"grey": 1, "truncated": 1}
    for row in manifest:
        data = (out / row["path"]).read_bytes()
        assert row["sha256"] == hashlib.sha256(data).hexdigest()
        assert np.asarray(Image.open(out / row["path"])).shape == (32, 48, 3)
        assert (row["width"], row["height"]) == ("64", "48")
        assert row["path"].startswith(f"{row['split']}/")
    # The hash by which a run on this folder knows it.
    source = open_folder(out, height=32, width=48)
    assert source.manifest_hash == found["manifest"]
    assert {split: len(images) for split, images in source.sets.items()} == found["images"]
    assert {p: p.read_bytes() for p in before} == before
    assert sorted(path.name for path in out.iterdir()) == [
        *("dataset.json", "manifest.csv", "rejected.csv", "test", "train", "val")
    ]


def test_pixels_are_cut_and_resized_by_area(tmp_path):
    """Of 48×64 pixels the central 48×48, each 1.5 pixels an output pixel: checked on its mean."""
    photos, out = write_photos(tmp_path / "in", 12), tmp_path / "out"
    assert main([str(photos), "-o", str(out), "--size", "32"]) == 0
    (row,) = [row for row in rows(out / "manifest.csv") if row["source"] == "003.png"]
    image = np.asarray(Image.open(out / row["path"])).astype(float)
    expected = pixels(3)[:, 8:56].astype(float)
    np.testing.assert_allclose(image.mean((0, 1)), expected.mean((0, 1)), atol=0.3)
    np.testing.assert_allclose(
        image[:16, :16].mean((0, 1)), expected[:24, :24].mean((0, 1)), atol=0.3
    )


def test_duplicates_across_splits_leave_the_training_split(tmp_path):
    photos, out = write_photos(tmp_path / "in", 30), tmp_path / "out"
    for number in range(30):  # each once more, as JPEG: not the same bytes, nor quite the pixels
        (photos / f"copy-{number:03d}.jpg").write_bytes(encoded(number, "JPEG"))
    assert main([str(photos), "-o", str(out), "--size", "32"]) == 0
    found, manifest = facts(out), rows(out / "manifest.csv")
    left = [row for row in rows(out / "rejected.csv") if row["reason"].startswith("duplicate")]
    assert len(left) == found["duplicates"]["near"] + found["duplicates"]["exact"] > 0
    splits = {}
    for row in manifest:
        splits.setdefault(row["source"][-7:-4], set()).add(row["split"])
    assert all(len(of_image) == 1 for of_image in splits.values())
    assert all("(test)" in row["reason"] or "(val)" in row["reason"] for row in left)


def test_odd_names(tmp_path):
    photos, out = write_photos(tmp_path / "in", 10, first=10), tmp_path / "out"
    for number, name in enumerate(ODD):
        (photos / name).write_bytes(encoded(number))
    assert main([str(photos), "-o", str(out), "--size", "32"]) == 0
    names = {row["source"].removeprefix("'") for row in rows(out / "manifest.csv")}
    assert set(ODD) <= names
    text = (out / "manifest.csv").read_text(encoding="utf-8")
    assert ",=1" not in text  # what a spreadsheet would run


def test_zip_gives_the_same_images_as_its_folder(tmp_path):
    photos = write_photos(tmp_path / "in", 12)
    archive = write_zip(tmp_path / "x.zip", {p.name: p.read_bytes() for p in photos.iterdir()})
    for source, out in ((photos, "one"), (archive, "two")):
        assert main([str(source), "-o", str(tmp_path / out), "--size", "32"]) == 0
    one, two = facts(tmp_path / "one"), facts(tmp_path / "two")
    assert one["manifest"] == two["manifest"]
    assert two["source"]["archives"] == [
        {
            "name": "x.zip",
            "bytes": archive.stat().st_size,
            "sha256": hashlib.sha256(archive.read_bytes()).hexdigest(),
        }
    ]


def test_groups_are_never_divided(tmp_path):
    photos, out = tmp_path / "in", tmp_path / "out"
    for person in range(12):
        write_photos(photos / f"person{person}", 3, first=3 * person)
    assert main([str(photos), "-o", str(out), "--size", "32", "--group-by-folder"]) == 0
    splits = {}
    for row in rows(out / "manifest.csv"):
        splits.setdefault(row["source"].split("/")[0], set()).add(row["split"])
    assert len(splits) == 12
    assert all(len(found) == 1 for found in splits.values())


def test_groups_from_a_csv_column(tmp_path, refused):
    photos, out = write_photos(tmp_path / "in", 24), tmp_path / "out"
    lines = ["path,film", *(f"{number:03d}.png,{number // 2}" for number in range(24))]
    table = tmp_path / "films.csv"
    table.write_text("\n".join(lines))
    assert "films.csv: no column kind. Its columns are path, film." in refused(
        photos, "-o", out, "--groups", f"{table}:kind"
    )
    unnamed = tmp_path / "unnamed.csv"
    unnamed.write_text("step,film\n1,a\n")
    assert "no column path (or file, or name), which names the images. Its columns are" in refused(
        photos, "-o", out, "--groups", f"{unnamed}:film"
    )
    empty = tmp_path / "empty.csv"
    empty.write_text("path,film\n000.png,\n001.png,\n")
    assert "empty.csv: column film is empty in every row" in refused(
        photos, "-o", out, "--groups", f"{empty}:film"
    )
    assert main([str(photos), "-o", str(out), "--size", "32", "--groups", f"{table}:film"]) == 0
    splits = {}
    for row in rows(out / "manifest.csv"):
        splits.setdefault(int(row["source"][:3]) // 2, set()).add(row["split"])
    assert all(len(found) == 1 for found in splits.values())


def test_groups_that_fit_in_part_or_not_at_all(tmp_path, refused, capfd):
    photos, table = write_photos(tmp_path / "in", 12), tmp_path / "people.csv"
    table.write_text("path,person\ntypo/000.png,anna\ntypo/001.png,anna\n")
    options = ["-o", tmp_path / "out", "--size", "32", "--groups", f"{table}:person"]
    message = refused(photos, *options)
    assert "names none of the 12 images. One of its rows names 'typo/000.png'" in message
    assert not (tmp_path / "out").exists()
    table.write_text("path,person\n000.png,anna\n001.png,anna\ngone.png,anna\n")
    assert main([str(photos), *map(str, options)]) == 0
    note = capfd.readouterr().err
    assert "10 images are not in it, each a group of its own" in note
    assert "1 of its rows name no image" in note


def test_numbers_of_images_by_seed(tmp_path):
    photos = write_photos(tmp_path / "in", 30)
    found = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        out = tmp_path / name
        options = ["--size", "32", "--split", "10/3/4", "--seed", str(seed)]
        assert main([str(photos), "-o", str(out), *options]) == 0
        assert facts(out)["images"] == {"train": 10, "val": 3, "test": 4}
        found.append({row["source"]: row["split"] for row in rows(out / "manifest.csv")})
    assert found[0] == found[1] != found[2]


DYING = """
import os, sys
from data_prep import command, state
record = state.State.record
calls = 0
def dying(self, results):
    global calls
    record(self, results)
    calls += 1
    if calls == 2:
        os._exit(9)
state.State.record = dying
from data_prep.folder import main
if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
"""


def test_only_unfinished_images_are_done_again_after_a_crash(tmp_path, monkeypatch):
    photos, out = write_photos(tmp_path / "in", 4 * parallel.PORTION), tmp_path / "out"
    arguments = [str(photos), "-o", str(out), "--size", "32"]
    script = tmp_path / "dying.py"
    script.write_text(DYING)
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, script, *arguments],
        env={"PYTHONPATH": str(root), "PATH": ""},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert done.returncode == 9
    assert not (out / "dataset.json").exists()
    again = []
    work = parallel._Workers.answers

    def counting(self, portions):
        for results in work(self, portions):
            again.extend(results)
            yield results

    monkeypatch.setattr(parallel._Workers, "answers", counting)
    assert main(arguments) == 0
    assert len(again) == 2 * parallel.PORTION
    assert main([str(photos), "-o", str(tmp_path / "whole"), "--size", "32"]) == 0
    assert facts(out)["manifest"] == facts(tmp_path / "whole")["manifest"]


def test_other_settings_do_not_continue(tmp_path, refused):
    photos, out = write_photos(tmp_path / "in", 2), tmp_path / "out"
    assert "none for val" in refused(photos, "-o", out, "--size", "32", "--split", "1/0/0")
    message = refused(photos, "-o", out, "--size", "64", "--split", "1/0/0")
    assert "was begun here with another recipe" in message


def test_finished_or_foreign_folder_is_left_alone(tmp_path, refused):
    photos, out = write_photos(tmp_path / "in", 12), tmp_path / "out"
    assert main([str(photos), "-o", str(out), "--size", "32"]) == 0
    assert "holds a finished data set" in refused(photos, "-o", out, "--size", "32")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").write_text("-")
    assert "is not empty" in refused(photos, "-o", tmp_path / "mine")
    assert "is inside the source" in refused(photos, "-o", photos / "out")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--size", "8"], "--size: received '8', expected N or HxW, from 32 to 4096"),
        (["--size", "64x"], "--size"),
        (["--limit", "2"], "--limit: received 2, expected 3 to 1,000,000,000"),
        (["--split", "0.8/0.1"], "--split: received '0.8/0.1', expected shares"),
        (["--split", "8/1/x"], "--split"),
        (["--split", "8/1/1", "--limit", "5"], "into numbers of images (8/1/1)"),
        (["--groups", "films.csv"], "expected FILE.csv:COLUMN"),
    ],
)
def test_bad_options(tmp_path, refused, options, message):
    photos = write_photos(tmp_path / "in", 3)
    assert message in refused(photos, "-o", tmp_path / "out", *options)
    assert not (tmp_path / "out").exists()


def test_the_command_for_training_can_be_pasted(tmp_path, monkeypatch, capfd):
    monkeypatch.setattr("sys.argv", ["/venv/bin/colorkeras"])
    photos, out = write_photos(tmp_path / "in", 12), tmp_path / "out of here"
    write_photos(photos / "test", 3, first=12)
    assert main([str(photos), "-o", str(out), "--size", "32"]) == 0
    printed = capfd.readouterr()
    command = shlex.split(printed.out.partition("Train on it with: ")[2])
    assert command == ["colorkeras", "run", "EXPERIMENT", "--data", str(out)]
    told = "named as test or val sets, but not used as such: test/ (3 images)"
    assert printed.err.count(told) == 1
    assert [told in note for note in facts(out)["notes"]] == [True]
