"""The pages as images: every image whole, in its proportions and in its place, with its name."""

import numpy as np
import pytest

from colorkeras.photos.sheets.layout import MOST_IMAGES, MOST_ON_PAGE, layout_of, lines_of
from colorkeras.photos.sheets.pages import render
from colorkeras.photos.sheets.previews import Preview, Previews, Shown, encoded

GREY, RED, GREEN, BLUE = (128,) * 3, (220, 0, 0), (0, 220, 0), (0, 0, 220)


@pytest.fixture
def photograph(tmp_path):
    previews = Previews(tmp_path)

    def small(color, height, width):
        pixels = np.full((height, width, 3), color, np.uint8)
        return previews.store(encoded(pixels, is_colored=True), height, width)

    def make(*colors, doubt=None, height=300, width=480, caption="a.jpg"):
        before, *after = (small(color, height, width) for color in colors)
        shown = [(coloring, "a.png") for coloring in after]
        return Shown(caption, before, tuple(shown), doubt and (small(doubt, height, width), "d"))

    make.path = previews.path
    return make


def pages(photograph, shown):
    layout = layout_of(shown)
    return [render(layout, k, photograph.path) for k in range(len(layout.pages))]


def box(page, color):
    """(top, left, height, width) of what has a color."""
    found = np.argwhere((abs(page.astype(int) - color) < 6).all(axis=2))
    (top, left), (bottom, right) = found.min(axis=0), found.max(axis=0)
    assert len(found) == (bottom - top + 1) * (right - left + 1)
    return top, left, bottom - top + 1, right - left + 1


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((300, 480), (150, 240)),
        ((400, 300), (200, 150)),
        ((100, 1000), (24, 240)),
        ((1000, 1), (200, 1)),
        ((20, 16), (20, 16)),
    ],
)
def test_images_stand_side_by_side_in_their_proportions(photograph, size, expected):
    height, width = size
    shown = photograph(BLUE, RED, GREEN, height=height, width=width)
    (page,) = pages(photograph, [shown])
    boxes = [box(page, color) for color in (BLUE, RED, GREEN)]
    assert [found[2:] for found in boxes] == [expected] * 3
    assert [found[1] for found in boxes] == [24 + k * (expected[1] + 4) for k in range(3)]
    assert len({found[0] for found in boxes}) == 1


def test_the_doubt_comes_last(photograph):
    (page,) = pages(photograph, [photograph(GREY, RED, doubt=BLUE)])
    assert box(page, RED)[1] < box(page, BLUE)[1]


def test_the_caption_is_below(photograph):
    plain, named = (
        pages(photograph, [photograph(GREY, RED, caption=caption)])[0] for caption in ("", "Größe")
    )
    top, _, height, _ = box(named, RED)
    assert plain.shape == named.shape
    changed = np.argwhere((plain != named).any(axis=2))
    assert len(changed) > 50
    assert changed[:, 0].min() > top + height


def test_photographs_are_in_a_grid(photograph):
    shown = [photograph(GREY, (200, 0, k * 40)) for k in range(6)]
    (page,) = pages(photograph, shown)
    boxes = [box(page, (200, 0, k * 40)) for k in range(6)]
    assert [found[0] == boxes[0][0] for found in boxes] == [True] * 4 + [False] * 2
    assert [found[1] for found in boxes[4:]] == [found[1] for found in boxes[:2]]
    assert page.shape[1] < 2100


@pytest.mark.parametrize(
    ("count", "expected"), [(1, [1]), (24, [24]), (25, [24, 1]), (50, [24, 24, 2])]
)
def test_a_page_has_24_photographs(photograph, count, expected):
    layout = layout_of([photograph(GREY, RED)] * count)
    assert [sum(map(len, page)) for page in layout.pages] == expected
    assert MOST_ON_PAGE == 24


def test_a_page_of_samples_is_not_endless(photograph):
    shown = [photograph(GREY, *[RED] * 12, height=400, width=400)] * 20
    layout = layout_of(shown)
    assert [len(page) for page in layout.pages] == [8, 8, 4]
    for page in pages(photograph, shown):
        assert page.shape[0] < 4100
        assert page.shape[1] < 2100


def test_of_very_many_samples_the_first_are_drawn(photograph):
    layout = layout_of([photograph(GREY, *[RED] * 1000, doubt=BLUE, caption="a")])
    (((group,),),) = layout.pages
    assert sum(map(len, group.rows)) == MOST_IMAGES
    assert group.caption == ["a (and 978 more colorings)"]


def test_a_small_copy_that_is_gone_is_a_box(photograph):
    shown = photograph(GREY, RED)
    photograph.path(shown.before).unlink()
    photograph.path(shown.after[0][0]).write_bytes(b"damaged")
    (page,) = pages(photograph, [shown])
    assert (page == 192).all(axis=2).sum() == pytest.approx(2 * 150 * 240, abs=50)  # and letters


@pytest.mark.parametrize(
    ("caption", "lines"),
    [
        ("a.jpg", ["a.jpg"]),
        ("", [""]),
        ("a\nb", ["a b"]),
        ("folder/of/some/photographs.jpg", ["folder/of/some/", "photographs.jpg"]),
    ],
)
def test_lines_of_a_caption(caption, lines):
    assert lines_of(caption, 130) == lines


@pytest.mark.parametrize("length", [150, 250, 4000])
def test_of_a_long_caption_the_ends_are_shown(length):
    lines = lines_of(f"begin{'x' * length}end.jpg", 200)
    assert len(lines) == 3
    assert lines[0].startswith("begin")
    assert lines[0].endswith("…")
    assert lines[-1].endswith("end.jpg")


def test_a_full_page_is_small_enough_to_open(photograph):
    (page,) = pages(photograph, [photograph(GREY, RED)] * 24)
    assert page.shape[0] * page.shape[1] < 4e6


def test_previews_are_named_by_what_is_in_them(tmp_path):
    previews = Previews(tmp_path)
    data = encoded(np.zeros((4, 4, 3), np.uint8), is_colored=False)
    first = previews.store(data, 4, 4)
    written = previews.path(first).stat().st_mtime_ns
    assert previews.store(data, 4, 4) == first == Preview(first.name, 4, 4)
    assert previews.path(first).stat().st_mtime_ns == written
    previews.path(first).write_bytes(b"damaged")
    previews.store(data, 4, 4)
    assert previews.path(first).read_bytes() == data
