"""Where the blocks of a network stand in its figure: one row, from input to output.

All lengths are in pixels of a figure of 900 pixels. A box is as high as the square root of its
rows and as wide as the square root of its channels: side by side, 256 rows and 1 row, 512 channels
and 2 can both be seen. All boxes have their middle at y = 0.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from colorkeras.report.networks.blocks import ACTIVATIONS, CONCATENATE, NORMS, SUMS, Block
from colorkeras.report.networks.layers import STAGE, Layer

TALLEST = 150.0  # the box of most rows
LEAST_HEIGHT = 9.0
BAND = 4.0  # width of a normalization or activation in its box
STACK = 3.0  # offset of the boxes that stand behind a stage's
SUM_SIZE = 18.0
LEAST_CELL = 25.0  # two lines of turned text
LEAST_GAP, MOST_GAP = 5.0, 44.0
ARC_DISTANCE = 9.0  # between skip connections, and from the boxes below
CHARACTER = 0.57  # mean width of a character of a sans-serif font, in its size
NUMBER_SIZE = 11.0


@dataclass(frozen=True)
class Box:
    """A box of the row.

    Attributes:
        block: the number of the block whose output it is.
        x, width, height: of the box; the middle of its height is at 0.
        is_copy: whether it is a copy of that output inside a concatenation.
        slot: left and right end of the space that it may fill with text.
    """

    block: int
    x: float
    width: float
    height: float
    is_copy: bool
    slot: tuple[float, float]

    @property
    def middle(self) -> float:
        """Of its width."""
        return self.x + self.width / 2

    @property
    def top(self) -> float:
        """Its upper end, below 0."""
        return -self.height / 2


@dataclass(frozen=True)
class Arc:
    """A connection that passes over other boxes.

    Attributes:
        source: the box that it leaves.
        targets: the boxes that it reaches.
        y: of its level part.
    """

    source: Box
    targets: tuple[Box, ...]
    y: float


@dataclass(frozen=True)
class Layout:
    """A network's figure.

    Attributes:
        boxes: from left to right.
        arrows: left and right end of each arrow between neighbors.
        arcs: the other connections.
        width: of the row.
        top: of the highest arc or box.
    """

    boxes: tuple[Box, ...]
    arrows: tuple[tuple[float, float], ...]
    arcs: tuple[Arc, ...]
    width: float
    top: float


class _Part(NamedTuple):
    """A box before it has a place."""

    number: int  # of the block whose output it is
    joined_by: int | None  # the concatenation in which it is a copy

    @property
    def is_copy(self) -> bool:
        return self.joined_by is not None


def text_width(text: str, size: float) -> float:
    """About how wide a text is: the viewer's font is not known."""
    return CHARACTER * size * len(text)


def lay_out(blocks: Sequence[Block], first_input: str, width: float) -> Layout:
    """Place the blocks in one row.

    Args:
        blocks: each after those whose outputs it takes.
        first_input: name of the input layer from which the main path starts.
        width: that the row fills, if neither too few nor too many blocks prevent it.
    """
    order = order_blocks(blocks, first_input)
    cells = _cells(blocks, order)
    rows = max((_rows(block.shape) for block in blocks), default=1)
    slots = [[_slot(blocks, part) for part in cell] for cell in cells]
    least = [0.0 if cell[0].is_copy else LEAST_CELL for cell in cells]
    sizes = [max(sum(slot), size) for slot, size in zip(slots, least, strict=True)]
    gap = (width - sum(sizes)) / max(1, len(cells) - 1)
    gap = min(max(gap, LEAST_GAP), MOST_GAP)
    boxes, x = [], 0.0
    for cell, slot, size in zip(cells, slots, sizes, strict=True):
        left = x + (size - sum(slot)) / 2
        for part, space in zip(cell, slot, strict=True):
            w, h = box_size(blocks[part.number], rows, part.is_copy)
            place = (left, left + space)
            boxes.append(Box(part.number, left + (space - w) / 2, w, h, part.is_copy, place))
            left += space
        x += size + gap
    parts = [part for cell in cells for part in cell]
    arrows, arcs = _connect(blocks, parts, boxes)
    top = min([-TALLEST / 2, *(arc.y - 6 for arc in arcs)])
    return Layout(tuple(boxes), arrows, arcs, x - gap, top)


def order_blocks(blocks: Sequence[Block], first_input: str) -> list[int]:
    """The order of blocks in the row: the longest path, and branches before what they join.

    A branch from another input is at the left end.
    """
    main = _longest_path(blocks, first_input)
    position = {number: float(place) for place, number in enumerate(main)}
    descends = set(main)
    for number, block in enumerate(blocks):
        if descends & set(block.inputs):
            descends.add(number)
    for number in reversed(range(len(blocks))):
        if number in position:
            continue
        users = [position[n] for n, block in enumerate(blocks) if number in block.inputs]
        anchor = min(users, default=math.inf)  # of a branch that ends nowhere: the right end
        position[number] = math.floor(anchor - 0.25) + 0.5 if users else anchor
        if number not in descends:
            position[number] = -1.0
    return sorted(range(len(blocks)), key=lambda number: (position[number], number))


def _longest_path(blocks: Sequence[Block], first_input: str) -> list[int]:
    length: dict[int, tuple[int, int | None]] = {}  # (blocks up to this one, the one before)
    for number, block in enumerate(blocks):
        known = [(length[i][0] + 1, i) for i in block.inputs if i in length]
        if block.main.name == first_input:
            length[number] = (1, None)
        elif known:
            length[number] = max(known)
    path = [max(length, key=lambda number: length[number][0])]
    while (before := length[path[-1]][1]) is not None:
        path.append(before)
    return path[::-1]


def _cells(blocks: Sequence[Block], order: Sequence[int]) -> list[list[_Part]]:
    """Groups of boxes that touch: the copies of a concatenation stand at what they join."""
    cells: list[list[_Part]] = []
    previous = None
    for number in order:
        block = blocks[number]
        copied = [_Part(source, number) for source in block.inputs if source != previous]
        if not is_joining(block):
            cells.append([_Part(number, None)])
        elif previous in block.inputs:
            cells[-1] += copied
        else:
            cells.append(copied)
        previous = number
    return cells


def is_joining(block: Block) -> bool:
    """Whether a block is drawn as the copies that it joins, and has no box of its own."""
    return block.main.kind == CONCATENATE and len(block.inputs) > 1


def _slot(blocks: Sequence[Block], part: _Part) -> float:
    """The width that a box takes, with the number of its channels below it."""
    block = blocks[part.number]
    text = text_width(str(block.shape[-1]), NUMBER_SIZE)
    return max(box_size(block, 1, part.is_copy)[0] + 2, text + 4)


def box_size(block: Block, most_rows: int, is_copy: bool = False) -> tuple[float, float]:
    """Width and height of a block's box."""
    if block.main.kind in SUMS and not is_copy:
        return SUM_SIZE, SUM_SIZE
    channels = block.shape[-1] or 1
    if len(block.shape) == 1:
        return 10.0 + bands_width(block) * (not is_copy), LEAST_HEIGHT + 9 * math.log2(channels)
    height = LEAST_HEIGHT + (TALLEST - LEAST_HEIGHT) * math.sqrt(_rows(block.shape) / most_rows)
    width = 4.0 + 0.85 * math.sqrt(channels)
    if is_copy:
        return width, height
    return width + bands_width(block) + STACK * (drawn_count(block.main) - 1), height


def drawn_count(layer: Layer) -> int:
    """How many boxes stand behind each other for a stage."""
    return min(layer.count, 4) if layer.kind == STAGE else 1


def bands_width(block: Block) -> float:
    """The width of the bands of a block: normalization, activation."""
    return BAND * sum(map(len, bands(block)))


def bands(block: Block) -> tuple[list[str], list[str]]:
    """What stands before and what stands after a block's layer: "norm" or activations."""
    before = [name for layer in block.before for name in _band(layer)]
    main = [block.main.activation] if block.main.activation else []
    return before, [*main, *(name for layer in block.after for name in _band(layer))]


def _band(layer: Layer) -> list[str]:
    if layer.kind in NORMS:
        return ["norm"]
    if layer.kind in ACTIVATIONS:
        return [layer.activation]
    return ["dropout"] if "Dropout" in layer.kind else []


def _rows(shape: tuple[int | None, ...]) -> int:
    return (shape[0] or 1) if len(shape) > 1 else 1


def _connect(
    blocks: Sequence[Block], parts: Sequence[_Part], boxes: Sequence[Box]
) -> tuple[tuple[tuple[float, float], ...], tuple[Arc, ...]]:
    """Arrows between neighbors, and arcs for the other connections."""
    end: dict[int, int] = {}  # block → the last box of its output
    for place, part in enumerate(parts):
        end[part.number if part.joined_by is None else part.joined_by] = place
    arrows: list[tuple[float, float]] = []
    targets: dict[int, list[int]] = {}
    for place, part in enumerate(parts):
        inputs = blocks[part.number].inputs if part.joined_by is None else (part.number,)
        for source in (end[number] for number in inputs):
            if source == place - 1 and part.joined_by is None:
                left, right = boxes[source], boxes[place]
                arrows.append((left.x + left.width, right.x))
            else:
                targets.setdefault(source, []).append(place)
    return tuple(arrows), _arcs(targets, boxes)


def _arcs(targets: dict[int, list[int]], boxes: Sequence[Box]) -> tuple[Arc, ...]:
    """Arcs above all that they pass, the short ones first: long ones pass over them."""
    placed: list[tuple[int, int, float]] = []
    arcs = []
    for source, ends in sorted(targets.items(), key=lambda item: (max(item[1]) - item[0], item)):
        last = max(ends)
        below = [box.top for box in boxes[source : last + 1]]
        below += [y for left, right, y in placed if left <= last and source <= right]
        y = min(below) - ARC_DISTANCE
        placed.append((source, last, y))
        arcs.append(Arc(boxes[source], tuple(boxes[end] for end in ends), y))
    return tuple(arcs)
