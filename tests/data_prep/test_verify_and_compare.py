"""A data set against its metadata, and two of them against each other."""

import json
import os

import pytest
from data_prep_archives import encoded

from data_prep import compare, verify
from data_prep.folder import main as prepare


@pytest.fixture
def dataset(tmp_path):
    photos = tmp_path / "in"
    photos.mkdir()
    for number in range(12):
        (photos / f"{number}.png").write_bytes(encoded(number))
    assert prepare([str(photos), "-o", str(tmp_path / "a"), "--size", "32"]) == 0
    return tmp_path / "a"


def a_file(out, split="train"):
    return sorted((out / split).rglob("*.png"))[0]


def test_untouched(dataset, capsys):
    assert verify.main([str(dataset)]) == 0
    assert "12 images agree with the metadata (12 files); manifest" in capsys.readouterr().out


def change(path):
    path.write_bytes(path.read_bytes()[:-1] + b"\0")


def pipe_in_place(path):
    path.unlink()
    os.mkfifo(path)


def edit(out, old, new):
    path = out / "dataset.json"
    path.write_text(path.read_text().replace(old, new))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda out: change(a_file(out)), "its bytes have changed"),
        (lambda out: a_file(out).unlink(), "No such file"),
        (lambda out: (out / "test" / "new.png").write_bytes(encoded(99)), "not in manifest.csv"),
        (
            lambda out: (out / "manifest.csv").write_text(
                "\n".join((out / "manifest.csv").read_text().splitlines()[:-1]) + "\n"
            ),
            "its hash is not the one",
        ),
        (lambda out: (out / "dataset.json").write_text("{"), "cannot be read"),
        (lambda out: (out / "dataset.json").unlink(), "no dataset.json here"),
        (lambda out: (out / "manifest.csv").write_text("a,b\n"), "its columns are not path"),
        (
            lambda out: edit(out, '"images": {', '"imagez": {'),
            "images is None, expected a JSON object",
        ),
        (
            lambda out: edit(out, '"height": 32', '"height": 64'),
            "its size is not the one in dataset.json",
        ),
        (
            lambda out: edit(out, '"height": 32', '"height": "x"'),
            "are 'x' and 32, expected numbers",
        ),
        (lambda out: (out / "rejected.csv").write_text("x"), "rejected.csv: its bytes have"),
        (lambda out: (out / "rejected.csv").unlink(), "rejected.csv: No such file"),
        (
            lambda out: edit(out, '"files": []', '"files": "x"'),
            "files is 'x', expected a JSON array",
        ),
        (lambda out: edit(out, '"files": []', '"files": [{"n": 1}]'), "files: {'n': 1}"),
        (lambda out: (out / "dataset.json").write_text("[" * 100_000), "cannot be read"),
        (lambda out: pipe_in_place(a_file(out)), "not a regular file"),
        (lambda out: edit(out, '"recipe": {', '"recipe": 5, "z": {'), "recipe is 5, expected"),
    ],
)
def test_damage_is_named(dataset, capsys, damage, message):
    damage(dataset)
    assert verify.main([str(dataset)]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert "Traceback" not in error


def test_comparison_finds_leaks(dataset, tmp_path, capsys):
    assert compare.main([str(dataset), str(dataset)]) == 0
    assert "in the training split" in capsys.readouterr().out
    other = tmp_path / "b"
    options = ["--size", "32", "--split", "0.1/0.1/0.8"]
    assert prepare([str(tmp_path / "in"), "-o", str(other), *options]) == 0
    capsys.readouterr()
    assert compare.main([str(dataset), str(other)]) == compare.EXIT_LEAK
    out = capsys.readouterr().out
    leaked = json.loads((other / "dataset.json").read_text())["images"]["test"]
    assert "division: {'rule': 'as published, or 0.8/0.1/0.1" in out
    assert f"test images of {other} in the training split of {dataset}: " in out
    number = int(out.split(f"split of {dataset}: ")[1].split(":")[0])
    assert 0 < number <= leaked
    assert f"test images of {dataset} in the training split of {other}: none" in out


def test_comparison_of_a_changed_manifest_is_refused(dataset, capsys):
    path = dataset / "manifest.csv"
    path.write_text("\n".join(path.read_text().splitlines()[:-1]) + "\n")
    assert compare.main([str(dataset), str(dataset)]) == 2
    assert "its hash is not the one in dataset.json" in capsys.readouterr().err


def test_same_images_at_another_size_are_named(tmp_path, capsys):
    """Their files differ, but they look alike."""
    photos = tmp_path / "in"
    photos.mkdir()
    for number in range(30):
        (photos / f"{number}.png").write_bytes(encoded(number, height=300, width=300))
    for name, size, split in (("a", "64", "0.8/0.1/0.1"), ("b", "160", "0.1/0.1/0.8")):
        options = ["--size", size, "--split", split]
        assert prepare([str(photos), "-o", str(tmp_path / name), *options]) == 0
    capsys.readouterr()
    assert compare.main([str(tmp_path / "a"), str(tmp_path / "b")]) == 0
    of_a, of_b = capsys.readouterr().out.split("test images of ")[1:]
    assert "none" in of_a
    assert "by perceptual hash" not in of_a
    tested = json.loads((tmp_path / "b" / "dataset.json").read_text())["images"]["test"]
    assert int(of_b.split("by perceptual hash: ")[1].split(":")[0]) > tested / 2
