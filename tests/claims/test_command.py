"""The command: what it writes, what it says, its exit codes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sample_claims import write_claims, write_images_alike
from sample_runs import GREY, MODEL, write_run
from tiny_experiment import write_experiment

import colorkeras
from colorkeras.claims.command import main

CHECK = 'compared_with = "source"\n'
SETTING = CHECK + 'preset = "long"\nconditions = [{ config = "train.epochs", equals = 4 }]'
COUNT = CHECK + 'preset = "quick"\nconditions = [{ parameters = "colorizer", equals = 122 }]'
RESULT = """runs = { quick = { preset = "quick", data = "rendered" } }
command = "python -m colorkeras.run experiments/tiny"
conditions = [
  { run = "quick", metric = "psnr", above_method = "grey", margin = 0.2 },
  { run = "quick", metric = "psnr", at_least = 30 },
]"""


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    """A folder with experiments/tiny, where the command runs."""
    write_experiment(tmp_path / "experiments" / "tiny")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write_quick(root):
    folder = write_run(root, "tiny", "quick")
    (folder / "config.toml").write_text("[data]\nheight = 32\n", encoding="utf-8")  # as tiny has it
    write_images_alike(folder, {"grey": GREY, "model": MODEL})


def claims(*stated):
    write_claims("experiments/tiny", *stated)


def test_all_experiments_by_default(project, capsys):
    claims(("epochs", "training", SETTING), ("count", "architecture", COUNT))
    write_experiment(project / "experiments" / "other")
    (project / "experiments" / "no_experiment").mkdir()
    assert main([]) == 0
    printed = capsys.readouterr().out
    assert "other: no claims.toml." in printed
    assert "no_experiment" not in printed
    assert "against what the source states: 2 agree, 0 differ, 0 not testable here" in printed
    assert "results/claims/claims.md" in printed
    report = (project / "results" / "claims" / "claims.md").read_text(encoding="utf-8")
    assert "✓ colorizer: 122 parameters" in report
    assert report.endswith("```\npython -m colorkeras.claims\n```\n")


def test_runs_change_the_verdict(project, capsys):
    claims(("good", "result", RESULT))
    assert main(["experiments/tiny"]) == 0
    printed = capsys.readouterr()
    assert "inconclusive" in printed.out
    assert "no folder results here" in printed.err
    file = project / "results" / "claims" / "claims.csv"
    text = file.read_text(encoding="utf-8")
    assert "? no finished run of tiny · quick · rendered in results" in text
    assert "to make the runs: python -m colorkeras.run experiments/tiny" in text
    write_quick("results")
    assert main(["experiments/tiny"]) == 0
    assert capsys.readouterr().err == ""
    assert "1 seed, 2 images, protocol ab12 (at least 3 seeds are needed)" in file.read_text(
        encoding="utf-8"
    )


def test_same_files_every_time(project):
    claims(("good", "result", RESULT), ("count", "architecture", COUNT))
    write_quick("results")
    written = []
    for _ in range(2):
        assert main(["experiments/tiny", "./experiments/tiny"]) == 0
        folder = project / "results" / "claims"
        written.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert written[0] == written[1]
    assert sorted(written[0]) == ["claims.csv", "claims.md", "conditions.csv"]
    assert written[0]["claims.csv"].count(b"\n") == 3  # a folder named twice counts once


def test_results_and_out(project):
    claims(("good", "result", RESULT))
    write_quick("elsewhere")
    argv = ["experiments/tiny", "--results", "elsewhere"]
    assert main(argv) == 0
    assert (project / "elsewhere" / "claims" / "claims.md").exists()
    assert main([*argv, "-o", "out"]) == 0
    assert "1 seed, 2 images" in (project / "out" / "claims.csv").read_text(encoding="utf-8")
    assert not (project / "results").exists()


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["experiments/nowhere"], "experiments/nowhere: no claims.toml here. Expected an experim"),
        (["experiments/tiny"], "experiments/tiny: no claims.toml here. Expected an experiment"),
        (["varga_cn"], "varga_cn: no claims.toml here. Did you mean varga_cnn? Expected an exp"),
        (["--results", "nowhere"], "--results nowhere: no such folder"),
    ],
)
def test_wrong_folders(argv, message, capsys):
    assert main(argv) == 2
    assert f"error: {message}" in capsys.readouterr().err


def test_the_shipped_experiments_where_there_are_none(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path / "experiments")
    judged = []
    monkeypatch.setattr(
        "colorkeras.claims.judging.judge_folders",
        lambda folders, results, optional: judged.extend(folders) or [],
    )
    assert main([]) == 0
    assert main(["varga_cnn"]) == 0
    shipped = Path(__file__).parents[2] / "experiments"
    *every, one = judged
    assert every == sorted(path.parent for path in shipped.glob("*/config.toml"))
    assert one == shipped / "varga_cnn"


def test_a_broken_file_writes_nothing(project, capsys):
    claims(("epochs", "training", SETTING.replace("equals", "equal")))
    assert main([]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: experiments/tiny/claims.toml: claim epochs: conditions[0]: ")
    assert "Did you mean equals?" in error
    assert not (project / "results").exists()


def test_output_that_cannot_be_written(project, capsys):
    claims(("epochs", "training", SETTING))
    (project / "out").write_text("a file in the way", encoding="utf-8")
    assert main(["-o", "out"]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_networks_that_cannot_be_built_are_reported(project, capsys):
    claims(("count", "architecture", COUNT))
    file = project / "experiments" / "tiny" / "config.toml"
    file.write_text(
        file.read_text(encoding="utf-8").replace("height = 32", "height = 30"), encoding="utf-8"
    )
    assert main([]) == 0
    streams = capsys.readouterr()
    assert "Traceback" not in streams.out + streams.err
    report = (project / "results" / "claims" / "claims.md").read_text(encoding="utf-8")
    reason = "tiny: data.height is 30; expected a multiple of 4."
    assert f"? the networks cannot be built: {reason}" in report


@pytest.mark.parametrize(
    ("code", "module"),
    [
        ("build_parser().format_help()", "pandas"),
        ("build_parser().format_help()", "rich"),
        ("main(['experiments/tiny'])", "tensorflow"),
        ("main(['experiments/tiny'])", "keras"),
    ],
)
def test_loads_no_library_that_it_does_not_need(code, module):
    claims(("epochs", "training", SETTING), ("good", "result", RESULT))
    script = (
        f"import sys; from colorkeras.claims.command import build_parser, main; {code}; "
        f"sys.exit(3 if {module!r} in sys.modules else 0)"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(colorkeras.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-c", script], check=False, capture_output=True, env=environment
    )
    assert done.returncode == 0, done.stderr
