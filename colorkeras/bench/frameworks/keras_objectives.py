"""What an experiment minimises, as JSON types: kinds of losses, weights, optimizers."""

import contextlib

import keras

from colorkeras.bench.frameworks.jobs import images_of
from colorkeras.bench.frameworks.keras_graph import computing_layers
from colorkeras.console.errors import UserError
from colorkeras.experiment.forward import Forward
from colorkeras.experiment.objective import StepBatch

CHECKED_ROWS = 4  # images of a prediction
# What is minimised, by its name among the terms → all terms that may stand beside it.
_KINDS = {
    "loss_mse": {"loss_mse"},
    "loss_mae": {"loss_mae"},
    "loss_D": {"loss_D_fake", "loss_D_real", "loss_D"},
    "loss_G": {"loss_G_GAN", "loss_G_L1", "loss_G"},
}


def name_of(network, wiring):
    """Return the name of a network among those of a `Wiring`."""
    return next(name for name, other in wiring.networks.items() if other is network)


def describe_objectives(wiring, stage, config):
    """Describe what a stage minimises, from the terms of each loss on one batch.

    Args:
        wiring: the `Wiring`. The moving statistics of its batch normalization become those of the
            batch, so that predictions are neither all zero nor all saturated.
        stage: the `Stage`.
        config: the `Config`.

    Returns:
        A list of dicts, one for each objective, in order of update.

    Raises:
        UserError: on an objective that has no translation to PyTorch.
    """
    inputs, targets = wiring.experiment.space.split(images_of(config)[:CHECKED_ROWS])
    with _statistics_of_last_batch(wiring.networks):
        z = wiring.noise.for_step(config.train.seed, 1, len(inputs))
        z = None if z is None else keras.ops.convert_to_tensor(z)
        _, layers = Forward(wiring.model, wiring.objectives)(inputs, z)
        # Chroma whose L1 term is its weight.
        batch = StepBatch(inputs, targets, targets + 1.0, layers)
        described = [
            {**_facts(objective, wiring, config), **_kind(objective, batch)}
            for objective in wiring.objectives
            if stage.trains(objective.name)
        ]
    trained = [objective["network"] for objective in described]
    if len(set(trained)) < len(trained):
        raise UserError(
            "two objectives of one stage train the same network, which has no translation to "
            "PyTorch yet."
        )
    return described


def _facts(objective, wiring, config):
    table = config.optimizer[objective.name]
    if table.learning_rate_factors:
        raise UserError(
            f"optimizer.{objective.name}.learning_rate_factors has no translation to PyTorch yet."
        )
    return {
        "name": objective.name,
        "network": name_of(objective.network, wiring),
        "every": objective.every,
        "offset": objective.offset,
        "optimizer": table.name,
        "options": table.options,
    }


@contextlib.contextmanager
def _statistics_of_last_batch(networks):
    """Let batch normalization keep no share of its old statistics inside."""
    layers = [layer for network in networks.values() for layer in computing_layers(network)]
    norms = [layer for layer in layers if isinstance(layer, keras.layers.BatchNormalization)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = 0.0
    yield
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum


def _kind(objective, batch):
    """What an objective minimises: the kind of its loss and the weight of an L1 term."""
    terms = objective.loss(batch)
    for kind, known in _KINDS.items():
        if kind in terms and known >= terms.keys():
            total, expected = float(objective.total(terms)), float(terms[kind])
            if abs(total - expected) <= 1e-5 * abs(expected):  # nothing else is minimised
                weight = float(terms.get("loss_G_L1", 0.0))
                return {"kind": kind, "l1_weight": float(f"{weight:.5g}")}
    raise UserError(
        f"objective {objective.name}: what it minimises has no translation to PyTorch yet (terms "
        f"{', '.join(terms)})."
    )
