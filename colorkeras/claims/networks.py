"""What an experiment's networks are: parameters and shapes, read off the networks as built.

The only part of the claims that needs TensorFlow.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from colorkeras.config.settings import Config
from colorkeras.console.errors import UserError
from colorkeras.console.progress import ProgressReport

GENERATOR = "generator"


@dataclass(frozen=True)
class Networks:
    """The networks of one configuration as plain numbers.

    Attributes:
        parameters: the number of trainable parameters by network.
        shapes: by network and layer, the output shape without the batch.
        problem: why they could not be built, or an empty string.
    """

    parameters: dict[str, int] = field(default_factory=dict)
    shapes: dict[str, dict[str, tuple[int | None, ...]]] = field(default_factory=dict)
    problem: str = ""


def describe_networks(config: Config) -> Networks:
    """Build the networks of a configuration, once and in float32, and describe them.

    Each is called by the name of its objective; "generator" is the model as well, where no
    objective has that name.
    """
    from colorkeras.devices import backend

    backend.set_up("float32")  # also starts the numbering of unnamed layers anew
    import keras

    try:
        return _describe(config)
    except UserError as error:
        return Networks(problem=str(error))
    except Exception as error:  # a defect of one experiment must not hide the others' verdicts
        return Networks(problem=f"{type(error).__name__}: {error}")
    finally:
        keras.utils.clear_session()  # frees the networks before the next are built


def _describe(config):
    from colorkeras.experiment.folder import load_experiment, trainable_parameters

    experiment = load_experiment(config)
    model = experiment.model()
    networks = {o.name: o.network for o in experiment.objectives(model)}
    networks.setdefault(GENERATOR, model)
    shapes = {name: _shapes(network) for name, network in networks.items()}
    return Networks(trainable_parameters(networks), shapes)


def _shapes(network):
    """Output shapes by layer, the layers of nested models and the nested models themselves too."""
    from colorkeras.experiment.generator import all_layers

    layers = {layer.name: layer for layer in [*all_layers(network), *network.layers]}
    # Of a layer called several times, the first call; a layer never called has no output.
    outputs = {name: getattr(layer, "output", None) for name, layer in layers.items()}
    return {
        name: tuple(output.shape[1:])
        for name, output in outputs.items()
        if hasattr(output, "shape")
    }


def describe_all(configs: Iterable[Config]) -> list[Networks]:
    """Describe the networks of several configurations, one after the other, with a progress bar."""
    configs = list(configs)
    described = []
    if not configs:
        return described
    with ProgressReport("building networks", len(configs), unit="experiment") as progress:
        for config in configs:
            progress.update(len(described), config.experiment.name)
            described.append(describe_networks(config))
            progress.update(len(described))
    return described
