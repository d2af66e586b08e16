"""Layers and networks as plain values: what is drawn and listed, without Keras."""

from dataclasses import dataclass

STAGE = "Stage"  # the kind of a layer that stands for several blocks of layers


@dataclass(frozen=True)
class Layer:
    """One layer of a network, or several of them collapsed into a stage.

    Attributes:
        name: as in the network.
        kind: the name of its Keras class, such as "Conv2D"; "Stage" for collapsed layers.
        shape: of its output, without the batch: (rows, columns, channels) or (units,).
        inputs: names of the layers whose outputs it takes.
        kernel: rows and columns of a convolution's kernel or of a pooling's window.
        stride: of a convolution or pooling; of an upsampling layer its factors.
        dilation: of a convolution.
        activation: such as "ReLU", "LeakyReLU 0.2" or "tanh"; empty for none.
        detail: what else distinguishes it: the share of a dropout, the factor of a rescaling.
        parameters: number of its weights, moving statistics among them.
        trainable: number of those that are trained.
        count: how many blocks of layers a stage stands for.
    """

    name: str
    kind: str
    shape: tuple[int | None, ...]
    inputs: tuple[str, ...] = ()
    kernel: tuple[int, int] | None = None
    stride: tuple[int, int] | None = None
    dilation: tuple[int, int] | None = None
    activation: str = ""
    detail: str = ""
    parameters: int = 0
    trainable: int = 0
    count: int = 1


@dataclass(frozen=True)
class Network:
    """One network.

    Attributes:
        name: of its objective, such as "generator" or "discriminator".
        layers: each after those whose outputs it takes.
        inputs: names of its input layers, in their order.
        outputs: names of the layers that it returns.
    """

    name: str
    layers: tuple[Layer, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]

    @property
    def parameters(self) -> int:
        """The number of all weights."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def trainable(self) -> int:
        """The number of weights that are trained."""
        return sum(layer.trainable for layer in self.layers)


def shape_text(shape: tuple[int | None, ...]) -> str:
    """A shape as in "256×256×64"; a side that is not fixed is "?"."""
    return "×".join("?" if side is None else str(side) for side in shape)


def pair_text(pair: tuple[int, int]) -> str:
    """Rows and columns as in "3×3"."""
    return f"{pair[0]}×{pair[1]}"


def side_text(pair: tuple[int, int]) -> str:
    """One number where both sides are alike, as in "2", else both."""
    return str(pair[0]) if pair[0] == pair[1] else pair_text(pair)
