"""A finished run becomes a published model: small, the same colors, its numbers from records."""

import csv
import json
import re
import shutil
import statistics

import keras
import numpy as np
import pytest
from published import use_folder
from tiny_experiment import read_info, read_rows, write_experiment, write_photos

import colorkeras
from colorkeras import colorize, models, publish, run
from colorkeras.evaluation import command as evaluate
from colorkeras.publishing import publication

LICENCE = ["--licence", "MIT"]
pytestmark = pytest.mark.slow  # its run, evaluation and publication take half a minute


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A run, the same with another seed, and an evaluation of its model on other images."""
    root = tmp_path_factory.mktemp("publish")
    experiment = write_experiment(root / "tiny")
    photos = write_photos(root / "photos", 16)
    (root / "tiny" / "card.md").write_text("## What it is bad at\n\nEverything.\n")
    with (root / "table.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "source", "licence"])
        for path in sorted((root / "photos").rglob("*.*")):
            writer.writerow([path.relative_to(root / "photos").as_posix(), "mine", "CC0, surely"])
    assert run.main([experiment, "--data", photos, "--out", str(root / "run0")]) == 0
    shutil.copytree(root / "run0", root / "run1")
    info = {**read_info(root / "run0"), "run": "run1", "seed": 1}
    (root / "run1" / "run.json").write_text(json.dumps(info))
    config = (root / "run1" / "config.toml").read_text()
    changed = re.sub("learning_rate = .*", "learning_rate = 0.5", config, count=1)
    assert changed != config
    shutil.copytree(root / "run1", root / "run2")
    (root / "run2" / "config.toml").write_text(changed)
    other = write_photos(root / "other", 3)
    model = str(root / "run0" / "model.h5")
    assert evaluate.main([model, "--data", other, "-o", str(root / "measured")]) == 0
    return root


@pytest.fixture(scope="module")
def folder(root):
    """A folder of published models with one of them."""
    runs = [str(root / name) for name in ("run0", "run1", "measured")]
    table = ["--image-licences", str(root / "table.csv")]
    argv = [*runs, "--name", "tiny", *LICENCE, *table, "-o", str(root / "published")]
    assert publish.main(argv) == 0
    return root / "published"


@pytest.fixture
def published(folder, monkeypatch):
    """The record of the model, whose folder is the package's."""
    use_folder(monkeypatch, folder)
    return json.loads((folder / "tiny.json").read_text())


def test_opens_by_name_and_in_plain_keras(published, folder, root):
    image = np.arange(40 * 60, dtype=np.uint8).reshape(40, 60)
    before = colorkeras.load(root / "run0" / "model.h5").colorize(image).astype(int)
    assert np.abs(colorkeras.load("tiny").colorize(image) - before).max() <= 1
    plain = keras.models.load_model(folder / "tiny.h5", compile=False)
    for kept, own in zip(
        plain.get_weights(), colorkeras.load().keras_model.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(own, kept)
    assert published["rounding"]["mean"] < 0.1
    assert published["bytes"] == (folder / "tiny.h5").stat().st_size


def test_record_is_of_the_run(published, root):
    info, rows = read_info(root / "run0"), read_rows(root / "run0" / "eval_images.csv")
    of_model = [float(row["psnr"]) for row in rows if row["method"] == "model"]
    of_grey = [float(row["psnr"]) for row in rows if row["method"] == "grey"]
    test, other = published["metrics"]
    psnr = test["values"]["psnr"]
    assert psnr["model"] == pytest.approx(statistics.fmean(of_model))
    mean, low, high = psnr["over_grey"]
    apart = [one - grey for one, grey in zip(of_model, of_grey, strict=True)]
    assert mean == pytest.approx(statistics.fmean(apart))
    assert min(apart) <= low <= mean <= high <= max(apart)
    assert (test["split"], test["protocol"]) == ("test", info["protocol"]["hash"])
    assert (other["data"], other["split"], other["images"]) == ("other", "all", 3)
    assert [row["seed"] for row in published["seeds"]] == [0, 1]
    counted = {"source": "mine", "licence": "CC0, surely", "images": info["data"]["train"]}
    assert published["data"]["licences"] == [counted]
    assert published["cost"]["seconds"] == info["seconds"]["total"]
    assert published["cost"]["images_seen"] == int(
        read_rows(root / "run0" / "train.csv")[-1]["images"]
    )
    assert published["domain"] == f"{info['data']['train']} images of 1 source (photos)"


def test_cost_names_the_device_of_most_steps(root, tmp_path):
    run = shutil.copytree(root / "run0", tmp_path / "run0")
    info = read_info(run)
    earlier = {"cpu": "Xeon", "cores": 16, "gpus": ["H100"], "until_step": info["steps"]}
    (run / "run.json").write_text(json.dumps({**info, "earlier_devices": [earlier]}))
    arguments = [str(run), "--name", "tiny", "--licence", "MIT", "-o", str(tmp_path / "out")]
    assert publish.main([*arguments, "--image-licences", str(root / "table.csv")]) == 0
    assert json.loads((tmp_path / "out/tiny.json").read_text())["cost"]["gpus"] == ["H100"]


def test_no_place_of_this_machine_is_published(published, folder, root):
    for path in folder.iterdir():
        assert str(root).encode() not in path.read_bytes()
    assert published["command"].startswith("python -m colorkeras.run tiny --data photos --out run0")


def test_card(published, capsys):
    assert models.main(["tiny"]) == 0
    card = capsys.readouterr().out
    assert card.startswith("# tiny\n")
    assert "\n## What it is bad at\n\nEverything.\n" in card
    assert f"| mine | {published['data']['train']} | CC0, surely |" in card
    psnr = published["metrics"][0]["values"]["psnr"]
    row = next(line for line in card.splitlines() if line.startswith("| PSNR"))
    mean, low, high = psnr["over_grey"]
    assert f"| {psnr['model']:.2f} [{psnr['interval'][0]:.2f}, " in row
    assert f"| {psnr['grey']:.2f} | {psnr['mean_chroma']:.2f} |" in row
    assert f"| {mean:+.2f} [{low:+.2f}, {high:+.2f}] |" in row
    assert "## Other seeds" in card
    assert "## Measured on other, all: 3 images" in card


def test_colors_without_naming_it(published, root, tmp_path, capsys):
    assert colorize.main([str(root / "other"), "-o", str(tmp_path / "out")]) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("3 colorized")
    assert "model: tiny, published" in printed.err
    assert "rendered" not in printed.err


def test_default_and_overwrite(published, folder, root, tmp_path, capsys):
    folder = shutil.copytree(folder, tmp_path / "published")
    argv = [str(root / "run0"), *LICENCE, "-o", str(folder), "--name"]
    assert published["default"]
    assert publish.main([*argv, "tiny"]) == 2
    assert "has files of a model tiny; --overwrite replaces them" in capsys.readouterr().err
    assert publish.main([*argv, "second", "--default"]) == 0
    defaults = {
        name: json.loads((folder / f"{name}.json").read_text())["default"]
        for name in ("tiny", "second")
    }
    assert defaults == {"tiny": False, "second": True}
    assert publish.main([*argv, "second", "--overwrite"]) == 0
    assert json.loads((folder / "second.json").read_text())["default"]
    assert json.loads((folder / "second.json").read_text())["data"]["licences"] == []


@pytest.mark.parametrize(
    ("bound", "value", "expected"),
    [
        (
            "MOST_BYTES",
            1000,
            "bytes when rounded and compressed; a published model has at most 1,0",
        ),
        ("MOST_MEAN_DIFFERENCE", -1.0, "rounding its weights changes colors by 0."),
    ],
)
def test_beyond_a_bound_nothing_is_written(
    bound, value, expected, root, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(publication, bound, value)
    argv = [str(root / "run0"), "--name", "tiny", *LICENCE, "-o", str(tmp_path)]
    assert publish.main(argv) == 2
    assert expected in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("runs", "more", "expected"),
    [
        (["measured"], [], "measured: expected the folder of a run first"),
        (["photos"], [], "photos: not the folder of a finished run: run.json is missing"),
        (["run1", "measured"], [], "another model than run1: its seed is 0, that of the run is 1"),
        (["run1"], [], "model.h5: not the model of this run: its seed is 0"),
        (["run0", "run2"], [], "run2: differs from run0 in more than the seed: optimizer."),
        (["run0", "run1", "run1"], [], "a folder was given twice"),
        (["run0"], ["--licence", "a\nb"], "--licence: received 'a\\nb'"),
        (["run0"], ["--data", ""], "--data: an empty path was given"),
        (["run0"], ["--data", "gone"], "gone"),
        (["run0"], ["--name", "Bad Name"], "--name: received 'Bad Name'"),
        (["run0"], ["--data", "other"], "other: not the images that"),
        (["run0"], ["--image-licences", "short.csv"], "short.csv: says nothing of the image"),
        (
            ["run0"],
            ["--image-licences", "odd.csv"],
            "odd.csv: expected a column licence or license",
        ),
        (["run0"], ["--image-licences", "semicolons.csv"], "found 'file;source;licence'"),
        (["run0"], ["--image-licences", "blank.csv"], "blank.csv: no source or no licence of"),
        (["run0"], ["--image-licences", "twice.csv"], "twice.csv: two different rows of the image"),
        (["run0"], ["--image-licences", "gone.csv"], "gone.csv: no such file"),
    ],
)
def test_mistakes(runs, more, expected, root, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(root)
    (root / "short.csv").write_text("file,source,licence\nnone.png,mine,CC0\n")
    (root / "odd.csv").write_text((root / "table.csv").read_text().replace("licence", "words"))
    table = (root / "table.csv").read_text()
    (root / "semicolons.csv").write_text(table.replace(",", ";"))
    (root / "blank.csv").write_text(table.replace('"CC0, surely"', ""))
    (root / "twice.csv").write_text(table + table.replace("mine", "yours").split("\n", 1)[1])
    argv = [*runs, "--name", "tiny", *LICENCE, "-o", str(tmp_path / "out"), *more]
    assert publish.main(argv) == 2
    assert expected in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_empty_folder_of_published_models_is_refused(root, capsys):
    assert publish.main([str(root / "run0"), "--name", "tiny", *LICENCE, "-o", ""]) == 2
    assert "--out: an empty path was given" in capsys.readouterr().err


def test_a_folder_in_the_way(root, tmp_path, capsys):
    (tmp_path / "tiny.md").mkdir()
    argv = [str(root / "run0"), "--name", "tiny", *LICENCE, "-o", str(tmp_path), "--overwrite"]
    assert publish.main(argv) == 2
    assert "tiny is also the name of a folder" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["tiny.md"]
