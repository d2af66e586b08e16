"""What a claim's runs measured: means, and every reason for which nothing is measured."""

import math

import pytest
from sample_claims import make_claim
from sample_runs import GREY, MODEL, write_run

from colorkeras.claims.measurement import Runs
from colorkeras.claims.run_values import UndecidedError
from colorkeras.console.errors import UserError

RUNS = {"a": "cnn/a*", "b": "cnn/b*"}
PSNR = {"run": "a", "metric": "psnr", "above": "b"}
LOSS = {"run": "a", "column": "loss_colorizer", "at_most": 1}


def measured(root, condition, runs=None):
    claim = make_claim(condition, runs=runs or RUNS)
    return Runs(root).measure(claim.conditions[0], claim)


def undecided(root, condition, runs=None):
    with pytest.raises(UndecidedError) as error:
        measured(root, condition, runs)
    return str(error.value)


def model(**changes):
    return {"grey": GREY, "model": {**MODEL, **changes}}


def test_means_over_the_runs_of_each_group(tmp_path):
    write_run(tmp_path, "cnn", "a0", test=model(psnr=20))
    write_run(tmp_path, "cnn", "a1", test=model(psnr=23))
    write_run(tmp_path, "cnn", "b", test=model(psnr=19.5))
    found = measured(tmp_path, PSNR)
    assert (found.value, found.against) == (21.5, 19.5)
    assert found.runs == {"a": ["cnn/a0", "cnn/a1"], "b": ["cnn/b"]}
    assert found.left_out == []


def test_other_methods_of_the_same_runs(tmp_path):
    write_run(tmp_path, "cnn", "a")
    found = measured(tmp_path, {"run": "a", "metric": "psnr", "above_method": "grey"})
    assert (found.value, found.against) == (22.25, 20.5)
    condition = {"run": "a", "metric": "psnr", "method": "grey", "at_least": 1}
    found = measured(tmp_path, condition)
    assert (found.value, found.against) == (20.5, 1.0)


def test_the_newest_test_row_counts(tmp_path):
    folder = write_run(tmp_path, "cnn", "a", test=model(psnr=20))
    file = folder / "eval.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    lines.append(lines[-1].replace(",20,", ",21,"))
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert measured(tmp_path, {"run": "a", "metric": "psnr", "at_least": 1}).value == 21


def test_patterns_match_the_path_of_a_cell(tmp_path):
    write_run(tmp_path / "cnn", "optimizers", "optimizer.generator.name=adam,seed=0")
    runs = {"a": "cnn/optimizers/*=adam,*"}
    condition = {"run": "a", "metric": "psnr", "at_least": 1}
    assert len(measured(tmp_path, condition, runs).runs["a"]) == 1
    assert "matches" in undecided(tmp_path, condition, {"a": "cnn/optimizers/*=Adam,*"})


def test_unfinished_runs_are_named_and_not_used(tmp_path):
    write_run(tmp_path, "cnn", "a0", status="running")
    condition = {"run": "a", "metric": "psnr", "at_least": 1}
    expected = f'no finished run in {tmp_path} matches "cnn/a*", only cnn/a0 (running)'
    assert undecided(tmp_path, condition) == expected
    write_run(tmp_path, "cnn", "a1", test=model(psnr=20))
    found = measured(tmp_path, condition)
    assert (found.value, found.left_out) == (20, ["cnn/a0 (running)"])


def test_a_completed_epoch_counts_though_the_run_was_stopped(tmp_path):
    write_run(tmp_path, "cnn", "a0", status="interrupted")  # its last row is of epoch 3
    found = measured(tmp_path, {**LOSS, "epoch": 2})
    assert found.value == pytest.approx(1 / 29, rel=1e-5)
    for condition in ({**LOSS, "epoch": 3}, LOSS):
        assert "only cnn/a0 (interrupted)" in undecided(tmp_path, condition)


def test_runs_without_a_test_do_not_count(tmp_path):
    (write_run(tmp_path, "cnn", "a") / "eval.csv").unlink()
    condition = {"run": "a", "metric": "psnr", "at_least": 1}
    assert "cnn/a (finished, but eval.csv has no test row" in undecided(tmp_path, condition)
    (tmp_path / "cnn" / "a" / "run.json").write_text("{", encoding="utf-8")
    assert "cnn/a (run.json is missing, cut short" in undecided(tmp_path, condition)


def test_an_evaluation_of_another_split_does_not_count(tmp_path):
    write_run(tmp_path, "cnn", "a", kind="evaluation", protocol={"split": "val", "hash": "x"})
    file = tmp_path / "cnn" / "a" / "eval.csv"
    file.write_text(file.read_text(encoding="utf-8").replace("test,", "val,"), encoding="utf-8")
    condition = {"run": "a", "metric": "psnr", "at_least": 1}
    assert "cnn/a (measured on its val split)" in undecided(tmp_path, condition)


def test_no_results_folder_has_no_runs(tmp_path):
    nowhere = tmp_path / "nowhere"
    expected = [f'no finished run in {nowhere} matches "cnn/{name}*"' for name in "ab"]
    assert undecided(nowhere, PSNR) == "; ".join(expected)


def test_different_protocols_are_not_compared(tmp_path):
    write_run(tmp_path, "cnn", "a")
    write_run(tmp_path, "cnn", "b", protocol={"hash": "cd34", "height": 128, "width": 128})
    expected = "measured under different protocols: height, width"
    assert undecided(tmp_path, PSNR) == expected
    # Nor averaged within a group.
    condition = {"run": "a", "metric": "psnr", "at_least": 1}
    assert undecided(tmp_path, condition, {"a": "cnn/*"}) == expected


def test_unrecorded_protocols_are_distinguished_by_hash(tmp_path):
    for run, name in (("a", "ab12"), ("b", "cd34")):
        write_run(tmp_path, "cnn", run, protocol={"hash": name})
        file = tmp_path / "cnn" / run / "run.json"
        file.write_text(
            file.read_text(encoding="utf-8").replace(f'"hash": "{name}"', '"hash": ""'),
            encoding="utf-8",
        )
    expected = "measured under different protocols: hashes ab12, cd34"
    assert undecided(tmp_path, PSNR) == expected


def test_nan_and_missing_values_decide_nothing(tmp_path):
    write_run(tmp_path, "cnn", "a", test=model(psnr=math.nan))
    condition = {"run": "a", "metric": "psnr", "at_least": 1}
    assert undecided(tmp_path, condition) == "psnr is nan in cnn/a"
    condition["metric"] = "diversity"
    assert undecided(tmp_path, condition) == "diversity was not measured in cnn/a"
    condition = {"run": "a", "metric": "ssim", "above_method": "mean_chroma"}
    assert undecided(tmp_path, condition) == "ssim of mean_chroma was not measured in cnn/a"


def write_losses(folder, losses):
    """A train.csv with two rows per epoch; the second is the epoch's average."""
    lines = ["step,epoch,images,loss_colorizer"]
    for epoch, loss in enumerate(losses, 1):
        lines += [f"{2 * epoch - 1},{epoch},8,9", f"{2 * epoch},{epoch},8,{loss}"]
    (folder / "train.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_losses_at_the_end_of_an_epoch(tmp_path):
    for run, losses in (("a0", (5, 4, 3)), ("a1", (4, 3, 2)), ("b", (1,))):
        write_losses(write_run(tmp_path, "cnn", run), losses)
    assert measured(tmp_path, LOSS).value == 2.5
    assert measured(tmp_path, {**LOSS, "epoch": 2}).value == 3.5
    found = measured(tmp_path, {"run": "a", "column": "loss_colorizer", "below": "b"})
    assert (found.value, found.against) == (2.5, 1)
    assert undecided(tmp_path, {**LOSS, "epoch": 4}) == "cnn/a0 has 3 epochs, not 4"


def test_losses_of_runs_of_different_length(tmp_path):
    for run, losses in (("a0", (5, 4, 3)), ("a1", (4,))):
        write_losses(write_run(tmp_path, "cnn", run), losses)
    assert undecided(tmp_path, LOSS).startswith("the runs of a have 1 and 3 epochs, and the cond")
    assert measured(tmp_path, {**LOSS, "epoch": 1}).value == 4.5


def test_losses_that_were_not_recorded(tmp_path):
    write_losses(write_run(tmp_path, "cnn", "a"), (5, ""))
    expected = "loss_colorizer at the end of epoch 2 was not measured in cnn/a"
    assert undecided(tmp_path, LOSS) == expected
    (tmp_path / "cnn" / "a" / "train.csv").unlink()
    assert "cnn/a (no train.csv)" in undecided(tmp_path, LOSS)


def test_a_column_that_no_run_has_is_an_error(tmp_path):
    write_run(tmp_path, "cnn", "a")
    with pytest.raises(UserError) as error:
        measured(tmp_path, {**LOSS, "column": "loss_colorzer"})
    assert str(error.value).startswith("claims.toml: claim so: column: received 'loss_colorzer'")
    assert "Did you mean loss_colorizer?" in str(error.value)


def test_mean_and_sum_of_other_columns(tmp_path):
    folder = write_run(tmp_path, "cnn", "a")
    (folder / "train.csv").write_text("step,epoch,loss_D,loss_fake,loss_real\n1,1,3,2,4\n")
    condition = {"run": "a", "column": "loss_D", "tolerance": 0.1}
    halves = ["loss_fake", "loss_real"]
    found = measured(tmp_path, {**condition, "near_mean_of": halves})
    assert (found.value, found.against) == (3, 3)
    assert measured(tmp_path, {**condition, "near_sum_of": halves}).against == 6
    with pytest.raises(UserError, match="received 'loss_fale'"):
        measured(tmp_path, {**condition, "near_sum_of": ["loss_fale", "loss_real"]})
    with pytest.raises(UserError, match="expected the names of two or more columns"):
        measured(tmp_path, {**condition, "near_sum_of": ["loss_fake"]})


def test_pattern_without_match_suggests_a_similar_run(tmp_path):
    write_run(tmp_path, "cunet", "quick")
    condition = {"run": "a", "metric": "psnr", "at_least": 1}
    message = undecided(tmp_path, condition, {"a": "cunet/quik*"})
    assert message.endswith('matches "cunet/quik*" Did you mean cunet/quick')
