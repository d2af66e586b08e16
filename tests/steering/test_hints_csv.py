"""Hints in a CSV file, and every mistake in one."""

import numpy as np
import pytest

from colorkeras.console.errors import UserError
from colorkeras.steering import hints_csv
from colorkeras.steering.hints import read_hints
from colorkeras.steering.limits import RADIUS

SIZE = (50, 100)  # height and width


def write(folder, text, encoding="utf-8"):
    path = folder / "hints.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


def test_positions_are_middles_of_pixels_as_shares(tmp_path):
    hints = read_hints(write(tmp_path, "x,y,color\n0,0,#ff0000\n99,49,#00f\n"), SIZE)
    np.testing.assert_allclose(hints.positions, [[0.005, 0.01], [0.995, 0.99]])
    np.testing.assert_array_equal(hints.colors, [[255, 0, 0], [0, 0, 255]])
    np.testing.assert_array_equal(hints.radius, [RADIUS, RADIUS])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#8B0000", (139, 0, 0)),
        ("darkred", (139, 0, 0)),
        ("DarkRed", (139, 0, 0)),
        (" 139; 0;0 ", (139, 0, 0)),
        ("#abc", (0xAA, 0xBB, 0xCC)),
    ],
)
def test_colors(tmp_path, text, expected):
    hints = read_hints(write(tmp_path, f"x,y,color\n1,1,{text}\n"), SIZE)
    assert tuple(hints.colors[0]) == expected


def test_columns_in_any_order_with_radius_in_pixels(tmp_path):
    text = "\ufeffcolor,Radius,y,x\r\nred,10,3.5,2\r\n\r\nred,,3,2\r\n"
    hints = read_hints(write(tmp_path, text), SIZE)
    np.testing.assert_allclose(hints.radius, [0.1, RADIUS])
    np.testing.assert_allclose(hints.positions[0], [0.025, 0.08])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "first line is 'nothing'; expected the columns x,y,color"),
        ("x,y,color\n", "has no hints"),
        ("1,2,red\n", "first line is '1,2,red'; expected the columns"),
        ("x,y\n1,2\n", "expected the columns"),
        ("x;y;color\n1;2;red\n", "with commas"),
        ("x,y,color,size\n1,2,red,4\n", "expected the columns"),
        ("x,y,color\n1,2\n", "line 2: 2 cells; expected 3"),
        ("x,y,color\n100,2,red\n", "line 2: x: received '100', expected a number from 0 to 99"),
        ("x,y,color\n1,50,red\n", "the photograph is 50 pixels high"),
        ("x,y,color\n-1,2,red\n", "x: received '-1'"),
        ("x,y,color\nnan,2,red\n", "x: received 'nan'"),
        ("x,y,color\ninf,2,red\n", "x: received 'inf'"),
        ("x,y,color\n1,two,red\n", "y: received 'two'"),
        ("x,y,color\n1,2,redd\n", "color: received 'redd'.*Did you mean red"),
        ("x,y,color\n1,2,#12345\n", "color: received '#12345', expected #rrggbb"),
        ("x,y,color\n1,2,300;0;0\n", "r;g;b with values from 0 to 255"),
        ("x,y,color,radius\n1,2,red,99\n", "radius: received '99', expected a number from 0 to 12"),
        ("x,y,color\n1,2,\x1b[31mred\n", r"received '\\x1b\[31mred'"),
        (b"x,y,color\n1,2,\xff\xfe\n", "no UTF-8 text"),
        ("x,y,color\n1,2,\0\n", "color: received|cannot be read as CSV"),
    ],
)
def test_mistakes(tmp_path, text, expected):
    with pytest.raises(UserError, match=expected):
        read_hints(write(tmp_path, text), SIZE)


def test_missing_file(tmp_path):
    with pytest.raises(UserError, match="No such file"):
        read_hints(tmp_path / "hints.csv", SIZE)


def test_too_much(tmp_path, monkeypatch):
    path = write(tmp_path, "x,y,color\n" + "1,1,red\n" * 4)
    monkeypatch.setattr(hints_csv, "MOST_HINTS", 3)
    with pytest.raises(UserError, match=r"more than 3 hints\. Paint strokes"):
        read_hints(path, SIZE)
    monkeypatch.setattr(hints_csv, "MOST_BYTES", 20)
    with pytest.raises(UserError, match="larger than 20 bytes"):
        read_hints(path, SIZE)
