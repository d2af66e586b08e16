"""The sheet of photographs beside their colorized versions."""

import pytest
from PIL import Image

from colorkeras.console.errors import UserError
from colorkeras.report.before_after import main, sheet

RED, GREEN = (200, 30, 30), (30, 200, 30)


@pytest.fixture
def folders(tmp_path):
    """Three flat red photographs, one in a folder of its own; green is what became of them."""
    for name in ("a.jpg", "b.png", "more/c.png"):
        for folder, color, suffix in (("photos", RED, None), ("colorized", GREEN, ".png")):
            path = tmp_path / folder / name
            path = path.with_suffix(suffix) if suffix else path
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (40, 30), color).save(path, quality=100, subsampling=0)
    return tmp_path / "photos", tmp_path / "colorized"


def test_photographs_stand_beside_what_became_of_them(folders):
    image = sheet(*folders, size=160, columns=2).astype(int)
    rows = [y for y in range(len(image)) if (abs(image[y] - GREEN) < 3).all(axis=-1).any()]
    assert len(rows) == 2 * 160
    row = image[rows[80]]
    kinds = [
        "red"
        if red - green > 100
        else "green"
        if green - red > 100
        else "grey"
        if red < 200
        else ""
        for red, green, _ in row
    ]
    changes = [kind for kind, before in zip(kinds, ["", *kinds], strict=False) if kind != before]
    assert [kind for kind in changes if kind] == ["grey", "green", "red"] * 2
    last = image[rows[-80]]
    assert (abs(last - GREEN) < 3).all(axis=-1).sum() == 160  # one photograph, then blank


def test_command_writes_the_sheet_marked(folders, tmp_path, capsys):
    photos, colorized = map(str, folders)
    out = tmp_path / "sheet.png"
    assert main([photos, colorized, "-o", str(out), "--size", "170", "--columns", "3"]) == 0
    with Image.open(out) as image:
        assert image.width > 9 * 170
        assert "colorkeras" in str(image.info).lower()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda photos, colorized: (colorized / "b.png").unlink(), "no colorized version of b.png"),
        (lambda photos, colorized: (colorized / "b.png").write_bytes(b"x"), "b.png"),
    ],
)
def test_what_is_missing_is_named(folders, change, words, tmp_path, capsys):
    change(*folders)
    assert main([*map(str, folders), "-o", str(tmp_path / "sheet.png")]) == 2
    error = capsys.readouterr().err
    assert words in error
    assert "Traceback" not in error
    assert not (tmp_path / "sheet.png").exists()


def test_no_photographs(tmp_path):
    with pytest.raises(UserError, match="no images in this folder"):
        sheet(tmp_path, tmp_path)


def test_sizes_that_cannot_be(folders, tmp_path, capsys):
    out = tmp_path / "sheet.png"
    assert main([*map(str, folders), "-o", str(out), "--size", "20"]) == 2
    assert "expected --size ≥ 160" in capsys.readouterr().err
