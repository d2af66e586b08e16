"""What a block does, in a few words: the same in the figure and in the table."""

from colorkeras.report.networks.blocks import DROPOUTS, NORMS, Block
from colorkeras.report.networks.layers import STAGE, Layer, pair_text, side_text

_KINDS = {
    "InputLayer": "input",
    "Conv2D": "convolution",
    "DepthwiseConv2D": "depthwise convolution",
    "SeparableConv2D": "separable convolution",
    "Conv2DTranspose": "transposed convolution",
    "AveragePooling2D": "average pooling",
    "MaxPooling2D": "max pooling",
    "GlobalAveragePooling2D": "global average pooling",
    "UpSampling2D": "enlargement",
    "Concatenate": "concatenation",
    "Add": "sum",
    "Dense": "dense",
    "Flatten": "flatten",
    "Reshape": "reshape",
    "Resizing": "resizing",
    "Cropping2D": "cropping",
    "ZeroPadding2D": "zero padding",
    "Activation": "activation",
    "ReLU": "activation",
    "LeakyReLU": "activation",
    "Softmax": "activation",
    "BatchNormalization": "batch normalization",
    "Rescaling": "rescaling",
    "Functional": "nested model",
    "Sequential": "nested model",
}


def kind_words(layer: Layer) -> str:
    """The kind of a layer in the words of the field."""
    if layer.kind == STAGE:
        return "1 block" if layer.count == 1 else f"{layer.count} blocks"
    words = _KINDS.get(layer.kind, layer.kind)
    return f"{words}, {layer.detail}" if layer.kind == "UpSampling2D" else words


def short_words(block: Block) -> str:
    """What a block does, as short as the figure needs: "4×4, stride 2"."""
    layer = block.main
    frozen = ", frozen" if is_frozen(block) else ""
    return _what(layer) + frozen


def is_frozen(block: Block) -> bool:
    """Whether a block has weights of which none is trained."""
    parameters = sum(layer.parameters for layer in block.layers)
    return parameters > 0 and not any(layer.trainable for layer in block.layers)


def _what(layer: Layer) -> str:
    if layer.kind == "UpSampling2D" and layer.stride:
        return f"{layer.detail} ×{side_text(layer.stride)}"
    if layer.kind == STAGE and layer.kernel:
        return f"{kind_words(layer)}, {pair_text(layer.kernel)}"
    if layer.kernel is None:
        return kind_words(layer)
    parts = [pair_text(layer.kernel)]
    if "Pooling" in layer.kind:
        parts = [f"{kind_words(layer).replace('average', 'avg.')} {parts[0]}"]
        return parts[0] if layer.stride == layer.kernel else f"{parts[0]}, {_stride(layer)}"
    if _stride(layer):
        parts.append(_stride(layer))
    if layer.dilation and max(layer.dilation) > 1:
        parts.append(f"dilation {side_text(layer.dilation)}")
    return ", ".join(parts)


def _stride(layer: Layer) -> str:
    if layer.stride is None or max(layer.stride) == 1:
        return ""
    return f"{'up' if layer.kind == 'Conv2DTranspose' else 'stride'} {side_text(layer.stride)}"


def small_words(block: Block) -> str:
    """The small layers of a block and its activation, in their order."""
    around = [_small(layer) for layer in block.after]
    own = [block.main.activation] if block.main.activation else []
    text = ", ".join([*own, *around])
    if not block.before:
        return text
    return f"after {', '.join(map(_small, block.before))}{'; ' if text else ''}{text}"


def _small(layer: Layer) -> str:
    if layer.kind == "BatchNormalization":
        return "batch norm"
    if layer.kind in NORMS:
        return layer.kind
    if layer.kind in DROPOUTS:
        return f"dropout {layer.detail}".rstrip()
    if layer.kind == "ZeroPadding2D":
        return f"padding {layer.detail}"
    return layer.activation or layer.detail or layer.kind
