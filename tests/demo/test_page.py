"""The page in a real browser: by mouse, by keyboard, on a phone; no request to elsewhere."""

import io

import numpy as np
import pytest
from PIL import Image
from tiny_film import write_film
from visitor import Visitor

from colorkeras.colorize import main as colorize

pytestmark = pytest.mark.slow
HOSTILE = "<img src=x onerror=alert(1)>.png"


def test_a_photograph_by_mouse(browser, address, models, photo, tmp_path):
    visitor = Visitor(browser, address, accept_downloads=True)
    page = visitor.page
    visitor.drop(HOSTILE, photo)
    page.wait_for_selector("#status:has-text('is colored')")
    assert page.inner_text("#name") == HOSTILE
    assert page.locator("#name *").count() == 0

    page.mouse.click(*visitor.place(0.7, 0.4))
    visitor.colored(lambda: page.locator("[aria-label=red]").check(force=True))
    assert page.locator("#markers .marker").count() == 1
    page.click("#done")
    page.mouse.move(*visitor.place(0.7, 0.4))
    page.mouse.down()
    page.mouse.move(*visitor.place(0.6, 0.5))
    visitor.colored(page.mouse.up)
    label = page.get_attribute("#markers .marker", "aria-label")
    assert label == "Hint 1, color #c8322d, 60 % from the left, 50 % from the top"

    with page.expect_download() as hints:
        page.click("#save")
    with page.expect_download() as result:
        page.click("#download")
    assert result.value.suggested_filename.endswith("-color.png")
    (tmp_path / "photo.png").write_bytes(photo)
    hints.value.save_as(tmp_path / "hints.csv")
    options = ["--model", models[0], "--hints", str(tmp_path / "hints.csv")]
    assert colorize([str(tmp_path / "photo.png"), "-o", str(tmp_path / "out"), *options]) == 0
    expected = (tmp_path / "out" / "photo.png").read_bytes()
    assert result.value.path().read_bytes() == expected
    visitor.colored(lambda: page.click("#clear"))
    visitor.colored(lambda: page.set_input_files("#hints-file", tmp_path / "hints.csv"))
    assert page.get_attribute("#markers .marker", "aria-label") == label
    visitor.close()


def test_a_photograph_by_keyboard(browser, address, photo):
    visitor = Visitor(browser, address)
    page, keys = visitor.page, visitor.page.keyboard
    keys.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Choose a photograph"
    with page.expect_file_chooser() as chooser:
        keys.press("Enter")
    chooser.value.set_files({"name": "a.png", "mimeType": "image/png", "buffer": photo})
    page.wait_for_selector("#status:has-text('is colored')")
    page.focus("#cut")
    keys.press("Home")
    assert page.evaluate("stage.style.getPropertyValue('--cut')") == "0%"
    assert page.get_attribute("#cut", "aria-valuetext").startswith("0 % before")
    page.focus("#saturation")
    visitor.colored(lambda: keys.press("End"))
    assert page.inner_text("#saturation-told") == "250 %"

    page.focus("#add")
    keys.press("Enter")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "light skin"
    visitor.colored(lambda: keys.press("Space"))
    keys.press("Escape")
    assert page.evaluate("document.activeElement.className") == "marker selected"
    visitor.colored(lambda: keys.press("Shift+ArrowRight"))
    assert "53 % from the left" in page.get_attribute("#markers .marker", "aria-label")
    visitor.colored(lambda: keys.press("Control+z"))
    assert "50 % from the left" in page.get_attribute("#markers .marker", "aria-label")
    visitor.colored(lambda: keys.press("Control+z"))
    assert page.locator("#markers .marker").count() == 0
    visitor.colored(lambda: keys.press("Control+Shift+z"))
    page.focus("#markers .marker")
    visitor.colored(lambda: keys.press("Delete"))
    assert page.evaluate("document.activeElement.id") == "add"
    visitor.close()


def test_doubt_variations_and_models(browser, address, photo):
    visitor = Visitor(browser, address)
    page = visitor.page
    visitor.drop("a.png", photo)
    page.wait_for_selector("#status:has-text('is colored')")
    assert page.is_hidden("#variations")
    page.click("#doubtful")
    page.wait_for_selector("#legend:has-text('brightest 25 CIELAB units')")
    visitor.colored(lambda: page.select_option("#model", "1"))
    assert page.is_hidden("#doubt")
    page.wait_for_selector("#variations button:nth-child(5) img[src^=blob]")
    visitor.colored(lambda: page.click("text=Variation 3"))
    assert page.get_attribute("#variations [aria-pressed=true]", "class") in (None, "")
    assert page.inner_text("#variations [aria-pressed=true]").strip() == "Variation 3"
    visitor.close()


def test_a_film(browser, address, photo, tmp_path):
    visitor = Visitor(browser, address, accept_downloads=True)
    page = visitor.page
    visitor.drop("a <b>.mp4", write_film(tmp_path / "film.mp4").read_bytes())
    page.wait_for_selector("#film-download:enabled")
    assert page.inner_text("#film-told") == "The film is in color."
    assert page.inner_text("#film-name") == "a <b>.mp4"
    assert page.is_hidden("#view")
    assert page.is_hidden("#hints-title")
    with page.expect_download() as first:
        page.click("#film-download")
    page.focus("#saturation")
    page.keyboard.press("Home")
    page.click("#film-again")
    page.wait_for_selector("#film-download:enabled")
    with page.expect_download() as second:
        page.click("#film-download")
    assert first.value.path().read_bytes() != second.value.path().read_bytes()
    visitor.drop("a.png", photo)
    page.wait_for_selector("#status:has-text('is colored')")
    assert page.is_hidden("#film")
    assert page.is_visible("#hints-title")
    visitor.close()


def test_hints_on_a_frame_of_a_film(browser, address, tmp_path):
    visitor = Visitor(browser, address, accept_downloads=True)
    page = visitor.page
    visitor.drop("a.mp4", write_film(tmp_path / "film.mp4").read_bytes())
    page.wait_for_selector("#film-frame:enabled")
    page.evaluate("video.currentTime = 0.35")
    page.click("#film-frame")
    page.wait_for_selector("#name:has-text('a-frame3.png')")
    page.wait_for_selector("#after[src]")
    assert page.is_hidden("#film")
    assert page.evaluate("document.activeElement.id") == "frame-use"
    page.mouse.click(*visitor.place(0.5, 0.5))
    visitor.colored(lambda: page.locator("[aria-label=red]").check(force=True))
    page.keyboard.press("Escape")
    page.click("#frame-leave")  # the hint is kept, and not used yet
    assert page.is_visible("#film-unused")
    page.click("#film-hints button")
    page.wait_for_selector("#hint-count:has-text('(1)')")
    with page.expect_request("**/api/film/color") as sent:
        page.click("#frame-use")
    assert sent.value.post_data_json["hints"][0]["frame"] == 3
    assert page.evaluate("document.activeElement.id") in ("film-cancel", "film-frame")
    page.wait_for_selector("#film-frame:enabled")
    assert page.evaluate("document.activeElement.id") == "film-frame"
    assert page.is_hidden("#view")
    assert page.is_hidden("#film-unused")
    assert page.inner_text("#film-hints li").startswith("1 hint on frame 3, at 0.35 s")
    with page.expect_download() as file:
        page.click("#film-save")
    assert file.value.path().read_text().startswith("x,y,color,radius,frame\n")
    page.click("#film-hints button")
    page.wait_for_selector("#hint-count:has-text('(1)')")  # it has its hint
    assert page.is_disabled("#undo")
    page.keyboard.press("Control+z")
    assert page.inner_text("#hint-count") == "(1)"
    page.click("#frame-leave")
    assert page.is_visible("#film")
    page.click("#film-hints button")
    page.wait_for_selector("#hint-count:has-text('(1)')")
    page.click("#clear")
    page.click("#frame-use")
    page.wait_for_selector("#film-frame:enabled")
    assert page.locator("#film-hints li").count() == 0
    visitor.close()


def test_too_many_hints_on_the_frames_of_a_film(browser, address, tmp_path):
    """More than 200 on two frames: told before the frame is left; the film stays as it is."""
    visitor = Visitor(browser, address)
    page = visitor.page
    hints = "".join(
        ["x,y,color\n", *(f"{number % 40},{number // 40},red\n" for number in range(150))]
    )
    visitor.drop("a.mp4", write_film(tmp_path / "film.mp4").read_bytes())
    page.wait_for_selector("#film-frame:enabled")
    for time, leaving in ((0.15, "#frame-leave"), (0.35, "#frame-use")):
        page.evaluate(f"video.currentTime = {time}")
        page.click("#film-frame")
        page.wait_for_selector("#after[src]")
        file = {"name": "hints.csv", "mimeType": "text/csv", "buffer": hints.encode()}
        page.set_input_files("#hints-file", file)
        page.wait_for_selector("#hint-count:has-text('(150)')")
        page.click(leaving)
    assert page.inner_text("#error p").startswith(
        "300 hints are on the frames, 150 of them on this"
    )
    assert page.is_visible("#view")
    page.click("#frame-leave")
    page.click("#film-again")
    page.wait_for_selector("#error p:has-text('received 300 in all frames, expected at most 200')")
    assert page.is_visible("#video")
    assert page.is_enabled("#film-download")
    visitor.close(expected=("400",))


def test_bad_files_are_told(browser, address, photo):
    visitor = Visitor(browser, address)
    page = visitor.page
    visitor.drop("film\n<b>.pdf", b"%PDF-1.7")
    page.wait_for_selector("#error:has-text('PDF is not one of JPEG')")
    visitor.drop("empty.png", b"")
    page.wait_for_selector("#error:has-text('The file is empty')")
    visitor.drop("a.png", photo)
    page.wait_for_selector("#status:has-text('is colored')")
    assert page.is_hidden("#error")
    page.evaluate("fetch('/api/forget', {method: 'POST', body: '{}'})")
    visitor.close(expected=("422",))


def test_the_palette_of_a_low_window_shows_its_buttons(browser, address, photo):
    visitor = Visitor(browser, address, viewport={"width": 740, "height": 360})
    page = visitor.page
    visitor.drop("a.png", photo)
    page.wait_for_selector("#status:has-text('is colored')")
    page.mouse.click(*visitor.place(0.5, 0.2))
    for name in ("#done", "#delete"):
        box = page.locator(name).bounding_box()
        assert 0 <= box["y"] < box["y"] + box["height"] <= 360
    visitor.close()


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (320, "dark")])
def test_on_a_phone(browser, address, photo, width, scheme):
    size = {"width": width, "height": 740}
    visitor = Visitor(
        browser, address, viewport=size, has_touch=True, is_mobile=True, color_scheme=scheme
    )
    page = visitor.page
    widths = [page.evaluate("document.documentElement.scrollWidth")]
    visitor.drop("a-name-without-any-place-where-it-could-be-broken" * 4 + ".png", photo)
    page.wait_for_selector("#status:has-text('is colored')")
    widths.append(page.evaluate("document.documentElement.scrollWidth"))
    page.touchscreen.tap(*visitor.place(0.5, 0.2))
    visitor.colored(lambda: page.locator("[aria-label=sky]").check(force=True))
    widths.append(page.evaluate("document.documentElement.scrollWidth"))
    assert max(widths) <= width
    pixels = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("L"))
    assert (pixels[0].mean() > 128) == (scheme == "light")
    visitor.close()
