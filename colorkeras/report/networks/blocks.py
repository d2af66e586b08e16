"""Layers joined into the blocks of a figure: a convolution with its normalization and activation.

A long encoder's repeated blocks ("conv2_block1_…", "encoder_block3_…") become stages.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from colorkeras.report.networks.layers import STAGE, Layer

NORMS = {
    "BatchNormalization",
    "LayerNormalization",
    "GroupNormalization",
    "UnitNormalization",
    "SpectralNormalization",
}
ACTIVATIONS = {"Activation", "ReLU", "LeakyReLU", "ELU", "PReLU", "Softmax"}
DROPOUTS = {"Dropout", "SpatialDropout2D", "GaussianDropout", "GaussianNoise"}
# Layers that finish the one before them, or prepare the one after them.
_SMALL = NORMS | ACTIVATIONS | DROPOUTS | {"Rescaling", "ActivityRegularization"}
_PADDINGS = {"ZeroPadding2D"}
CONCATENATE = "Concatenate"
SUMS = {"Add": "+", "Subtract": "−", "Multiply": "×", "Average": "avg", "Maximum": "max"}
_UNIT = re.compile(r"(.*?block_?(\d+)[a-z]?)_.*")


@dataclass(frozen=True)
class Block:
    """A layer with the small layers around it.

    Attributes:
        main: the layer that gives the block its name and kind.
        before: small layers before it, such as an activation or a padding.
        after: small layers after it.
        inputs: the numbers of the blocks whose outputs it takes.
    """

    main: Layer
    before: tuple[Layer, ...] = ()
    after: tuple[Layer, ...] = ()
    inputs: tuple[int, ...] = ()

    @property
    def layers(self) -> tuple[Layer, ...]:
        """All of its layers, in their order."""
        return (*self.before, self.main, *self.after)

    @property
    def shape(self) -> tuple[int | None, ...]:
        """The shape of its output."""
        return self.layers[-1].shape

    @property
    def is_merge(self) -> bool:
        """Whether it joins the outputs of several others."""
        return self.main.kind == CONCATENATE or self.main.kind in SUMS


def join_layers(layers: Sequence[Layer]) -> list[Block]:
    """Join small layers with the layer before them, or else with the one after them.

    One that is named after the next layer, as "d2_activation" before "d2", belongs to that.

    Args:
        layers: each after those whose outputs it takes.

    Returns:
        Blocks in the same order.
    """
    by_name = {layer.name: layer for layer in layers}
    consumers = _consumers(layers)
    blocks: list[Block] = []
    owner: dict[str, int] = {}  # of a layer whose output is a block's
    waiting: dict[str, tuple[Layer, ...]] = {}  # small layers before the one that comes
    for layer in layers:
        parent = layer.inputs[0] if len(layer.inputs) == 1 else ""
        prepares = _is_preparing(layer, by_name, consumers)
        is_named_so = prepares and layer.name.startswith(f"{consumers[layer.name][0]}_")
        follows = layer.kind in _SMALL and _ends_with(blocks, owner, parent, consumers)
        if follows and not is_named_so:
            number = owner.pop(parent)
            blocks[number] = replace(blocks[number], after=(*blocks[number].after, layer))
            owner[layer.name] = number
        elif prepares:
            waiting[layer.name] = (*waiting.get(parent, ()), layer)
        else:
            before = waiting.pop(parent, ())
            inputs = before[0].inputs if before else layer.inputs
            numbers = tuple(dict.fromkeys(owner[name] for name in inputs))
            owner[layer.name] = len(blocks)
            blocks.append(Block(layer, before, (), numbers))
    return blocks


def _consumers(layers: Sequence[Layer]) -> dict[str, list[str]]:
    consumers: dict[str, list[str]] = defaultdict(list)
    for layer in layers:
        for name in layer.inputs:
            consumers[name].append(layer.name)
    return consumers


def _ends_with(
    blocks: list[Block], owner: dict[str, int], parent: str, consumers: dict[str, list[str]]
) -> bool:
    """Whether `parent` ends a block and has no other user, so that a small layer can follow."""
    return parent in owner and len(consumers[parent]) == 1 and not blocks[owner[parent]].is_merge


def _is_preparing(layer: Layer, by_name: dict[str, Layer], consumers: dict[str, list[str]]) -> bool:
    """Whether a small layer or a padding is drawn with the only layer that uses it."""
    if layer.kind not in _SMALL | _PADDINGS or len(consumers[layer.name]) != 1:
        return False
    user = by_name[consumers[layer.name][0]]
    return len(user.inputs) == 1


def collapse_stages(layers: Sequence[Layer]) -> list[Layer]:
    """Replace repeated blocks of layers, known by their names, by one layer per stage.

    Blocks that follow each other and whose outputs have one shape are one stage. Blocks of which
    another part of the network uses more than the last output are left as they are.
    """
    runs = [tuple(run) for _, run in groupby(layers, key=_unit)]
    consumers = _consumers(layers)
    collapsed: list[Layer] = []
    for run in runs:
        if _unit(run[0]) == run[0].name or not _is_closed(run, consumers):
            collapsed += run
            continue
        stage = _stage(run)
        last = collapsed[-1] if collapsed else None
        if last and last.kind == STAGE and _continues(last, stage, run, consumers):
            collapsed[-1] = _longer(last, stage)
        else:
            collapsed.append(stage)
    renamed = {run[-1].name: stage.name for stage in collapsed for run in runs if _ends(run, stage)}
    return [
        replace(layer, inputs=tuple(renamed.get(name, name) for name in layer.inputs))
        for layer in collapsed
    ]


def _unit(layer: Layer) -> str:
    """The start of the name that the layers of one block share; else the whole name."""
    found = _UNIT.fullmatch(layer.name)
    return found[1] if found else layer.name


def _is_closed(run: Sequence[Layer], consumers: dict[str, list[str]]) -> bool:
    names = {layer.name for layer in run}
    return all(set(consumers[layer.name]) <= names for layer in run[:-1])


def _stage(run: Sequence[Layer]) -> Layer:
    names = {layer.name for layer in run}
    inputs = dict.fromkeys(name for layer in run for name in layer.inputs if name not in names)
    kernels = [layer.kernel for layer in run if layer.kernel]
    strides = [layer.stride for layer in run if layer.stride]
    activations = dict.fromkeys(layer.activation for layer in run if layer.activation)
    return Layer(
        name=_unit(run[0]),
        kind=STAGE,
        shape=run[-1].shape,
        inputs=tuple(inputs),
        kernel=max(kernels, default=None),
        stride=max(strides, default=None),
        activation=", ".join(activations),
        detail=run[-1].name,
        parameters=sum(layer.parameters for layer in run),
        trainable=sum(layer.trainable for layer in run),
    )


def _continues(
    last: Layer, stage: Layer, run: Sequence[Layer], consumers: dict[str, list[str]]
) -> bool:
    names = {layer.name for layer in run}
    is_alike = stage.shape == last.shape and stage.kernel == last.kernel
    return is_alike and stage.inputs == (last.detail,) and set(consumers[last.detail]) <= names


def _longer(last: Layer, stage: Layer) -> Layer:
    found = _UNIT.fullmatch(f"{stage.name}_")
    return replace(
        last,
        name=f"{last.name.partition('–')[0]}–{found[2] if found else ''}",
        detail=stage.detail,
        parameters=last.parameters + stage.parameters,
        trainable=last.trainable + stage.trainable,
        count=last.count + 1,
    )


def _ends(run: Sequence[Layer], stage: Layer) -> bool:
    return stage.kind == STAGE and run[-1].name == stage.detail
