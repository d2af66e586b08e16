"""The HTML page: names of any kind stay text, links lead to the files, nothing else is loaded."""

import base64
import hashlib
import os
import re
import unicodedata
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote_to_bytes

import numpy as np
import pytest

from colorkeras.console.safe_text import printable
from colorkeras.photos.sheets.contact_sheet import ContactSheet, Entry
from colorkeras.photos.sheets.html import FILTERED, html_page
from colorkeras.photos.sheets.previews import Preview, Shown

NAMES = [
    '"><script>alert(1)</script>.jpg',
    "'><img src=x onerror=alert(1)>.jpg",
    "</h2></article></main><!--.jpg",
    'O\'Neil & "sons" &lt;b&gt; 100% #1?x=1.jpg',
    "javascript:alert(1).jpg",
    "//example.org/a.jpg",
    "\\\\server\\share.jpg",
    "new\nline\r\ttab\0.jpg",
    "caf\udce9.jpg",
    "half \ud83d pair.jpg",
    "תמונה\u202egpj.exe",
    "日本の写真.jpg",
    "x" * 4000 + ".jpg",
    "%3Cscript%3E%00.jpg",
    "",
]
PIXELS = np.zeros((6, 8, 3), np.uint8)


class Page(HTMLParser):
    """All elements with their attributes, and the texts of headings."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.captions, self._open = [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag == "h2":
            self.captions.append("")
        if tag not in ("meta", "img", "input", "wbr"):
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        if "h2" in self._open:
            self.captions[-1] += data

    def of(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


def page_of(folder, captions, samples=1, doubt=None, name="result"):
    sheet = ContactSheet(folder)
    for number, caption in enumerate(captions):
        after = tuple(folder / f"{name}-{number}-{k}.png" for k in range(samples))
        entry = Entry(Path(str(number)), after, doubt, caption)
        sheet.add(entry, PIXELS, [PIXELS + k for k in range(samples)], PIXELS if doubt else None)
    return sheet.write()[-1].read_text(encoding="utf-8")


def test_names_are_texts_and_nothing_else(tmp_path):
    text = page_of(tmp_path, NAMES)
    page = Page(text)
    expected = sorted(printable(name) for name in NAMES)
    assert sorted(page.captions) == expected
    assert (
        sorted(image["alt"] for image in page.of("img") if image["class"] == "before") == expected
    )
    assert len(page.of("article")) == len(NAMES)
    assert len(page.of("script")) == len(page.of("style")) == 1
    assert not [name for _, found in page.elements for name in found if name.startswith("on")]
    assert not set(text) & {"\r", "\0", "\u202e"}


# Without a byte 0 and lone halves of a pair, which no file's name has.
@pytest.mark.parametrize("name", [n for n in NAMES if not set(n) & {"\0", "\ud83d"}])
def test_links_lead_to_the_files(tmp_path, name):
    path = tmp_path / "out" / "below" / f"_{name}"
    sheet = ContactSheet(tmp_path / "out")
    sheet.add(Entry(Path("a"), (path,), None, name), PIXELS, [PIXELS], None)
    page = Page(sheet.write()[-1].read_text(encoding="utf-8"))
    (link,) = page.of("a")
    assert re.fullmatch(r"below/[\w.~%/-]+", link["href"], re.ASCII)
    assert unquote_to_bytes(link["href"]) == os.fsencode(path.relative_to(tmp_path / "out"))


def test_a_link_has_no_scheme_and_no_host(tmp_path):
    names = ("javascript:alert(1)", "a:b.png")
    for name in names:
        sheet = ContactSheet(tmp_path)
        entry = Entry(Path("a"), (tmp_path / name,), None, "a")
        sheet.add(entry, PIXELS, [PIXELS], None)
        (link,) = Page(sheet.write()[-1].read_text(encoding="utf-8")).of("a")
        assert ":" not in link["href"]


def test_the_page_needs_its_small_copies_and_nothing_else(tmp_path):
    text = page_of(tmp_path, ["a", "b"], samples=2, doubt=tmp_path / "doubt.png")
    page = Page(text)
    for image in page.of("img"):
        assert (tmp_path / image["src"]).is_file()
        assert (image["width"], image["height"]) == ("8", "6")
        assert image["loading"] == "lazy"
    for element in ("link", "iframe", "object"):
        assert not page.of(element)
    assert not re.findall(r"https?://|url\(|@import|fetch|innerHTML|eval", text)
    assert str(tmp_path) not in text


def test_the_policy_lets_only_our_script_and_style_run(tmp_path):
    text = page_of(tmp_path, ["a"])
    (policy,) = [
        meta["content"]
        for meta in Page(text).of("meta")
        if meta.get("http-equiv") == "Content-Security-Policy"
    ]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for tag in ("script", "style"):
        (content,) = re.findall(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert not [found for _, found in Page(text).elements if "style" in found]


def test_each_photograph_has_a_labelled_slider(tmp_path):
    page = Page(page_of(tmp_path, ["a.jpg", "b.jpg"]))
    sliders = [found for found in page.of("input") if found["type"] == "range"]
    assert [slider["aria-label"] for slider in sliders] == [
        f"How much of the photograph is shown: {name}.jpg" for name in "ab"
    ]
    assert [found["type"] for found in page.of("input")] == ["range", "range"]


def test_samples_are_choices_and_the_doubt_is_switched(tmp_path):
    page = Page(page_of(tmp_path, ["a", "b"], samples=3, doubt=tmp_path / "doubt.png"))
    radio = [found for found in page.of("input") if found["type"] == "radio"]
    assert [found["name"] for found in radio] == ["s0"] * 3 + ["s1"] * 3
    assert ["checked" in found for found in radio] == [True, False, False] * 2
    assert [found["data-full"] for found in radio[:3]] == [f"result-0-{k}.png" for k in range(3)]
    switches = [found for found in page.of("input") if found["type"] == "checkbox"]
    assert [found["data-full"] for found in switches] == ["doubt.png"] * 2
    for found in radio + switches:
        assert (tmp_path / found["data-small"]).is_file()
    assert page.of("img")[0]["src"] == radio[0]["data-small"]


@pytest.mark.parametrize(("count", "found"), [(FILTERED, False), (FILTERED + 1, True)])
def test_many_photographs_can_be_searched(tmp_path, count, found):
    page = Page(page_of(tmp_path, map(str, range(count))))
    assert any(element.get("type") == "search" for element in page.of("input")) == found


def test_names_are_kept_as_they_are_typed(tmp_path):
    names = [unicodedata.normalize("NFD", "Größe"), "a_b/c_d"]
    assert sorted(Page(page_of(tmp_path, names)).captions) == sorted(names)


def test_thousands_of_photographs_are_a_page_of_a_megabyte_or_two(tmp_path):
    small = Preview(f"{'0' * 32}.jpg", 667, 1000)
    link = "folder/photograph_0001.png"
    shown = [
        Shown(f"folder/photograph_{k}.jpg", small, ((small, link),), None) for k in range(2000)
    ]
    assert len(html_page(shown).encode()) < 2_000_000
