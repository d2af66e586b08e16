"""The sub-command protocol-cost: hours from images and stored speeds."""

from pathlib import Path

import pytest
from tiny_experiment import write_experiment

from colorkeras.bench import command, protocol_cost

ROOT = Path(__file__).parents[2]


def test_cost_is_images_over_speed():
    """The hours of every row with a stored run, from the cells beside them."""
    folders = sorted((ROOT / "experiments").glob("*/"))
    rows = [protocol_cost.cells(folder, ROOT / "results") for folder in folders]
    measured = [row for row in rows if row[3] != "-"]
    assert len(measured) >= 6
    for row in measured:
        images, epochs = (int(part.replace(",", "")) for part in row[2].split(" × "))
        rate, hours = float(row[3].replace(",", "")), float(row[6])
        assert hours == pytest.approx(images * epochs / rate / 3600, rel=0.02, abs=0.006)
        assert float(row[7]) == pytest.approx(hours / protocol_cost.GPUS, abs=0.006)


def test_stored_table_is_current(tmp_path, monkeypatch, capsys):
    """results/scaling/protocol_cost.md is what the command writes now, and prints."""
    monkeypatch.chdir(ROOT)
    out = tmp_path / "cost.md"
    assert command.main(["protocol-cost", "-o", str(out)]) == 0
    stored = Path("results/scaling/protocol_cost.md").read_text(encoding="utf-8")
    assert out.read_text(encoding="utf-8") == stored == capsys.readouterr().out


def test_without_stored_runs(tmp_path, monkeypatch, capsys):
    """An experiment that is named by its folder, of which there is no run on a GPU."""
    folder = Path(write_experiment(tmp_path / "tiny"))
    config = (folder / "config.toml").read_text() + "\n[presets.paper.train]\nepochs = 7\n"
    (folder / "config.toml").write_text(config)
    monkeypatch.chdir(tmp_path)
    assert command.main(["protocol-cost", "--experiments", str(folder)]) == 0
    assert "| tiny | 32×32 | 14 × 7 | - | no stored run" in capsys.readouterr().out
