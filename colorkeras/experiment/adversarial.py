"""The objectives of a conditional GAN for color: binary cross-entropy, with L1 on the chroma.

The discriminator sees the assembled image, (batch, height, width, 3): luminance and chroma,
normalised as the color space says. The names of the terms are those of the usual pix2pix training
logs; what is minimised is `loss_D` and `loss_G`, the rest is reported.
"""

import functools
from typing import Any

import keras
from keras import ops

from colorkeras.experiment.objective import Objective, StepBatch


def adversarial_objectives(
    generator: keras.Model, discriminator: keras.Model, l1_weight: float, in_turn: bool = False
) -> list[Objective]:
    """Return the two objectives of a GAN, in order of update: "discriminator", "generator".

    Args:
        generator: the model under `build_model`.
        discriminator: maps (batch, height, width, 3) float32 to logits of any shape, such as
            (batch, 1) or (batch, rows, columns, 1); high means "real".
        l1_weight: λ, the weight of the mean absolute chroma error in the generator's loss, at
            least 0, which leaves the term out.
        in_turn: odd steps update the discriminator, even ones the generator, so that each sees
            images and noise of its own, as in algorithm 1 of Goodfellow et al. 2014. Otherwise
            every step updates both, on the same images and noise.

    Returns:
        A list of two `Objective`. Terms, all means over the batch and all logits:

        - `loss_D_fake`, `loss_D_real`: cross-entropy of generated and of true images;
        - `loss_D`: the mean of both (Isola et al. 2017 halve the discriminator's objective);
        - `loss_G_GAN`: cross-entropy of generated images called real, the non-saturating form
          of Goodfellow et al., "Generative Adversarial Networks", 2014, section 3;
        - `loss_G_L1`: `λ · mean |chroma error|`, λ included;
        - `loss_G`: the sum of the last two.

    Raises:
        ValueError: when `l1_weight` is negative or no number.
    """
    if not l1_weight >= 0:  # refuses NaN too
        raise ValueError(f"objectives.l1_weight is {l1_weight}; expected 0 or more.")

    of_discriminator = functools.partial(_discriminator_loss, discriminator)
    of_generator = functools.partial(_generator_loss, discriminator, l1_weight)
    parts_of_d, parts_of_g = ("loss_D_fake", "loss_D_real"), ("loss_G_GAN", "loss_G_L1")
    every = 2 if in_turn else 1
    first = 1 if in_turn else 0  # odd steps
    return [
        Objective(
            "discriminator", discriminator, of_discriminator, every, parts_of_d, offset=first
        ),
        Objective("generator", generator, of_generator, every, parts_of_g),
    ]


def _discriminator_loss(discriminator: keras.Model, batch: StepBatch) -> dict[str, Any]:
    generated = ops.stop_gradient(batch.outputs)
    fake = discriminator(_image(batch.inputs, generated), training=True)
    real = discriminator(_image(batch.inputs, batch.targets), training=True)
    loss_fake, loss_real = cross_entropy(fake, is_real=False), cross_entropy(real, is_real=True)
    loss = 0.5 * (loss_fake + loss_real)
    return {"loss_D_fake": loss_fake, "loss_D_real": loss_real, "loss_D": loss}


def _generator_loss(
    discriminator: keras.Model, l1_weight: float, batch: StepBatch
) -> dict[str, Any]:
    fake = discriminator(_image(batch.inputs, batch.outputs), training=True)
    terms = {"loss_G_GAN": cross_entropy(fake, is_real=True)}
    if l1_weight:
        error = ops.mean(ops.abs(batch.outputs - batch.targets))
        terms["loss_G_L1"] = l1_weight * error
    return {**terms, "loss_G": sum(terms.values())}


def cross_entropy(logits: Any, is_real: bool) -> Any:
    """Return the mean binary cross-entropy of logits against one label, in nats: float32 scalar.

    softplus(∓logit) is -log σ(±logit) without overflow.
    """
    logits = ops.cast(logits, "float32")
    return ops.mean(ops.softplus(-logits if is_real else logits))


def _image(inputs: Any, chroma: Any) -> Any:
    return ops.concatenate([inputs, chroma], axis=-1)
