"""An experiment folder made callable: its configuration and the two functions of its `model.py`."""

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import keras

from colorkeras.color import ColorSpace
from colorkeras.errors import UserError
from colorkeras.objective import Objective
from colorkeras.settings import Config


@dataclass(frozen=True)
class Experiment:
    """A configuration with the code it configures.

    Attributes:
        config: the resolved `Config`.
        space: the `ColorSpace` named by the configuration.
        build_model: `(height, width, **model) → keras.Model`, the generator.
        build_objectives: `(model, **objectives) → list[Objective]`.
    """

    config: Config
    space: ColorSpace
    build_model: Callable
    build_objectives: Callable

    def model(self):
        """Build the generator under the present dtype policy.

        Raises:
            UserError: when the configured sizes do not suit the network, or the network breaks
                the contract: (batch, h, w, 1) → (batch, h, w, 2) float32.
        """
        data = self.config.data
        try:
            model = self.build_model(data.height, data.width, **self.config.model)
        except ValueError as error:
            raise UserError(f"{self.config.experiment.name}: {error}") from error
        expected = (None, data.height, data.width, 2)
        if model.output_shape != expected or model.outputs[0].dtype != "float32":
            raise UserError(
                f"{self.config.experiment.folder}/model.py: build_model returned output "
                f"{model.output_shape} {model.outputs[0].dtype}, expected {expected} float32."
            )
        return model

    def objectives(self, model):
        """Build the objectives around the generator `model`.

        Raises:
            UserError: when they and the `[optimizer.<name>]` tables do not match.
        """
        try:
            objectives = self.build_objectives(model, **self.config.objectives)
        except ValueError as error:
            raise UserError(f"{self.config.experiment.name}: {error}") from error
        names = [objective.name for objective in objectives]
        if sorted(names) != sorted(self.config.optimizer):
            raise UserError(
                f"{self.config.experiment.folder}: the objectives are {', '.join(names)}, but the "
                f"configuration has [optimizer.NAME] for {', '.join(self.config.optimizer)}. "
                "There must be one for each."
            )
        return objectives


def load_experiment(config):
    """Import the experiment's `model.py` and return the `Experiment`."""
    file = Path(config.experiment.folder) / "model.py"
    spec = importlib.util.spec_from_file_location(f"experiment_{config.experiment.name}", file)
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except OSError as error:
        raise UserError(f"{file}: cannot be read: {error.strerror}.") from error
    try:
        space = ColorSpace.named(config.color.space)
    except ValueError as error:
        raise UserError(f"{config.experiment.folder}: color.space: {error}") from error
    return Experiment(config, space, module.build_model, module.build_objectives)


def build_optimizers(config, objectives, precision):
    """Return Keras optimizers by objective name, as `[optimizer.<name>]` says.

    They are built at once, so that a checkpoint can be restored into them.
    """
    return {
        objective.name: _optimizer(config.optimizer[objective.name], objective, precision)
        for objective in objectives
    }


def _optimizer(table, objective: Objective, precision):
    optimizer = keras.optimizers.get({"class_name": table.name, "config": dict(table.options)})
    if precision == "float16":
        # A hand-written loop gets no loss scaling by itself: `compile()` would have added it.
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
    optimizer.build(objective.network.trainable_variables)
    return optimizer


def float32_model(experiment, model):
    """Return the generator with the weights of `model`, built anew under the float32 policy.

    A model keeps the dtype policy it was built under, in a file as well; a saved model must not
    need the hardware it was trained on.
    """
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float32")
    try:
        copy = experiment.model()
    finally:
        keras.config.set_dtype_policy(policy)
    copy.set_weights(model.get_weights())
    return copy
