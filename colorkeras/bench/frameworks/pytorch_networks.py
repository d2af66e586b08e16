"""An experiment's networks and training step in PyTorch, translated from Keras layer by layer.

`keras_description.py` describes the Keras networks in JSON; this module, which does not use Keras,
builds the same ones for images (batch, channels, height, width), and the same step: conversion of
colors, one forward of the generator, then loss, gradient and update of each objective in order. An
unknown layer is named in the error; `pytorch_layers.py` has the builders.
"""

import collections
import math

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from colorkeras.bench.frameworks.pytorch_layers import Layer, channels_last
from colorkeras.console.errors import UserError
from colorkeras.experiment.generator import Noise

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}
_AS_IN_TORCH = {4: (3, 2, 0, 1), 2: (1, 0), 1: (0,)}  # axes of Keras's weights by their number


class Network(nn.Module):
    """A Keras model's graph, for images (batch, channels, height, width).

    Args:
        graph: what `keras_graph.describe_graph` returned.
        dtype: torch's number format of the layers that are not kept in float32.
    """

    def __init__(self, graph, dtype):
        super().__init__()
        _fold_padding(graph)
        self._inputs, (self._output,) = list(map(tuple, graph["inputs"])), graph["outputs"]
        self._output = tuple(self._output)
        self._names = [layer["name"] for layer in graph["layers"]]
        self.layers = nn.ModuleList(
            Network(layer["graph"], dtype) if "graph" in layer else Layer(layer, dtype)
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
        """Predict without training: Keras's inputs, images last axis channels, and output."""
        device = next(self.parameters()).device
        tensors = [torch.from_numpy(array).to(device) for array in inputs]
        mode = self.training
        y = self.eval()(*[x.permute(0, 3, 1, 2) if x.dim() == 4 else x for x in tensors])
        self.train(mode)
        return channels_last(y).numpy(force=True)

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
        description: what `keras_description.describe` wrote.
        weights: arrays by name, with which the networks start.
        precision: "float32" or "bfloat16".
        device: "cpu" or "cuda".
        channels_last: whether images lie in memory as (batch, height, width, channels).
        fused: whether optimizers update in one pass, where PyTorch can.
        compile: whether the networks go through `torch.compile`.
    """

    def __init__(self, description, weights, precision, device, channels_last, fused, compile):
        self._description, self._device = description, device
        layout = torch.channels_last if channels_last else torch.contiguous_format
        self._layout, self._is_mixed = layout, precision != "float32"
        self.networks = {}
        for name, graph in description["networks"].items():
            network = Network(graph, DTYPES[precision])
            network.load(weights, name)
            self.networks[name] = network.to(device, memory_format=layout).train()
            if compile:
                network.compile()
            found, expected = network.trainable_parameters(), description["parameters"][name]
            if found != expected:
                raise RuntimeError(f"{name}: {found} trainable parameters, Keras has {expected}")
        self.generator = self.networks[description["generator"]]
        self.period = math.lcm(*(objective["every"] for objective in description["objectives"]))
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
            if number % objective["every"] != objective["offset"]:
                continue
            with self._autocast():
                terms, loss = self._loss(objective, inputs, targets, outputs)
            optimizer = self._optimizers[objective["name"]]
            optimizer.zero_grad()
            loss.backward(inputs=self._weights[objective["name"]])  # of no other network
            optimizer.step()
            found.update(terms)
        values = torch.stack([term.detach().float() for term in found.values()]).tolist()
        return dict(zip(found, values, strict=True))  # one copy instead of one for each

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
    """PyTorch's optimizer of this kind, with our options; it has one rule for each kind."""
    name, options = objective["optimizer"].partition("_")[0], objective["options"]
    common = {"lr": options["learning_rate"]}
    if "epsilon" in options:
        common["eps"] = options["epsilon"]
    if name == "rmsprop":  # has no fused form
        rest = {"alpha": options["rho"], "momentum": options.get("momentum", 0.0)}
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
    """uint8 sRGB → normalised luminance and chroma, by the constants of `colorkeras/color/srgb.py`.

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
