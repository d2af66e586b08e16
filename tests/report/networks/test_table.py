"""The table of layers, row by row."""

from colorkeras.report.networks.layers import Layer, Network
from colorkeras.report.networks.table import layer_tables

ONE = (1, 1)
LAYERS = (
    Layer("x", "InputLayer", (8, 8, 1)),
    Layer("pad", "ZeroPadding2D", (10, 10, 1), ("x",), detail="1"),
    Layer("a", "Conv2D", (4, 4, 4), ("pad",), (3, 3), (2, 2), ONE, "", "", 40, 40),
    Layer("a_norm", "BatchNormalization", (4, 4, 4), ("a",), parameters=16, trainable=8),
    Layer("a_relu", "ReLU", (4, 4, 4), ("a_norm",), activation="ReLU"),
    Layer("up", "UpSampling2D", (8, 8, 4), ("a_relu",), None, (2, 2), detail="nearest"),
    Layer("a|b", "Concatenate", (8, 8, 5), ("up", "x")),
    Layer("out", "Conv2D", (8, 8, 2), ("a|b",), (5, 5), ONE, (2, 2), "tanh", "", 252, 0),
)
TABLE = """\
<details>
<summary>Layers of the generator: 48 trainable parameters, 260 not trained</summary>

| layer | kind | output | kernel | stride | dilation | activation, normalization | parameters |
|---|---|---|---|---|---|---|---:|
| `x` | input | 8×8×1 |  |  |  |  |  |
| `a` | convolution | 4×4×4 | 3×3 | 2 |  | after padding 1; batch norm, ReLU | 56 |
| `up` | enlargement, nearest | 8×8×4 |  | ×2 |  |  |  |
| `a\\|b` | concatenation of `up`, `x` | 8×8×5 |  |  |  |  |  |
| `out` | convolution | 8×8×2 | 5×5 |  | 2 | tanh | 252, frozen |

</details>
"""


def test_a_row_for_each_layer_with_what_belongs_to_it():
    assert layer_tables(Network("generator", LAYERS, ("x",), ("out",))) == TABLE


def test_a_stage_is_one_row_and_all_its_layers_are_listed_below():
    layers = (
        Layer("x", "InputLayer", (8, 8, 1)),
        Layer("block1_a", "Conv2D", (8, 8, 4), ("x",), (3, 3), ONE, ONE, "", "", 40, 40),
        Layer("block1_b", "Conv2D", (8, 8, 4), ("block1_a",), ONE, ONE, ONE, "", "", 20, 20),
    )
    text = layer_tables(Network("colorizer", layers, ("x",), ("block1_b",)))
    assert "| `block1` | 1 block | 8×8×4 | 3×3 |  |  |  | 60 |\n" in text
    stages, _, every = text.partition("<summary>All 3 layers of the colorizer</summary>")
    assert "block1_a" not in stages
    assert "| `block1_a` | convolution | 8×8×4 | 3×3 |  |  |  | 40 |\n" in every
