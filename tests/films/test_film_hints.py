"""Hints on frames of a film, and every mistake in them."""

import numpy as np
import pytest
from PIL import Image

from colorkeras.console.errors import UserError
from colorkeras.films.film_hints import Place, read_film_hints, sum_of
from colorkeras.steering.hints import read_hints

SIZE = (50, 100)  # height and width


def write(folder, text, name="hints.csv"):
    (folder / name).write_text(text)
    return folder / name


def test_rows_of_a_frame_belong_together(tmp_path):
    path = write(tmp_path, "frame,x,y,color\n12,1,2,red\n3,5,5,blue\n12,99,49,#fff\n")
    (first, hints), (second, others) = read_film_hints(path, SIZE)
    assert (first.number, second.number) == (12, 3)
    np.testing.assert_allclose(hints.positions, [[0.015, 0.05], [0.995, 0.99]])
    np.testing.assert_array_equal(others.colors, [[0, 0, 255]])


@pytest.mark.parametrize(("text", "seconds"), [("90", 90), ("1:30.5", 90.5), ("1:0:00", 3600)])
def test_times(tmp_path, text, seconds):
    ((place, _),) = read_film_hints(write(tmp_path, f"x,y,color,time\n1,2,red,{text}\n"), SIZE)
    assert place.seconds == seconds


def test_a_folder(tmp_path):
    write(tmp_path, "x,y,color\n1,1,red\n", "scene0001-frame0000012-0h00m01.200s.csv")
    write(tmp_path, "scene,first_frame\n", "scenes.csv")
    Image.new("RGB", SIZE[::-1], "red").save(tmp_path / "scene0001-frame0000030-after.png")
    before = sum_of(tmp_path)
    strokes = Image.new("RGBA", SIZE[::-1])
    strokes.putpixel((4, 5), (0, 255, 0, 255))
    strokes.save(tmp_path / "scene0002-frame0000030-0h00m03.000s-before.png")
    unpainted = tmp_path / "scene0003-frame0000040-0h00m04.000s-before.png"
    Image.new("RGB", SIZE[::-1], "gray").save(unpainted)
    (first, _), (second, hints) = read_film_hints(tmp_path, SIZE)
    assert (first.number, second.number) == (12, 30)
    np.testing.assert_array_equal(hints.colors, [[0, 255, 0]])
    assert sum_of(tmp_path) != before


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x,y,color\n1,1,red\n", "has no column time or frame; for hints of a film expected one"),
        ("x,y,color,time,frame\n1,1,red,1,1\n", "has both columns time and frame"),
        ("x,y,color,frame\n1,1,red,\n", "line 2: frame: received '', expected a number from 0"),
        ("x,y,color,frame\n1,1,red,-1\n", "line 2: frame: received '-1'"),
        ("x,y,color,frame\n1,1,red,1e9\n", "line 2: frame: received '1e9'"),
        ("x,y,color,time\n1,1,red,soon\n", "expected seconds, m:s or h:m:s"),
        ("x,y,color,time\n100,1,red,1\n", "line 2: x: .* the frame is 100 pixels wide"),
        ("x,y,color,time\n", "has no hints"),
        ("x,y,color\n", "has no hints"),
        ("x,y,colour,time\n", "expected the columns x,y,color,frame or x,y,color,radius,frame"),
    ],
)
def test_mistakes(tmp_path, text, message):
    with pytest.raises(UserError, match=message):
        read_film_hints(write(tmp_path, text), SIZE)


def test_mistakes_in_folders_and_files(tmp_path):
    with pytest.raises(UserError, match=r"strokes.png: for a film expected a CSV file with"):
        read_film_hints(tmp_path / "strokes.png", SIZE)
    folder = tmp_path / "hints"
    folder.mkdir()
    with pytest.raises(UserError, match="no file of it is named like a still of --preview"):
        read_film_hints(folder, SIZE)
    Image.new("L", SIZE[::-1], 90).save(folder / "scene0003-frame0000040-before.png")
    with pytest.raises(UserError, match=r"before\.png: has no hints"):
        read_film_hints(folder, SIZE)
    for name in ("frame7.csv", "scene0001-frame0000007-before.csv"):
        write(folder, "x,y,color\n1,1,red\n", name)
    with pytest.raises(UserError, match="are both for frame 7; keep one"):
        read_film_hints(folder, SIZE)
    with pytest.raises(UserError, match="has the column time, which is for films"):
        read_hints(write(tmp_path, "x,y,color,time\n1,1,red,1\n"), SIZE)


def test_places_in_words():
    assert [Place("a", 7).text, Place("a", seconds=61).text] == ["frame 7", "time 0:01:01.0"]
