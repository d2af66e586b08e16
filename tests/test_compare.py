"""The command: what it writes, what it says, its exit codes."""

import re
import subprocess
import sys

import pytest
from sample_runs import write_run, write_samples

from colorkeras.compare import main


def test_writes_tables_and_images(tmp_path, capsys):
    for run in ("a", "b"):
        write_samples(write_run(tmp_path, "cnn", run, seed=ord(run)))
    drawn = ("auc_curves", "chroma", "crops", "errors", "metrics", "samples")
    assert main([str(tmp_path)]) == 0
    out = tmp_path / "comparison"
    figures = [*(f"{kind}_ab12" for kind in drawn), "learning_curves_cnn"]
    files = [f"{figure}.{suffix}" for figure in figures for suffix in ("png", "svg")]
    files += ["comparison.csv", "comparison.md", "comparison.tex", "comparison_systems.csv"]
    files += ["sources.bib"]
    assert sorted(path.name for path in out.iterdir()) == sorted(files)
    report = (out / "comparison.md").read_text(encoding="utf-8")
    assert report.startswith("# Comparison of 2 runs\n\n## Measurement protocol\n")
    assert "![Metrics under protocol ab12](metrics_ab12.png)" in report
    assert report.rstrip().endswith(f"python -m colorkeras.compare {tmp_path}\n```")
    printed = capsys.readouterr().out
    assert "cnn · quick  97, 98" in printed
    assert str(out / "comparison.md") in printed
    assert "|" not in printed


def test_a_figure_for_each_experiment_and_a_row_for_each_of_many_protocols(tmp_path):
    for number in range(5):
        protocol = {"hash": f"h{number}", "data": str(number) * 64}
        write_run(tmp_path, "cnn" if number else "gan", f"r{number}", protocol=protocol)
    assert main([str(tmp_path)]) == 0
    out = tmp_path / "comparison"
    assert {path.name for path in out.glob("learning*.png")} == {
        "learning_curves_cnn.png",
        "learning_curves_gan.png",
    }
    report = (out / "comparison.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1:-1] for line in report.splitlines() if re.match(r"\| h\d ", line)]
    assert sorted([cell.strip() for cell in row] for row in rows) == [
        [f"h{number}", f"{str(number) * 12}…", "1"] for number in range(5)
    ]
    assert "| resampling kernel " in report
    assert "5 protocols: numbers from different tables cannot be compared." in report


def test_second_comparison_equals_the_first(tmp_path):
    write_run(tmp_path, "cnn", "a")
    assert main([str(tmp_path)]) == 0
    before = {path.name: path.read_bytes() for path in (tmp_path / "comparison").iterdir()}
    assert main([str(tmp_path)]) == 0
    after = {path.name: path.read_bytes() for path in (tmp_path / "comparison").iterdir()}
    assert after == before
    assert {"learning_curves_cnn.svg", "metrics_ab12.png", "metrics_ab12.svg"} <= after.keys()


def test_out_and_all(tmp_path, capsys):
    write_run(tmp_path / "results", "cnn", "a", status="failed")
    assert main([str(tmp_path / "results"), "-o", str(tmp_path / "out"), "--all"]) == 0
    assert (tmp_path / "out" / "comparison.csv").exists()
    assert not (tmp_path / "results" / "comparison").exists()
    assert "cnn · quick · a (failed)" in capsys.readouterr().out


def test_missing_folder(tmp_path, capsys):
    assert main([str(tmp_path / "nowhere")]) == 2
    assert "nowhere: no such folder" in capsys.readouterr().err


def test_what_to_do_is_written_as_the_command_was_called(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["/venv/bin/colorkeras"])
    for folder in (tmp_path, tmp_path / "nowhere"):
        assert main([str(folder)]) == 2
        assert "colorkeras run varga_cnn" in capsys.readouterr().err


def test_no_run_at_all(tmp_path, capsys):
    assert main([str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert "found 0 runs; expected" in error
    assert "`python -m colorkeras.run varga_cnn`" in error


def test_no_finished_run_names_those_found(tmp_path, capsys):
    write_run(tmp_path, "cnn", "a", status="running")
    write_run(tmp_path, "cnn", "b", status="failed")
    assert main([str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert (
        f"no finished run under {tmp_path}: found 2 runs: cnn/a (running), cnn/b (failed)" in error
    )
    assert "--all" in error
    assert not (tmp_path / "comparison").exists()


def test_output_that_cannot_be_written(tmp_path, capsys):
    write_run(tmp_path, "cnn", "a")
    (tmp_path / "comparison").write_text("a file in the way", encoding="utf-8")
    assert main([str(tmp_path)]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_hostile_protocol_hash_stays_inside_the_output_folder(tmp_path):
    write_run(tmp_path, "cnn", "a", protocol={"hash": "../../x"})
    assert main([str(tmp_path), "-o", str(tmp_path / "out")]) == 0
    assert (tmp_path / "out" / "metrics_______x.png").exists()


@pytest.mark.parametrize("module", ["pandas", "matplotlib", "keras", "tensorflow"])
def test_help_loads_no_library(module):
    code = (
        "import sys; from colorkeras.compare import build_parser; build_parser().format_help(); "
        f"sys.exit({module!r} in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
