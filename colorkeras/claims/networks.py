"""Parameters and layer shapes of an experiment's networks, from the networks themselves.

The only module of this room that needs TensorFlow.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from colorkeras.config.settings import Config
from colorkeras.console.errors import UserError
from colorkeras.console.progress import ProgressReport

GENERATOR = "generator"


@dataclass(frozen=True)
class Networks:
    """Sizes of the networks of one configuration.

    Attributes:
        parameters: the number of trainable parameters by network.
        shapes: output shape of each layer, without the batch, by network and layer.
        problem: why they could not be built, or an empty string.
    """

    parameters: dict[str, int] = field(default_factory=dict)
    shapes: dict[str, dict[str, tuple[int | None, ...]]] = field(default_factory=dict)
    problem: str = ""


def describe_networks(config: Config) -> Networks:
    """Build the networks of a configuration, in float32, and describe them.

    Each has the name of its objective. "generator" means the model where no objective has that
    name.
    """
    from colorkeras.devices import backend

    backend.set_up("float32")  # also restarts the numbering of unnamed layers
    import keras

    try:
        return _describe(config)
    except UserError as error:
        return Networks(problem=str(error))
    except Exception as error:  # a defect in one experiment must not hide the verdicts of others
        return Networks(problem=f"{type(error).__name__}: {error}")
    finally:
        keras.utils.clear_session()  # frees the networks before the next are built


def _describe(config: Config) -> Networks:
    from colorkeras.experiment.loading import load_experiment, trainable_parameters

    experiment = load_experiment(config)
    model = experiment.model()
    networks = {o.name: o.network for o in experiment.objectives(model)}
    networks.setdefault(GENERATOR, model)
    shapes = {name: _shapes(network) for name, network in networks.items()}
    return Networks(trainable_parameters(networks), shapes)


def _shapes(network: Any) -> dict[str, tuple[int | None, ...]]:
    """Output shapes by layer, also of nested models and of their layers."""
    import keras

    from colorkeras.experiment.generator import all_layers

    layers = {layer.name: layer for layer in [*all_layers(network), *network.layers]}
    # The first call counts for a layer called several times; a layer never called has no output.
    outputs = {name: getattr(layer, "output", None) for name, layer in layers.items()}
    return {
        name: tuple(output.shape[1:])
        for name, output in outputs.items()
        if isinstance(output, keras.KerasTensor)  # not the lists of layers with several outputs
    }


def describe_all(configs: Iterable[Config]) -> list[Networks]:
    """Describe the networks of several configurations, one after the other, with a progress bar."""
    configs = list(configs)
    described: list[Networks] = []
    if not configs:
        return described
    with ProgressReport("building networks", len(configs), unit="experiment") as progress:
        for config in configs:
            progress.update(len(described), config.experiment.name)
            described.append(describe_networks(config))
            progress.update(len(described))
    return described
