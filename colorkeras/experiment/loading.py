"""Load an experiment folder as Python: its configuration and the functions of its `model.py`."""

import inspect
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.machinery import SourceFileLoader
from types import ModuleType

import keras

from colorkeras.color.space import ColorSpace
from colorkeras.config.settings import Config, OptimizerTable
from colorkeras.config.shipped import model_file
from colorkeras.config.stages import check_stage_objectives, plan_stages
from colorkeras.console.errors import UserError, choose
from colorkeras.experiment.forward import outputs_read
from colorkeras.experiment.generator import Noise, all_layers, input_shapes
from colorkeras.experiment.learning_rates import set_learning_rates
from colorkeras.experiment.objective import Objective
from colorkeras.experiment.optimizers import optimizer_named
from colorkeras.experiment.training_set import MeanOver, TrainingSet, stand_in
from colorkeras.networks.fast.switch import keras_layers_alone, using_layers

# Modules that a model.py of 0.1.0 or before 0.2.0 imports → where the same names are now.
_MOVED = {
    "colorkeras.adversarial": "colorkeras.experiment.adversarial",
    "colorkeras.losses": "colorkeras.experiment.losses",
    "colorkeras.objective": "colorkeras.experiment.objective",
    "colorkeras.networks.batch_norm": "colorkeras.networks.fast",
    "colorkeras.networks.convolutions": "colorkeras.networks.fast",
}


@dataclass(frozen=True)
class Experiment:
    """A configuration with the code it configures.

    Attributes:
        config: the resolved `Config`.
        space: the `ColorSpace` named by the configuration.
        build_model: `(height, width, **model) → keras.Model`, the generator; or `(height, width,
            space, **model)`, where the network needs the `ColorSpace`.
        build_objectives: `(model, **objectives) → list[Objective]`; or `(model, training_set,
            **objectives)`, where losses need a `TrainingSet`.
    """

    config: Config
    space: ColorSpace
    build_model: Callable
    build_objectives: Callable

    def model(self) -> keras.Model:
        """Build the generator under the present dtype policy.

        Raises:
            UserError: when the configured sizes do not suit the network, or the network breaks
                the contract: (batch, h, w, 1), with a second input for noise where `[noise]`
                says so → (batch, h, w, 2) float32.
        """
        data = self.config.data
        try:
            with using_layers(self.config.train.layers):
                offered = (data.height, data.width, self.space)
                given = accepted(self.build_model, offered)
                model = self.build_model(*given, **self.config.model)
        except ValueError as error:
            raise UserError(f"{self.config.experiment.name}: {error}") from error
        received = f"{self.config.experiment.folder}/model.py: build_model returned"
        if not isinstance(model, keras.Model) or not getattr(model, "outputs", None):
            raise UserError(
                f"{received} {model!r}; expected a keras.Model with known input, such as a "
                "Sequential that starts with keras.Input."
            )
        found = f"{model.input_shape} → {model.output_shape} {model.outputs[0].dtype}"
        noise = self.noise(model)
        has_input = self.config.noise.source == "input"
        shape = (noise.shape or ("any size",)) if has_input else None
        inputs = input_shapes(data.height, data.width, shape)
        expected = f"{inputs} → (None, {data.height}, {data.width}, 2) float32"
        if found != expected:
            unfitting = len(model.inputs) != 1 + has_input
            reason = f", as noise.source is {noise.source!r}" if unfitting else ""
            raise UserError(f"{received} {found}, expected {expected}{reason}.")
        return model

    def noise(self, model: keras.Model) -> Noise:
        """Return the `Noise` of the generator `model`, as `[noise]` says."""
        table = self.config.noise
        return Noise.of(model, table.source, table.distribution)

    def objectives(self, model: keras.Model, mean_over: MeanOver | None = None) -> list[Objective]:
        """Build the objectives around the generator `model`, without those that no stage trains.

        Args:
            model: the generator.
            mean_over: gives statistics of the training set to an experiment that asks for them;
                without it they are those of a stand-in.

        Raises:
            UserError: when they, the `[optimizer.<name>]` tables and the stages do not match,
                when one reads what is no layer of the generator, or when a batch of one meets
                batch normalisation.
        """
        try:
            with using_layers(self.config.train.layers):
                given = accepted(self.build_objectives, (model, self._training_set(mean_over)))
                objectives = self.build_objectives(*given, **self.config.objectives)
        except ValueError as error:
            raise UserError(f"{self.config.experiment.name}: {error}") from error
        names = [objective.name for objective in objectives]
        if sorted(names) != sorted(self.config.optimizer):
            raise UserError(
                f"{self.config.experiment.folder}: the objectives are {', '.join(names)}, but the "
                f"configuration has [optimizer.NAME] for {', '.join(self.config.optimizer)}. "
                "There must be one for each."
            )
        check_stage_objectives(self.config, names)
        stages = plan_stages(self.config)
        used = [o for o in objectives if any(stage.trains(o.name) for stage in stages)]
        try:
            outputs_read(model, used)
        except ValueError as error:
            raise UserError(f"{self.config.experiment.folder}: {error}") from error
        self._check_batch(used)
        return used

    def _training_set(self, mean_over: MeanOver | None) -> TrainingSet:
        if mean_over is not None:
            return TrainingSet(self.space, mean_over)
        return stand_in(self.space, self.config.data.height, self.config.data.width)

    def _check_batch(self, objectives: Sequence[Objective]) -> None:
        if self.config.train.batch_size > 1:
            return
        for objective in objectives:
            for layer in all_layers(objective.network):
                if isinstance(layer, keras.layers.BatchNormalization) and layer.trainable:
                    raise UserError(
                        f"{self.config.experiment.name}: train.batch_size = 1, but the network of "
                        f"{objective.name} has batch normalisation (layer {layer.name}), whose "
                        "statistics need at least 2 images. Pass --set train.batch_size=2, "
                        "which needs as many training images."
                    )


def accepted(function: Callable, offered: Sequence) -> Sequence:
    """Return as many of the offered positional arguments, from the first, as a function takes.

    A parameter with a default is not offered anything.

    Raises:
        ValueError: when the function takes more.
    """
    taken = [
        parameter.name
        for parameter in inspect.signature(function).parameters.values()
        if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
        and parameter.default is parameter.empty
    ]
    if len(taken) > len(offered):
        raise ValueError(
            f"{function.__name__} takes {', '.join(taken)}; expected at most {len(offered)} of "
            "these. Options come after *, with defaults."
        )
    return offered[: len(taken)]


def networks_of(model: keras.Model, objectives: Sequence[Objective]) -> dict[str, keras.Model]:
    """Name every network once: dict by objective name, with the generator `model` among them.

    A network of several objectives takes the name of the last; a generator without objective is
    called "generator".
    """
    names = {id(objective.network): objective for objective in objectives}
    networks = {objective.name: objective.network for objective in names.values()}
    if id(model) not in names:
        networks["generator"] = model
    return networks


def trainable_parameters(networks: Mapping[str, keras.Model]) -> dict[str, int]:
    """Count trainable parameters by network: no statistics of batch normalization, no seeds."""
    return {
        name: sum(math.prod(weight.shape) for weight in network.trainable_weights)
        for name, network in networks.items()
    }


def load_experiment(config: Config) -> Experiment:
    """Import the experiment's `model.py` and return the `Experiment`.

    Raises:
        UserError: when the file cannot be read or imports a module that was moved, or the color
            space is unknown.
    """
    file = model_file(config.experiment.folder)
    loader = SourceFileLoader(f"experiment_{config.experiment.name}", str(file))
    module = ModuleType(loader.name)
    module.__file__ = loader.path
    sys.modules[loader.name] = module  # dataclasses and pickle look their module up there
    try:
        loader.exec_module(module)
    except OSError as error:
        raise UserError(f"{file}: cannot be read: {error.strerror}.") from error
    except ModuleNotFoundError as error:
        if error.name not in _MOVED:
            raise
        raise UserError(
            f"{file}: imports {error.name}, as in earlier versions of colorkeras. Import the same "
            f"names from {_MOVED[error.name]} instead."
        ) from error
    where = f"{config.experiment.folder}: color.space"
    space = ColorSpace.named(choose(config.color.space, ColorSpace.names(), where))
    return Experiment(config, space, module.build_model, module.build_objectives)


def build_optimizers(
    config: Config, objectives: Sequence[Objective], precision: str
) -> dict[str, keras.optimizers.Optimizer]:
    """Return optimizers by objective name, as `[optimizer.<name>]` says.

    They are built at once, so that a checkpoint can be restored into them.

    Raises:
        UserError: when an optimizer refuses an option's value, or `learning_rate_factors` names
            layers that the objective's network does not have.
    """
    optimizers = {}
    for objective in objectives:
        table = config.optimizer[objective.name]
        try:
            optimizers[objective.name] = _optimizer(table, objective, precision)
        except ValueError as error:  # a value that is refused, such as momentum = 2
            where = f"{config.experiment.folder}: optimizer.{objective.name}"
            raise UserError(f"{where}: {error}") from error
    return optimizers


def _optimizer(
    table: OptimizerTable, objective: Objective, precision: str
) -> keras.optimizers.Optimizer:
    optimizer = optimizer_named(table.name, table.options)
    set_learning_rates(optimizer, objective.network, table.learning_rate_factors)
    if precision == "float16":
        # A hand-written loop gets no loss scaling by itself: `compile()` would have added it.
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
    optimizer.build(objective.network.trainable_variables)
    return optimizer


def float32_model(experiment: Experiment, model: keras.Model) -> keras.Model:
    """Return the generator with the weights of `model`, built anew as `plain_model` does."""
    copy = plain_model(experiment)
    copy.set_weights(model.get_weights())
    return copy


def plain_model(experiment: Experiment) -> keras.Model:
    """Return the generator of Keras's layers alone under the float32 policy, with first weights.

    A model keeps the dtype policy it was built under, in a file as well; a saved model must not
    need the hardware it was trained on.
    """
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float32")
    try:
        with keras_layers_alone():
            return experiment.model()
    finally:
        keras.config.set_dtype_policy(policy)
