"""The colors of the figures, light and dark, and what each of them means.

Hues of Okabe and Ito's palette, which color-blind readers can tell apart. A figure has a
background of its own, so that it can be read on any page.
"""

from colorkeras.report.networks.blocks import SUMS, Block
from colorkeras.report.networks.layers import STAGE

FONT = 'system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif'
# name → (meaning, light, dark)
FILLS = {
    "input": ("input", "#d0d7de", "#6e7681"),
    "noise": ("noise", "#f6c1cf", "#96546a"),
    "conv": ("convolution", "#7cc0ea", "#58a6d8"),
    "down": ("convolution with stride", "#0072b2", "#1f6fb5"),
    "dilated": ("dilated convolution", "#009e73", "#159a74"),
    "up": ("transposed convolution", "#cc79a7", "#c46f9e"),
    "pool": ("pooling", "#d55e00", "#d9691a"),
    "upsample": ("enlargement", "#e3b341", "#d9a831"),
    "dense": ("dense layer", "#a07a4f", "#a5825a"),
    "stage": ("blocks of layers", "#6f7fc4", "#7f8fd6"),
    "shape": ("flattening or reshaping", "#afb8c1", "#848d97"),
    "other": ("other layer", "#afb8c1", "#848d97"),
}
BANDS = {
    "norm": ("batch normalization", "#24292f", "#f0f6fc"),
    "ReLU": ("ReLU", "#e69f00", "#e69f00"),
    "ReLU6": ("ReLU6", "#a15c00", "#b87514"),
    "LeakyReLU": ("LeakyReLU", "#f0e442", "#f0e442"),
    "sigmoid": ("sigmoid", "#8250df", "#a371f7"),
    "tanh": ("tanh", "#cf222e", "#f85149"),
    "softmax": ("softmax", "#1b7c83", "#39c5cf"),
    "dropout": ("dropout", "#ffffff", "#0d1117"),
    "act": ("activation", "#e69f00", "#e69f00"),
}
# role → (light, dark)
PAPER = {
    "card": ("#ffffff", "#0d1117"),
    "frame": ("#d0d7de", "#30363d"),
    "text": ("#1f2328", "#e6edf3"),
    "muted": ("#57606a", "#9da7b3"),
    "line": ("#57606a", "#9da7b3"),
}
_CONVOLUTIONS = {"Conv2D", "DepthwiseConv2D", "SeparableConv2D"}


def fill_of(block: Block) -> str:
    """The key in FILLS of a block's box."""
    layer = block.main
    stride = layer.stride or (1, 1)
    if layer.kind in _CONVOLUTIONS:
        if layer.dilation and max(layer.dilation) > 1:
            return "dilated"
        return "down" if max(stride) > 1 else "conv"
    if layer.kind == "InputLayer":
        return "input" if len(block.shape) > 1 else "noise"
    kinds = {"Conv2DTranspose": "up", "Dense": "dense", STAGE: "stage"}
    kinds |= {"UpSampling2D": "upsample", "Flatten": "shape", "Reshape": "shape"}
    if "Pooling" in layer.kind:
        return "pool"
    return kinds.get(layer.kind, "other")


def band_of(name: str) -> str:
    """The key in BANDS of a normalization or activation."""
    word = name.partition(" ")[0].rstrip(",")
    return word if word in BANDS else "act"


def style_sheet() -> str:
    """The CSS of a figure: light, and dark where the reader's system is."""
    common = (
        f".ck-t{{font-family:{FONT}}}.ck-card,.ck-box,.ck-copy,.ck-band{{stroke-width:1}}"
        ".ck-arc{fill:none;stroke-width:1.3}.ck-under{fill:none;stroke-width:4}"
        ".ck-copy{stroke-dasharray:2.5 2;fill-opacity:.3}"
        ".ck-bracket{fill:none;stroke-width:1}.ck-b{font-weight:600}"
    )
    return f"{common}{_rules(0)}@media (prefers-color-scheme:dark){{{_rules(1)}}}"


def _rules(mode: int) -> str:
    card, frame, text, muted, line = (PAPER[role][mode] for role in PAPER)
    rules = [
        f".ck-card{{fill:{card};stroke:{frame}}}.ck-t{{fill:{text}}}.ck-m{{fill:{muted}}}",
        f".ck-arc,.ck-bracket{{stroke:{line}}}.ck-head{{fill:{line}}}.ck-under{{stroke:{card}}}",
        f".ck-box,.ck-copy{{stroke:{line}}}.ck-band{{stroke:{line};stroke-width:.5}}",
    ]
    rules += [f".ck-f-{key}{{fill:{color[1 + mode]}}}" for key, color in FILLS.items()]
    rules += [f".ck-a-{key}{{fill:{color[1 + mode]}}}" for key, color in BANDS.items()]
    return "".join(rules)


def is_sum(block: Block) -> bool:
    """Whether a block is drawn as a circle with a sign."""
    return block.main.kind in SUMS
