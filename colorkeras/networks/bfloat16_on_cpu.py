"""Whether layers train in bfloat16 on a CPU, where some of Keras's are slow."""

import keras


def is_bfloat16_on_cpu():
    """Return whether the policy computes in bfloat16, with TensorFlow and without a GPU.

    GPUs are left to Keras's own layers: whether TensorFlow's kernels there take bfloat16, or gain,
    has not been tried.
    """
    if keras.config.dtype_policy().compute_dtype != "bfloat16":
        return False
    if keras.backend.backend() != "tensorflow":
        return False
    import tensorflow as tf

    return not tf.config.list_physical_devices("GPU")
