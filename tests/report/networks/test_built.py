"""Built networks as plain values, against what Keras says of them."""

import keras
from keras import layers
from tiny_experiment import CONFIG, GAN_CONFIG, GAN_MODEL, MODEL, write_experiment

from colorkeras.config.load import load_config
from colorkeras.report.networks.built import build_networks, read_network
from colorkeras.report.networks.layers import Layer


def build(folder, config=CONFIG, model=MODEL):
    return build_networks(load_config(write_experiment(folder, config, model)))


def test_every_layer_of_a_network(tmp_path):
    (network,) = build(tmp_path)
    assert network.name == "colorizer"
    first, conv, norm, dropout, up, head = network.layers
    assert (first.kind, first.shape) == ("InputLayer", (32, 32, 1))
    # 1·4·9 + 4 weights; of scale, offset, mean and variance of 4 channels two are trained.
    assert conv == Layer(
        *("conv2d", "Conv2D", (16, 16, 4), (first.name,), (3, 3), (2, 2), (1, 1), "ReLU", ""),
        *(40, 40),
    )
    assert (norm.kind, norm.parameters, norm.trainable) == ("BatchNormalization", 16, 8)
    assert (dropout.kind, dropout.detail, dropout.parameters) == ("Dropout", "0.25", 0)
    assert (up.stride, up.detail, up.shape) == ((2, 2), "nearest", (32, 32, 4))
    assert (head.activation, head.inputs) == ("tanh", (up.name,))
    assert (network.inputs, network.outputs) == ((first.name,), (head.name,))


def test_both_networks_of_a_gan_generator_first(tmp_path):
    generator, discriminator = build(tmp_path, GAN_CONFIG, GAN_MODEL)
    assert (generator.name, discriminator.name) == ("generator", "discriminator")
    assert [layer.kind for layer in discriminator.layers] == [
        *("InputLayer", "Conv2D", "Dropout", "Flatten", "Dense"),
    ]


def test_activations_and_details_by_the_names_of_papers():
    x = inputs = keras.Input((8, 8, 2))
    for layer in (
        layers.ReLU(max_value=6),
        layers.LeakyReLU(negative_slope=0.2),
        layers.Activation("sigmoid"),
        layers.Softmax(),
        layers.Rescaling(127.5, -1.0),
        layers.Rescaling([1.0, 2.0], [0.5, 3.0]),
        layers.ZeroPadding2D(1),
        layers.Cropping2D(((0, 1), (0, 1))),
        layers.DepthwiseConv2D((3, 5), dilation_rate=2, activation="elu"),
    ):
        x = layer(x)
    network = read_network("n", keras.Model(inputs, x))
    found = [layer.activation or layer.detail for layer in network.layers[1:]]
    assert found == [
        *("ReLU6", "LeakyReLU 0.2", "sigmoid", "softmax", "× 127.5 − 1", "× 1, 2 + 0.5, 3"),
        *("1", "0, 1, 0, 1", "ELU"),
    ]
    assert network.layers[-1].kernel == (3, 5)
    assert network.layers[-1].dilation == (2, 2)


def test_a_growing_sequential_and_a_layer_called_twice():
    """`layer.output` would be of an earlier graph, or of the first call."""
    grown = keras.Sequential([keras.Input((4,))])
    for units in (3, 2):
        grown.add(layers.Dense(units))
    network = read_network("grown", grown)
    assert [layer.shape for layer in network.layers] == [(4,), (3,), (2,)]
    assert network.layers[2].inputs == (network.layers[1].name,)
    inputs, shared = keras.Input((4,)), layers.Dense(4, name="shared")
    network = read_network("twice", keras.Model(inputs, shared(shared(inputs))))
    assert [(layer.name, layer.parameters) for layer in network.layers[1:]] == [
        *(("shared", 20), ("shared (2)", 0)),
    ]
    assert network.layers[2].inputs == ("shared",)


def test_a_model_inside_is_one_layer():
    inner = keras.Sequential([keras.Input((4,)), layers.Dense(3)], name="inner")
    inputs = keras.Input((4,), name="x")
    network = read_network("outer", keras.Model(inputs, layers.Dense(2)(inner(inputs))))
    assert [(layer.name, layer.inputs) for layer in network.layers[:2]] == [
        *(("x", ()), ("inner", ("x",))),
    ]
    assert network.parameters == 4 * 3 + 3 + 3 * 2 + 2
