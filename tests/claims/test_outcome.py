"""Testing one condition: what holds, and the text of the outcome."""

import pytest
from sample_claims import make_claim, selector, write_images_alike
from sample_runs import write_run

from colorkeras.claims.measurement import Runs
from colorkeras.claims.networks import Networks
from colorkeras.claims.outcome import Facts, decided, find_outcome
from colorkeras.console.errors import UserError

NETWORKS = Networks({"generator": 54409858}, {"generator": {"d1": (2, 2, 512)}})
SETTINGS = {"train": {"epochs": 500, "deterministic": True, "stages": ["one", "two"]}}
RUNS = {"a": selector(), "b": selector(preset="other")}


def outcome(condition, root="nowhere", networks=NETWORKS):
    claim = make_claim(condition, runs=RUNS)
    facts = Facts({"paper": SETTINGS}, {"paper": networks}, Runs(root))
    return find_outcome(claim.conditions[0], claim, facts)


@pytest.mark.parametrize(
    ("condition", "holds", "text"),
    [
        ({"parameters": "generator", "equals": 54409858}, True, "generator: 54,409,858 parameters"),
        (
            {"parameters": "generator", "equals": 3},
            False,
            "generator: 54,409,858 parameters, expected 3",
        ),
        ({"layer": "generator/d1", "shape": [2, 2, 512]}, True, "generator/d1: 2×2×512"),
        (
            {"layer": "generator/d1", "shape": [4, 4, 512]},
            False,
            "generator/d1: 2×2×512, expected 4×4×512",
        ),
        ({"config": "train.epochs", "equals": 500.0}, True, "train.epochs = 500"),
        ({"config": "train.epochs", "equals": 4}, False, "train.epochs = 500, expected 4"),
        ({"config": "train.deterministic", "equals": True}, True, "train.deterministic = True"),
        (
            {"config": "train.deterministic", "equals": 1},
            False,
            "train.deterministic = True, expected 1",
        ),
        (
            {"config": "train.stages", "equals": ["one", "two"]},
            True,
            "train.stages = ['one', 'two']",
        ),
    ],
)
def test_networks_and_settings(condition, holds, text):
    found = outcome(condition)
    mark = "✓" if holds else "✗"
    assert (found.holds, found.text) == (holds, f"{mark} {text}")


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        (
            {"parameters": "genrator", "equals": 3},
            "network: received 'genrator', expected one of generator (preset paper). Did you mean "
            "generator?",
        ),
        ({"layer": "generator/d2", "shape": [2]}, "layer of generator: received 'd2', expected"),
        (
            {"config": "train.epoch", "equals": 3},
            "config train.epoch: received 'epoch', expected one of epochs, deterministic, stages",
        ),
        (
            {"config": "train.epochs.x", "equals": 3},
            "config train.epochs.x: received 'x', expected one of none",
        ),
    ],
)
def test_names_that_do_not_exist(condition, message):
    with pytest.raises(UserError) as error:
        outcome(condition)
    assert str(error.value).startswith("claims.toml: claim so: ")
    assert message in str(error.value)


def test_networks_that_cannot_be_built_decide_nothing():
    found = outcome(
        {"parameters": "generator", "equals": 3}, networks=Networks(problem="no weights here")
    )
    assert found.holds is None
    assert found.text == "? the networks cannot be built: no weights here"


def test_a_comparison_is_not_decided_alone(tmp_path):
    """The correction for many comparisons needs all of an experiment."""
    write_seeds(tmp_path, (12.8,))
    found = outcome({"run": "a", "metric": "chroma_rmse", "at_least": 1}, tmp_path)
    assert (found.holds, found.text, len(found.comparisons)) == (None, "", 1)
    assert [run.label for run in found.runs["a"]] == ["cnn/a0"]


def write_seeds(root, values, **more):
    for seed, value in enumerate(values):
        test = {"grey": {"chroma_rmse": 20.5}, "model": {"chroma_rmse": value}}
        folder = write_run(root, "cnn", f"a{seed}", seed=seed, test=test, **more)
        write_images_alike(folder, test)


@pytest.mark.parametrize(
    ("bound", "p", "holds", "text"),
    [
        (
            {"below_method": "grey", "margin": 1},
            0.01,
            True,
            "wanted at least 1 lower, p = 0.01 (0.00032 uncorrected), 3 seeds",
        ),
        ({"above_method": "grey", "margin": 1}, 0.01, False, "wanted at least 1 higher, p = 0.01"),
        (
            {"at_least": 12.5},
            0.025,
            None,
            "wanted at least 12.5, p = 0.025 (0.049 uncorrected), 3 seeds",
        ),
        (
            {"at_least": 12.5},
            0.02482,
            True,
            "wanted at least 12.5, p = 0.0248 (0.049 uncorrected), 3 seeds",
        ),
        ({"at_most": 12}, 0.0001, False, "wanted at most 12, p = 0.001 or less"),
        ({"near": 13.5, "tolerance": 0.25}, 0.2, None, "wanted 13.5 ± 0.25, p = 0.2"),
    ],
)
def test_decided(tmp_path, bound, p, holds, text):
    write_seeds(tmp_path, (12.8, 13.0, 13.2))
    found = outcome({"run": "a", "metric": "chroma_rmse", **bound}, tmp_path)
    final = decided(found, [p])
    assert final.holds is holds
    assert text in final.text
    mark = {True: "✓", False: "✗", None: "?"}[holds]
    against = ", grey 20.5, difference -7.5 [" if "margin" in bound else " [12."
    assert final.text.startswith(f"{mark} chroma RMSE: a 13{against}")
    (decision,) = final.decisions
    assert (decision.p, decision.holds) == (p, holds)
    assert final.text.startswith(f"{decision.short}, p = ")


def test_one_comparison_that_fails_decides(tmp_path):
    write_seeds(tmp_path, (12.8, 13.0, 13.2))
    test = {"model": {"chroma_rmse": 1}}
    folder = write_run(tmp_path, "cnn", "small", test=test, protocol={"hash": "cd"})
    write_images_alike(folder, test)
    write_run(tmp_path, "cnn", "killed", status="failed")
    found = outcome({"run": "a", "metric": "chroma_rmse", "at_least": 50}, tmp_path)
    final = decided(found, [0.01, 1.0])
    assert final.holds is False
    assert "protocol ab12; ? chroma RMSE: a 1 [1, 1], wanted at least 50, p = 1" in final.text
    assert "1 seed, 2 images, protocol cd (at least 3 seeds are needed)" in final.text
    assert final.text.endswith("; left out: cnn/killed (failed)")


def test_subject_names_method_and_epoch(tmp_path):
    write_seeds(tmp_path, (12.8, 13.0, 13.2))
    condition = {"run": "a", "metric": "chroma_rmse", "method": "grey", "at_least": 1}
    text = decided(outcome(condition, tmp_path), [0.01]).text
    assert text.startswith("✓ chroma RMSE of grey: a 20.5 [20.5, 20.5], wanted at least 1, p")
    condition = {"run": "a", "column": "loss_colorizer", "epoch": 2, "at_least": 0.01}
    text = decided(outcome(condition, tmp_path), [0.01]).text
    assert text.startswith("✓ loss_colorizer at epoch 2: a 0.03448 [0.0")


@pytest.mark.parametrize(
    ("bound", "holds", "text"),
    [
        (
            "near_mean_of",
            True,
            "✓ loss_D, mean of {}: cnn/a: 3 within 3 ± 0.1",
        ),
        (
            "near_sum_of",
            False,
            "✗ loss_D, sum of {}: cnn/a: 3 outside 6 ± 0.1",
        ),
    ],
)
def test_checks_of_columns(tmp_path, bound, holds, text):
    folder = write_run(tmp_path, "cnn", "a")
    (folder / "train.csv").write_text("step,epoch,loss_D,loss_fake,loss_real\n1,1,3,2,4\n")
    condition = {"run": "a", "column": "loss_D", "tolerance": 0.1}
    found = outcome({**condition, bound: ["loss_fake", "loss_real"]}, tmp_path)
    assert (found.holds, found.text) == (holds, text.format("loss_fake, loss_real"))


def test_no_runs_decide_nothing():
    found = outcome({"run": "a", "metric": "chroma_rmse", "at_least": 1})
    assert found.holds is None
    assert found.text.startswith("? no finished run of cnn · quick · rendered in nowhere")
