"""Networks, gradients and optimizers in NumPy, float64: what a training step is compared with.

It shares nothing with Keras, TensorFlow or the package. A `Node` is an array with what pulls a
gradient back to the nodes it came from. Images are (batch, height, width, channels), kernels
(rows, columns, inputs, outputs).
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


class Node:
    """An array that takes part in a gradient.

    Args:
        value: the array.
        pulls: pairs of a node that this one came from, and the function from this one's gradient
            to that one's.
    """

    def __init__(self, value, pulls=()):
        self.value, self.pulls = np.asarray(value, "float64"), pulls


def constant(node):
    """The same values, through which no gradient passes."""
    return Node(node.value)


def gradients(loss, nodes):
    """Gradients of a scalar node by others, as arrays."""
    order, seen = [], set()

    def visit(node):
        if id(node) not in seen:
            seen.add(id(node))
            for parent, _ in node.pulls:
                visit(parent)
            order.append(node)

    visit(loss)
    found = {id(loss): np.ones(())}
    for node in reversed(order):
        for parent, pull in node.pulls:
            found[id(parent)] = found.get(id(parent), 0.0) + pull(found[id(node)])
    return [found[id(node)] for node in nodes]


def conv(x, kernel, stride=1, before=0, after=0):
    """A convolution, as networks have it, on an image with rows and columns of zeros around."""
    size = kernel.value.shape[0]
    pad = ((0, 0), (before, after), (before, after), (0, 0))
    padded = np.pad(x.value, pad)
    windows = sliding_window_view(padded, (size, size), axis=(1, 2))[:, ::stride, ::stride]
    value = np.tensordot(windows, kernel.value, ((3, 4, 5), (2, 0, 1)))

    def to_image(gradient):
        return _unpadded(_spread(gradient, kernel.value, stride, padded.shape), before, after)

    def to_kernel(gradient):
        return np.tensordot(windows, gradient, ((0, 1, 2), (0, 1, 2))).transpose(1, 2, 0, 3)

    return Node(value, ((x, to_image), (kernel, to_kernel)))


def conv_transpose(x, kernel, stride, padding):
    """PyTorch's ConvTranspose2d; the kernel is (rows, columns, outputs, inputs)."""
    batch, rows, columns, _ = x.value.shape
    size, _, outputs, _ = kernel.value.shape
    shape = (batch, (rows - 1) * stride + size, (columns - 1) * stride + size, outputs)
    value = _unpadded(_spread(x.value, kernel.value, stride, shape), padding, padding)
    around = ((0, 0), (padding, padding), (padding, padding), (0, 0))

    def windows(gradient):
        found = sliding_window_view(np.pad(gradient, around), (size, size), axis=(1, 2))
        return found[:, ::stride, ::stride]

    def to_image(gradient):
        return np.tensordot(windows(gradient), kernel.value, ((3, 4, 5), (2, 0, 1)))

    def to_kernel(gradient):
        found = np.tensordot(windows(gradient), x.value, ((0, 1, 2), (0, 1, 2)))
        return found.transpose(1, 2, 0, 3)

    return Node(value, ((x, to_image), (kernel, to_kernel)))


def _spread(values, kernel, stride, shape):
    """Add each value, times the kernel, to the window it belongs to."""
    _, rows, columns, _ = values.shape
    found = np.zeros(shape)
    for i, j in np.ndindex(kernel.shape[:2]):
        window = found[:, i : i + stride * rows : stride, j : j + stride * columns : stride]
        window += values @ kernel[i, j].T
    return found


def _unpadded(image, before, after):
    _, rows, columns, _ = image.shape
    return image[:, before : rows - after, before : columns - after]


def dense(x, kernel):
    """(batch, inputs) times (inputs, outputs)."""
    return Node(
        x.value @ kernel.value,
        ((x, lambda g: g @ kernel.value.T), (kernel, lambda g: x.value.T @ g)),
    )


def add(x, bias):
    """Add a number to each channel."""
    axes = tuple(range(x.value.ndim - 1))
    return Node(x.value + bias.value, ((x, lambda g: g), (bias, lambda g: g.sum(axes))))


def batch_norm(x, scale, shift, epsilon):
    """Normalise each channel by mean and variance of the batch, as in training."""
    axes = tuple(range(x.value.ndim - 1))
    deviation = np.sqrt(x.value.var(axes) + epsilon)
    normal = (x.value - x.value.mean(axes)) / deviation

    def to_image(gradient):
        of_normal = gradient * scale.value
        along = (of_normal * normal).mean(axes)
        return (of_normal - of_normal.mean(axes) - normal * along) / deviation

    pulls = (
        (x, to_image),
        (scale, lambda g: (g * normal).sum(axes)),
        (shift, lambda g: g.sum(axes)),
    )
    return Node(normal * scale.value + shift.value, pulls)


def leaky_relu(x, slope=0.0):
    """x where it is positive, `slope` times x elsewhere."""
    steepness = np.where(x.value > 0, 1.0, slope)
    return Node(x.value * steepness, ((x, lambda g: g * steepness),))


def tanh(x):
    """Hyperbolic tangent."""
    value = np.tanh(x.value)
    return Node(value, ((x, lambda g: g * (1 - value**2)),))


def sigmoid(x):
    """1 / (1 + exp(-x))."""
    value = 1 / (1 + np.exp(-x.value))
    return Node(value, ((x, lambda g: g * value * (1 - value)),))


def reshape(x, *shape):
    """The same values in another shape, after the batch."""
    before = x.value.shape
    return Node(x.value.reshape(before[0], *shape), ((x, lambda g: g.reshape(before)),))


def concat(*parts):
    """Channels side by side."""
    ends = np.cumsum([part.value.shape[-1] for part in parts])

    def pull(number):
        span = slice(ends[number] - parts[number].value.shape[-1], ends[number])
        return lambda g: g[..., span]

    value = np.concatenate([part.value for part in parts], axis=-1)
    return Node(value, tuple((part, pull(number)) for number, part in enumerate(parts)))


def doubled(x):
    """Each pixel as a square of four."""
    batch, rows, columns, channels = x.value.shape
    four = (batch, rows, 2, columns, 2, channels)
    value = x.value.repeat(2, axis=1).repeat(2, axis=2)
    return Node(value, ((x, lambda g: g.reshape(four).sum((2, 4))),))


def cross_entropy(logits, label):
    """Mean binary cross-entropy of logits against a label of 0 or 1."""
    x = logits.value
    value = np.mean(np.maximum(x, 0) - x * label + np.log1p(np.exp(-np.abs(x))))
    probability = 1 / (1 + np.exp(-x))
    return Node(value, ((logits, lambda g: g * (probability - label) / x.size),))


def mean_absolute(x, target):
    """Mean absolute difference from an array."""
    error = x.value - target
    return Node(np.abs(error).mean(), ((x, lambda g: g * np.sign(error) / error.size),))


def mean_squared(x, target):
    """Mean squared difference from an array."""
    error = x.value - target
    return Node((error**2).mean(), ((x, lambda g: g * 2 * error / error.size),))


def weighted(*terms):
    """The sum of pairs of a weight and a scalar node."""
    value = sum(weight * node.value for weight, node in terms)
    return Node(value, tuple((node, lambda g, by=weight: g * by) for weight, node in terms))


class Adam:
    """PyTorch's `torch.optim.Adam`."""

    def __init__(self, weights, rate, beta_1, beta_2, epsilon):
        self._weights, self._rate, self._epsilon = weights, rate, epsilon
        self._betas, self._steps = (beta_1, beta_2), 0
        self._averages = [(np.zeros_like(w.value), np.zeros_like(w.value)) for w in weights]

    def step(self, found):
        """Update the weights by their gradients."""
        self._steps += 1
        (b1, b2), t = self._betas, self._steps
        for number, (weight, g) in enumerate(zip(self._weights, found, strict=True)):
            first, second = self._averages[number]
            first, second = b1 * first + (1 - b1) * g, b2 * second + (1 - b2) * g * g
            self._averages[number] = first, second
            root = np.sqrt(second) / np.sqrt(1 - b2**t) + self._epsilon
            weight.value = weight.value - self._rate / (1 - b1**t) * first / root


class RMSprop:
    """RMSprop of TensorFlow 1 (`start` 1, ε under the root) or Keras 2 (0, beside the root)."""

    def __init__(self, weights, rate, rho, epsilon, start, under_root):
        self._weights, self._rate, self._rho = weights, rate, rho
        self._epsilon, self._under_root = epsilon, under_root
        self._squares = [np.full_like(weight.value, start) for weight in weights]

    def step(self, found):
        """Update the weights by their gradients."""
        for number, (weight, g) in enumerate(zip(self._weights, found, strict=True)):
            squares = self._rho * self._squares[number] + (1 - self._rho) * g * g
            self._squares[number] = squares
            if self._under_root:
                root = np.sqrt(squares + self._epsilon)
            else:
                root = np.sqrt(squares) + self._epsilon
            weight.value = weight.value - self._rate * g / root
