"""The figure: an SVG document that browsers and screen readers understand."""

import re
import subprocess
import sys
from xml.etree import ElementTree

import pytest

from colorkeras.report.networks.layers import Layer, Network
from colorkeras.report.networks.svg import network_svg

NAME = "{http://www.w3.org/2000/svg}"
LAYERS = (
    Layer("x", "InputLayer", (64, 64, 1)),
    Layer("a", "Conv2D", (32, 32, 16), ("x",), (3, 3), (2, 2), (1, 1), "ReLU", "", 160, 160),
    Layer("d", "Conv2D", (32, 32, 16), ("a",), (3, 3), (1, 1), (4, 4), "", "", 2320, 0),
    Layer("sum", "Add", (32, 32, 16), ("a", "d")),
    Layer("e", "Conv2DTranspose", (64, 64, 8), ("sum",), (4, 4), (2, 2), (1, 1)),
    Layer("both", "Concatenate", (64, 64, 9), ("e", "x")),
    Layer("out", "Conv2D", (64, 64, 2), ("both",), (1, 1), (1, 1), (1, 1), "tanh"),
)
NETWORK = Network("generator", LAYERS, ("x",), ("out",))


@pytest.fixture(scope="module")
def figure():
    return ElementTree.fromstring(network_svg("A <title> & more", [NETWORK, NETWORK], "tiny"))


def texts(figure):
    return [element.text for element in figure.iter(f"{NAME}text")]


def test_has_words_for_who_does_not_see_it(figure):
    title, description = figure.find(f"{NAME}title"), figure.find(f"{NAME}desc")
    assert figure.get("role") == "img"
    assert figure.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert title.get("id") == "tiny-title"
    assert title.text == "A <title> & more: network architecture"
    assert "x goes into both" in description.text
    assert "e 64×64×8" in description.text


def test_says_shape_and_kernel_of_every_layer(figure):
    found = texts(figure)
    assert found.count("Generator: x 64×64×1 → 64×64×2, 160 trainable parameters") == 2
    assert {"x", "a", "d", "e", "out"} <= set(found)
    assert {"3×3, stride 2", "3×3, dilation 4, frozen", "4×4, up 2", "1×1", "+"} <= set(found)
    assert {"16", "8", "2"} <= set(found)
    assert "64×64" in found or "64²" in found


def test_legend_has_what_occurs_and_nothing_else(figure):
    legend = texts(figure)[-12:]
    assert {"dilated convolution", "transposed convolution", "ReLU", "tanh"} <= set(legend)
    assert "copied and concatenated" in legend
    assert not {"pooling", "dense layer", "sigmoid"} & set(texts(figure))


def test_all_text_and_boxes_are_inside():
    svg = network_svg("tiny", [NETWORK])
    figure = ElementTree.fromstring(svg)
    width, height = map(float, figure.get("viewBox").split()[2:])
    assert (width, f"{height:g}") == (900, figure.get("height"))
    assert max(float(box.get("x", 0)) for box in figure.iter(f"{NAME}rect")) < width - 20


def test_every_class_has_a_color_in_both_modes(figure):
    style = figure.find(f"{NAME}style").text
    light, _, dark = style.partition("@media (prefers-color-scheme:dark)")
    used = {name for element in figure.iter() for name in (element.get("class") or "").split()} - {
        "ck-b"
    }
    assert used
    for name in used:
        assert f".{name}" in light, name
        assert f".{name}" in dark, name


def test_same_bytes_and_no_outside_resource():
    svg = network_svg("tiny", [NETWORK])
    assert svg == network_svg("tiny", [NETWORK])
    assert "nan" not in re.sub(r"<(title|desc|text).*?</", "", svg)
    assert set(re.findall(r"https?://[^\"]*", svg)) == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"<script|href|url\(|\d\.\d\d", svg)


def test_sides_that_are_not_fixed_and_rows_alone():
    open_sides = (Layer("x", "InputLayer", (None, None, 1)), Layer("a", "ReLU6", (None, 8), ("x",)))
    figure = ElementTree.fromstring(network_svg("t", [Network("n", open_sides, ("x",), ("a",))]))
    assert {"?²", "?"} <= set(texts(figure))


def test_control_characters_are_written_out():
    odd = Network("n", (Layer("x\x1b<", "InputLayer", (4, 4, 1)),), ("x\x1b<",), ("x\x1b<",))
    figure = ElementTree.fromstring(network_svg("t\x00", [odd]))
    assert "x\\x1b<" in texts(figure)


def test_drawing_loads_no_keras():
    script = (
        "import sys; from colorkeras.report.networks import __main__, svg, table\n"
        "sys.exit(bool({'keras', 'tensorflow', 'numpy'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", script]).returncode == 0
