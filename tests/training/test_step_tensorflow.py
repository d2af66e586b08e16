"""One update step against references worked by hand or written without the step."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops

from colorkeras.color.space import ColorSpace
from colorkeras.config.optimizers import OPTIMIZERS
from colorkeras.experiment.objective import Objective
from colorkeras.experiment.optimizers import optimizer_named
from colorkeras.training import step_tensorflow
from colorkeras.training.step_tensorflow import TensorFlowStep

SPACE = ColorSpace.named("yuv_tanh")
SIZE = 8


def random_images(seed=0, count=4):
    return tf.constant(
        np.random.default_rng(seed).integers(0, 256, (count, SIZE, SIZE, 3), dtype=np.uint8)
    )


def white_images():
    """Luminance 1, chroma 0 in every pixel."""
    return tf.fill((2, SIZE, SIZE, 3), tf.constant(255, tf.uint8))


def make_generator(dropout=0.0):
    return keras.Sequential(
        [
            keras.Input((SIZE, SIZE, 1)),
            layers.Conv2D(4, 3, padding="same", activation="relu"),
            layers.BatchNormalization(momentum=0.9),
            layers.Dropout(dropout),
            layers.Conv2D(2, 3, padding="same", activation="tanh", dtype="float32"),
        ]
    )


def make_discriminator():
    return keras.Sequential(
        [
            keras.Input((SIZE, SIZE, 2)),
            layers.Conv2D(4, 3, strides=2, activation="relu"),
            layers.Flatten(),
            layers.Dense(1, dtype="float32"),
        ]
    )


def make_scale(dtype=None, initial=(0.5, -0.25)):
    """A network of two weights: chroma = luminance · weights."""
    model = keras.Sequential(
        [
            keras.Input((SIZE, SIZE, 1)),
            layers.Conv2D(2, 1, use_bias=False, dtype=dtype),
            layers.Activation("linear", dtype="float32"),
        ]
    )
    model.set_weights([np.reshape(initial, (1, 1, 1, 2))])
    return model


def mean_of_outputs(batch):
    return {"loss": ops.mean(batch.outputs)}


def discriminator_loss(discriminator, targets, outputs):
    real, fake = discriminator(targets, training=True), discriminator(outputs, training=True)
    return ops.mean(ops.softplus(-real)) + ops.mean(ops.softplus(fake))


def generator_loss(discriminator, targets, outputs):
    fake = discriminator(outputs, training=True)
    return ops.mean(ops.softplus(-fake)) + 10 * ops.mean(ops.abs(outputs - targets))


def gan_objectives(generator, discriminator, every=1):
    return [
        Objective(
            "discriminator",
            discriminator,
            lambda batch: {
                "d": discriminator_loss(
                    discriminator, batch.targets, ops.stop_gradient(batch.outputs)
                )
            },
        ),
        Objective(
            "generator",
            generator,
            lambda batch: {"g": generator_loss(discriminator, batch.targets, batch.outputs)},
            every=every,
        ),
    ]


def sgd():
    return keras.optimizers.SGD(0.1)


def optimizers_for(objectives, make=sgd):
    optimizers = {}
    for objective in objectives:
        optimizers[objective.name] = make()
        optimizers[objective.name].build(objective.network.trainable_variables)
    return optimizers


def step_for(generator, objectives, **options):
    return TensorFlowStep(generator, objectives, optimizers_for(objectives, **options), SPACE)


def values(model):
    return [np.array(variable) for variable in model.variables]


def changed(before, model):
    """Which variables of a model differ from `values` taken earlier, by position."""
    return [not np.array_equal(b, a) for b, a in zip(before, values(model), strict=True)]


def test_supervised_step_changes_exactly_its_own_variables():
    model, stranger = make_generator(dropout=0.5), make_discriminator()

    def loss(batch):
        error = ops.mean(ops.square(batch.outputs - batch.targets))
        return {"mse": error + ops.mean(ops.square(stranger(batch.outputs)))}

    before, before_stranger = values(model), values(stranger)
    step_for(model, [Objective("colorizer", model, loss)])(random_images(), 1)
    assert not any(changed(before_stranger, stranger))
    # Kernels and biases, scale and shift, the moving statistics, and the dropout's seed.
    assert all(changed(before, model))


def test_each_objective_changes_its_own_network_only():
    generator, discriminator = make_generator(), make_discriminator()
    both = gan_objectives(generator, discriminator)
    for mine, other in ((0, 1), (1, 0)):
        before = [values(objective.network) for objective in both]
        step_for(generator, [both[mine]])(random_images(), 1)
        trainable = {variable.path for variable in both[mine].network.trainable_variables}
        for variable, is_new in zip(
            both[mine].network.variables, changed(before[mine], both[mine].network), strict=True
        ):
            assert is_new or variable.path not in trainable, variable.path
        trainable = {variable.path for variable in both[other].network.trainable_variables}
        for variable, is_new in zip(
            both[other].network.variables, changed(before[other], both[other].network), strict=True
        ):
            assert not is_new or variable.path not in trainable, variable.path


def reference_step(generator, discriminator, images, rate, fresh=True):
    """Two tapes by hand: the discriminator first, then the generator against the new one."""
    inputs, targets = SPACE.split(images)
    with tf.GradientTape() as generator_tape:
        outputs = generator(inputs, training=True)
    with tf.GradientTape() as tape:
        d = discriminator_loss(discriminator, targets, tf.stop_gradient(outputs))
    updates = tape.gradient(d, discriminator.trainable_variables)

    def update_discriminator():
        for variable, gradient in zip(discriminator.trainable_variables, updates, strict=True):
            variable.assign_sub(rate * gradient)

    if fresh:
        update_discriminator()
    with tf.GradientTape() as tape:
        tape.watch(outputs)
        g = generator_loss(discriminator, targets, outputs)
    upstream = tape.gradient(g, outputs)
    gradients = generator_tape.gradient(outputs, generator.trainable_variables, upstream)
    for variable, gradient in zip(generator.trainable_variables, gradients, strict=True):
        variable.assign_sub(rate * gradient)
    if not fresh:
        update_discriminator()
    return {"d": float(d), "g": float(g)}


def test_gan_equals_two_tapes_written_by_hand():
    keras.utils.set_random_seed(7)
    generator, discriminator = make_generator(), make_discriminator()
    copies = {}
    for fresh in (True, False):
        copies[fresh] = make_generator(), make_discriminator()
        copies[fresh][0].set_weights(generator.get_weights())
        copies[fresh][1].set_weights(discriminator.get_weights())
    step = step_for(generator, gan_objectives(generator, discriminator))
    for number in range(1, 4):
        images = random_images(number)
        terms = step(images, number)
        expected = reference_step(*copies[True], images, rate=0.1)
        reference_step(*copies[False], images, rate=0.1, fresh=False)
        assert {name: float(v) for name, v in terms.items()} == pytest.approx(expected, abs=1e-5)
    for mine, reference in zip((generator, discriminator), copies[True], strict=True):
        for weight, other in zip(mine.get_weights(), reference.get_weights(), strict=True):
            np.testing.assert_allclose(weight, other, rtol=0, atol=1e-5)
    # The other order would have been seen: it gives another generator.
    stale = zip(generator.get_weights(), copies[False][0].get_weights(), strict=True)
    assert max(np.abs(a - b).max() for a, b in stale) > 1e-3


def test_generator_runs_once():
    generator, discriminator = make_generator(), make_discriminator()
    calls = []

    def counting(inputs, training):
        calls.append(training)
        return generator(inputs, training=training)

    objectives = gan_objectives(generator, discriminator)
    TensorFlowStep(counting, objectives, optimizers_for(objectives), SPACE)(random_images(), 1)
    assert calls == [True]


def test_batch_statistics_move_once_per_step():
    generator, discriminator = make_generator(), make_discriminator()
    inputs, _ = SPACE.split(random_images())
    hidden = generator.layers[0](inputs)
    expected = 0.1 * np.asarray(ops.mean(hidden, axis=(0, 1, 2)))  # from 0, momentum 0.9
    step_for(generator, gan_objectives(generator, discriminator))(random_images(), 1)
    moving_mean = generator.layers[1].moving_mean
    np.testing.assert_allclose(np.asarray(moving_mean), expected, atol=1e-6)


def test_every_second_step():
    generator, discriminator = make_generator(), make_discriminator()
    step = step_for(generator, gan_objectives(generator, discriminator, every=2))
    for number in range(1, 5):
        before, before_d = generator.trainable_variables, values(discriminator)
        before = [np.array(variable) for variable in before]
        terms = step(random_images(number), number)
        due = number % 2 == 0
        assert list(terms) == (["d", "g"] if due else ["d"])
        now = [np.array(variable) for variable in generator.trainable_variables]
        moved = [not np.array_equal(a, b) for a, b in zip(before, now, strict=True)]
        assert any(moved) == due
        assert all(changed(before_d, discriminator))


def test_plain_sgd_step_by_hand():
    # The outputs' mean over 2 channels: each weight has the gradient ½ · luminance = ½.
    model = make_scale()
    terms = step_for(model, [Objective("scale", model, mean_of_outputs)])(white_images(), 1)
    assert float(terms["loss"]) == pytest.approx((0.5 - 0.25) / 2, abs=1e-6)
    np.testing.assert_allclose(np.ravel(model.get_weights()[0]), [0.45, -0.30], atol=1e-6)


def test_report_only_terms_are_not_minimised():
    def loss(batch):
        return {
            "loss": ops.mean(batch.outputs),
            "squares": ops.mean(ops.square(batch.outputs)),
        }

    model = make_scale()
    objective = Objective("scale", model, loss, report_only=("squares",))
    terms = step_for(model, [objective])(white_images(), 1)
    assert float(terms["squares"]) == pytest.approx((0.25 + 0.0625) / 2, abs=1e-6)
    np.testing.assert_allclose(np.ravel(model.get_weights()[0]), [0.45, -0.30], atol=1e-6)


def test_terms_are_summed():
    def loss(batch):
        return {"one": ops.mean(batch.outputs), "two": 3 * ops.mean(batch.outputs)}

    model = make_scale()
    step_for(model, [Objective("scale", model, loss)])(white_images(), 1)
    np.testing.assert_allclose(np.ravel(model.get_weights()[0]), [0.30, -0.45], atol=1e-6)


def test_regularisation_of_the_network_is_minimised_too():
    model = keras.Sequential(
        [
            keras.Input((SIZE, SIZE, 1)),
            layers.Conv2D(2, 1, use_bias=False, kernel_regularizer=keras.regularizers.L2(0.5)),
        ]
    )
    model.set_weights([np.reshape([0.5, -0.25], (1, 1, 1, 2))])
    objective = Objective("scale", model, lambda batch: {"loss": 0 * ops.mean(batch.outputs)})
    step_for(model, [objective])(white_images(), 1)
    # d(½ w²)/dw = w: each weight shrinks by the tenth that the rate says.
    np.testing.assert_allclose(np.ravel(model.get_weights()[0]), [0.45, -0.225], atol=1e-6)


def scaled_sgd():
    return keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.1))


def test_float16_step_has_its_full_size():
    model = make_scale("mixed_float16")
    step = step_for(model, [Objective("scale", model, mean_of_outputs)], make=scaled_sgd)
    terms = step(white_images(), 1)
    assert float(terms["loss"]) == pytest.approx(0.125, abs=1e-4), "the term is not scaled"
    np.testing.assert_allclose(np.ravel(model.get_weights()[0]), [0.45, -0.30], atol=1e-4)


def test_float16_overflow_skips_the_update_and_lowers_the_scale():
    model = make_scale("mixed_float16")
    objective = Objective("scale", model, lambda batch: {"loss": 1e4 * ops.mean(batch.outputs)})
    optimizers = optimizers_for([objective], make=scaled_sgd)
    scale = float(optimizers["scale"].scale_loss(1.0))
    step = TensorFlowStep(model, [objective], optimizers, SPACE)
    terms = step(white_images(), 1)  # 5000 · scale is beyond float16's 65504
    assert float(terms["loss"]) == pytest.approx(1250, rel=1e-3)
    np.testing.assert_array_equal(np.ravel(model.get_weights()[0]), [0.5, -0.25])
    assert float(optimizers["scale"].scale_loss(1.0)) == scale / 2


@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16", "mixed_float16"])
def test_terms_are_float32_scalars(policy):
    keras.config.set_dtype_policy(policy)
    generator, discriminator = make_generator(), make_discriminator()
    step = step_for(generator, gan_objectives(generator, discriminator))
    for term in step(random_images(), 1).values():
        assert term.dtype == tf.float32
        assert term.shape == ()


def test_one_graph_per_set_of_due_objectives():
    generator, discriminator = make_generator(), make_discriminator()
    step = step_for(generator, gan_objectives(generator, discriminator, every=2))
    counts = []
    for number in range(1, 7):
        step(random_images(number), number)
        counts.append(step.tracing_count)
    assert counts == [1, 2, 2, 2, 2, 2]


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_fused_update_equals_the_plain_one(name, monkeypatch):
    found = {}
    for fused_from in (1, 10**9):
        monkeypatch.setattr(step_tensorflow, "FUSED_FROM", fused_from)
        keras.utils.set_random_seed(7)
        generator, discriminator = make_generator(), make_discriminator()
        objectives = gan_objectives(generator, discriminator)
        step = step_for(generator, objectives, make=lambda: optimizer_named(name, {}))
        for number in range(1, 4):
            step(random_images(number), number)
        found[fused_from] = [*generator.get_weights(), *discriminator.get_weights()]
    for fused, plain in zip(*found.values(), strict=True):
        np.testing.assert_allclose(fused, plain, rtol=0, atol=1e-5)


def plain_generator():
    """Without batch normalisation and dropout, which see parts of a batch as such."""
    return keras.Sequential(
        [
            keras.Input((SIZE, SIZE, 1)),
            layers.Conv2D(4, 3, padding="same", activation="relu"),
            layers.Conv2D(2, 3, padding="same", activation="tanh", dtype="float32"),
        ]
    )


@pytest.mark.parametrize("parts", [2, 4])
def test_accumulated_gradients_equal_those_of_the_whole_batch(parts):
    """A GAN, whose generator must see the discriminator that the whole batch has updated."""
    found = []
    for accumulate in (1, parts):
        keras.utils.set_random_seed(3)
        generator, discriminator = plain_generator(), make_discriminator()
        objectives = gan_objectives(generator, discriminator)
        optimizers = optimizers_for(objectives)
        step = TensorFlowStep(generator, objectives, optimizers, SPACE, accumulate=accumulate)
        terms = [step(random_images(seed), seed + 1) for seed in range(5)]
        found.append((terms, [*values(generator), *values(discriminator)]))
        assert step.tracing_count == 1
    (whole, weights), (accumulated, others) = found
    for one, other in zip(whole, accumulated, strict=True):
        assert {k: float(v) for k, v in other.items()} == pytest.approx(
            {k: float(v) for k, v in one.items()}, rel=1e-5
        )
    for one, other in zip(weights, others, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_parts_are_computed_one_after_the_other():
    """The graph holds one loop, not as many generators as there are parts."""
    sizes = {}
    for accumulate in (2, 4):
        generator = plain_generator()
        objectives = [Objective("generator", generator, mean_of_outputs)]
        step = TensorFlowStep(
            generator, objectives, optimizers_for(objectives), SPACE, accumulate=accumulate
        )
        step(random_images(), 1)
        (compiled,) = step._compiled.values()
        graph = compiled.get_concrete_function(random_images(), None).graph
        sizes[accumulate] = len(graph.get_operations())
        assert any("While" in operation.type for operation in graph.get_operations())
    assert sizes[2] == sizes[4]


def test_accumulated_step_in_float16_has_its_full_size():
    """Loss scaling and its check of the gradients see the mean over the parts."""
    model = make_scale("mixed_float16")
    objectives = [Objective("generator", model, mean_of_outputs)]
    optimizers = optimizers_for(objectives, scaled_sgd)
    step = TensorFlowStep(model, objectives, optimizers, SPACE, accumulate=2)
    step(white_images(), 1)
    reference = make_scale("mixed_float16")
    objectives = [Objective("generator", reference, mean_of_outputs)]
    step_for(reference, objectives, make=scaled_sgd)(white_images(), 1)
    np.testing.assert_allclose(values(model)[0], values(reference)[0], rtol=1e-3)
    assert np.abs(values(model)[0].ravel() - (0.5, -0.25)).min() > 0.01


def reading_objectives(model, stranger):
    """Three times the mean of the layer before the chroma; and a network that sees that layer."""
    conv = model.layers[0].name

    def seen(batch):
        return {"seen": ops.mean(stranger(batch.layers[conv]))}

    return [
        Objective("stranger", stranger, seen),
        Objective("scale", model, lambda b: {"loss": 3 * ops.mean(b.layers[conv])}, reads=(conv,)),
    ]


@pytest.mark.parametrize("accumulate", [1, 2])
@pytest.mark.parametrize("policy", ["float32", "mixed_float16"])
def test_layer_that_is_read_has_a_gradient_by_hand(policy, accumulate):
    """3/2 · luminance for each weight, at full size under loss scaling and over parts too."""
    model, stranger = make_scale(policy), make_discriminator()
    before = values(stranger)
    objectives = reading_objectives(model, stranger)
    optimizers = optimizers_for(objectives, scaled_sgd if policy != "float32" else sgd)
    step = TensorFlowStep(model, objectives, optimizers, SPACE, accumulate=accumulate)
    terms = step(white_images(), 1)
    assert float(terms["loss"]) == pytest.approx(0.375, abs=1e-3)
    np.testing.assert_allclose(np.ravel(model.get_weights()[0]), [0.35, -0.40], atol=1e-4)
    assert any(changed(before, stranger))
    step(white_images(), 2)
    assert step.tracing_count == 1


def test_graph_of_a_step_is_that_of_its_call_and_trains_nothing():
    generator, discriminator = plain_generator(), make_discriminator()
    objectives = gan_objectives(generator, discriminator)
    step = TensorFlowStep(generator, objectives, optimizers_for(objectives), SPACE)
    before = [*values(generator), *values(discriminator)]
    graph = step.graph(random_images(), 1)
    kinds = [operation.type for operation in graph.get_operations()]
    assert kinds.count("Conv2DBackpropFilter") >= 3
    for one, other in zip(before, [*values(generator), *values(discriminator)], strict=True):
        np.testing.assert_array_equal(one, other)
    step(random_images(), 1)
    assert step.graph(random_images(), 2) is graph
    assert step.tracing_count == 1
