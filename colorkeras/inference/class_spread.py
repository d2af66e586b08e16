"""How sure a model with color classes is: the spread of the classes predicted for a pixel."""

from typing import Any

import keras
import numpy as np

from colorkeras.inference.saved_model import SavedModel

# Layers that `networks.annealed_mean` names: what they take, and the chroma of each class.
_SCORES, _CLASSES = "annealed", "class_mean"


class ClassSpread:
    """The standard deviation of (a*, b*) over the color classes that a model predicts.

    The classes' shares are the softmax of the scores, before the annealing that makes the model's
    colors stronger.

    Args:
        saved: a `SavedModel` for which `is_known` is true.
    """

    def __init__(self, saved: SavedModel) -> None:
        model, self._space = saved.model, saved.space
        self._scores = keras.Model(model.inputs, model.get_layer(_SCORES).input)
        (centres,) = model.get_layer(_CLASSES).get_weights()
        self._classes = centres[0, 0] * np.asarray(saved.space.target_scale, np.float32)

    @staticmethod
    def is_known(saved: SavedModel) -> bool:
        """Whether a model has color classes in CIELAB."""
        names = {layer.name for layer in saved.model.layers}
        return {_SCORES, _CLASSES} <= names and saved.space.family == "lab"

    def __call__(self, batch: Any) -> np.ndarray:
        """Predict the spread.

        Args:
            batch: (1, height, width, 3) uint8 sRGB.

        Returns:
            (rows, columns) float32 in CIELAB units, at the size of the class scores.
        """
        inputs, _ = self._space.split(batch)
        scores = np.asarray(self._scores(inputs, training=False))[0]
        shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
        shares /= shares.sum(axis=-1, keepdims=True)
        variance = shares @ self._classes**2 - (shares @ self._classes) ** 2
        return np.sqrt(np.maximum(variance, 0).sum(axis=-1))
