"""Batch normalization for training with TensorFlow in bfloat16 on a CPU, in one operation.

Keras casts to float32 and computes mean, variance and result in one operation after the other;
TensorFlow's fused kernel does the same, in float32 inside, in one. A model is saved in float32,
with Keras's layer.
"""

from collections.abc import Iterable
from typing import Any

from keras import Layer, layers

from colorkeras.networks.fast.switch import is_tensorflow_bfloat16


def batch_normalization(**options: Any) -> layers.BatchNormalization:
    """Return `layers.BatchNormalization(**options)`, fused with TensorFlow in bfloat16 on a CPU."""
    fused = is_tensorflow_bfloat16()
    return (FusedBatchNormalization if fused else layers.BatchNormalization)(**options)


def fuse_batch_normalization(built: Iterable[Layer]) -> None:
    """Make the batch normalization of a network that a library built as fast as that of ours.

    The layers change their class in place: they keep weights, names and places in the graph. To
    build them anew would draw first weights once more, and with them change those of all layers
    that follow.

    Args:
        built: layers of any kind.
    """
    if not is_tensorflow_bfloat16():
        return
    for layer in built:
        if type(layer) is layers.BatchNormalization:
            layer.__class__ = FusedBatchNormalization


class FusedBatchNormalization(layers.BatchNormalization):
    """Keras's layer for images (batch, height, width, channels), with TensorFlow's kernel in
    training; its weights, statistics and inference are those of Keras's."""

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        # The kernel sees only the part of the batch of this replica.
        fused = training and self.trainable and not self.synchronized
        if not fused or mask is not None:
            return super().call(inputs, training=training, mask=mask)
        import tensorflow as tf

        outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=inputs,
            scale=self.gamma,
            offset=self.beta,
            mean=[],
            variance=[],
            epsilon=self.epsilon,
            is_training=True,
        )
        # The kernel returns the unbiased variance, Keras keeps the biased one.
        count = tf.cast(tf.size(inputs) // inputs.shape[-1], tf.float32)
        self._keep(self.moving_mean, mean)
        self._keep(self.moving_variance, variance * (count - 1.0) / count)
        return outputs

    def _keep(self, average: Any, value: Any) -> None:
        average.assign(average * self.momentum + value * (1.0 - self.momentum))
