"""Testing one condition: what holds, and the text of the outcome."""

import pytest
from sample_claims import make_claim
from sample_runs import write_run

from colorkeras.claims.measurement import Runs
from colorkeras.claims.networks import Networks
from colorkeras.claims.outcome import Facts, find_outcome
from colorkeras.console.errors import UserError

NETWORKS = Networks({"generator": 54409858}, {"generator": {"d1": (2, 2, 512)}})
SETTINGS = {"train": {"epochs": 500, "deterministic": True, "stages": ["one", "two"]}}
RUNS = {"a": "cnn/a*", "b": "cnn/b"}


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
    assert (found.holds, found.text) == (holds, text)


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
    assert found.text == "the networks cannot be built: no weights here"


@pytest.fixture
def results(tmp_path):
    for run, rmse in (("a", 12.81173), ("b", 13.40812)):
        tests = {"grey": {"chroma_rmse": 20.5}, "model": {"chroma_rmse": rmse}}
        write_run(tmp_path, "cnn", run, test=tests)
    return tmp_path


@pytest.mark.parametrize(
    ("bound", "holds", "text"),
    [
        ({"below": "b"}, True, "12.81 < 13.41 (b)"),
        ({"above": "b"}, False, "12.81 ≤ 13.41 (b)"),
        ({"below": "b", "margin": 0.5}, True, "12.81 < 12.91 (b - 0.5)"),
        ({"below": "b", "margin": 1}, False, "12.81 ≥ 12.41 (b - 1)"),
        ({"above_method": "grey", "margin": 1}, False, "12.81 ≤ 21.5 (grey + 1)"),
        ({"below_method": "grey"}, True, "12.81 < 20.5 (grey)"),
        ({"at_least": 12.8117}, True, "12.81173 ≥ 12.8117"),
        ({"at_least": 12.81173}, True, "12.81 ≥ 12.81"),
        ({"at_most": 12}, False, "12.81 > 12"),
        ({"near": 13, "tolerance": 0.25}, True, "12.81 within 13 ± 0.25"),
        ({"near": 13, "tolerance": 0.1}, False, "12.81 outside 13 ± 0.1"),
    ],
)
def test_bounds(results, bound, holds, text):
    found = outcome({"run": "a", "metric": "chroma_rmse", **bound}, results)
    assert (found.holds, found.text) == (holds, f"a: chroma_rmse {text}")
    assert found.runs["a"] == ["cnn/a"]


def test_subject_names_method_and_epoch(results):
    condition = {"run": "a", "metric": "chroma_rmse", "method": "grey", "at_least": 1}
    assert outcome(condition, results).text == "a: chroma_rmse of grey 20.5 ≥ 1"
    condition = {"run": "a", "column": "loss_colorizer", "epoch": 2, "at_least": 0.01}
    assert outcome(condition, results).text == "a: loss_colorizer at epoch 2 0.03448 ≥ 0.01"


@pytest.mark.parametrize(
    ("bound", "holds", "text"),
    [
        ("near_mean_of", True, "3 within 3 ± 0.1 (mean of loss_fake, loss_real)"),
        ("near_sum_of", False, "3 outside 6 ± 0.1 (sum of loss_fake, loss_real)"),
    ],
)
def test_bounds_on_columns(tmp_path, bound, holds, text):
    folder = write_run(tmp_path, "cnn", "a")
    (folder / "train.csv").write_text("step,epoch,loss_D,loss_fake,loss_real\n1,1,3,2,4\n")
    condition = {"run": "a", "column": "loss_D", "tolerance": 0.1}
    found = outcome({**condition, bound: ["loss_fake", "loss_real"]}, tmp_path)
    assert (found.holds, found.text) == (holds, f"a: loss_D {text}")


def test_runs_left_out_are_named(results):
    write_run(results, "cnn", "a1", status="failed")
    text = outcome({"run": "a", "metric": "chroma_rmse", "at_least": 1}, results).text
    assert text == "a: chroma_rmse 12.81 ≥ 1; left out: cnn/a1 (failed)"


def test_no_runs_decide_nothing():
    found = outcome({"run": "a", "metric": "chroma_rmse", "at_least": 1})
    assert found.holds is None
    assert found.text.startswith("no finished run in nowhere")
