"""The command on an experiment of the reader's own."""

import pytest
from tiny_experiment import CONFIG, MODEL, write_experiment

from colorkeras.report.networks.__main__ import main
from colorkeras.report.networks.section import BEGIN, END

README = f"# Tiny\n\n## Network\n\n{BEGIN}\nold\n{END}\n\n## Deviations\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    config = CONFIG.replace("[presets.long.train]", "[presets.paper.train]")
    write_experiment(tmp_path / "tiny", config, MODEL)
    (tmp_path / "tiny" / "README.md").write_text(README, encoding="utf-8")
    return tmp_path / "tiny"


def test_writes_the_figure_and_the_section_alone(folder, capsys):
    assert main(["tiny", "--check"]) == 1
    assert not (folder / "network.svg").exists()
    assert main(["tiny"]) == 0
    text = (folder / "README.md").read_text(encoding="utf-8")
    assert text.startswith(f"# Tiny\n\n## Network\n\n{BEGIN}\n\nDrawn and listed from ")
    assert text.endswith(f"</details>\n\n{END}\n\n## Deviations\n")
    assert "preset `paper`" in text
    assert "![Colorizer from input to output" in text
    assert "| `conv2d` | convolution | 16×16×4 | 3×3 | 2 |" in text
    assert "Tiny network" in (folder / "network.svg").read_text(encoding="utf-8")
    assert main(["tiny", "--check"]) == 0
    capsys.readouterr()
    assert main(["tiny"]) == 0
    assert capsys.readouterr().out == ""


def test_a_changed_network_is_out_of_date(folder, capsys):
    assert main(["tiny"]) == 0
    code = folder / "model.py"
    code.write_text(MODEL.replace("Conv2D(4, 3", "Conv2D(6, 3"), encoding="utf-8")
    capsys.readouterr()
    assert main(["tiny", "--check"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert sorted(lines) == ["tiny/README.md: out of date", "tiny/network.svg: out of date"]


@pytest.mark.parametrize("text", ["# Tiny\n", README + README, None])
def test_a_readme_without_one_place_for_it(folder, capsys, text):
    if text is None:
        (folder / "README.md").unlink()
    else:
        (folder / "README.md").write_text(text, encoding="utf-8")
    assert main(["tiny"]) == 2
    error = capsys.readouterr().err
    assert "README.md" in error
    assert text is None or BEGIN in error
    assert not (folder / "network.svg").exists()


def test_outside_of_a_clone(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main([]) == 2
    assert "run this in a clone" in capsys.readouterr().err
