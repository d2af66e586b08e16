"""Sessions: balanced, drawn from a seed, and no picture twice."""

from collections import Counter

import pytest

from colorkeras.console.errors import UserError
from colorkeras.study.design import PRACTICE, TEST, fitting_lengths, sessions
from colorkeras.study.forms import CHECK, FORMS, TRUTH

PICTURES = [f"p{i:02d}" for i in range(60)]
OUTPUTS = {"timed-pair": "ABC", "real-or-not": "ABC", "five-image": "ABCDE"}


def drawn(name, seed=1, num_sessions=30, pictures=60):
    form = FORMS[name]
    lengths = fitting_lengths(form, pictures, 12, None, None)
    checks, rest = PICTURES[: lengths.checks], PICTURES[lengths.checks : pictures]
    return sessions(form, OUTPUTS[name], rest, checks, lengths, num_sessions, seed)


@pytest.mark.parametrize("name", FORMS)
def test_no_session_shows_a_picture_twice(name):
    counts = Counter((trial.session, trial.picture) for trial in drawn(name))
    assert set(counts.values()) == {1}


@pytest.mark.parametrize("name", FORMS)
def test_every_picture_is_shown_with_every_system_about_as_often(name):
    shown = [trial for trial in drawn(name) if trial.kind == TEST]
    systems = Counter(what for trial in shown for what in trial.shows)
    of_systems = [systems[key] for key in OUTPUTS[name]]
    assert max(of_systems) - min(of_systems) <= 2
    pairs = Counter((t.picture, what) for t in shown for what in t.shows if what != TRUTH)
    assert len(pairs) == len({t.picture for t in shown}) * len(OUTPUTS[name])
    assert max(pairs.values()) <= 2 * min(pairs.values()) + 1


def test_half_of_single_images_are_true():
    shown = [trial.shows[0] for trial in drawn("real-or-not") if trial.kind == TEST]
    assert shown.count(TRUTH) * 2 == len(shown)


def test_five_images_are_four_outputs_and_the_truth():
    for trial in drawn("five-image"):
        assert len(set(trial.shows)) == 5
        assert TRUTH in trial.shows
        assert (CHECK in trial.shows) == (trial.kind == CHECK)


@pytest.mark.parametrize("name", ["timed-pair", "five-image"])
def test_the_truth_is_in_each_place_as_often(name):
    places = Counter(trial.shows.index(TRUTH) for trial in drawn(name))
    assert len(places) == FORMS[name].num_images
    assert max(places.values()) < 1.3 * min(places.values())


def test_practice_comes_first_and_checks_are_mixed_in():
    of_first = [trial.kind for trial in drawn("timed-pair") if trial.session == 0]
    assert of_first[:10] == [PRACTICE] * 10
    assert of_first.count(CHECK) == 6
    positions = {t.position for t in drawn("timed-pair") if t.kind == CHECK}
    assert len(positions) > 10


def test_the_seed_decides():
    assert drawn("timed-pair") == drawn("timed-pair")
    assert drawn("timed-pair") != drawn("timed-pair", seed=2)


def test_many_pictures_are_limited_to_those_that_all_systems_share():
    form = FORMS["timed-pair"]
    lengths = fitting_lengths(form, 1000, 10, 0, 0)
    trials = sessions(form, "AB", [f"p{i}" for i in range(1000)], [], lengths, 6, 1)
    pairs = Counter((trial.picture, max(set(trial.shows) - {TRUTH})) for trial in trials)
    assert len(pairs) == 60  # 30 pictures, each with both
    assert {system for _, system in pairs} == {"A", "B"}


def test_few_pictures_shorten_a_session():
    lengths = fitting_lengths(FORMS["timed-pair"], 16, None, None, None)
    assert (lengths.trials, lengths.practice, lengths.checks) == (11, 2, 3)


def test_too_few_pictures_for_what_was_asked():
    with pytest.raises(UserError, match=r"16 pictures are too few: 10 practice trials, 3 checks"):
        fitting_lengths(FORMS["timed-pair"], 16, 20, 10, None)
    with pytest.raises(UserError, match="need 7, each with a picture of its own"):
        fitting_lengths(FORMS["timed-pair"], 6, None, None, None)
