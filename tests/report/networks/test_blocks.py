"""Which layers are drawn together."""

from colorkeras.report.networks.blocks import collapse_stages, join_layers
from colorkeras.report.networks.layers import STAGE, Layer


def chain(*named):
    """Layers (name, kind), each of which takes the output of the one before it."""
    before = ("", *(name for name, _ in named))
    return [
        Layer(name, kind, (8, 8, 4), (source,) if source else ())
        for source, (name, kind) in zip(before, named, strict=False)
    ]


def names(blocks):
    return [tuple(layer.name for layer in block.layers) for block in blocks]


def test_small_layers_belong_to_the_convolution_before_them():
    layers = chain(
        ("x", "InputLayer"),
        ("pad", "ZeroPadding2D"),
        ("a", "Conv2D"),
        ("a_norm", "BatchNormalization"),
        ("a_relu", "ReLU"),
        ("b", "Conv2D"),
    )
    blocks = join_layers(layers)
    assert names(blocks) == [("x",), ("pad", "a", "a_norm", "a_relu"), ("b",)]
    assert [block.inputs for block in blocks] == [(), (0,), (1,)]
    assert [layer.name for layer in blocks[1].before] == ["pad"]


def test_activation_named_after_the_next_layer_belongs_to_that():
    layers = chain(("x", "InputLayer"), ("a", "Conv2D"), ("b_activation", "ReLU"), ("b", "Conv2D"))
    assert names(join_layers(layers)) == [("x",), ("a",), ("b_activation", "b")]


def test_an_output_with_two_users_ends_its_block():
    """Of a skip connection, what is copied has no activation yet."""
    layers = [
        Layer("x", "InputLayer", (8, 8, 1)),
        Layer("a", "Conv2D", (8, 8, 4), ("x",)),
        Layer("relu", "ReLU", (8, 8, 4), ("a",)),
        Layer("b", "Conv2D", (8, 8, 4), ("relu",)),
        Layer("both", "Concatenate", (8, 8, 8), ("a", "b")),
        Layer("norm", "BatchNormalization", (8, 8, 8), ("both",)),
    ]
    blocks = join_layers(layers)
    assert names(blocks) == [("x",), ("a",), ("relu", "b"), ("both",), ("norm",)]
    assert [block.inputs for block in blocks] == [(), (0,), (1,), (1, 2), (3,)]


def residual(number, source, shape):
    """A block of two convolutions and a sum, as encoders name theirs."""
    name = f"enc_block{number}"
    return [
        Layer(f"{name}_conv", "Conv2D", shape, (source,), kernel=(3, 3), parameters=10),
        Layer(f"{name}_out", "Add", shape, (source, f"{name}_conv"), parameters=1, trainable=1),
    ]


def test_repeated_blocks_of_one_shape_are_one_stage():
    layers = [
        Layer("x", "InputLayer", (8, 8, 4)),
        *residual(1, "x", (8, 8, 4)),
        *residual(2, "enc_block1_out", (8, 8, 4)),
        *residual(3, "enc_block2_out", (4, 4, 8)),
        Layer("out", "Conv2D", (4, 4, 2), ("enc_block3_out",)),
    ]
    collapsed = collapse_stages(layers)
    assert [(layer.name, layer.kind, layer.count) for layer in collapsed] == [
        ("x", "InputLayer", 1),
        ("enc_block1–2", STAGE, 2),
        ("enc_block3", STAGE, 1),
        ("out", "Conv2D", 1),
    ]
    assert [layer.inputs for layer in collapsed] == [(), ("x",), ("enc_block1–2",), ("enc_block3",)]
    assert collapsed[1].parameters == 22
    assert collapsed[1].trainable == 2


def test_a_stage_ends_where_a_skip_connection_leaves():
    layers = [
        Layer("x", "InputLayer", (8, 8, 4)),
        *residual(1, "x", (8, 8, 4)),
        *residual(2, "enc_block1_out", (8, 8, 4)),
        Layer("both", "Concatenate", (8, 8, 8), ("enc_block1_out", "enc_block2_out")),
    ]
    assert [layer.name for layer in collapse_stages(layers)] == [
        *("x", "enc_block1", "enc_block2", "both"),
    ]


def test_a_block_whose_inside_is_used_stays_as_it_is():
    layers = [
        Layer("x", "InputLayer", (8, 8, 4)),
        *residual(1, "x", (8, 8, 4)),
        Layer("both", "Concatenate", (8, 8, 8), ("enc_block1_conv", "enc_block1_out")),
    ]
    assert collapse_stages(layers) == layers
