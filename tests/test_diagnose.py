"""The diagnose command: what it prints, without Keras, and what it refuses."""

import json
import subprocess
import sys

import pytest
from sample_runs import GREY, MODEL, write_eval, write_run, write_samples, write_train
from saved_models import write_model

from colorkeras.diagnose import main
from colorkeras.diagnosis.checks import CHECKS

WITHOUT_KERAS = """
import sys
from colorkeras.diagnose import main
code = main(sys.argv[1:])
assert not {"tensorflow", "keras"} & set(sys.modules), "Keras was loaded"
sys.exit(code)
"""


def garish_run(root, **more):
    """A run at a rate of 0.5 whose colors are worse than random: 30 against √2 · 16.25 = 22.98."""
    bad = {**MODEL, "chroma_rmse": 30.0, "colorfulness_ratio": 2.5}
    run = write_run(root, test={"grey": GREY, "model": bad}, **more)
    with open(run / "config.toml", "a", encoding="utf-8") as file:
        file.write('\n[optimizer.colorizer]\nname = "adam"\nlearning_rate = 0.5\n')
    return run


@pytest.fixture
def run(tmp_path):
    return garish_run(tmp_path)


def report(capsys, *argv):
    assert main([str(argument) for argument in (*argv, "--json")]) == 0
    found = json.loads(capsys.readouterr().out)
    return {check["name"]: check for check in found["checks"]}


def test_symptoms_causes_and_their_evidence(run, capsys):
    assert main([str(run)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "cnn/a: finished, 300 steps"
    seen, why, rest = lines.index("What is seen:"), lines.index("Why:"), lines.index("Not checked:")
    assert [line.split(":")[0] for line in lines[seen + 1 : why] if line[2] != " "] == [
        "  alarm garish",
        "  alarm worse_than_random",
    ]
    assert "2.50 times as colorful as the originals (test at step 300)" in lines[seen + 1]
    assert lines[seen + 2] == "    from eval.csv, colorfulness_ratio"
    assert lines[why + 1].startswith("  alarm learning_rate_high: The learning rate of colorizer")
    assert lines[why + 2] == "    from config.toml, optimizer.colorizer.learning_rate"
    assert "  one_color, noise, clipped: no sample images to read in samples" in lines[rest:]


def test_json(run, capsys):
    checks = report(capsys, run)
    assert list(checks) == [check.name for check in CHECKS]
    found = {name for name, check in checks.items() if check["state"] == "found"}
    assert found == {"garish", "worse_than_random", "learning_rate_high", "still_falling"}
    assert checks["worse_than_random"]["numbers"] == {
        "chroma_rmse": 30.0,
        "chroma_rmse_grey": 16.25,
    }
    assert checks["worse_than_random"]["evidence"] == "eval.csv, chroma_rmse"
    assert checks["grey"]["state"] == "clear"
    assert checks["grey"]["sentence"] is None
    assert checks["saturated_head"]["state"] == "not checked"
    assert "--model" in checks["saturated_head"]["missing"]


def test_a_run_without_fault(tmp_path, capsys):
    good = {**MODEL, "colorfulness_ratio": 0.9}
    run = write_run(tmp_path, test={"grey": GREY, "model": good, "mean_chroma": GREY})
    assert main([str(run)]) == 0
    assert "No fault found in " in capsys.readouterr().out


def test_an_evaluation_points_to_its_run(tmp_path, capsys):
    model = {"data": {"source": "scenes:face"}}
    run = garish_run(tmp_path, kind="evaluation", model=model, data={"source": "photographs"})
    (run / "train.csv").unlink()
    checks = report(capsys, run)
    assert checks["domain"]["sentence"].startswith("The model was trained on scenes:face and")
    (run / "config.toml").unlink()
    (run / "run.json").write_text((run / "run.json").read_text().replace("photographs", "scenes:x"))
    assert main([str(run)]) == 0
    out = capsys.readouterr().out
    assert "Why: none of the known causes was found.\n  This is an evaluation: diagnose" in out


def test_the_model_is_opened_when_asked(run, capsys):
    write_model(run / "model.h5", bias=(8.0, -8.0))
    write_samples(run, size=(32, 32))
    checks = report(capsys, run, "--model")
    assert checks["saturated_head"]["numbers"] == {"share": 1.0, "share_truth": 0.0}
    assert checks["saturated_head"]["evidence"] == "model.h5, chroma"


def test_damaged_records_are_used_as_far_as_they_can_be_read(run, capsys):
    """A half-written row, a config.toml and a column that are not there, a sample cut short."""
    write_samples(run)
    (run / "samples" / "test" / "000_model.png").write_bytes(b"\x89PNG")
    (run / "config.toml").write_text("[data\n")
    with open(run / "train.csv", "a", encoding="utf-8") as file:
        file.write("310,31,2480,0.0")
    lines = (run / "eval.csv").read_text().replace("chroma_rmse", "other").splitlines()
    (run / "eval.csv").write_text("\n".join(lines) + "\n")
    checks = report(capsys, run)
    assert checks["garish"]["state"] == "found"
    assert checks["worse_than_random"]["missing"] == "chroma_rmse is blank or not a number"
    assert checks["loss_flat"]["state"] == "clear"


def test_text_from_files_cannot_change_the_terminal(run, capsys):
    write_train(run, terms=("loss_\x1b[31m",), num_rows=30)
    assert main([str(run)]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "loss_\\x1b[31m" in out


def test_rules(capsys):
    assert main(["--rules"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[::2] == [check.name for check in CHECKS]
    assert all(line.endswith(".") for line in lines[1::2])


def test_what_is_refused(tmp_path, capsys):
    (tmp_path / "file").touch()
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "run.json").write_text("{")
    for argv, words in (
        ([], "no run given"),
        ([str(tmp_path / "none")], "no such folder"),
        ([str(tmp_path / "file")], "is a file"),
        ([str(tmp_path)], "run.json is missing"),
        ([str(tmp_path / "bad")], "not a JSON object"),
    ):
        assert main(argv) == 2
        error = capsys.readouterr().err
        assert words in error
        assert "Traceback" not in error


def test_model_without_images(run, capsys):
    assert main([str(run), "--model"]) == 2
    assert "no images that can be read" in capsys.readouterr().err


def test_keras_is_not_loaded(run):
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_KERAS, str(run)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "learning_rate_high" in done.stdout


def test_blank_eval(tmp_path, capsys):
    """A run that was stopped before its first epoch ended has only the evaluation of step 0."""
    run = write_run(tmp_path, status="interrupted")
    write_eval(run, [("val", 0, "model", MODEL), ("val", 0, "grey", GREY)], {"val": "v"})
    checks = report(capsys, run)
    assert checks["grey"]["missing"] == "eval.csv has no evaluation after the first step"
