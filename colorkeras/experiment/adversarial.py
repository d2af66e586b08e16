"""The objectives of a conditional GAN for color: binary cross-entropy, with L1 on the chroma.

The discriminator sees the assembled image, (batch, height, width, 3): luminance and chroma,
normalised as the color space says. The names of the terms are those of the usual pix2pix training
logs; what is minimised is `loss_D` and `loss_G`, the rest is reported.
"""

from keras import ops

from colorkeras.experiment.objective import Objective


def adversarial_objectives(generator, discriminator, l1_weight):
    """Return the two objectives of a GAN, in order of update: "discriminator", "generator".

    Args:
        generator: the model under `build_model`.
        discriminator: maps (batch, height, width, 3) float32 to logits of any shape, such as
            (batch, 1) or (batch, rows, columns, 1); high means "real".
        l1_weight: λ, the weight of the mean absolute chroma error in the generator's loss, at
            least 0, which leaves the term out.

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

    def discriminator_loss(batch):
        generated = ops.stop_gradient(batch.outputs)
        fake = discriminator(_image(batch.inputs, generated), training=True)
        real = discriminator(_image(batch.inputs, batch.targets), training=True)
        loss_fake, loss_real = cross_entropy(fake, is_real=False), cross_entropy(real, is_real=True)
        return {
            "loss_D_fake": loss_fake,
            "loss_D_real": loss_real,
            "loss_D": 0.5 * (loss_fake + loss_real),
        }

    def generator_loss(batch):
        fake = discriminator(_image(batch.inputs, batch.outputs), training=True)
        terms = {"loss_G_GAN": cross_entropy(fake, is_real=True)}
        if l1_weight:
            error = ops.mean(ops.abs(batch.outputs - batch.targets))
            terms["loss_G_L1"] = l1_weight * error
        return {**terms, "loss_G": sum(terms.values())}

    return [
        Objective(
            "discriminator",
            discriminator,
            discriminator_loss,
            report_only=("loss_D_fake", "loss_D_real"),
        ),
        Objective("generator", generator, generator_loss, report_only=("loss_G_GAN", "loss_G_L1")),
    ]


def cross_entropy(logits, is_real):
    """Mean binary cross-entropy of logits against one label, in nats; a scalar float32.

    softplus(∓logit) is -log σ(±logit) without overflow.
    """
    logits = ops.cast(logits, "float32")
    return ops.mean(ops.softplus(-logits if is_real else logits))


def _image(inputs, chroma):
    return ops.concatenate([inputs, chroma], axis=-1)
