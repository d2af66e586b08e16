"""What a claim's runs measured, and every reason for which nothing is measured."""

import math

import pytest
from sample_claims import make_claim, selector, write_images_alike
from sample_runs import GREY, MODEL, write_images, write_run

from colorkeras.claims.measurement import Runs
from colorkeras.claims.paired import Region
from colorkeras.claims.run_values import UndecidedError
from colorkeras.console.errors import UserError

RUNS = {"a": selector(), "b": selector(preset="other")}
PSNR = {"run": "a", "metric": "psnr", "above": "b", "margin": 0.25}
ALONE = {"run": "a", "metric": "psnr", "at_least": 1}
LOSS = {"run": "a", "column": "loss_colorizer", "at_most": 1}


def measured(root, condition):
    claim = make_claim(condition, runs=RUNS)
    return Runs(root).measure(claim.conditions[0], claim)


def comparison(root, condition):
    (found,) = measured(root, condition).comparisons
    return found


def undecided(root, condition):
    with pytest.raises(UndecidedError) as error:
        measured(root, condition)
    return str(error.value)


def write(root, run, seed=0, **more):
    folder = write_run(root, "cnn", run, seed=seed, **more)
    write_images_alike(folder, more.get("test") or {"grey": GREY, "model": MODEL})
    return folder


def model(**changes):
    return {"grey": GREY, "model": {**MODEL, **changes}}


def labels(found):
    return {name: [run.label for run in runs] for name, runs in found.runs.items()}


def test_means_over_the_runs_of_each_group(tmp_path):
    write(tmp_path, "a0", test=model(psnr=20))
    write(tmp_path, "a1", seed=1, test=model(psnr=23))
    write(tmp_path, "b", preset="other", test=model(psnr=19.5))
    found = comparison(tmp_path, PSNR)
    assert (found.value, found.against, found.effect.mean) == (21.5, 19.5, 2)
    assert (found.effect.runs, found.effect.images) == ((2, 1), 2)
    assert found.region == Region(low=0.25)
    assert labels(found) == {"a": ["cnn/a0", "cnn/a1"], "b": ["cnn/b"]}


@pytest.mark.parametrize(
    ("bound", "region"),
    [
        ({"below_method": "grey", "margin": 0.5}, Region(high=-0.5)),
        ({"at_most": 3}, Region(high=0)),
        ({"at_least": 3}, Region(low=0)),
        ({"near": 3, "tolerance": 0.5}, Region(-0.5, 0.5)),
    ],
)
def test_the_effects_that_a_bound_wants(tmp_path, bound, region):
    write(tmp_path, "a")
    assert comparison(tmp_path, {"run": "a", "metric": "psnr", **bound}).region == region


def test_images_are_paired_by_name(tmp_path):
    """What only one of the runs has is left out; so is an image without a value."""
    for run, seed, shift in (("a0", 0, 1), ("a1", 1, 3)):
        grey, own = [20.0, 22.0, 30.0, None], [20.0 + shift, 22.0 + shift, 30.0 + shift, None]
        tests = {"grey": {"psnr": 24.0}, "model": {"psnr": 24.0 + shift}}
        folder = write(tmp_path, run, seed=seed, test=tests)
        write_images(folder, {"grey": {"psnr": grey}, "model": {"psnr": own}})
    folder = tmp_path / "cnn" / "a1" / "eval_images.csv"
    folder.write_text(folder.read_text().replace("0002.png", "other.png"))
    found = comparison(
        tmp_path, {"run": "a", "metric": "psnr", "above_method": "grey", "margin": 0}
    )
    assert (found.effect.mean, found.effect.images, found.effect.runs) == (2, 2, (2,))
    assert (found.value, found.against) == (23, 21)
    assert found.effect.image_error == 0  # both images gain as much


def test_a_seed_that_was_run_twice_is_one_seed(tmp_path):
    for run, seed, psnr in (("a0", 0, 20), ("again", 0, 22), ("a1", 1, 24)):
        write(tmp_path, run, seed=seed, test=model(psnr=psnr))
    found = comparison(tmp_path, ALONE)
    assert (found.effect.runs, found.value) == ((2,), 22.5)


def test_the_newest_test_row_counts(tmp_path):
    file = write(tmp_path, "a", test=model(psnr=20)) / "eval.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    lines.append(lines[-1].replace(",20,", ",21,"))
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    write_images(file.parent, {"model": {"psnr": [21, 21]}})
    assert comparison(tmp_path, ALONE).value == 21


def test_unfinished_runs_are_named_and_not_used(tmp_path):
    write(tmp_path, "a0", status="running")
    expected = f"no finished run of cnn · quick · rendered in {tmp_path}, only cnn/a0 (running)"
    assert undecided(tmp_path, ALONE) == expected
    write(tmp_path, "a1", test=model(psnr=20))
    found = measured(tmp_path, ALONE)
    assert (found.comparisons[0].value, found.left_out) == (20, ["cnn/a0 (running)"])


def test_a_completed_epoch_counts_though_the_run_was_stopped(tmp_path):
    write(tmp_path, "a0", status="interrupted")  # its last row is of epoch 3
    found = comparison(tmp_path, {**LOSS, "epoch": 2})
    assert found.value == pytest.approx(1 / 29, rel=1e-5)
    for condition in ({**LOSS, "epoch": 3}, LOSS):
        assert "only cnn/a0 (interrupted)" in undecided(tmp_path, condition)


def test_runs_without_a_test_do_not_count(tmp_path):
    (write(tmp_path, "a") / "eval.csv").unlink()
    assert "cnn/a (finished, but eval.csv has no test row" in undecided(tmp_path, ALONE)


def test_no_results_folder_has_no_runs(tmp_path):
    nowhere = tmp_path / "nowhere"
    expected = [f"no finished run of {RUNS[name]} in {nowhere}" for name in "ab"]
    assert undecided(nowhere, PSNR) == "; ".join(expected)


def test_each_protocol_is_a_comparison_of_its_own(tmp_path):
    for name, preset in (("a", "quick"), ("b", "other")):
        write(tmp_path, name, preset=preset)
        write(tmp_path, f"{name}-small", preset=preset, protocol={"hash": "cd34", "height": 128})
    write(tmp_path, "a-alone", protocol={"hash": "ef56"})
    found = measured(tmp_path, PSNR)
    assert [each.protocol for each in found.comparisons] == ["ab12", "cd34"]
    assert labels(found.comparisons[1]) == {"a": ["cnn/a-small"], "b": ["cnn/b-small"]}
    assert found.left_out == ["cnn/a-alone (alone under protocol ef56)"]


def test_different_protocols_are_not_compared(tmp_path):
    write(tmp_path, "a")
    write(tmp_path, "b", preset="other", protocol={"hash": "cd34", "height": 128})
    assert undecided(tmp_path, PSNR) == "no protocol under which all groups were measured"


def test_nan_and_missing_values_decide_nothing(tmp_path):
    write(tmp_path, "a", test=model(psnr=math.nan))
    assert undecided(tmp_path, ALONE) == "psnr is nan in cnn/a"
    condition = {"run": "a", "metric": "diversity", "at_least": 1}
    assert undecided(tmp_path, condition) == "diversity was not measured in cnn/a"
    condition = {"run": "a", "metric": "ssim", "above_method": "mean_chroma", "margin": 0}
    assert undecided(tmp_path, condition) == "ssim of mean_chroma was not measured in cnn/a"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([20.0, 30.0], "cnn/a: the mean of psnr over eval_images.csv is 25, eval.csv has 22.25"),
        ([20.0, math.nan], "psnr of an image is not finite in cnn/a"),
    ],
)
def test_images_that_contradict_the_table_decide_nothing(tmp_path, values, message):
    write_images(write(tmp_path, "a"), {"model": {"psnr": values}})
    assert undecided(tmp_path, ALONE).startswith(message)


def test_runs_without_a_common_image(tmp_path):
    for name, preset in (("a", "quick"), ("b", "other")):
        folder = write(tmp_path, name, preset=preset)
        write_images(folder, {"model": {"psnr": [22.25]}})
        file = folder / "eval_images.csv"
        file.write_text(file.read_text().replace("0000.png", f"{name}.png"))
    assert undecided(tmp_path, PSNR) == "the runs under protocol ab12 share no image"


def write_losses(folder, losses):
    """A train.csv with two rows per epoch; the second is the epoch's average."""
    lines = ["step,epoch,images,loss_colorizer"]
    for epoch, loss in enumerate(losses, 1):
        lines += [f"{2 * epoch - 1},{epoch},8,9", f"{2 * epoch},{epoch},8,{loss}"]
    (folder / "train.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_losses_at_the_end_of_an_epoch(tmp_path):
    runs = (("a0", "quick", (5, 4, 3)), ("a1", "quick", (4, 3, 2)), ("b", "other", (1, 1, 1)))
    for seed, (run, preset, losses) in enumerate(runs):
        write_losses(write(tmp_path, run, seed=seed, preset=preset), losses)
    found = comparison(tmp_path, LOSS)
    assert (found.value, found.against, found.effect.mean, found.effect.images) == (2.5, 1, 1.5, 1)
    assert comparison(tmp_path, {**LOSS, "epoch": 2}).value == 3.5
    condition = {"run": "a", "column": "loss_colorizer", "below": "b", "margin": 0}
    assert comparison(tmp_path, condition).against == 1
    assert undecided(tmp_path, {**LOSS, "epoch": 4}) == "cnn/a0 has 3 epochs, not 4"


def test_losses_of_runs_of_different_length(tmp_path):
    for seed, losses in enumerate([(5, 4, 3), (4,)]):
        write_losses(write(tmp_path, f"a{seed}", seed=seed), losses)
    assert undecided(tmp_path, LOSS).startswith("the runs have 1 and 3 epochs, and the condition")
    assert comparison(tmp_path, {**LOSS, "epoch": 1}).value == 4.5


def test_losses_that_were_not_recorded(tmp_path):
    write_losses(write(tmp_path, "a"), (5, ""))
    expected = "loss_colorizer at the end of epoch 2 was not measured in cnn/a"
    assert undecided(tmp_path, LOSS) == expected
    (tmp_path / "cnn" / "a" / "train.csv").unlink()
    assert "cnn/a (no train.csv)" in undecided(tmp_path, LOSS)


def test_a_column_that_no_run_has_is_an_error(tmp_path):
    write(tmp_path, "a")
    with pytest.raises(UserError) as error:
        measured(tmp_path, {**LOSS, "column": "loss_colorzer"})
    assert str(error.value).startswith("claims.toml: claim so: column: received 'loss_colorzer'")
    assert "Did you mean loss_colorizer?" in str(error.value)


def checked(root, condition):
    claim = make_claim(condition, runs=RUNS)
    return Runs(root).check(claim.conditions[0], claim)


def test_mean_and_sum_of_other_columns(tmp_path):
    for run, loss in (("a0", 3), ("a1", 2.5)):
        folder = write(tmp_path, run)
        (folder / "train.csv").write_text(
            f"step,epoch,loss_D,loss_fake,loss_real\n1,1,{loss},2,4\n"
        )
    condition = {"run": "a", "column": "loss_D", "tolerance": 0.1}
    halves = ["loss_fake", "loss_real"]
    found = checked(tmp_path, {**condition, "near_mean_of": halves})
    assert found.values == [("cnn/a0", 3, 3), ("cnn/a1", 2.5, 3)]
    assert checked(tmp_path, {**condition, "near_sum_of": halves}).values[0] == ("cnn/a0", 3, 6)
    with pytest.raises(UserError, match="received 'loss_fale'"):
        checked(tmp_path, {**condition, "near_sum_of": ["loss_fale", "loss_real"]})


def test_the_colorfulness_ratio_is_that_of_the_means(tmp_path):
    """Colorfulness of 10 and 30 where the truth has 20 and 60: ratio .5."""
    test = {"model": {"colorfulness": 20, "colorfulness_ratio": 0.5}}
    folder = write(tmp_path, "a", test=test)
    write_images(folder, {"model": {"colorfulness": [10, 30], "colorfulness_ratio": [0.5, 0.5]}})
    found = comparison(tmp_path, {"run": "a", "metric": "colorfulness_ratio", "at_most": 1})
    assert (found.value, found.effect.images) == (0.5, 2)


def test_values_of_images_that_are_missing_decide_nothing(tmp_path):
    folder = write(tmp_path, "a")
    file = folder / "eval_images.csv"
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(lines[:-1]))
    expected = "cnn/a: eval_images.csv has 1 images of model, eval.csv has 2"
    assert undecided(tmp_path, ALONE) == expected
    file.unlink()
    assert undecided(tmp_path, ALONE).startswith("cnn/a: eval_images.csv has 0 images of model")


def test_a_copy_is_no_other_seed(tmp_path):
    for seed in (0, 1):
        write_images(write(tmp_path, f"a{seed}", seed=seed), {"model": {"psnr": [22.0, 22.5]}})
    expected = "cnn/a0 and cnn/a1 have the same values of every image: one is a copy, not another"
    assert undecided(tmp_path, ALONE).startswith(expected)


def test_runs_of_several_settings_decide_nothing(tmp_path):
    for seed, rate in ((0, 0.1), (1, 0.5)):
        folder = write(tmp_path, f"a{seed}", seed=seed, test=model(psnr=20 + seed))
        config = f"[train]\nseed = {seed}\n[optimizer.g]\nlearning_rate = {rate}\n"
        (folder / "config.toml").write_text(config, encoding="utf-8")
    expected = "optimizer.g.learning_rate is 0.1 in cnn/a0, 0.5 in cnn/a1"
    assert undecided(tmp_path, ALONE) == f"the runs of a are of several settings: {expected}"


def test_overrides_that_cannot_be_read(tmp_path):
    write(tmp_path, "a0", overrides=["nonsense"])
    assert "only cnn/a0 (its overrides cannot be read: " in undecided(tmp_path, ALONE)


def test_images_without_a_hue_are_left_out(tmp_path):
    folder = write(tmp_path, "a", test={"model": {"hue_error": 40}})
    write_images(folder, {"model": {"hue_error": [30, "nan", 50]}})
    found = comparison(tmp_path, {"run": "a", "metric": "hue_error", "at_most": 90})
    assert (found.value, found.effect.images) == (40, 2)
