"""Networks as they are built, described in numbers."""

import keras
from tiny_experiment import CONFIG, GAN_CONFIG, GAN_MODEL, MODEL, write_experiment

from colorkeras.claims.networks import describe_all, describe_networks
from colorkeras.config.load import load_config


def describe(folder, config=CONFIG, model=MODEL):
    return describe_networks(load_config(write_experiment(folder, config, model)))


def test_parameters_and_shapes(tmp_path):
    found = describe(tmp_path)
    # 1·4·9 + 4, batch normalisation's scale and offset 2·4, 4·2·9 + 2: what is trained.
    assert found.parameters == {"colorizer": 122, "generator": 122}
    assert found.problem == ""
    shapes = found.shapes["colorizer"]
    assert shapes["conv2d"] == (16, 16, 4)
    assert shapes["conv2d_1"] == (32, 32, 2)
    assert found.shapes["generator"] == shapes


def test_every_network_of_a_gan(tmp_path):
    found = describe(tmp_path, GAN_CONFIG, GAN_MODEL)
    assert list(found.parameters) == ["discriminator", "generator"]
    assert found.shapes["discriminator"]["flatten"] == (256,)


def test_layers_of_nested_models(tmp_path):
    nested = MODEL.replace(
        "    return Model(inputs, x)",
        '    return Model(inputs, Model(inputs, x, name="inner")(inputs))',
    )
    shapes = describe(tmp_path, model=nested).shapes["colorizer"]
    assert shapes["inner"] == (32, 32, 2)
    assert shapes["conv2d"] == (16, 16, 4)


def test_layer_names_do_not_depend_on_earlier_networks(tmp_path):
    keras.layers.Conv2D(1, 1)
    configs = [load_config(write_experiment(tmp_path / name)) for name in "ab"]
    one, other = describe_all(configs)
    assert one == other
    assert "conv2d" in one.shapes["colorizer"]


def test_network_that_cannot_be_built_is_reported(tmp_path):
    config = load_config(write_experiment(tmp_path), overrides=["data.height=30"])
    assert describe_networks(config).problem == "tiny: data.height is 30; expected a multiple of 4."
    broken = MODEL.replace(
        "    if height % 4:", '    raise Exception("URL fetch failure")\n    if height % 4:'
    )
    assert describe(tmp_path, model=broken).problem == "Exception: URL fetch failure"


def test_nothing_to_build():
    assert describe_all([]) == []
