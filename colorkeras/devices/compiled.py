"""Compile functions of arrays with the backend of Keras, and fetch what they return."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np


def compiled(
    function: Callable[..., Any], model: keras.Model | None = None, fused: bool = False
) -> Callable[..., Any]:
    """Compile a function of arrays and None; it is compiled anew for each shape.

    Args:
        function: what to compile; it must not change any variable for good.
        model: the Keras model whose variables it reads, at their values of each call.
        fused: also let TensorFlow use XLA, which fuses long chains of small operations (JAX
            always does).

    Returns:
        A function of the same arguments; it returns tensors of the backend.
    """
    if keras.backend.backend() == "jax":
        return _compiled_by_jax(function, model)
    import tensorflow as tf

    # No AutoGraph, which takes seconds to rewrite the source of all that is called: what JAX traces
    # too has no Python branches on tensors.
    return tf.function(function, jit_compile=fused or None, autograph=False)


def fetched(tree: Any) -> Any:
    """Return nested lists and dicts of tensors as NumPy arrays.

    On a GPU the copy of a single number takes as long as a small network: JAX begins all of them
    before it waits for the first.
    """
    if keras.backend.backend() == "jax":
        import jax

        return jax.device_get(tree)
    return keras.tree.map_structure(np.asarray, tree)


def _compiled_by_jax(function: Callable[..., Any], model: keras.Model | None) -> Callable[..., Any]:
    import jax

    variables = model.variables if model is not None else []

    def call(values: list[Any], *arguments: Any) -> Any:
        with keras.StatelessScope(state_mapping=list(zip(variables, values, strict=True))):
            return function(*arguments)

    jitted = jax.jit(call)
    return lambda *arguments: jitted([variable.value for variable in variables], *arguments)
