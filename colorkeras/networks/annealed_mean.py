"""From logits over color classes to chroma, in layers of Keras that any program can open."""

from typing import Any

import numpy as np
from keras import layers

TEMPERATURE = 0.38  # Zhang, Isola, Efros, "Colorful Image Colorization", 2016, section 2.3


def annealed_mean(
    logits: Any, centres: np.ndarray, temperature: float = TEMPERATURE, enlarge: int = 4
) -> Any:
    """Decode class probabilities by their annealed mean: Zhang et al. 2016, equation 5.

    softmax(logits / T) is exp(log z / T) over its sum, for z = softmax(logits). T = 1 gives the
    mean of the distribution, T → 0 its most probable color.

    Args:
        logits: (batch, height, width, Q) KerasTensor.
        centres: (Q, 2) normalised chroma of the classes: the fixed weights of a 1×1 convolution.
        temperature: T > 0.
        enlarge: whole factor of the bilinear enlargement; 1 for none.

    Returns:
        (batch, height · enlarge, width · enlarge, 2) float32 KerasTensor of normalised chroma,
        from layers named `annealed`, `probabilities`, `class_mean` and `chroma`. No weight of
        them is trained.

    Raises:
        ValueError: on a temperature that is not above 0, or centres of another number.
    """
    if not temperature > 0:  # refuses NaN too
        raise ValueError(f"temperature is {temperature}; expected a number above 0.")
    if logits.shape[-1] != len(centres):
        raise ValueError(f"{logits.shape[-1]} logits for {len(centres)} color classes.")
    # float32 whatever the training precision, as for all outputs.
    x = layers.Rescaling(1 / temperature, dtype="float32", name="annealed")(logits)
    x = layers.Softmax(dtype="float32", name="probabilities")(x)
    mean = layers.Conv2D(2, 1, use_bias=False, trainable=False, dtype="float32", name="class_mean")
    x = mean(x)
    mean.set_weights([np.asarray(centres, np.float32)[None, None]])
    size = (enlarge, enlarge)
    return layers.UpSampling2D(size, interpolation="bilinear", dtype="float32", name="chroma")(x)
