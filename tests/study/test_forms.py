"""What an answer says, by form."""

import pytest

from colorkeras.study.forms import FORMS, outcomes, passes_check, right_answer

PAIR, SINGLE, FIVE = (FORMS[name] for name in ("timed-pair", "real-or-not", "five-image"))


def test_who_calls_the_true_image_fake_was_fooled():
    assert outcomes(PAIR, ("A", "truth"), "right") == [("A", True)]
    assert outcomes(PAIR, ("A", "truth"), "left") == [("A", False)]
    assert outcomes(PAIR, ("truth", "A"), "left") == [("A", True)]


def test_single_images():
    assert outcomes(SINGLE, ("A",), "real") == [("A", True)]
    assert outcomes(SINGLE, ("truth",), "fake") == [("truth", False)]


def test_marked_images_look_poor():
    shows = ("A", "truth", "B", "C", "D")
    assert outcomes(FIVE, shows, "1+4") == [
        ("A", False),
        ("truth", True),
        ("B", True),
        ("C", False),
        ("D", True),
    ]
    assert all(passed for _, passed in outcomes(FIVE, shows, "none"))


def test_possible_answers():
    assert PAIR.answers() == {"left", "right"}
    assert len(FIVE.answers()) == 2**5
    assert {"none", "3", "1+5", "1+2+3+4+5"} <= FIVE.answers()


@pytest.mark.parametrize(
    ("form", "shows", "answer", "passes"),
    [
        (PAIR, ("check", "truth"), "left", True),
        (PAIR, ("check", "truth"), "right", False),
        (SINGLE, ("check",), "fake", True),
        (SINGLE, ("check",), "real", False),
        (FIVE, ("A", "B", "truth", "check", "C"), "4", True),
        (FIVE, ("A", "B", "truth", "check", "C"), "1+4", True),
        (FIVE, ("A", "B", "truth", "check", "C"), "1", False),
        (FIVE, ("A", "B", "truth", "check", "C"), "1+2+3+4+5", False),
    ],
)
def test_checks(form, shows, answer, passes):
    assert passes_check(form, shows, answer) is passes


def test_what_practice_tells():
    assert right_answer(PAIR, ("truth", "A")) == "right"
    assert right_answer(PAIR, ("A", "truth")) == "left"
    assert right_answer(SINGLE, ("A",)) == "fake"
    assert right_answer(FIVE, ("A", "truth", "B", "C", "D")) is None
