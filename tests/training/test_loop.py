"""The loop: cut off anywhere and resumed, a run equals one that was never cut off."""

import os
import shlex
import signal
import subprocess
import sys

import pytest
from killing import Killed, at_step
from tiny_experiment import (
    CONFIG,
    GAN_CONFIG,
    GAN_MODEL,
    STAGED_CONFIG,
    STAGED_MODEL,
    assert_same_run,
    datasets,
    read_info,
    read_rows,
    resume_state,
    write_experiment,
)

from colorkeras import run
from colorkeras.evaluation.samples import Samples
from colorkeras.training.loop import Trainer
from colorkeras.training.parts import TrainingParts
from colorkeras.training.step_tensorflow import TensorFlowStep

PLATEAU = """
[optimizer.colorizer.schedule]
name = "plateau"
monitor = "val_ssim"
patience = 1
factor = 0.5
min_delta = 0.1
"""

# A process that gets a signal from itself while step 5 is under way.
SIGNALLED = """
import os, signal, sys
from colorkeras.devices import backend
backend.load()
from colorkeras.run import main
from colorkeras.training.step_tensorflow import TensorFlowStep
update = TensorFlowStep.__call__
def signalled(self, images, step, stage):
    if step == 5:
        os.kill(os.getpid(), getattr(signal, sys.argv[1]))
    return update(self, images, step, stage)
TensorFlowStep.__call__ = signalled
sys.exit(main(sys.argv[2:]))
"""


def before_checkpoint(number):
    """Die at step `number`, its row written, its checkpoint not."""

    def install(patch):
        save = Trainer.save

        def killing(self):
            if self.state.step == number:
                raise Killed
            save(self)

        patch.setattr(Trainer, "save", killing)

    return install


def after_checkpoint(number):
    """Die at step `number` with its checkpoint just written."""

    def install(patch):
        save = Trainer.save

        def killing(self):
            save(self)
            if self.state.step == number:
                raise Killed

        patch.setattr(Trainer, "save", killing)

    return install


def in_method(owner, name):
    """Die on entering a method."""

    def install(patch):
        def killing(self, *args, **kwargs):
            raise Killed

        patch.setattr(owner, name, killing)

    return install


def in_evaluation(patch):
    """Die in the next evaluation after a step, its rows written, its images not."""
    in_method(Samples, "write_grid")(patch)


def run_killed(monkeypatch, argv, out, kills):
    """Run, die, resume, die, … and at last go through; return the folder."""
    argv = [*argv, "--out", str(out)]
    for kill in kills:
        with monkeypatch.context() as patch:
            kill(patch)
            with pytest.raises(Killed):
                run.main(argv)
        argv = ["--resume", str(out)]
    assert run.main(argv) == 0
    return out


def run_whole(folder, experiment, *options):
    assert run.main([experiment, *options, "--out", str(folder)]) == 0
    return folder


@pytest.fixture(scope="module")
def experiment(tmp_path_factory):
    return write_experiment(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def unbroken(experiment, tmp_path_factory):
    """A run with dropout and batch statistics: 3 epochs of 3 steps."""
    return run_whole(tmp_path_factory.mktemp("runs") / "whole", experiment)


def test_rows_of_an_unbroken_run(unbroken):
    rows = read_rows(unbroken / "train.csv")
    assert [row["step"] for row in rows] == [str(step) for step in range(1, 10)]
    assert [row["epoch"] for row in rows] == list("111222333")
    assert [row["images"] for row in rows] == [str(4 * step) for step in range(1, 10)]
    assert {row["learning_rate_colorizer"] for row in rows} == {"0.01"}
    assert "loss_scale_colorizer" not in rows[0]  # nothing is scaled in float32
    evaluated = [
        (row["step"], row["epoch"], row["split"], row["method"])
        for row in read_rows(unbroken / "eval.csv")
    ]
    baselines = ("grey", "mean_chroma", "half_saturated", "best_reachable")
    assert evaluated == [
        *[("0", "0", "val", method) for method in ("model", *baselines)],
        *[(str(3 * epoch), str(epoch), "val", "model") for epoch in (1, 2, 3)],
        *[("9", "3", "test", method) for method in ("model", *baselines)],
    ]


def test_same_seed_same_run(experiment, unbroken, tmp_path):
    assert_same_run(unbroken, run_whole(tmp_path / "again", experiment))


def test_other_seed_other_run(experiment, unbroken, tmp_path):
    other = run_whole(tmp_path / "other", experiment, "--seed", "1")
    assert (other / "train.csv").read_bytes() != (unbroken / "train.csv").read_bytes()
    # The data have a seed of their own: the baselines stay.
    grey = [
        [row["psnr"] for row in read_rows(folder / "eval.csv") if row["method"] == "grey"]
        for folder in (unbroken, other)
    ]
    assert grey[0] == grey[1]


@pytest.mark.slow
def test_killed_in_every_step(experiment, unbroken, tmp_path, monkeypatch):
    kills = [at_step(number) for number in range(1, 10)]
    assert_same_run(unbroken, run_killed(monkeypatch, [experiment], tmp_path / "run", kills))


@pytest.mark.slow
def test_killed_between_row_evaluation_checkpoint_and_export(
    experiment, unbroken, tmp_path, monkeypatch
):
    kills = [
        before_checkpoint(0),  # the first evaluation done, no checkpoint yet
        after_checkpoint(0),
        before_checkpoint(2),
        in_evaluation,  # of epoch 1
        after_checkpoint(4),
        before_checkpoint(6),
        after_checkpoint(9),
        in_method(TrainingParts, "export_model"),
        in_method(Samples, "write_files"),  # in the test evaluation
    ]
    assert_same_run(unbroken, run_killed(monkeypatch, [experiment], tmp_path / "run", kills))


@pytest.mark.slow
def test_killed_with_float16_loss_scale_and_plateau(tmp_path, monkeypatch):
    experiment = write_experiment(tmp_path / "tiny", CONFIG + PLATEAU)
    options = ["--set", "train.precision=float16"]
    whole = run_whole(tmp_path / "whole", experiment, *options)
    rates = [float(row["learning_rate_colorizer"]) for row in read_rows(whole / "train.csv")]
    assert rates[0] == 0.01
    scales = [float(row["loss_scale_colorizer"]) for row in read_rows(whole / "train.csv")]
    assert scales[0] == 2.0**15  # Keras's first one; doubled or halved as overflows come
    assert rates[-1] < 0.01, "the plateau was never reached, so its state was not tested"
    names = datasets(whole / "checkpoint" / "state.h5")
    assert any(value.shape == () and value.dtype.kind == "f" for value in names.values())
    kills = [at_step(2), in_evaluation, before_checkpoint(6), after_checkpoint(6)]
    killed = run_killed(monkeypatch, [experiment, *options], tmp_path / "killed", kills)
    assert_same_run(whole, killed)
    assert resume_state(killed)["plateaus"]["colorizer"]["factor"] < 1


def test_killed_with_two_networks_of_different_rhythm(tmp_path, monkeypatch):
    experiment = write_experiment(tmp_path / "gan", GAN_CONFIG, GAN_MODEL)
    whole = run_whole(tmp_path / "whole", experiment)
    kills = [at_step(2), at_step(7)]
    assert_same_run(whole, run_killed(monkeypatch, [experiment], tmp_path / "killed", kills))


@pytest.mark.slow
def test_killed_in_every_stage_with_noise_dropout_and_batch_statistics(tmp_path, monkeypatch):
    experiment = write_experiment(tmp_path / "staged", STAGED_CONFIG, STAGED_MODEL)
    whole = run_whole(tmp_path / "whole", experiment)
    kills = [at_step(2), at_step(4), before_checkpoint(4), at_step(8), in_evaluation]
    assert_same_run(whole, run_killed(monkeypatch, [experiment], tmp_path / "killed", kills))


def test_stages(tmp_path):
    experiment = write_experiment(tmp_path / "staged", STAGED_CONFIG, STAGED_MODEL)
    out = run_whole(tmp_path / "run", experiment)
    rows = read_rows(out / "train.csv")
    assert [row["stage"] for row in rows] == ["pretrain"] * 3 + ["adversarial"] * 6
    for row in rows:
        first = row["stage"] == "pretrain"
        assert (row["loss_mae"] != "") is first
        assert (row["learning_rate_pretrain"] != "") is first
        for name in ("loss_D", "loss_D_fake", "loss_G_GAN", "learning_rate_generator"):
            assert (row[name] == "") is first, name
        if not first:
            halves = (float(row["loss_D_fake"]) + float(row["loss_D_real"])) / 2
            assert float(row["loss_D"]) == pytest.approx(halves, rel=1e-5)
            terms = float(row["loss_G_GAN"]) + float(row["loss_G_L1"])
            assert float(row["loss_G"]) == pytest.approx(terms, rel=1e-5)
    info = read_info(out)
    assert info["epochs"] == 3
    assert sorted(info["parameters"]) == ["discriminator", "generator"]
    diversity = {row["method"]: row["diversity"] for row in read_rows(out / "eval.csv")}
    assert float(diversity.pop("model")) > 0
    assert set(diversity.values()) == {""}


def test_plateau_starts_anew_in_each_stage(tmp_path):
    schedule = """
[optimizer.generator.schedule]
name = "plateau"
patience = 1
factor = 0.5
min_delta = 1e9
"""
    config = STAGED_CONFIG.replace('objectives = ["pretrain"]', 'objectives = ["generator"]')
    config = config.replace("epochs = 1\n", "epochs = 3\n", 1) + schedule
    experiment = write_experiment(tmp_path / "staged", config, STAGED_MODEL)
    out = run_whole(tmp_path / "run", experiment)
    rates = [float(row["learning_rate_generator"]) for row in read_rows(out / "train.csv")]
    # The first reading is the best; each later one halves the rate.
    assert rates[::3] == [0.01, 0.01, 0.005, 0.01, 0.01]


def test_terms_of_an_objective_that_rests_are_averaged_over_its_own_steps(tmp_path, monkeypatch):
    losses = {}
    update = TensorFlowStep.__call__

    def recording(self, images, step, stage):
        losses[step] = update(self, images, step, stage)
        return losses[step]

    monkeypatch.setattr(TensorFlowStep, "__call__", recording)
    experiment = write_experiment(tmp_path / "gan", GAN_CONFIG, GAN_MODEL)
    out = run_whole(tmp_path / "run", experiment, "--set", "train.epochs=2")
    rows = read_rows(out / "train.csv")
    assert [row["g_l1"] == "" for row in rows] == [True, False, False, False, False, False]
    of = {step: float(terms.get("g_l1", float("nan"))) for step, terms in losses.items()}
    expected = [of[2], of[2], of[4], of[4], (of[4] + of[6]) / 2]
    assert [float(row["g_l1"]) for row in rows[1:]] == pytest.approx(expected, rel=1e-6)
    d_losses = [float(losses[step]["d_loss"]) for step in (1, 2, 3)]
    assert float(rows[2]["d_loss"]) == pytest.approx(sum(d_losses) / 3, rel=1e-6)


def test_non_finite_loss_stops_the_run(experiment, tmp_path, capsys):
    out = tmp_path / "run"
    argv = [experiment, "--set", "optimizer.colorizer.name=sgd", "--out", str(out)]
    assert run.main([*argv, "--set", "optimizer.colorizer.learning_rate=1e38"]) == 2
    error = capsys.readouterr().err
    assert "error: loss_mse became nan at step 2: training stopped." in error
    assert "Traceback" not in error
    info = read_info(out)
    assert info["status"] == "failed"
    assert "loss_mse became nan at step 2" in info["reason"]
    assert resume_state(out)["step"] == 0
    assert [row["step"] for row in read_rows(out / "train.csv")] == ["1"]


def test_no_graph_is_traced_after_the_first_epoch(experiment, tmp_path, monkeypatch):
    counts = []
    update = TensorFlowStep.__call__

    def counting(self, images, step, stage):
        terms = update(self, images, step, stage)
        counts.append(self.tracing_count)
        return terms

    monkeypatch.setattr(TensorFlowStep, "__call__", counting)
    run_whole(tmp_path / "run", experiment)
    assert counts == [1] * 9


def _signalled(name, argv):
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "-1"}
    return subprocess.run(
        [sys.executable, "-c", SIGNALLED, name, *argv],
        capture_output=True,
        text=True,
        env=environment,
        timeout=300,
    )


@pytest.mark.slow
def test_sigkill(experiment, unbroken, tmp_path):
    done = _signalled("SIGKILL", [experiment, "--out", str(tmp_path / "run")])
    assert done.returncode == -signal.SIGKILL
    assert read_info(tmp_path / "run")["status"] == "running"
    assert run.main(["--resume", str(tmp_path / "run")]) == 0
    assert_same_run(unbroken, tmp_path / "run")
    assert read_info(tmp_path / "run")["status"] == "finished"


@pytest.mark.slow
def test_ctrl_c(experiment, unbroken, tmp_path):
    out = tmp_path / "run"
    done = _signalled("SIGINT", [experiment, "--out", str(out)])
    assert done.returncode == 130, done.stderr
    assert "Traceback" not in done.stderr
    assert read_info(out)["status"] == "interrupted"
    assert read_info(out)["steps"] == 5
    assert resume_state(out)["step"] == 5
    assert (out / "model.h5").stat().st_size > 0
    assert "Stopped at step 5; all is saved. Go on with:" in done.stderr
    command = shlex.split(done.stderr.partition("Go on with:\n")[2].splitlines()[0])
    assert command == ["python", "-m", "colorkeras.run", "--resume", str(out)]
    assert run.main(command[3:]) == 0
    assert_same_run(unbroken, out)
    assert read_info(out)["status"] == "finished"


def test_an_alarm_is_told_once_and_recorded(tmp_path, monkeypatch, capsys):
    """At a rate of 1e-9 the colors stay random; a run that was cut off tells the same."""
    argv = [
        *(write_experiment(tmp_path / "tiny"), "--preset", "long"),
        *("--set", "optimizer.colorizer.learning_rate=1e-9"),
    ]
    whole = run_whole(tmp_path / "whole", *argv)
    error = capsys.readouterr().err
    alarms = read_info(whole)["alarms"]
    places = {alarm["name"]: (alarm["step"], alarm["epoch"]) for alarm in alarms}
    assert places["learning_rate_small"] == (3, 1)
    assert places["worse_than_random"] == (6, 2)
    assert places["one_color"] == (9, 3)  # seen in the sample grids
    for alarm in alarms:
        assert error.count(f"alarm {alarm['name']}: ") == 1
        assert " ".join(alarm["sentence"].split()) in " ".join(error.split())
    killed = run_killed(monkeypatch, argv, tmp_path / "killed", [at_step(8), at_step(11)])
    assert read_info(killed)["alarms"] == alarms
    assert_same_run(killed, whole)
