"""Figures as files: the same bytes each time, nothing of the day or the machine."""

from matplotlib.figure import Figure

from colorkeras.report.figure_files import write_both


def draw():
    figure = Figure(figsize=(2, 2))
    axes = figure.add_subplot()
    axes.plot([1, 2], [3, 4], marker="o")
    axes.fill_between([1, 2], [3, 4], [5, 6])
    axes.set_title("a < b & c")
    return figure


def test_repeated_files_are_equal(tmp_path):
    for name in ("one", "two"):
        write_both(tmp_path / name, "x", draw())
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert names == ["x.png", "x.svg"]
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    text = (tmp_path / "one" / "x.svg").read_text(encoding="utf-8")
    assert "dc:date" not in text
    assert "Matplotlib v" not in text
