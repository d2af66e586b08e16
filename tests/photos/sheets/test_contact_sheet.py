"""A contact sheet as a whole: what is written, what an earlier sheet leaves, what is never read."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from colorkeras.console.errors import UserError
from colorkeras.data.folders.index import scan_folder
from colorkeras.data.images.mark import facts_of, is_own_result, save_options
from colorkeras.inference.colorize_plan import plan_jobs
from colorkeras.photos.sheets import files as sheet_files
from colorkeras.photos.sheets.contact_sheet import PREVIEW, ContactSheet, Entry, preview

GREY, RED, GREEN, BLUE = (128,) * 3, (200, 0, 0), (0, 200, 0), (0, 0, 200)


def image(color, height=30, width=40):
    return np.full((height, width, 3), color, np.uint8)


def add(sheet, folder, name, *colors, doubt=None):
    after = tuple(folder / f"{Path(name).stem}-{k}.png" for k in range(len(colors)))
    entry = Entry(Path("photos", name), after, folder / "doubt.png" if doubt else None, name)
    copies = [image(color) for color in colors]
    sheet.add(entry, image(GREY), copies, image(doubt) if doubt else None)


def sheet_of(folder, *names, color=RED):
    sheet = ContactSheet(folder)
    for name in names:
        add(sheet, folder, name, color)
    return [path.name for path in sheet.write()]


def previews(folder):
    return sorted(path.name for path in (folder / "sheet-files").iterdir())


def test_pages_and_html_and_small_copies(tmp_path):
    sheet = ContactSheet(tmp_path / "out")
    add(sheet, tmp_path / "out", "a.jpg", RED, GREEN, doubt=BLUE)
    assert [path.name for path in sheet.write()] == ["sheet.png", "sheet.html"]
    assert sorted(os.listdir(tmp_path / "out")) == ["sheet-files", "sheet.html", "sheet.png"]
    page = (tmp_path / "out" / "sheet.html").read_text(encoding="utf-8")
    assert len(previews(tmp_path / "out")) == 4
    assert all(f'"sheet-files/{name}"' in page for name in previews(tmp_path / "out"))


def test_without_photographs_nothing_is_written(tmp_path):
    assert ContactSheet(tmp_path).write() == []
    assert os.listdir(tmp_path) == []


def test_photographs_from_several_threads_are_in_order(tmp_path):
    sheet, names = ContactSheet(tmp_path), [f"photo {k}.jpg" for k in range(40, 0, -1)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: add(sheet, tmp_path, name, RED), names))
    sheet.write()
    page = (tmp_path / "sheet.html").read_text(encoding="utf-8")
    places = [page.index(f">{name}</h2>") for name in reversed(names)]
    assert places == sorted(places)
    assert len(previews(tmp_path)) == 2  # all are the same


def test_a_photograph_added_again_replaces_the_earlier_one(tmp_path):
    sheet = ContactSheet(tmp_path)
    add(sheet, tmp_path, "a.jpg", RED)
    add(sheet, tmp_path, "a.jpg", GREEN)
    sheet.write()
    assert (tmp_path / "sheet.html").read_text(encoding="utf-8").count("<article>") == 1


def test_a_second_sheet_replaces_the_first_with_all_that_is_its(tmp_path):
    names = [f"{k}.jpg" for k in range(30)]
    assert sheet_of(tmp_path, *names) == ["sheet.png", "sheet-2.png", "sheet.html"]
    first = previews(tmp_path)
    (tmp_path / "sheet-files" / "mine.jpg").write_bytes(b"x")
    assert sheet_of(tmp_path, "1.jpg", color=GREEN) == ["sheet.png", "sheet.html"]
    assert sorted(os.listdir(tmp_path)) == ["sheet-files", "sheet.html", "sheet.png"]
    second = previews(tmp_path)
    assert len(second) == 3  # the grey one is the same
    assert len(set(first) & set(second)) == 1
    assert "mine.jpg" in second
    page = (tmp_path / "sheet.html").read_text(encoding="utf-8")
    assert "30.jpg" not in page
    assert page.count("<article>") == 1


def test_the_earlier_sheet_is_whole_until_the_new_one_is(tmp_path, monkeypatch):
    sheet_of(tmp_path, *(f"{k}.jpg" for k in range(30)))
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    monkeypatch.setattr(sheet_files, "html_page", disk_full)
    with pytest.raises(UserError, match=r"sheet\.html: cannot be written: No space"):
        sheet_of(tmp_path, "a.jpg", "b.jpg", color=BLUE)
    for path, data in before.items():
        assert path.read_bytes() == data
    assert not [path for path in tmp_path.rglob("*") if path.name.endswith(".tmp.png")]


def disk_full(shown):
    raise OSError(28, "No space left on device")


def test_a_result_called_sheet_is_not_replaced(tmp_path):
    sheet_of(tmp_path, "a.jpg")  # an earlier sheet, of which a result takes the place
    Image.fromarray(image(RED)).save(tmp_path / "sheet.png", **save_options(".png", {"run": "1"}))
    result = (tmp_path / "sheet.png").read_bytes()
    assert sheet_of(tmp_path, "a.jpg") == ["contact-sheet.png", "contact-sheet.html"]
    assert (tmp_path / "sheet.png").read_bytes() == result
    assert not (tmp_path / "sheet.html").exists()  # its small copies are gone
    (tmp_path / "contact-sheet.html").write_text("of my own")
    assert sheet_of(tmp_path, "a.jpg") == ["sheet-2.png", "sheet-2.html"]
    assert (tmp_path / "contact-sheet.html").read_text() == "of my own"
    (tmp_path / "sheet.png").unlink()
    assert sheet_of(tmp_path, "a.jpg") == ["sheet.png", "sheet.html"]
    assert not (tmp_path / "sheet-2.png").exists()


@pytest.mark.parametrize("name", ["sheet.png", "sheet.html"])
def test_a_folder_in_the_way(tmp_path, name):
    (tmp_path / name).mkdir()
    assert sheet_of(tmp_path, "a.jpg") == ["contact-sheet.png", "contact-sheet.html"]


def test_small_copies_that_cannot_be_kept(tmp_path):
    (tmp_path / "sheet-files").write_bytes(b"a file")
    with pytest.raises(UserError, match="cannot be written"):
        sheet_of(tmp_path, "a.jpg")


def test_nothing_of_a_sheet_is_taken_for_a_photograph(tmp_path):
    sheet = ContactSheet(tmp_path / "out")
    for k in range(30):
        add(sheet, tmp_path / "out", f"{k}.jpg", RED, GREEN, doubt=BLUE)
    sheet.write()
    images = [path for path in tmp_path.rglob("*.??g") if path.is_file()]
    assert len(images) == 4 + 2
    for path in images:
        with Image.open(path) as opened:
            assert is_own_result(opened)
    assert plan_jobs([str(tmp_path)], tmp_path / "other").jobs == []
    assert len(plan_jobs([str(tmp_path)], tmp_path / "other").own_results) == 6
    with pytest.raises(UserError, match="none of 6 image files is usable: 6 own result"):
        scan_folder(tmp_path)


def test_colored_copies_say_that_their_colors_are_a_guess(tmp_path):
    sheet_of(tmp_path, "a.jpg")
    facts = []
    for name in ["sheet.png", *(f"sheet-files/{name}" for name in previews(tmp_path))]:
        with Image.open(tmp_path / name) as opened:
            facts.append(facts_of(opened))
    assert {"sheet": "page"} in facts
    assert {"sheet": "preview"} in facts
    assert None in facts  # the photograph's, which is none of the model's


@pytest.mark.parametrize(
    ("size", "side", "expected"),
    [
        ((3000, 2000), PREVIEW, (1000, 667)),
        ((200, 300), PREVIEW, (200, 300)),
        ((5000, 2), 100, (100, 1)),
        ((7, 10), 5, (4, 5)),
    ],
)
def test_preview_keeps_the_proportions(size, side, expected):
    small = preview(image(RED, *size), side)
    assert small.shape == (*expected, 3)
    assert (small == RED).all()


@pytest.mark.parametrize(
    "wrong", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3)), np.zeros((0, 4, 3), np.uint8)]
)
def test_images_of_another_form(wrong):
    with pytest.raises(ValueError, match="expected"):
        preview(wrong)


def test_larger_images_are_made_smaller(tmp_path):
    sheet = ContactSheet(tmp_path)
    sheet.add(Entry(Path("a"), (Path("b"),), None, "a"), *[image(RED, 9, 1200)], [image(RED)], None)
    sheet.write()
    assert 'width="1000" height="8"' in (tmp_path / "sheet.html").read_text()


@pytest.mark.parametrize(
    ("after", "doubt"), [([], None), ([image(RED)] * 2, None), ([image(RED)], image(RED))]
)
def test_entry_and_images_do_not_fit(tmp_path, after, doubt):
    with pytest.raises(ValueError, match="of the entry; expected the same"):
        ContactSheet(tmp_path).add(
            Entry(Path("a"), (Path("b"),), None, "a"), image(GREY), after, doubt
        )
