"""The shapes of a figure: boxes with their bands, arrows, arcs, text; each as SVG elements."""

from html import escape

from colorkeras.console.safe_text import printable
from colorkeras.report.networks.blocks import SUMS, Block
from colorkeras.report.networks.colors import band_of, fill_of, is_sum
from colorkeras.report.networks.layout import (
    BAND,
    STACK,
    Arc,
    Box,
    Layout,
    bands,
    bands_width,
    drawn_count,
)

_RADIUS = 5.0  # of the corners of arcs
_HEAD = 5.0  # length of an arrow's head


def number(value: float) -> str:
    """A coordinate with at most one decimal: the same text on every computer."""
    return f"{round(value, 1):g}" if abs(value) < 100_000 else str(round(value))


def escaped(words: str) -> str:
    """Text as XML holds it; control characters, which it cannot hold, are written out."""
    return escape(printable(words))


def text(
    x: float, y: float, words: str, size: float, style: str = "", anchor: str = "start"
) -> str:
    """A line of text."""
    place = f' text-anchor="{anchor}"' if anchor != "start" else ""
    classes = f"ck-t {style}".rstrip()
    return (
        f'<text class="{classes}" x="{number(x)}" y="{number(y)}" '
        f'font-size="{number(size)}"{place}>{escaped(words)}</text>'
    )


def rectangle(style: str, x: float, y: float, width: float, height: float) -> str:
    """A rectangle."""
    return (
        f'<rect class="{style}" x="{number(x)}" y="{number(y)}" width="{number(width)}" '
        f'height="{number(height)}"/>'
    )


def draw_box(box: Box, block: Block) -> str:
    """A block's output: what makes it, then the bands of normalization and activation."""
    fill = f"ck-f-{fill_of(block)}"
    if box.is_copy:
        return rectangle(f"ck-copy {fill}", box.x, box.top, box.width, box.height)
    if is_sum(block):
        radius = box.width / 2
        circle = (
            f'<circle class="ck-box ck-card" cx="{number(box.middle)}" cy="0" '
            f'r="{number(radius)}"/>'
        )
        return circle + text(box.middle, 4, SUMS[block.main.kind], 12, "", "middle")
    behind = drawn_count(block.main) - 1
    body = box.width - bands_width(block) - STACK * behind
    parts = [
        rectangle(
            f"ck-box {fill}",
            box.x + STACK * place,
            box.top + 2 * (behind - place),
            box.width - STACK * behind,
            box.height - 4 * (behind - place),
        )
        for place in range(behind)
    ]
    x = box.x + STACK * behind
    parts.append(rectangle(f"ck-box {fill}", x, box.top, box.width - STACK * behind, box.height))
    before, after = bands(block)
    lefts = [x + BAND * place for place in range(len(before))]
    lefts += [x + BAND * len(before) + body + BAND * place for place in range(len(after))]
    for left, name in zip(lefts, [*before, *after], strict=True):
        style = f"ck-band ck-a-{band_of(name)}"
        parts.append(rectangle(style, left, box.top, BAND, box.height))
    return "".join(parts)


def draw_arrows(layout: Layout) -> str:
    """Arrows between neighbors."""
    parts = []
    for left, right in layout.arrows:
        end = right - 1
        start = left + 2
        if end - start > _HEAD + 1:
            parts.append(f'<path class="ck-arc" d="M{number(start)} 0H{number(end - _HEAD)}"/>')
        tip = f"M{number(end)} 0l{number(-_HEAD)} -3.5v7z"
        parts.append(f'<path class="ck-head" d="{tip}"/>')
    return "".join(parts)


def draw_arcs(layout: Layout) -> str:
    """Skip connections: up from a box, over all between, and down to each target.

    The long ones come first, so that where two cross the short one is interrupted by none.
    """
    return "".join(_draw_arc(arc) for arc in reversed(layout.arcs))


def _draw_arc(arc: Arc) -> str:
    paths, heads = [], []
    for target in arc.targets:
        x, end = arc.source.middle, target.middle
        radius = min(_RADIUS, abs(end - x) / 2, arc.source.top - arc.y)
        corner, down = number(radius), number(target.top - _HEAD)
        paths.append(
            f"M{number(x)} {number(arc.source.top)}V{number(arc.y + radius)}"
            f"q0 -{corner} {corner} -{corner}H{number(end - radius)}"
            f"q{corner} 0 {corner} {corner}V{down}"
        )
        heads.append(f"M{number(end)} {number(target.top - 1)}l-3.5 {number(-_HEAD)}h7z")
    line = "".join(paths)
    return (
        f'<path class="ck-under" d="{line}"/><path class="ck-arc" d="{line}"/>'
        f'<path class="ck-head" d="{"".join(heads)}"/>'
    )
