"""The sub-command photos: its rows and its mistakes."""

import pytest
from PIL import Image
from saved_models import write_model
from tiny_experiment import read_rows

from colorkeras.bench import command
from colorkeras.bench.photos import comparison
from colorkeras.data import scenes

SHORT = ["--megapixels", "0.01,0.02,0.03", "--photos", "3", "--rounds", "1"]


@pytest.fixture
def image(tmp_path):
    path = tmp_path / "image.png"
    Image.fromarray(scenes.render("mixture", index=0, height=40, width=60)).save(path)
    return str(path)


@pytest.fixture
def model(tmp_path):
    return write_model(tmp_path / "model.h5")


def measure(image, model, out):
    argv = ["photos", image, *SHORT, "--model", model, "-o", str(out)]
    assert command.main(argv) == 0
    rows = read_rows(out)
    for row in rows:
        ratio = float(row["ours"]) / float(row["rival"])
        assert float(row["ratio"]) == pytest.approx(ratio, rel=2e-3)
        assert row["command"].startswith("python -m colorkeras.bench photos ")
    return rows


def test_rows(image, model, tmp_path, monkeypatch, capsys):
    """Processes are pretended: the small photograph's takes 2 s and 20 MiB, others 3 and 30."""
    monkeypatch.setattr(comparison, "measured_process", lambda _: {"CPU s": 1.0, "MiB": 10.0})
    colorized = []

    def pretended(photo, output, chosen):
        assert chosen == model
        assert photo.is_file()
        colorized.append((photo.name, output.suffix))
        few = photo.name == "small.jpg"
        return {"CPU s": 2.0, "MiB": 20.0} if few else {"CPU s": 3.0, "MiB": 30.0}

    monkeypatch.setattr(comparison, "measured_colorize", pretended)
    rows = measure(image, model, tmp_path / "photos.csv")
    files = ["single.jpg", "large.jpg"]
    expected = [(name, form) for name in files for form in (".png", ".jpg")]
    assert colorized == [("small.jpg", ".png"), *expected]
    cells = [(row["what"], row["ratio"], row["unit"]) for row in rows]
    assert cells[:6] == [
        ("start, a small photograph", "2", "CPU s"),
        ("memory, a small photograph", "2", "MiB"),
        ("memory, 0.02 MP, JPEG to PNG", "1.5", "MiB"),
        ("memory, 0.02 MP, JPEG to JPEG", "1.5", "MiB"),
        ("memory, 0.03 MP, JPEG to PNG", "1.5", "MiB"),
        ("memory, 0.03 MP, JPEG to JPEG", "1.5", "MiB"),
    ]
    what = ["0.02 MP, JPEG to PNG"] * 4 + ["0.02 MP, JPEG to JPEG"] * 2
    what += ["3 of 0.01 MP, JPEG to PNG, 2 at a time"] * 4
    assert [row["what"] for row in rows[6:]] == what
    assert [row["unit"] for row in rows[6:]] == ["s", "CPU s"] * 5
    assert ["level 1" in row["beside"] for row in rows[6:10]] == [True, True, False, False]
    printed = capsys.readouterr()
    assert "one at a time, its rows in one thread" in printed.out
    assert "round 1 of 1, a small photograph: 2 CPU s, 20 MiB" in printed.err


@pytest.mark.slow
def test_processes(image, model, tmp_path):
    start, memory, *_ = measure(image, model, tmp_path / "photos.csv")
    # The two times differ by less than a busy machine varies: only their size is known.
    assert min(float(start["ours"]), float(start["rival"])) > 0.5
    assert float(memory["ours"]) > float(memory["rival"]) > 100


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("--rounds=0", "--rounds: received 0"),
        ("--photos=0", "--photos: received 0"),
        ("--jobs=0", "--jobs: received 0"),
        ("--megapixels=1,2", "--megapixels: received 1,2, expected three numbers"),
        ("--megapixels=1,2,x", "--megapixels: received 1,2,x, expected three numbers"),
        ("--megapixels=1,nan,2", "--megapixels: received 1,nan,2, expected three numbers"),
        ("--megapixels=1,2,179", "--megapixels: received 1,2,179, expected three numbers"),
        ("--model=none.h5", "none.h5: no such file"),
        ("--out=.", ".: cannot be written"),
    ],
)
def test_refused(image, option, message, capsys):
    assert command.main(["photos", image, option]) == 2
    assert f"error: {message}" in capsys.readouterr().err


def test_no_image(tmp_path, capsys):
    assert command.main(["photos", str(tmp_path / "none.png")]) == 2
    assert "none.png: cannot be opened" in capsys.readouterr().err


def test_jax_is_refused(image, monkeypatch, capsys):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    assert command.main(["photos", image]) == 2
    assert "photos measures TensorFlow. Unset KERAS_BACKEND." in capsys.readouterr().err
