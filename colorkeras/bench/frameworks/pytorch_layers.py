"""Keras's layers in PyTorch, for images (batch, channels, height, width).

An unknown layer is named in the error; adding one takes a builder in `_BUILDERS`.
"""

import torch
from torch import nn
from torch.nn import functional

from colorkeras.console.errors import UserError

_ACTIVATIONS = {
    "linear": lambda x: x,
    "relu": torch.relu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "elu": functional.elu,
    "gelu": functional.gelu,
    "silu": functional.silu,
}


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
            "colorkeras/bench/frameworks/pytorch_layers.py."
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
        y = channels_last(x).reshape(len(x), *shape)
        return y.permute(0, 3, 1, 2) if len(shape) == 3 else y

    return reshape


def channels_last(x):
    """Return images (batch, channels, height, width) as Keras has them; other tensors unchanged."""
    return x.permute(0, 2, 3, 1) if x.dim() == 4 else x


# Class of Keras → function that takes a layer's description and returns what computes it.
_BUILDERS = {
    "Activation": lambda layer: _ACTIVATIONS["linear"],  # `Layer` applies it, as in all others
    "Add": lambda layer: lambda first, *others: sum(others, first),
    "AveragePooling2D": _pooling(nn.AvgPool2d),
    "BatchNormalization": _batch_normalization,
    "Concatenate": _concatenate,
    "Conv2D": _Conv2D,
    "Conv2DTranspose": _Conv2DTranspose,
    "Cropping2D": _cropping,
    "Dense": _dense,
    "Dropout": lambda layer: nn.Dropout(layer["config"]["rate"]),
    "Flatten": lambda layer: lambda x: channels_last(x).flatten(1),
    "GlobalAveragePooling2D": lambda layer: lambda x: x.mean((2, 3)),
    "LeakyReLU": lambda layer: nn.LeakyReLU(layer["config"]["negative_slope"]),
    "MaxPooling2D": _pooling(nn.MaxPool2d),
    "ReLU": _relu,
    "Rescaling": _Rescaling,
    "Reshape": _reshape,
    "UpSampling2D": _upsampling,
    "ZeroPadding2D": _zero_padding,
}


class Layer(nn.Module):
    """One layer with its activation, in the number format in which Keras computes it."""

    def __init__(self, layer, dtype):
        super().__init__()
        if layer["class"] not in _BUILDERS:
            raise UserError(
                f"layer {layer['name']}: {layer['class']} has no translation to PyTorch yet; write "
                "one in colorkeras/bench/frameworks/pytorch_layers.py."
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
