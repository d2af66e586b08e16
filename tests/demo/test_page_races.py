"""The page in a real browser when its user does not wait: what is late, and what is left."""

import pytest
from tiny_film import write_film
from visitor import Visitor

pytestmark = pytest.mark.slow


def held(page, call):
    """Hold back a call; what is returned lets it go, or refuses it."""
    routes = []
    page.route(f"**/api/{call}", lambda route: routes.append(route))

    def let_go(refused=None):
        while not routes:
            page.wait_for_timeout(20)
        if refused is None:
            routes.pop().continue_()
        else:
            routes.pop().fulfill(status=503, json={"error": refused})

    return let_go


def test_cancel_stays_for_what_still_runs(browser, address, photo):
    visitor = Visitor(browser, address)
    page = visitor.page
    visitor.dropped("a.png", photo)
    let_go = held(page, "result")
    page.click("#download")
    page.click("#download")  # twice is once
    page.wait_for_selector("#cancel:visible")
    page.focus("#saturation")
    visitor.colored(lambda: page.keyboard.press("End"))
    assert page.is_visible("#cancel")
    assert page.is_visible("#busy")
    page.click("#cancel")
    page.wait_for_selector("#status:has-text('Canceled.')")
    assert page.is_hidden("#cancel")
    assert page.is_hidden("#busy")
    let_go()
    visitor.close(expected=("ERR_",))


def test_a_film_that_is_dropped_before_the_page_has_begun(browser, address, tmp_path):
    visitor = Visitor(browser, address)
    page = visitor.page
    let_go = held(page, "hello")
    page.reload()
    visitor.drop("a.mp4", write_film(tmp_path / "film.mp4").read_bytes())
    let_go()
    page.wait_for_selector("#film-download:enabled")
    assert page.inner_text("#film-name") == "a.mp4"
    assert page.is_hidden("#error")
    visitor.close()


def test_the_last_file_counts(browser, address, photo, tmp_path):
    visitor = Visitor(browser, address)
    page = visitor.page
    page.set_viewport_size({"width": 640, "height": 400})
    visitor.dropped("first.png", photo)
    page.evaluate("window.scrollTo(0, 9999)")
    assert page.evaluate("window.scrollY") > 0
    let_go = held(page, "film")
    visitor.drop("a.mp4", write_film(tmp_path / "film.mp4").read_bytes())
    visitor.dropped("b.png", photo)
    with page.expect_response("**/api/film/forget"):
        let_go()
    assert page.inner_text("#name") == "b.png"
    assert page.evaluate("window.scrollY") == 0  # it is seen
    assert page.is_hidden("#film")
    visitor.close()


def test_a_photograph_is_left_while_it_is_worked_on(browser, address, photo, tmp_path):
    visitor = Visitor(browser, address, accept_downloads=True)
    page = visitor.page
    visitor.dropped("first.png", photo)
    page.set_input_files("#hints-file", _hints(tmp_path))
    page.wait_for_selector("#markers .marker")
    doubt, hints, result = (held(page, name) for name in ("doubt", "hints/read", "result"))
    page.click("#doubtful")
    page.set_input_files("#hints-file", _hints(tmp_path))
    page.click("#download")
    visitor.dropped("second.png", photo)
    with page.expect_download() as download:
        result()
    assert download.value.suggested_filename == "first-color.png"
    hints()
    doubt()
    page.wait_for_timeout(300)
    assert page.is_hidden("#doubt")
    assert page.locator("#markers .marker").count() == 0
    assert page.is_hidden("#error")
    visitor.close()


def test_the_doubt_of_the_model_before(browser, address, photo):
    visitor = Visitor(browser, address)
    page = visitor.page
    visitor.dropped("a.png", photo)
    let_go = held(page, "doubt")
    page.click("#doubtful")
    visitor.colored(lambda: page.select_option("#model", "1"))
    with page.expect_response("**/api/doubt"):
        let_go()
    page.wait_for_timeout(300)
    assert page.is_hidden("#doubt")
    visitor.close()


def test_variations_are_canceled_at_once(browser, address, photo):
    visitor = Visitor(browser, address)
    page = visitor.page
    visitor.dropped("a.png", photo)
    held_back = []

    def hold_small(route):
        is_small = '"small":true' in route.request.post_data
        held_back.append(route) if is_small else route.continue_()

    page.route("**/api/look", hold_small)
    visitor.colored(lambda: page.select_option("#model", "1"))
    page.click("#cancel")
    page.wait_for_selector("#status:has-text('Canceled.')")
    page.wait_for_timeout(300)
    assert len(held_back) == 1
    visitor.close(expected=("ERR_",))


def test_a_coloring_that_fails_is_not_told_as_done(browser, address, photo):
    visitor = Visitor(browser, address)
    page = visitor.page
    let_go = held(page, "look")
    visitor.drop("a.png", photo)
    let_go("Too much is being worked on.")
    page.wait_for_selector("#error:has-text('Too much is being worked on.')")
    page.wait_for_timeout(300)
    assert "colored" not in page.inner_text("#status")
    visitor.close(expected=("503",))


def test_undo_after_the_palette_was_closed(browser, address, photo):
    visitor = Visitor(browser, address)
    page = visitor.page
    visitor.dropped("a.png", photo)
    page.click("#add")
    visitor.colored(lambda: page.locator("[aria-label=red]").check(force=True))
    page.click("#done")
    page.keyboard.press("Enter")
    visitor.colored(lambda: page.locator("[aria-label=sky]").check(force=True))
    page.click("#done")
    visitor.colored(lambda: page.click("#undo"))
    assert "#c8322d" in page.get_attribute("#markers .marker", "aria-label")
    visitor.close()


def test_sliders_have_names(browser, address, photo):
    visitor = Visitor(browser, address)
    page = visitor.page
    visitor.dropped("a.png", photo)
    page.click("#add")
    for name in ("Saturation", "Temperature", "Size"):
        assert page.get_by_role("slider", name=name, exact=True).count() == 1
    visitor.close()


def _hints(folder):
    path = folder / "hints.csv"
    path.write_text("x,y,color\n10,10,#ff0000\n")
    return path
