"""Submissions: what passes, what is told of each mistake, and how they stand in a comparison."""

import json

import numpy as np
import pytest
from sample_runs import write_images, write_measured

from colorkeras.compare import main
from colorkeras.metrics.definitions import DIVERSITY, METRICS
from colorkeras.metrics.protocol import Protocol
from colorkeras.report.comparison import compare_runs
from colorkeras.report.submissions import check_submission
from colorkeras.report.submitted_tables import RANGES

PROTOCOL = Protocol("d" * 64, 4, 160, 256).record()
NAMES = ["a.png", "b.png", "c.png", "d.png"]
PSNR, GREY = [21.0, 22.0, 23.5, 20.0], [20.0, 20.0, 21.0, 19.0]
INFO = {
    "format": 1,
    "kind": "submission",
    "status": "finished",
    "experiment": "their net",
    "run": "first",
    "seed": 1,
    "protocol": PROTOCOL,
    "parameters": {"generator": 1000},
    "images_seen": 50000,
    "seconds": {"train": 7200},
    "device": {"gpus": ["RTX"]},
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A submission that passes, alone in `results`: that of this project takes a second to read."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "results" / "theirs"
    folder.mkdir(parents=True)
    write_info(folder)
    lines = ["split,method,images,psnr,protocol"]
    for method, values in (("model", PSNR), ("grey", GREY)):
        lines.append(f"test,{method},4,{np.mean(values)},{PROTOCOL['hash']}")
    (folder / "eval.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    write_images(folder, {"model": {"psnr": PSNR}, "grey": {"psnr": GREY}}, NAMES)
    return folder


def write_info(folder, **changes):
    info = {key: value for key, value in {**INFO, **changes}.items() if value is not None}
    (folder / "run.json").write_text(json.dumps(info), encoding="utf-8")


def edit(folder, file, old, new):
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def test_every_metric_has_a_range():
    assert set(RANGES) == {*METRICS, DIVERSITY}


def test_one_that_passes(folder, capsys):
    assert check_submission(folder) == []
    assert main([str(folder.parents[1] / "nowhere"), "--validate", str(folder)]) == 0
    assert "a valid submission: 4 images" in capsys.readouterr().out


def test_it_stands_in_the_comparison_marked_and_ranked(folder, capsys):
    values = {"model": {"psnr": np.array(PSNR) + 3}, "grey": {"psnr": np.array(GREY)}}
    ours = write_measured(folder.parent, "cnn", "ours", values, protocol=PROTOCOL)
    write_images(ours, values, NAMES)
    assert main([str(folder.parent)]) == 0
    printed = capsys.readouterr().out
    assert "their net · first (submitted)" in printed
    assert "1,000" in printed
    (group,) = compare_runs(folder.parent).groups
    assert len(group.entries) == 2
    assert main([str(folder.parent), "--validate", str(folder)]) == 0
    assert "names of the images are those of the stored runs" in capsys.readouterr().out
    edit(folder, "eval_images.csv", "model,a.png", "model,x.png")
    assert main([str(folder.parent), "--validate", str(folder)]) == 2
    error = capsys.readouterr().err
    assert "1 images of 'model' that the protocol has not: 'x.png'" in error


def test_one_that_does_not_pass_is_left_out_of_the_comparison(folder):
    edit(folder, "eval.csv", "test,model,4,21.625", "test,model,4,29")
    ((label, reason),) = compare_runs(folder.parent).skipped
    assert label == "their net/first"
    assert reason.startswith("submitted, but 1 problem")
    assert "the mean of the images is 21.625" in reason


MISTAKES = [
    ("eval.csv", "21.625", "nan", "psnr is nan, expected a finite number"),
    ("eval.csv", "21.625", "", "psnr of 'model': eval.csv lacks it"),
    ("eval.csv", "21.625", "x", "psnr is 'x', expected a number"),
    ("eval.csv", ",psnr,", ",psnrr,", "unknown column 'psnrr'"),
    ("eval.csv", ",psnr,", ",psnrr,", "no column of a metric"),
    ("eval.csv", "test,model,4", "val,model,4", "split is 'val', by run.json 'test'"),
    ("eval.csv", "test,grey,4", "test,model,4", "two rows of the method 'model'"),
    ("eval.csv", "test,model", "test,ours", 'no row of the method "model"'),
    ("eval.csv", PROTOCOL["hash"], "0" * 12, f"by run.json '{PROTOCOL['hash']}'"),
    ("eval_images.csv", "model,b.png", "model,a.png", "two rows of 'a.png' by model"),
    ("eval_images.csv", "model,b.png", "model,a.png", "3 images of 'model', expected 4"),
    ("eval_images.csv", "model,b.png,22.0", "model,b.png,122", "expected 0 to 100"),
    ("eval_images.csv", "model,b.png,22.0", "model,b.png,-1", "psnr is -1, expected 0 to 100"),
    ("eval_images.csv", "model,b.png,22.0", "model,b.png", "line 3: 2 cells, expected 3"),
    ("eval_images.csv", "model,b.png,22.0", "model,b.png,", "psnr of 'model': images lack it"),
    ("eval_images.csv", "model,b.png,22.0", "model,b.png,23", "the mean of the images is 21.875"),
    ("eval_images.csv", "grey,d.png,19.0\n", "grey,d.p", "the last line is not complete"),
    ("run.json", '"height": 160', '"height": 161', "these fields have the hash"),
    ("run.json", '"height": 160', '"height": "x"', "Protocol height 'x': expected int"),
    ("run.json", '"status": "finished"', '"status": "running"', "expected 'finished'"),
    ("run.json", '"seed": 1', '"sed": 1', "unknown key 'sed'. Did you mean seed?"),
    ("run.json", '"seed": 1', '"seed": "1"', "seed is '1'; expected an integer"),
    ("run.json", '"seed": 1', '"run": "second"', "the key 'run' is there twice"),
    ("run.json", '"train": 7200', '"train": -1', "seconds.train is -1"),
    ("run.json", '"their net"', '""', "expected 1 to 80 characters"),
]


@pytest.mark.parametrize(("file", "old", "new", "told"), MISTAKES)
def test_a_mistake_is_told(folder, capsys, file, old, new, told):
    edit(folder, file, old, new)
    assert main(["--validate", str(folder)]) == 2
    error = capsys.readouterr().err
    assert told in error
    assert file in error


def test_all_mistakes_are_told_at_once(folder, capsys):
    write_info(folder, format=2, protocol={**PROTOCOL, "hash": "0"})
    (folder / "eval_images.csv").unlink()
    assert main(["--validate", str(folder)]) == 2
    error = capsys.readouterr().err
    assert "format is 2; expected 1" in error
    assert "hash is '0'" in error
    assert "eval_images.csv: there is no such file" in error


@pytest.mark.parametrize("content", ["", "{", "[]", "[" * 100_000, '{"a": 1, "a": 2}', "null"])
def test_a_damaged_record(folder, content):
    (folder / "run.json").write_text(content, encoding="utf-8")
    (problem,) = check_submission(folder)
    assert problem.startswith("run.json: ")


def test_no_folder(tmp_path, capsys):
    assert main(["--validate", str(tmp_path / "nowhere")]) == 2
    assert "no such folder" in capsys.readouterr().err


def test_metrics_that_follow_from_each_other(folder):
    (folder / "eval_images.csv").write_text(
        "method,image,psnr,mse,chroma_mse,chroma_rmse\n"
        + "".join(f"model,{name},{p},65.025,9,4\n" for name, p in zip(NAMES, PSNR, strict=True)),
        encoding="utf-8",
    )
    text = "\n".join(check_submission(folder))
    assert "psnr is 21, but mse 65.025 makes it 30.0000" in text
    assert "chroma_rmse is 4, but chroma_mse is 9" in text
