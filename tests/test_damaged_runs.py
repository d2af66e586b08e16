"""A run whose folder was damaged, or whose images have moved, is resumed or refused by name."""

import json
import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest
from killing import run_until
from tiny_experiment import (
    assert_same_run,
    read_info,
    read_rows,
    write_experiment,
    write_photos,
)

from colorkeras import run

BOM = b"\xef\xbb\xbf"


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    """An unbroken run on photographs, and one that was killed at its fifth step."""
    root = tmp_path_factory.mktemp("runs")
    experiment = write_experiment(root / "tiny")
    begin = [experiment, "--data", write_photos(root / "photos", 12), "--out"]
    assert run.main([*begin, str(root / "whole")]) == 0
    run_until(5, *begin, root / "killed")
    return root


@pytest.fixture
def killed(places, tmp_path):
    return Path(shutil.copytree(places / "killed", tmp_path / "killed"))


def resumed(folder, *options):
    return run.main(["--resume", str(folder), *options])


def replaced(name, content):
    def damage(folder):
        (folder / name).write_bytes(content)

    return damage


def changed(name, old, new):
    def damage(folder):
        content = (folder / name).read_bytes()
        assert old in content
        (folder / name).write_bytes(content.replace(old, new, 1))

    return damage


def made_a_folder(name):
    def damage(folder):
        (folder / name).unlink()
        (folder / name).mkdir()

    return damage


def entry(**changes):
    """Entries of run.json, or without those that are None."""

    def damage(folder):
        info = json.loads((folder / "run.json").read_text(encoding="utf-8")) | changes
        kept = {key: value for key, value in info.items() if value is not None}
        (folder / "run.json").write_text(json.dumps(kept), encoding="utf-8")

    return damage


def state(text):
    def damage(folder):
        with h5py.File(folder / "checkpoint" / "state.h5", "r+") as file:
            file.attrs["state"] = text

    return damage


def weights(change):
    def damage(folder):
        with h5py.File(folder / "checkpoint" / "state.h5", "r+") as file:
            name = "network/colorizer/0000"
            values = file[name][()]
            del file[name]
            if (new := change(values)) is not None:
                file[name] = new

    return damage


DAMAGES = [
    (replaced("run.json", b""), "run.json: cannot be read"),
    (replaced("run.json", b"\x00\xff" * 99), "run.json: cannot be read"),
    (replaced("run.json", b"[" * 99_999), "run.json: cannot be read"),
    (replaced("run.json", b"{}"), "run.json: format None"),
    (made_a_folder("run.json"), "run.json: cannot be read"),
    (entry(status=None), "run.json: status is None"),
    (entry(status=3), "run.json: status is 3"),
    (entry(data=[]), "run.json: data is []"),
    (entry(data={}), "the images are not those this run began with"),
    (entry(overrides="x"), "run.json: overrides is 'x'"),
    (entry(overrides=[3]), "run.json: overrides, devices or configured_by are not"),
    (entry(overrides=["x"]), "expected table.key=value"),
    (entry(configured_by="nowhere"), "nowhere: not found from here"),
    (entry(configured_by=""), "run.json: overrides, devices or configured_by are not"),
    (entry(configured_by="\0"), "not found from here"),
    (entry(preset=["x"]), "preset"),
    (entry(preset="x"), "preset: received 'x'"),
    (entry(devices=3), "run.json: overrides, devices or configured_by are not"),
    (entry(devices="tpu"), "--devices: received 'tpu'"),
    (entry(backend="torch"), "this run began on torch"),
    (entry(model_sha256="x"), "is not the file this run began with"),
    (replaced("config.toml", b""), "config.toml"),
    (replaced("config.toml", b"\xff\xfe\x00"), "config.toml: cannot be read"),
    (replaced("config.toml", b"a = ["), "config.toml: not valid TOML"),
    (made_a_folder("config.toml"), "config.toml"),
    (changed("config.toml", b"batch_size = 4", b"batch_size = 2"), "train.batch_size: 2 → 4"),
    (replaced("train.csv", b"\x00\xff\x00\xff\n"), "train.csv: cannot be read"),
    (replaced("train.csv", b"x;y\n1;2\n"), "train.csv: expected the columns step, epoch, images"),
    (changed("train.csv", b"step,", b"schritt,"), "train.csv: expected the columns step"),
    (changed("train.csv", b"\n1,", b"\nx,"), "train.csv: a row cannot be read"),
    (changed("train.csv", b"\n2,", b"\n2,,,,,,"), "train.csv: a row cannot be read"),
    (changed("train.csv", b"\n2,", b"\n\x002,"), "train.csv: cannot be read"),
    (replaced("train.csv", b""), "train.csv: expected the columns step"),
    (made_a_folder("train.csv"), "train.csv: cannot be read"),
    (replaced("eval.csv", b"\xff\xff\n"), "eval.csv: cannot be read"),
    (changed("eval.csv", b"step,", b"schritt,"), "eval.csv: expected the columns step"),
    (changed("eval.csv", b"\n2,", b"\ntwo,"), "eval.csv: a row cannot be read"),
    (made_a_folder("eval.csv"), "eval.csv: cannot be read"),
    (replaced("checkpoint/state.h5", b""), "state.h5: cannot be read as a checkpoint"),
    (replaced("checkpoint/state.h5", b"\x89HDF\r\n\x1a\n" + b"\xff" * 999), "as a checkpoint"),
    (made_a_folder("checkpoint/state.h5"), "state.h5: cannot be read as a checkpoint"),
    (state("{}"), "state.h5: its state does not fit"),
    (state("[]"), "state.h5: its state does not fit"),
    (state("{"), "state.h5: cannot be read as a checkpoint"),
    (state("[" * 9_999), "state.h5: cannot be read as a checkpoint"),
    (state(np.zeros(3)), "state.h5: cannot be read as a checkpoint"),
    (weights(lambda values: None), "network/colorizer/0000 is in the model but not in the file"),
    (weights(lambda values: values[:1]), "network/colorizer/0000 has shape"),
    (weights(lambda values: values * np.nan), "holds numbers that are not finite"),
    (weights(lambda values: values.astype("S9")), "0000 is of |S9, expected float32"),
    (weights(lambda values: values.astype(complex)), "0000 is of complex128, expected float32"),
]


@pytest.mark.parametrize(("damage", "words"), DAMAGES)
def test_damage_is_reported(killed, capsys, damage, words):
    damage(killed)
    assert resumed(killed) == 2
    error = capsys.readouterr().err
    assert "Traceback" not in error
    assert error.count("error: ") == 1
    assert words in error


def test_saved_by_an_editor_and_left_by_a_killed_process(places, killed):
    """Byte-order marks and line ends of another system change nothing; leftovers are removed."""
    for name in ("run.json", "config.toml", "train.csv", "eval.csv"):
        content = (killed / name).read_bytes()
        (killed / name).write_bytes(BOM + content.replace(b"\n", b"\r\n"))
    (killed / ".model.1999999999.tmp.h5").touch()
    (killed / "checkpoint" / ".state.1999999999.tmp.h5").touch()
    assert resumed(killed) == 0
    assert_same_run(places / "whole", killed)
    names = {path.relative_to(killed) for path in killed.rglob("*")}
    whole = places / "whole"
    assert names == {path.relative_to(whole) for path in whole.rglob("*")}


def test_images_at_another_place(places, killed, tmp_path, monkeypatch, capsys):
    moved = shutil.copytree(places / "photos", tmp_path / "moved")
    info = read_info(killed)
    gone = str(tmp_path / "gone")
    text = (killed / "config.toml").read_text(encoding="utf-8")
    old = str(places / "photos")
    (killed / "config.toml").write_text(text.replace(old, gone), encoding="utf-8")
    overrides = [item.replace(old, gone) for item in info["overrides"]]
    entry(overrides=overrides, data={**info["data"], "source": gone})(killed)

    assert resumed(killed) == 2
    assert f"Where the images were moved, name the place: --resume {killed} --data PLACE" in (
        " ".join(capsys.readouterr().err.split())
    )
    others = write_photos(tmp_path / "others", 13)
    assert resumed(killed, "--data", others) == 2
    assert "the images are not those this run began with" in capsys.readouterr().err
    assert read_info(killed)["data"]["source"] == gone

    with monkeypatch.context() as patch:
        patch.setattr("colorkeras.evaluation.samples.Samples.write_files", stopped)
        assert resumed(killed, "--data", str(moved)) == 130
    assert f"are at {moved} now; they were at {gone}" in capsys.readouterr().err
    assert resumed(killed) == 0  # the new place is on record
    info = read_info(killed)
    assert info["data"]["source"] == str(moved)
    assert [item["from"] for item in info["moved_data"]] == [gone]
    assert_same_run(places / "whole", killed)
    assert len(read_rows(killed / "train.csv")) == len(read_rows(places / "whole" / "train.csv"))


def stopped(*_):
    raise KeyboardInterrupt
