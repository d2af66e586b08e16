"""Where boxes and arcs stand."""

import itertools

from colorkeras.report.networks.blocks import join_layers
from colorkeras.report.networks.layers import Layer
from colorkeras.report.networks.layout import lay_out, order_blocks

# A U-Net of three sizes: b is copied beside d, a beside e.
UNET = join_layers(
    [
        Layer("x", "InputLayer", (64, 64, 1)),
        Layer("a", "Conv2D", (32, 32, 16), ("x",)),
        Layer("b", "Conv2D", (16, 16, 64), ("a",)),
        Layer("c", "Conv2D", (4, 4, 512), ("b",)),
        Layer("d", "Conv2DTranspose", (16, 16, 64), ("c",)),
        Layer("d_skip", "Concatenate", (16, 16, 128), ("b", "d")),
        Layer("e", "Conv2DTranspose", (32, 32, 16), ("d_skip",)),
        Layer("e_skip", "Concatenate", (32, 32, 32), ("a", "e")),
        Layer("out", "Conv2D", (64, 64, 2), ("e_skip",)),
    ]
)


def names(blocks, boxes):
    return [(blocks[box.block].main.name, box.is_copy) for box in boxes]


def test_copies_stand_beside_what_they_join():
    layout = lay_out(UNET, "x", 800)
    row = [(name, False) for name in "xabcd"] + [("b", True), ("e", False), ("a", True)]
    assert names(UNET, layout.boxes) == [*row, ("out", False)]
    # x-a, a-b, b-c, c-d, b's copy - e, a's copy - out
    assert len(layout.arrows) == 6


def test_long_arcs_pass_over_short_ones_and_over_all_boxes():
    inner, outer = lay_out(UNET, "x", 800).arcs
    assert UNET[inner.source.block].main.name == "b"
    assert outer.y < inner.y
    for arc in (inner, outer):
        for box in (arc.source, *arc.targets):
            assert arc.y < box.top
        assert all(target.is_copy for target in arc.targets)


def test_boxes_do_not_overlap_and_fill_the_width():
    layout = lay_out(UNET, "x", 300)
    for left, right in itertools.pairwise(layout.boxes):
        assert left.x + left.width < right.x
    assert abs(layout.width - 300) < 1e-6
    assert all(left < right for left, right in layout.arrows)


def test_height_follows_the_rows_and_width_the_channels():
    x, a, b, c, *_ = lay_out(UNET, "x", 800).boxes
    assert x.height == 150
    assert x.height > a.height > b.height > c.height
    # 9 + 141 · √(16 / 64); 4 + 0.85 · √16
    assert b.height == 79.5
    assert a.width == 7.4
    assert x.width < a.width < b.width < c.width


def test_a_branch_from_another_input_is_at_the_left():
    blocks = join_layers(
        [
            Layer("x", "InputLayer", (8, 8, 1)),
            Layer("noise", "InputLayer", (100,)),
            Layer("dense", "Dense", (64,), ("noise",)),
            Layer("map", "Reshape", (8, 8, 1), ("dense",)),
            Layer("both", "Concatenate", (8, 8, 2), ("x", "map")),
            Layer("out", "Conv2D", (8, 8, 2), ("both",)),
        ]
    )
    order = [blocks[number].main.name for number in order_blocks(blocks, "x")]
    assert order == ["noise", "dense", "map", "x", "both", "out"]
    (arc,) = lay_out(blocks, "x", 800).arcs
    assert blocks[arc.source.block].main.name == "map"


def test_a_branch_of_the_main_path_stands_before_what_joins_it():
    blocks = join_layers(
        [
            Layer("x", "InputLayer", (8, 8, 1)),
            Layer("side", "Conv2D", (8, 8, 2), ("x",)),
            Layer("long1", "Conv2D", (8, 8, 2), ("x",)),
            Layer("long2", "Conv2D", (8, 8, 2), ("long1",)),
            Layer("sum", "Add", (8, 8, 2), ("long2", "side")),
            Layer("unused", "Conv2D", (8, 8, 2), ("x",)),
        ]
    )
    order = [blocks[number].main.name for number in order_blocks(blocks, "x")]
    assert order == ["x", "long1", "long2", "side", "sum", "unused"]
    assert len(lay_out(blocks, "x", 800).arcs) == 2  # x to side and unused; long2 to sum
