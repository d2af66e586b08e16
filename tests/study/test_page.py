"""The page in a real browser: raters with known answers, reloads, no request to elsewhere."""

import contextlib
import threading

import pytest
from browsers import opened_browser
from planted_study import make_study

from colorkeras.study.answers import read_answers
from colorkeras.study.design import PRACTICE
from colorkeras.study.forms import CHECK, TRUTH
from colorkeras.study.rates import judge_raters, rate_of, table_of
from colorkeras.study.server import StudyServer
from colorkeras.study.sessions import Sessions
from colorkeras.study.study_folder import ANSWERS

pytestmark = pytest.mark.slow
NEXT = "button[data-answer=next]"


@pytest.fixture(scope="module")
def browser():
    with opened_browser() as opened:
        yield opened


@contextlib.contextmanager
def served(study, with_codes=False):
    with StudyServer(study, Sessions(study, with_codes), 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.url
        server.shutdown()


class Rater:
    """A rater at the page who knows what the images are, and answers by `passes(shown)`."""

    def __init__(self, browser, study, url, passes):
        self.study, self.url, self.passes = study, url, passes
        self.shows = {image.token: image.shows for image in study.images}
        self.context = browser.new_context(viewport={"width": 900, "height": 700})
        self.page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.hosts, self.faults = set(), []
        self.page.on("request", lambda request: self.hosts.add(request.url.split("/")[2]))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", lambda message: self.faults.append(message.text))

    def open(self):
        self.page.goto(self.url)
        self.page.click(".card button.strong")

    def answer(self, by_key=False):
        """Answer one trial; practice is followed by "Next", the last practice by a pause."""
        place = ".place button:enabled, .actions button:enabled"
        self.page.wait_for_selector(place)
        tokens = self.page.eval_on_selector_all(
            ".frame img", "all => all.map(each => each.src.split('/').pop().split('.')[0])"
        )
        was_practice = "Practice" in self.page.inner_text(".count")
        passed = [self.passes(self.shows[token]) for token in tokens]
        self._give(passed, [self.shows[token] for token in tokens], by_key)
        if was_practice:
            self.page.click(NEXT)
            self.page.wait_for_function("!document.querySelector('[data-answer=next]')")
            pause = self.page.locator("h1", has_text="practice is over")
            if pause.count():
                self.page.click(".card button")
        else:
            self.page.wait_for_function(
                "old => document.querySelector('.frame img')?.src.includes(old) !== true",
                arg=tokens[0],
            )

    def _give(self, passed, shown, by_key):
        if self.study.form.name == "five-image":
            for number, good in enumerate(passed, 1):
                if not good and by_key:
                    self.page.keyboard.press(str(number))
                elif not good:
                    self.page.click(f".place:nth-child({number}) .frame")
            self.page.click("button[data-answer=done]")
            return
        if self.study.form.name == "timed-pair":
            place = 1 - shown.index(TRUTH)
            choice = ("left", "right")[1 - place if passed[place] else place]
        else:
            choice = "real" if passed[0] else "fake"
        if by_key:
            self.page.keyboard.press("ArrowLeft" if choice in ("left", "real") else "ArrowRight")
        else:
            self.page.click(f"button[data-answer={choice}]")

    def close(self):
        self.context.close()
        assert self.faults == []
        assert self.hosts == {self.url.split("/")[2]}


OPTIONS = ["--trials=4", "--practice=1", "--checks=3", "--raters=4", "--seconds=0.05"]


@pytest.mark.parametrize("form", ["timed-pair", "five-image", "real-or-not"])
def test_planted_raters_come_out(browser, form, tmp_path):
    """System A fools always, B never; one rater answers by mouse, one by key."""
    systems = ("one", "two", "three", "four") if form == "five-image" else ("one", "two")
    study = make_study(tmp_path, "--form", form, *OPTIONS, systems=systems, pictures=20)
    with served(study) as url:
        for by_key in (False, True):
            rater = Rater(browser, study, url, lambda shown: shown in ("A", TRUTH))
            rater.open()
            for _ in study.session(0):
                rater.answer(by_key)
            rater.page.wait_for_selector("h1:text('Thank you')")
            rater.close()
    answers = read_answers([study.folder / ANSWERS], study)
    assert len(answers) == 2 * len(study.session(0))
    raters = judge_raters(study, answers)
    assert len(raters.counted) == 2
    table = table_of(study, answers, raters.counted)
    assert rate_of(table, "A", 0.1).share == 1
    assert rate_of(table, "B", 0.1).share == 0
    kinds = {study.trial[answer.trial].kind for answer in answers}
    assert kinds == {PRACTICE, "test", CHECK}
    if study.form.is_timed:
        # A busy machine may miss frames, but never shows an image for less than half its time.
        assert all(25 <= shown < 2000 for answer in answers for shown in answer.shown_ms)


def test_a_reload_goes_on_and_a_second_time_is_noticed(browser, tmp_path):
    study = make_study(tmp_path, "--form", "real-or-not", *OPTIONS, pictures=20)
    with served(study) as url:
        rater = Rater(browser, study, url, lambda shown: shown == TRUTH)
        rater.open()
        for _ in range(4):
            rater.answer()
        rater.page.reload()
        assert "4 of 8 are left" in rater.page.inner_text(".card")
        rater.page.click(".card button.strong")
        for _ in range(4):
            rater.answer()
        rater.page.wait_for_selector("h1:text('Thank you')")
        rater.page.reload()
        rater.page.wait_for_selector("h1:text('You have already answered')")
        rater.page.click("#next")
        rater.page.wait_for_selector("button:text('Start')")
        rater.close()
    answers = read_answers([study.folder / ANSWERS], study)
    assert [answer.load for answer in answers] == [1] * 4 + [2] * 4
    assert len({answer.rater for answer in answers}) == 1


def test_codes(browser, tmp_path):
    study = make_study(tmp_path, "--form", "real-or-not", *OPTIONS, pictures=20)
    code = (study.folder / "codes.txt").read_text().split()[0]
    with served(study, with_codes=True) as url:
        page = browser.new_page()
        page.goto(url)
        for typed, expected in (("wrong", "not known"), (code, f"random code {code}")):
            page.fill("input", typed)
            page.keyboard.press("Enter")
            page.wait_for_selector(f".card:has-text('{expected}')")
        page.close()
