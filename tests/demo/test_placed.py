"""The page's hints: the same in hints.csv, on the page and for the command."""

import numpy as np
import pytest

from colorkeras.demo.placed import PlacedHint, as_csv, as_hints, from_csv, placed_hints
from colorkeras.demo.refusals import Refused
from colorkeras.steering.hints import read_hints
from colorkeras.steering.limits import MOST_RADIUS


def hint(**values):
    return {"x": 0.5, "y": 0.5, "color": "#ff8000", "radius": 0.01} | values


def test_pixels():
    found = placed_hints([hint(), hint(x=0, y=1), hint(x=1, y=0.999, radius=0.125)], (100, 200))
    assert found == (
        PlacedHint(99.5, 49.5, "#ff8000", 2.0),
        PlacedHint(0.0, 99.0, "#ff8000", 2.0),
        PlacedHint(199.0, 99.0, "#ff8000", 25.0),
    )
    assert as_csv(found[:1]) == "x,y,color,radius\n99.5,49.5,#ff8000,2.0\n"


@pytest.mark.parametrize("size", [(1, 1), (7, 3), (300, 451), (4001, 6001)])
def test_the_file_says_the_same(tmp_path, size):
    draw = np.random.default_rng(size)
    values = [hint(x=x, y=y, radius=r * MOST_RADIUS) for x, y, r in draw.random((50, 3)).tolist()]
    corners = [hint(x=x, y=y, radius=r) for x in (0, 1) for y in (0, 1) for r in (0, MOST_RADIUS)]
    placed = placed_hints([*values, *corners], size)
    (tmp_path / "hints.csv").write_text(as_csv(placed), encoding="utf-8")
    read, own = read_hints(tmp_path / "hints.csv", size), as_hints(placed, size)
    np.testing.assert_array_equal(read.positions, own.positions)
    np.testing.assert_array_equal(read.colors, own.colors)
    np.testing.assert_array_equal(read.radius, own.radius)


def test_a_file_comes_back(tmp_path):
    placed = placed_hints([hint(x=0.123), hint(y=0.9, color="#010203", radius=0.1)], (300, 451))
    place = tmp_path / "x.csv"
    assert placed_hints(from_csv(as_csv(placed), (300, 451), place), (300, 451)) == placed
    assert not place.exists()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "hints.csv: the first line is"),
        ("x,y,color\n1,2,reed\n", "hints.csv, line 2: color: received 'reed'"),
        ("x,y,color\n\x1b[31m,2,red\n", "line 2: x: received"),
        ("x,y,color\n" + 201 * "1,1,red\n", "hints.csv: 201 hints; the page takes at most 200"),
        ("\ud800", "hints.csv: is no UTF-8 text"),
    ],
)
def test_files_that_are_refused(tmp_path, text, told):
    with pytest.raises(Refused) as refusal:
        from_csv(text, (10, 10), tmp_path / "x.csv")
    assert told in refusal.value.reason
    assert str(tmp_path) not in refusal.value.reason
    assert list(tmp_path.iterdir()) == []


def test_none():
    assert placed_hints([], (4, 4)) == ()
    assert len(as_hints((), (4, 4))) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"x": -0.1},
        {"y": float("nan")},
        {"x": "0.5"},
        {"radius": 0.2},
        {"color": "#FF8000"},
        {"color": "#ff8000\n"},
        {"color": None},
    ],
)
def test_values_that_the_page_never_sends(wrong):
    with pytest.raises(Refused, match="hints"):
        placed_hints([hint(**wrong)], (10, 10))
