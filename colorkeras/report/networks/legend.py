"""The legend of a figure: the colors that occur in it, and how to read its boxes."""

from collections.abc import Sequence

from colorkeras.report.networks.blocks import Block
from colorkeras.report.networks.boxes import rectangle, text
from colorkeras.report.networks.colors import BANDS, FILLS, band_of, fill_of, is_sum
from colorkeras.report.networks.layout import bands, is_joining, text_width

_SIZE, _LINE = 11.0, 18.0
_SCALE = (
    "Height of a box: square root of its rows. Width: square root of its channels, "
    "whose number is below it."
)


def draw_legend(blocks: Sequence[Block], width: float) -> tuple[str, float]:
    """The legend of some blocks, in lines of a width, and how high it is."""
    parts, x, y = [], 0.0, 12.0
    for style, is_band, words in _entries(blocks):
        needed = 20 + text_width(words, _SIZE)
        if x and x + needed > width:
            x, y = 0.0, y + _LINE
        size = (4.0, 14.0) if is_band else (11.0, 11.0)
        left = x + (12 - size[0])
        parts.append(rectangle(style, left, y - 4 - size[1] / 2, *size))
        parts.append(text(x + 17, y, words, _SIZE))
        x += needed + 12
    y += _LINE + 2
    for line in _wrapped(_SCALE, width):
        parts.append(text(0, y, line, _SIZE, "ck-m"))
        y += 15
    return "".join(parts), y + 6


def _entries(blocks: Sequence[Block]) -> list[tuple[str, bool, str]]:
    """(class, whether it is a band, words) of what occurs."""
    boxes = [block for block in blocks if not is_joining(block) and not is_sum(block)]
    fills = {fill_of(block) for block in boxes}
    found = {band_of(name) for block in boxes for part in bands(block) for name in part}
    entries = [(f"ck-box ck-f-{k}", False, FILLS[k][0]) for k in FILLS if k in fills]
    entries += [(f"ck-band ck-a-{k}", True, BANDS[k][0]) for k in BANDS if k in found]
    if any(is_joining(block) for block in blocks):
        entries.append(("ck-copy ck-f-conv", False, "copied and concatenated"))
    return entries


def _wrapped(words: str, width: float) -> list[str]:
    lines, line = [], ""
    for word in words.split():
        longer = f"{line} {word}".strip()
        if line and text_width(longer, _SIZE) > width:
            lines.append(line)
            longer = word
        line = longer
    return [*lines, line]
