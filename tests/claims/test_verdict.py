"""Verdicts follow from outcomes and from nothing else; comparisons are corrected together."""

import pytest
from sample_claims import make_claim, selector
from sample_runs import write_images, write_run

from colorkeras.claims.measurement import Runs
from colorkeras.claims.outcome import Facts, Outcome
from colorkeras.claims.verdict import CHECKS, VERDICTS, Judgement, judge


@pytest.mark.parametrize(
    ("holds", "result", "check"),
    [
        ([True, True], "reproduced", "agrees"),
        ([True, False], "not reproduced", "differs"),
        ([False, None], "not reproduced", "not testable here"),
        ([True, None], "inconclusive", "not testable here"),
        ([], "not testable here", "not testable here"),
    ],
)
def test_verdicts(holds, result, check):
    outcomes = [Outcome(value, "") for value in holds]
    assert Judgement(make_claim(), outcomes).verdict == result
    assert result in VERDICTS
    assert Judgement(make_claim(kind="training"), outcomes).verdict == check
    assert check in CHECKS


RUNS = {"a": selector()}


def write_seeds(root, spread, seeds=3):
    """Runs that beat grey in PSNR by 1 dB on average, with a spread of the seeds around it."""
    for seed in range(seeds):
        gain = 1 + spread * (seed - (seeds - 1) / 2)
        images = [20 + 0.1 * (number % 5) for number in range(40)]
        model = [value + gain for value in images]
        tests = {
            name: {"psnr": sum(column) / len(column)}
            for name, column in (("grey", images), ("model", model))
        }
        folder = write_run(root, "cnn", f"a{seed}", seed=seed, test=tests)
        write_images(folder, {"grey": {"psnr": images}, "model": {"psnr": model}})


def verdicts(root, *margins):
    claims = [
        make_claim(
            {"run": "a", "metric": "psnr", "above_method": "grey", "margin": margin},
            runs=RUNS,
            id=f"m{number}",
        )
        for number, margin in enumerate(margins)
    ]
    return judge(claims, Facts({}, {}, Runs(root)))


def test_a_clear_difference_is_reproduced_and_a_larger_one_is_not(tmp_path):
    write_seeds(tmp_path, 0.01)
    found = verdicts(tmp_path, 0.5, 2.0)
    assert [judgement.verdict for judgement in found] == ["reproduced", "not reproduced"]
    (text,) = (outcome.text for outcome in found[0].outcomes)
    assert text.startswith("✓ PSNR (dB): a 21.2, grey 20.2, difference +1 [")
    assert (
        "wanted at least 0.5 higher, p = 0.001 or less, 3 seeds, 40 images, protocol ab12" in text
    )


def test_two_seeds_decide_nothing(tmp_path):
    write_seeds(tmp_path, 0.01, seeds=2)
    (found,) = verdicts(tmp_path, 0.5)
    assert found.verdict == "inconclusive"
    assert "2 seeds" in found.outcomes[0].text
    assert found.outcomes[0].text.endswith("(at least 3 seeds are needed)")


def test_a_spread_of_the_seeds_decides_nothing(tmp_path):
    """Gains of 0.4, 1 and 1.6 dB: t of 2 degrees of freedom · 0.6 / √3 = 1.5 dB on both sides."""
    write_seeds(tmp_path, 0.6)
    (found,) = verdicts(tmp_path, 0.0)
    assert found.verdict == "inconclusive"
    assert found.outcomes[0].text.startswith("? PSNR (dB): a 21.2, grey 20.2, difference +1 [-0.4")
    outlook = "6 seeds would decide it, were effect and spread the same"
    assert found.outcomes[0].text.endswith(f"({outlook})")


def test_six_seeds_decide_what_three_do_not(tmp_path):
    """The same spread of 0.6 dB: t of 5 degrees of freedom instead of 2, and √6 instead of √3."""
    write_seeds(tmp_path / "three", 0.6)
    (found,) = verdicts(tmp_path / "three", 0.0)
    assert found.undecided_looks == 1
    write_seeds(tmp_path / "wide", 0.9, seeds=6)
    assert verdicts(tmp_path / "wide", 0.0)[0].undecided_looks == 2
    write_seeds(tmp_path / "six", 0.3, seeds=6)
    (found,) = verdicts(tmp_path / "six", 0.0)
    assert found.verdict == "reproduced"
    assert ", 6 seeds, 40 images" in found.outcomes[0].text
    assert found.undecided_looks == 0


def test_too_few_seeds_await_the_first_look(tmp_path):
    write_seeds(tmp_path, 0.01, seeds=2)
    (found,) = verdicts(tmp_path, 0.5)
    assert found.undecided_looks == 0
    (found,) = verdicts(tmp_path / "nowhere", 0.5)
    assert found.undecided_looks == 0


def test_many_comparisons_are_corrected(tmp_path):
    """Alone p is .02; of four such comparisons none is decided."""
    write_seeds(tmp_path, 0.22)
    (alone,) = verdicts(tmp_path, 0.0)
    assert alone.verdict == "reproduced"
    together = verdicts(tmp_path, 0.0, 0.0, 0.0, 0.0)
    assert [judgement.verdict for judgement in together] == ["inconclusive"] * 4
