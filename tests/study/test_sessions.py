"""What the server keeps of raters and answers."""

import pytest
from planted_study import make_study

from colorkeras.console.errors import UserError
from colorkeras.study.answers import read_answers
from colorkeras.study.sessions import Refused, Sessions
from colorkeras.study.study_folder import ANSWERS, CODES, RATERS


@pytest.fixture
def study(tmp_path):
    return make_study(tmp_path, "--trials", "6", "--practice", "2", "--raters", "3")


def answer(begun, number=0, **changed):
    return {
        "rater": begun["rater"],
        "trial": begun["trials"][number]["id"],
        "answer": "left",
        "response_ms": 412.6,
        "shown_ms": [1000, 1001.4],
        **changed,
    }


def test_raters_get_sessions_in_turn(study):
    sessions = Sessions(study)
    begun = [sessions.start("") for _ in range(4)]
    assert [each["trials"][0]["id"] for each in begun] == [
        "000-000",
        "001-000",
        "002-000",
        "000-000",
    ]
    assert len({each["rater"] for each in begun}) == 4


def test_the_page_is_told_nothing_of_what_images_are(study):
    begun = Sessions(study).start("")
    assert set(begun["trials"][0]) == {"id", "practice", "images"}
    tokens = {image.token for image in study.images}
    assert {token for trial in begun["trials"] for token in trial["images"]} <= tokens


def test_a_reload_and_a_restart_go_on(study):
    sessions = Sessions(study)
    begun = sessions.start("")
    assert sessions.answer(answer(begun))["right"] in ("left", "right")
    sessions.answer(answer(begun, 1))
    for load in (2, 3):
        went_on = sessions.start(begun["rater"])
        sessions = Sessions(study)
        assert went_on["done"] == [trial["id"] for trial in begun["trials"][:2]]
        assert (went_on["load"], went_on["trials"]) == (load, begun["trials"])


def test_a_second_answer_is_noticed(study):
    sessions = Sessions(study)
    begun = sessions.start("")
    sessions.answer(answer(begun))
    with pytest.raises(Refused, match="answered before") as refusal:
        sessions.answer(answer(begun, answer="right"))
    assert refusal.value.status == 409
    (kept,) = read_answers([study.folder / ANSWERS], study)
    assert kept.answer == "left"


def test_test_trials_are_not_told_right_or_wrong(study):
    sessions = Sessions(study)
    begun = sessions.start("")
    number = next(i for i, trial in enumerate(begun["trials"]) if not trial["practice"])
    assert sessions.answer(answer(begun, number)) == {}


@pytest.mark.parametrize(
    "changed",
    [
        {"answer": "middle"},
        {"answer": None},
        {"answer": ["left"]},
        {"trial": "999-000"},
        {"trial": "001-000"},  # another rater's session
        {"rater": "nobody"},
        {"rater": 3},
        {"response_ms": -1},
        {"response_ms": "412"},
        {"response_ms": True},
        {"response_ms": float("nan")},
        {"shown_ms": [1000]},
        {"shown_ms": "1000+1000"},
        {"shown_ms": [1000, 1e12]},
    ],
)
def test_impossible_answers_are_not_stored(study, changed):
    sessions = Sessions(study)
    begun = sessions.start("")
    with pytest.raises(Refused):
        sessions.answer(answer(begun, **changed))
    assert sessions.totals() == (0, 0)


def test_a_half_written_row_is_cut_off(study):
    sessions = Sessions(study)
    begun = sessions.start("")
    for number in range(3):
        sessions.answer(answer(begun, number))
    path = study.folder / ANSWERS
    path.write_bytes(path.read_bytes()[:-9])
    again = Sessions(study)
    assert again.totals() == (2, 1)
    again.answer(answer(begun, 2))
    assert len(read_answers([path], study)) == 3


def test_only_the_codes_that_were_given(study):
    codes = (study.folder / CODES).read_text().split()
    assert len(codes) == 3
    sessions = Sessions(study, with_codes=True)
    with pytest.raises(Refused, match="not known"):
        sessions.start("")
    assert sessions.start(f" {codes[1].upper()} ")["rater"] == codes[1]


def test_files_of_another_study(study, tmp_path):
    path = study.folder / RATERS
    path.write_text("study,rater,session,load,started\n000000000000,abc,0,1,now\n")
    with pytest.raises(UserError, match=r"raters\.csv: row 2 is of another study"):
        Sessions(study)
