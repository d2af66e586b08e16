"""Figures of networks as SVG text: the same bytes for the same networks.

Written by hand and not with matplotlib, whose SVG holds every letter as a path or depends on its
version, and knows no `prefers-color-scheme`. Text here is text: it can be searched and read aloud.
"""

from collections.abc import Sequence
from itertools import groupby

from colorkeras.report.networks.blocks import Block, collapse_stages, join_layers
from colorkeras.report.networks.boxes import draw_arcs, draw_arrows, draw_box, escaped, number, text
from colorkeras.report.networks.colors import style_sheet
from colorkeras.report.networks.layers import Network, shape_text
from colorkeras.report.networks.layout import Box, Layout, lay_out, text_width
from colorkeras.report.networks.legend import draw_legend
from colorkeras.report.networks.words import short_words

WIDTH, MARGIN = 900.0, 22.0
HALF = 75.0  # of the tallest box
SMALL, NORMAL, HEAD = 10.5, 11.0, 15.0
_NUMBERS = 16.0  # height of the numbers of channels below the boxes


def network_svg(title: str, networks: Sequence[Network], ident: str = "network") -> str:
    """Draw networks, one above the other.

    Args:
        title: of the figure, such as the experiment's.
        networks: what to draw.
        ident: start of the ids inside, for a page that holds several figures.

    Returns:
        An SVG document, light or dark as the reader's system is, which an HTML page can hold as
        an element or show as an image. It needs no other file.
    """
    drawn = [join_layers(collapse_stages(network.layers)) for network in networks]
    layouts = [
        lay_out(blocks, network.inputs[0], WIDTH - 2 * MARGIN)
        for network, blocks in zip(networks, drawn, strict=True)
    ]
    width = max([WIDTH, *(layout.width + 2 * MARGIN for layout in layouts)])
    parts, y = [text(MARGIN, 30, title, HEAD, "ck-b")], 44.0
    for network, blocks, layout in zip(networks, drawn, layouts, strict=True):
        panel, height = _panel(network, blocks, layout)
        parts.append(f'<g transform="translate({number(MARGIN)} {number(y)})">{panel}</g>')
        y += height
    legend, height = draw_legend([b for blocks in drawn for b in blocks], width - 2 * MARGIN)
    parts.append(f'<g transform="translate({number(MARGIN)} {number(y)})">{legend}</g>')
    y += height
    size = f"{number(width)} {number(y)}"
    card = f'<rect class="ck-card" x=".5" y=".5" width="{number(width - 1)}" '
    card += f'height="{number(y - 1)}" rx="6"/>'
    words = "\n".join(describe(*pair) for pair in zip(networks, drawn, strict=True))
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" width="{number(width)}" '
        f'height="{number(y)}" role="img" aria-labelledby="{ident}-title {ident}-desc">',
        f'<title id="{ident}-title">{escaped(title)}: network architecture</title>',
        f'<desc id="{ident}-desc">{escaped(words)}</desc>',
        f"<style>{style_sheet()}</style>",
    ]
    return "\n".join([*head, card, *parts, "</svg>"]) + "\n"


def describe(network: Network, blocks: Sequence[Block]) -> str:
    """A network in words, for readers who do not see its figure."""
    steps = "; ".join(f"{b.main.name} {shape_text(b.shape)}" for b in blocks)
    joined = [
        f"{blocks[source].main.name} goes into {block.main.name}"
        for block in blocks
        if block.is_merge
        for source in block.inputs
    ]
    skips = f" Joined: {', '.join(joined)}." if joined else ""
    return f"{_heading(network)}. Outputs from left to right: {steps}.{skips}"


def _heading(network: Network) -> str:
    shapes = {layer.name: shape_text(layer.shape) for layer in network.layers}
    inputs = " and ".join(f"{name} {shapes[name]}" for name in network.inputs)
    outputs = " and ".join(shapes[name] for name in network.outputs)
    name = network.name.replace("_", " ").capitalize()
    return f"{name}: {inputs} → {outputs}, {network.trainable:,} trainable parameters"


def _panel(network: Network, blocks: Sequence[Block], layout: Layout) -> tuple[str, float]:
    """One network, and how high it is."""
    middle = 22.0 - layout.top
    parts = [text(0, 12, _heading(network), 12.5, "ck-b")]
    row = [draw_arrows(layout), draw_arcs(layout)]
    row += [draw_box(box, blocks[box.block]) for box in layout.boxes]
    row += [_channels(box, blocks[box.block]) for box in layout.boxes]
    below = HALF + _NUMBERS
    row += _brackets(layout.boxes, blocks, below)
    below += 30
    named = [box for box in layout.boxes if not box.is_copy]
    row += [_turned(box, blocks[box.block], below) for box in named]
    parts.append(f'<g transform="translate(0 {number(middle)})">{"".join(row)}</g>')
    longest = max(
        text_width(words, SMALL)
        for box in named
        for words in (blocks[box.block].main.name, short_words(blocks[box.block]))
    )
    return "\n".join(parts), middle + below + longest + 22


def _channels(box: Box, block: Block) -> str:
    if box.height < 1:
        return ""
    y = box.height / 2 + 12
    style = "ck-m" if box.is_copy else ""
    return text(sum(box.slot) / 2, y, str(block.shape[-1]), NORMAL, style, "middle")


def _turned(box: Box, block: Block, y: float) -> str:
    """The name of a block and what it does, from below upwards."""
    x = box.middle
    lines = ((block.main.name, "ck-m", -2.5), (short_words(block), "", 9.5))
    turned = (
        f'<g transform="translate({number(x + offset)} {number(y)}) rotate(-90)">'
        f"{text(0, 0, words, SMALL, style, 'end')}</g>"
        for words, style, offset in lines[: 1 if block.main.name == lines[1][0] else 2]
    )
    return "".join(turned)


def _brackets(boxes: Sequence[Box], blocks: Sequence[Block], y: float) -> list[str]:
    """Rows × columns, once for neighbors of one size."""
    parts, spaces = [], []
    for size, group in groupby(boxes, key=lambda box: blocks[box.block].shape[:-1]):
        if not size:
            continue  # of a dense layer
        members = list(group)
        left = min(box.slot[0] for box in members)
        right = max(box.slot[1] for box in members)
        left, right = min(left, members[0].x), max(right, members[-1].x + members[-1].width)
        path = f"M{number(left)} {number(y)}v4H{number(right)}v-4"
        parts.append(f'<path class="ck-bracket" d="{path}"/>')
        spaces.append((size, (left + right) / 2, right - left))
    # One way of writing for all of a row.
    is_whole = all(text_width(shape_text(size), SMALL) <= space + 6 for size, _, space in spaces)
    for size, x, space in spaces:
        parts += _size_text(size, x, space, y + 15, is_whole)
    return parts


def _size_text(
    size: tuple[int | None, ...], x: float, space: float, y: float, is_whole: bool
) -> list[str]:
    whole = shape_text(size)
    if not is_whole and len(size) == 2 and size[0] == size[1]:
        return [text(x, y, f"{shape_text(size[:1])}²", SMALL, "", "middle")]
    if text_width(whole, SMALL) <= space + 6 or len(size) == 1:
        return [text(x, y, whole, SMALL, "", "middle")]
    first, *others = whole.split("×")
    lines = (f"{first}×", "×".join(others))
    return [text(x, y + 11 * i, line, SMALL, "", "middle") for i, line in enumerate(lines)]
