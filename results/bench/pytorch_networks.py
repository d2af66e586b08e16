"""An experiment's networks and training step in PyTorch, translated from Keras layer by layer.

`frameworks.py` describes the Keras networks in JSON; this module, which knows no Keras, builds the
same ones for pictures (batch, channels, height, width), and the same step: conversion of colors,
one forward of the generator, then loss, gradient and update of each objective in order. Layers
that it does not know are named in the error; a builder in `_BUILDERS` is all that one needs.
"""

import collections

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from colorkeras.errors import UserError
from colorkeras.noise import Noise

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}
_ACTIVATIONS = {
    "linear": lambda x: x,
    "relu": torch.relu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "elu": functional.elu,
    "gelu": functional.gelu,
    "silu": functional.silu,
}
_AS_IN_TORCH = {4: (3, 2, 0, 1), 2: (1, 0), 1: (0,)}  # axes of Keras's weights by their number


class _Conv2D(nn.Conv2d):
    """A convolution with Keras's "same" padding, which is larger at the end where it is odd."""

    def __init__(self, layer):
        config, (rows, columns, channels, filters) = layer["config"], layer["weights"][0]
        _demand(layer, config["padding"] in ("same", "valid"), "padding")
        super().__init__(
            channels * config["groups"],
            filters,
            (rows, columns),
            tuple(config["strides"]),
            dilation=tuple(config["dilation_rate"]),
            groups=config["groups"],
            bias=config["use_bias"],
        )
        self._is_same = config["padding"] == "same"
        self._margin = layer.get("margin", (0, 0))  # of a padding layer before it

    def forward(self, x):
        first, last = self._margins(x.shape[2:])
        if first != last:
            x = functional.pad(x, (first[1], last[1], first[0], last[0]))
            first = (0, 0)
        return functional.conv2d(
            x, self.weight, self.bias, self.stride, first, self.dilation, self.groups
        )

    def _margins(self, sides):
        if not self._is_same:
            return self._margin, self._margin
        geometry = zip(sides, self.stride, self.kernel_size, self.dilation, strict=True)
        totals = [max((-(-n // s) - 1) * s + d * (k - 1) + 1 - n, 0) for n, s, k, d in geometry]
        return tuple(t // 2 for t in totals), tuple(t - t // 2 for t in totals)


class _Conv2DTranspose(nn.ConvTranspose2d):
    """A transposed convolution whose "same" output is the input times the stride."""

    def __init__(self, layer):
        config, (rows, columns, filters, channels) = layer["config"], layer["weights"][0]
        _demand(layer, tuple(config["dilation_rate"]) == (1, 1), "dilation_rate")
        _demand(layer, config["output_padding"] is None, "output_padding")
        kernel, strides = (rows, columns), tuple(config["strides"])
        excess = [k - s for k, s in zip(kernel, strides, strict=True)]
        is_same = config["padding"] == "same"
        super().__init__(
            channels,
            filters,
            kernel,
            strides,
            padding=tuple(max(e, 0) // 2 if is_same else 0 for e in excess),
            output_padding=tuple(max(-e, 0) for e in excess),
            bias=config["use_bias"],
        )
        self._crops = is_same and any(e > 0 and e % 2 for e in excess)

    def forward(self, x):
        y = super().forward(x)
        if not self._crops:
            return y
        rows, columns = (n * s for n, s in zip(x.shape[2:], self.stride, strict=True))
        return y[:, :, :rows, :columns]


def _demand(layer, condition, option):
    """Refuse an option of a layer that has no translation."""
    if not condition:
        raise UserError(
            f"layer {layer['name']} ({layer['class']}): {option} = "
            f"{layer['config'].get(option)!r} has no translation to PyTorch yet; write one in "
            "results/bench/pytorch_networks.py."
        )


def _batch_normalization(layer):
    config, rank = layer["config"], layer["rank"]
    _demand(layer, config["axis"] in (-1, rank - 1) and rank in (2, 4), "axis")
    kind = nn.BatchNorm2d if rank == 4 else nn.BatchNorm1d
    norm = kind(layer["weights"][-1][0], config["epsilon"], 1.0 - config["momentum"])
    norm.weight = norm.weight if config["scale"] else None
    norm.bias = norm.bias if config["center"] else None
    return norm


def _dense(layer):
    _demand(layer, layer["rank"] == 2, "units")
    return nn.Linear(*layer["weights"][0], bias=layer["config"]["use_bias"])


def _relu(layer):
    config = layer["config"]
    for option in ("max_value", "negative_slope", "threshold"):
        _demand(layer, not config[option], option)
    return torch.relu


def _pooling(kind):
    def build(layer):
        config = layer["config"]
        _demand(layer, config["padding"] == "valid", "padding")
        return kind(tuple(config["pool_size"]), tuple(config["strides"]))

    return build


def _upsampling(layer):
    config = layer["config"]
    modes = {"nearest": {}, "bilinear": {"align_corners": False}}
    _demand(layer, config["interpolation"] in modes, "interpolation")
    mode = config["interpolation"]
    size = tuple(map(float, config["size"]))
    return lambda x: functional.interpolate(x, scale_factor=size, mode=mode, **modes[mode])


def _zero_padding(layer):
    (top, bottom), (left, right) = layer["config"]["padding"]
    return lambda x: functional.pad(x, (left, right, top, bottom))


def _cropping(layer):
    (top, bottom), (left, right) = layer["config"]["cropping"]
    return lambda x: x[:, :, top : x.shape[2] - bottom, left : x.shape[3] - right]


class _Rescaling(nn.Module):
    def __init__(self, layer):
        super().__init__()
        shape = [-1, *[1] * (layer["rank"] - 2)]  # one number for each channel, or for all
        for key in ("scale", "offset"):
            numbers = torch.tensor(layer["config"][key], dtype=torch.float32)
            self.register_buffer(key, numbers.reshape(shape))

    def forward(self, x):
        return x * self.scale.to(x.dtype) + self.offset.to(x.dtype)


def _concatenate(layer):
    _demand(layer, layer["config"]["axis"] in (-1, layer["rank"] - 1), "axis")
    return lambda *parts: torch.cat(parts, 1)


def _reshape(layer):
    shape = layer["config"]["target_shape"]
    _demand(layer, len(shape) in (1, 3), "target_shape")

    def reshape(x):
        y = _channels_last(x).reshape(len(x), *shape)
        return y.permute(0, 3, 1, 2) if len(shape) == 3 else y

    return reshape


def _channels_last(x):
    return x.permute(0, 2, 3, 1) if x.dim() == 4 else x


# Class of Keras → function that takes a layer's description and returns what computes it.
_BUILDERS = {
    "Activation": lambda layer: _ACTIVATIONS["linear"],  # `_Layer` applies it, as in all others
    "Add": lambda layer: lambda first, *others: sum(others, first),
    "AveragePooling2D": _pooling(nn.AvgPool2d),
    "BatchNormalization": _batch_normalization,
    "Concatenate": _concatenate,
    "Conv2D": _Conv2D,
    "Conv2DTranspose": _Conv2DTranspose,
    "Cropping2D": _cropping,
    "Dense": _dense,
    "Dropout": lambda layer: nn.Dropout(layer["config"]["rate"]),
    "Flatten": lambda layer: lambda x: _channels_last(x).flatten(1),
    "GlobalAveragePooling2D": lambda layer: lambda x: x.mean((2, 3)),
    "LeakyReLU": lambda layer: nn.LeakyReLU(layer["config"]["negative_slope"]),
    "MaxPooling2D": _pooling(nn.MaxPool2d),
    "ReLU": _relu,
    "Rescaling": _Rescaling,
    "Reshape": _reshape,
    "UpSampling2D": _upsampling,
    "ZeroPadding2D": _zero_padding,
}


class _Layer(nn.Module):
    """One layer with its activation, in the number format in which Keras computes it."""

    def __init__(self, layer, dtype):
        super().__init__()
        if layer["class"] not in _BUILDERS:
            raise UserError(
                f"layer {layer['name']}: {layer['class']} has no translation to PyTorch yet; write "
                "one in results/bench/pytorch_networks.py."
            )
        config = layer["config"]
        _demand(layer, config.get("data_format") in (None, "channels_last"), "data_format")
        activation = config.get("activation") or "linear"
        _demand(layer, isinstance(activation, str) and activation in _ACTIVATIONS, "activation")
        self._activate = _ACTIVATIONS[activation]
        self.core = _BUILDERS[layer["class"]](layer)
        self._dtype = torch.float32 if layer["float32"] else dtype
        self._leaves_autocast = self._dtype != dtype
        # As in Keras, frozen batch normalisation uses its moving statistics.
        self._predicts = layer["class"] == "BatchNormalization" and not layer["trainable"]
        self.requires_grad_(layer["trainable"])

    def forward(self, *inputs):
        inputs = [x.to(self._dtype) for x in inputs]
        if not self._leaves_autocast:
            return self._activate(self.core(*inputs))
        with torch.autocast(inputs[0].device.type, enabled=False):
            return self._activate(self.core(*inputs))

    def train(self, mode=True):
        return super().train(mode and not self._predicts)


class Network(nn.Module):
    """A Keras model's graph, for pictures (batch, channels, height, width).

    Args:
        graph: what `frameworks.describe_graph` returned.
        dtype: torch's number format of the layers that are not kept in float32.
    """

    def __init__(self, graph, dtype):
        super().__init__()
        _fold_padding(graph)
        self._inputs, (self._output,) = list(map(tuple, graph["inputs"])), graph["outputs"]
        self._output = tuple(self._output)
        self._names = [layer["name"] for layer in graph["layers"]]
        self.layers = nn.ModuleList(
            Network(layer["graph"], dtype) if "graph" in layer else _Layer(layer, dtype)
            for layer in graph["layers"]
        )
        self._calls = _in_order(graph, self._inputs)

    def forward(self, *inputs):
        values = dict(zip(self._inputs, inputs, strict=True))
        for number, sources, result in self._calls:
            values[result] = self.layers[number](*[values[source] for source in sources])
        return values[self._output]

    @torch.no_grad()
    def load(self, arrays, prefix):
        """Take Keras's weights over, from arrays named "PREFIX/LAYER/NUMBER"."""
        for name, layer in zip(self._names, self.layers, strict=True):
            if isinstance(layer, Network):
                layer.load(arrays, f"{prefix}/{name}")
                continue
            for number, tensor in enumerate(_in_order_of_keras(layer.core)):
                array = arrays[f"{prefix}/{name}/{number}"]
                array = array.transpose(_AS_IN_TORCH[array.ndim])
                tensor.copy_(torch.from_numpy(np.ascontiguousarray(array)))

    @torch.no_grad()
    def predict(self, inputs):
        """Predict without training: Keras's inputs, pictures last axis channels, and output."""
        device = next(self.parameters()).device
        tensors = [torch.from_numpy(array).to(device) for array in inputs]
        mode = self.training
        y = self.eval()(*[x.permute(0, 3, 1, 2) if x.dim() == 4 else x for x in tensors])
        self.train(mode)
        return _channels_last(y).numpy(force=True)

    def compare_gradients(self, arrays, prefix):
        """How far the last gradient is from Keras's, as a share of its length.

        Args:
            arrays, prefix: Keras's gradients, as the weights in `load`, which they replace.
        """
        weights = [p for p in self.parameters() if p.requires_grad]
        self.load(arrays, prefix)
        pairs = [(w, torch.zeros_like(w) if w.grad is None else w.grad) for w in weights]
        apart = sum((ours - expected).square().sum().item() for expected, ours in pairs)
        length = sum(expected.square().sum().item() for expected, _ in pairs)
        return (apart / length) ** 0.5 if apart else 0.0

    def trainable_parameters(self):
        """Number of trainable parameters."""
        return sum(p.numel() for p in self.parameters() if p.requires_grad)


def _in_order_of_keras(core):
    names = ("weight", "bias", "running_mean", "running_var")
    tensors = (getattr(core, name, None) for name in names)
    return [tensor for tensor in tensors if tensor is not None]


def _in_order(graph, inputs):
    """List calls, each after its inputs: (number of the layer, names of inputs, of the result)."""
    waiting = [
        (number, [tuple(source) for source in sources], (layer["name"], node, 0))
        for number, layer in enumerate(graph["layers"])
        for node, sources in enumerate(layer["calls"])
    ]
    known, ordered = set(inputs), []
    while waiting:
        ready = [call for call in waiting if known.issuperset(call[1])]
        if not ready:
            raise UserError(f"layer {waiting[0][2][0]}: its inputs are not understood.")
        ordered += ready
        known.update(result for _, _, result in ready)
        waiting = [call for call in waiting if call[2] not in known]
    return ordered


def _fold_padding(graph):
    """Let convolutions do what symmetric padding layers before them do, as PyTorch's users would.

    Keras has no convolution with a padding of its own choice.
    """
    layers = {layer["name"]: layer for layer in graph["layers"]}
    uses = collections.Counter(
        source[0] for layer in layers.values() for call in layer["calls"] for source in call
    )
    for layer in layers.values():
        if layer["class"] != "Conv2D" or layer["config"]["padding"] != "valid":
            continue
        if len(layer["calls"]) > 1:
            continue
        before = layers.get(layer["calls"][0][0][0])
        if before is None or before["class"] != "ZeroPadding2D" or uses[before["name"]] > 1:
            continue
        (top, bottom), (left, right) = before["config"]["padding"]
        if (top, left) == (bottom, right):
            layer["margin"], layer["calls"], before["calls"] = (top, left), before["calls"], []


class TrainingStep:
    """An experiment's networks, its optimizers and its update step.

    Args:
        description: what `frameworks.describe` wrote.
        weights: arrays by name, with which the networks start.
        precision: "float32" or "bfloat16".
        device: "cpu" or "cuda".
        channels_last: whether pictures lie in memory as (batch, height, width, channels).
        fused: whether optimizers update in one pass, where PyTorch can.
    """

    def __init__(self, description, weights, precision, device, channels_last, fused):
        self._description, self._device = description, device
        layout = torch.channels_last if channels_last else torch.contiguous_format
        self._layout, self._is_mixed = layout, precision != "float32"
        self.networks = {}
        for name, graph in description["networks"].items():
            network = Network(graph, DTYPES[precision])
            network.load(weights, name)
            self.networks[name] = network.to(device, memory_format=layout).train()
            found, expected = network.trainable_parameters(), description["parameters"][name]
            if found != expected:
                raise RuntimeError(f"{name}: {found} trainable parameters, Keras has {expected}")
        self.generator = self.networks[description["generator"]]
        self._noise = Noise(**description["noise"])
        self._split = ColorSplit(description["color"]).to(device)
        self._weights, self._optimizers = {}, {}
        for objective in description["objectives"]:
            parameters = self.networks[objective["network"]].parameters()
            weights = [weight for weight in parameters if weight.requires_grad]
            self._weights[objective["name"]] = weights
            self._optimizers[objective["name"]] = _optimizer(objective, weights, fused)

    def split(self, images):
        """Return luminance (batch, 1, …) and chroma (batch, 2, …), float32, of uint8 images."""
        with torch.no_grad():
            parts = self._split(torch.from_numpy(images).to(self._device))
            return [part.contiguous(memory_format=self._layout) for part in parts]

    def noise(self, number, rows):
        """The generator's further inputs in a step: the z that Keras's step draws, if any."""
        z = self._noise.for_step(self._description["seed"], number, rows)
        return [] if z is None else [torch.from_numpy(z).to(self._device)]

    def _autocast(self):
        return torch.autocast(self._device, torch.bfloat16, enabled=self._is_mixed)

    def __call__(self, images, number):
        """Update the networks on (batch, height, width, 3) uint8; return the loss terms."""
        inputs, targets = self.split(images)
        with self._autocast():
            outputs = self.generator(inputs, *self.noise(number, len(images)))
        found = {}
        for objective in self._description["objectives"]:
            if number % objective["every"]:
                continue
            with self._autocast():
                terms, loss = self._loss(objective, inputs, targets, outputs)
            optimizer = self._optimizers[objective["name"]]
            optimizer.zero_grad()
            loss.backward(inputs=self._weights[objective["name"]])  # of no other network
            optimizer.step()
            found.update(terms)
        return {name: term.item() for name, term in found.items()}

    def _loss(self, objective, inputs, targets, outputs):
        """Loss terms by name, and what is minimised: as the suite computes them."""
        kind = objective["kind"]
        if kind in ("loss_mse", "loss_mae"):
            error = functional.mse_loss if kind == "loss_mse" else functional.l1_loss
            terms = {kind: error(outputs, targets)}
            return terms, terms[kind]
        judge = self.networks["discriminator"]
        if kind == "loss_D":
            fake = _cross_entropy(judge(torch.cat([inputs, outputs.detach()], 1)), 0.0)
            real = _cross_entropy(judge(torch.cat([inputs, targets], 1)), 1.0)
            terms = {"loss_D_fake": fake, "loss_D_real": real, "loss_D": (fake + real) / 2}
            return terms, terms["loss_D"]
        judged = judge(torch.cat([inputs, outputs], 1))
        terms = {"loss_G_GAN": _cross_entropy(judged, 1.0)}
        if objective["l1_weight"]:
            terms["loss_G_L1"] = objective["l1_weight"] * functional.l1_loss(outputs, targets)
        terms["loss_G"] = sum(terms.values())
        return terms, terms["loss_G"]


def _cross_entropy(logits, label):
    return functional.binary_cross_entropy_with_logits(logits, torch.full_like(logits, label))


def _optimizer(objective, weights, fused):
    """PyTorch's optimizer of this name, with Keras's options."""
    name, options = objective["optimizer"], objective["options"]
    common = {"lr": options["learning_rate"]}
    if "epsilon" in options:
        common["eps"] = options["epsilon"]
    if name == "rmsprop":  # has no fused form
        rest = {"alpha": options["rho"], "momentum": options["momentum"]}
        return torch.optim.RMSprop(weights, **rest, **common)
    if fused:
        common["fused"] = True
    if name == "adagrad":
        start = options["initial_accumulator_value"]
        return torch.optim.Adagrad(weights, initial_accumulator_value=start, **common)
    if name == "sgd":
        rest = {"momentum": options["momentum"], "nesterov": options["nesterov"]}
        return torch.optim.SGD(weights, **rest, **common)
    common["betas"] = (options["beta_1"], options["beta_2"])
    if name == "adamw":
        return torch.optim.AdamW(weights, weight_decay=options["weight_decay"], **common)
    return torch.optim.Adam(weights, **common)


class ColorSplit(nn.Module):
    """uint8 sRGB → normalised luminance and chroma, by the constants of `colorkeras/srgb.py`.

    Args:
        color: dict of `family`, `matrix`, `scales`, `offsets`; of "lab" also `levels`, the linear
            value of each of 256, and `curve`: threshold, slope and offset of CIELAB's line.
    """

    def __init__(self, color):
        super().__init__()
        self._family, self._curve = color["family"], color["curve"]
        for name in ("matrix", "scales", "offsets", "levels"):
            self.register_buffer(name, torch.tensor(color[name], dtype=torch.float32))

    def forward(self, images):
        """(batch, height, width, 3) → (batch, 1, height, width), (batch, 2, height, width)."""
        if self._family == "lab":
            xyz = self._f(self.levels[images.int()] @ self.matrix.T)
            x, y, z = xyz.unbind(-1)
            raw = torch.stack([116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)], 1)
        else:
            raw = (images.float() @ self.matrix.T).movedim(-1, 1)
        normalised = raw / self.scales[:, None, None] + self.offsets[:, None, None]
        return normalised[:, :1], normalised[:, 1:]

    def _f(self, t):
        threshold, slope, offset = self._curve
        return torch.where(t > threshold, t.pow(1.0 / 3.0), slope * t + offset)
