"""What a network takes to compute for one image, whatever the order in which that is done."""

import collections
import math
from dataclasses import dataclass

_MAPS = 4  # input, output and temporaries of an activation such as gelu
_WORK_PER_VALUE = 16  # measured: a normalisation takes as long for each value that it makes


@dataclass(frozen=True)
class Cost:
    """Of one image.

    Attributes:
        outputs: bytes of what layers hand on that can be there at the same time.
        all_outputs: bytes of all of it.
        working: bytes that the busiest call needs while it computes.
        work: multiply-adds, or what takes as long.
        calls: of layers, and of models among them.
    """

    outputs: int = 0
    all_outputs: int = 0
    working: int = 0
    work: int = 0
    calls: int = 0


def cost_of_call(layer, received, output, weights):
    """The `Cost` of one layer called on shapes.

    Args:
        layer: a `Layer` of some `Kind`.
        received: its input shapes.
        output: its output shape.
        weights: the shapes of its weights by name.
    """
    size, kind = 4 * math.prod(output), layer.kind
    positions = max(math.prod(shape[:-1]) for shape in (*received, output))
    work = kind.slowness * positions * sum(map(math.prod, weights.values()))
    work += math.prod(output) * (_WORK_PER_VALUE + kind.slowness * kind.taps(layer.options))
    working = _MAPS * size + kind.scratch(layer.options, received)
    return Cost(size, size, working, work, 1)


def total_cost(network):
    """The `Cost` of a network, from that of its calls.

    An output that one call alone uses is gone once that call is done: of a chain of such calls the
    largest output counts, not the sum. That holds in every order, also when a backend computes
    many branches at once.
    """
    used = collections.Counter(network.outputs)
    for name, number in network.order:
        used.update(network.layers[name].calls[number].inputs)
    chains, chain_of = [], {}
    for name, number in network.order:
        layer, cost = network.layers[name], network.costs[name, number]
        before = [
            chain_of[source]
            for source in layer.calls[number].inputs
            if used[source] == 1 and source in chain_of
        ]
        if layer.network or not before:
            chains.append(cost.outputs)
            chain = len(chains) - 1
        else:
            chain = max(before, key=chains.__getitem__)
            chains[chain] = max(chains[chain], cost.outputs)
        if not layer.network:
            chain_of[name, number, 0] = chain
    costs = network.costs.values()
    return Cost(
        sum(chains),
        sum(cost.all_outputs for cost in costs),
        max((cost.working for cost in costs), default=0),
        sum(cost.work for cost in costs),
        sum(cost.calls for cost in costs),
    )
