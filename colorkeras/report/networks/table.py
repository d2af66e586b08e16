"""The layers of a network as a table in Markdown."""

from collections.abc import Sequence

from colorkeras.console.safe_text import printable
from colorkeras.report.networks.blocks import Block, collapse_stages, join_layers
from colorkeras.report.networks.layers import (
    STAGE,
    Layer,
    Network,
    pair_text,
    shape_text,
    side_text,
)
from colorkeras.report.networks.words import is_frozen, kind_words, small_words

_HEAD = (
    "| layer | kind | output | kernel | stride | dilation | activation, normalization "
    "| parameters |\n"
    "|---|---|---|---|---|---|---|---:|\n"
)
_NONE = ""


def layer_tables(network: Network) -> str:
    """The layers of a network, folded; repeated blocks are one row, and folded out below.

    Returns:
        Markdown with HTML's `<details>`. A row is a layer with the small ones around it, such as
        normalization; its shape and number of parameters are those of all of them.
    """
    collapsed = collapse_stages(network.layers)
    title = f"Layers of the {network.name}: {_counts(network)}"
    parts = [_folded(title, _table(join_layers(collapsed)))]
    if any(layer.kind == STAGE for layer in collapsed):
        title = f"All {len(network.layers)} layers of the {network.name}"
        parts.append(_folded(title, _table(join_layers(network.layers))))
    return "\n".join(parts)


def _counts(network: Network) -> str:
    text = f"{network.trainable:,} trainable parameters"
    others = network.parameters - network.trainable
    return f"{text}, {others:,} not trained" if others else text


def _folded(title: str, table: str) -> str:
    return f"<details>\n<summary>{title}</summary>\n\n{table}\n</details>\n"


def _table(blocks: Sequence[Block]) -> str:
    rows = [_row(blocks, number) for number in range(len(blocks))]
    return _HEAD + "".join(f"| {' | '.join(cells)} |\n" for cells in rows)


def _row(blocks: Sequence[Block], number: int) -> list[str]:
    block = blocks[number]
    layer = block.main
    parameters = sum(part.parameters for part in block.layers)
    return [
        f"`{_in_cell(layer.name)}`",
        f"{kind_words(layer)}{_origin(blocks, number)}",
        shape_text(block.shape),
        pair_text(layer.kernel) if layer.kernel else _NONE,
        _factor(layer),
        side_text(layer.dilation) if layer.dilation and max(layer.dilation) > 1 else _NONE,
        small_words(block),
        f"{parameters:,}{', frozen' if is_frozen(block) else ''}" if parameters else _NONE,
    ]


def _in_cell(name: str) -> str:
    return printable(name).replace("|", "\\|")


def _factor(layer: Layer) -> str:
    """The stride; where it enlarges, with the sign of a factor."""
    if layer.stride is None or max(layer.stride) == 1:
        return _NONE
    is_larger = layer.kind in ("Conv2DTranspose", "UpSampling2D")
    return f"{'×' if is_larger else ''}{side_text(layer.stride)}"


def _origin(blocks: Sequence[Block], number: int) -> str:
    """What a layer takes, where it is not the output of the row above."""
    block = blocks[number]
    names = [f"`{_in_cell(blocks[source].main.name)}`" for source in block.inputs]
    if block.is_merge:
        if len(names) < len(block.main.inputs):  # one and the same, several times
            names *= len(block.main.inputs) // len(names)
        return f" of {', '.join(names)}"
    if block.inputs and block.inputs != (number - 1,):
        return f" (of {', '.join(names)})"
    return ""
