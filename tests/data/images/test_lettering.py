"""Text drawn into images, in scripts that our own font has and has not."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from colorkeras.data.images import lettering
from colorkeras.data.images.lettering import draw_line, length_of, plain_font, size_of, wrapped

DAY = "日"


def drawn(text):
    """Which pixels are dark."""
    image = Image.new("L", (300, 40), "white")
    draw_line(ImageDraw.Draw(image), (5, 30), text, 16, "black")
    return np.asarray(image) < 128


@pytest.fixture
def no_system_fonts(monkeypatch):
    monkeypatch.setattr(lettering, "_system_fonts", lambda: [])
    lettering._font_of.cache_clear()
    yield
    lettering._font_of.cache_clear()


@pytest.mark.parametrize("text", ["Größe", "Фото", "φωτο", "תמונה", "صورة"])
def test_our_font_has_these_scripts(text, no_system_fonts):
    assert drawn(text).any()
    assert length_of(text, 16) == plain_font(16).getlength(text)


def test_what_no_font_has_becomes_an_escape(no_system_fonts):
    assert (drawn(f"a{DAY}b") == drawn("a\\u65e5b")).all()
    assert length_of(f"a{DAY}b", 16) == pytest.approx(length_of("a\\u65e5b", 16), abs=1)


def test_a_font_of_the_system_is_used(monkeypatch, tmp_path, no_system_fonts):
    damaged = tmp_path / "damaged.ttf"
    damaged.write_bytes(b"no font")
    fonts = {str(damaged): [], "here.ttf": [ord(DAY)]}
    codes = lettering._codes
    monkeypatch.setattr(lettering, "_system_fonts", lambda: list(fonts))
    monkeypatch.setattr(
        lettering, "_codes", lambda path: fonts.get(path) if path == "here.ttf" else codes(path)
    )
    monkeypatch.setattr(lettering, "_font", lambda path, size: plain_font(size))
    assert lettering._font_of(DAY) == "here.ttf"
    assert lettering._font_of("a").endswith("DejaVuSans.ttf")
    assert length_of(DAY, 16) == plain_font(16).getlength(DAY)


def test_fonts_of_the_system_are_listed_without_those_of_boxes():
    fonts = lettering._system_fonts()
    assert not [path for path in fonts if "lastresort" in path.casefold()]
    sizes = [len(lettering._codes(path)) for path in fonts]
    assert sizes == sorted(sizes, reverse=True)


def test_lines_are_as_wide_as_they_may_be():
    text = wrapped("a_name/of_many_parts_and_more", plain_font(12), 80)
    assert text.count("\n") >= 2
    width, height = size_of(text, plain_font(12))
    assert width <= 82
    assert height > 3 * 12
