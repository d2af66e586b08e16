"""ResNet-50 as encoder: shapes, counts, the input its weights expect, loading and freezing."""

import math

import h5py
import keras
import numpy as np
import pytest
from keras.src.applications import resnet as keras_resnet

from colorkeras.color.space import ColorSpace
from colorkeras.networks.fast.batch_norm import FusedBatchNormalization
from colorkeras.networks.fast.switch import using_layers
from colorkeras.networks.resnet import IMAGENET_WEIGHTS, NORM_MOMENTUM, resnet_colorizer

LAYERS = {  # at 128×128; He et al. 2016, table 1, halved as often as the image
    "conv1_conv": (64, 64, 64),
    "pool1_pool": (32, 32, 64),
    "conv2_block3_out": (32, 32, 256),
    "conv3_block4_out": (16, 16, 512),
    "conv4_block6_out": (8, 8, 1024),
    "conv5_block3_out": (4, 4, 2048),
    "up1_relu": (8, 8, 512),
    "up2_relu": (16, 16, 256),
    "up3_relu": (32, 32, 128),
    "up4_relu": (64, 64, 64),
    "up5_relu": (128, 128, 32),
    "chroma": (128, 128, 2),
}


def count(weights):
    return sum(math.prod(weight.shape) for weight in weights)


def is_encoder(layer):
    return layer.name.startswith(("conv", "pool"))


@pytest.fixture(scope="module")
def model():
    return resnet_colorizer(128, 128)


@pytest.fixture(scope="module")
def weights_file(model, tmp_path_factory):
    """A weights file in the published layout, a few kilobytes: layer number n is full of n/1000."""
    path = tmp_path_factory.mktemp("resnet") / "resnet50.h5"
    with h5py.File(path, "w") as file:
        for number, layer in enumerate(filter(is_encoder, model.layers), start=1):
            group = file.create_group(layer.name)
            names = [f"{layer.name}/{weight.name}:0" for weight in layer.weights]
            group.attrs["weight_names"] = [name.encode() for name in names]
            for name, weight in zip(names, layer.weights, strict=True):
                group.create_dataset(
                    name, shape=weight.shape, dtype="float32", fillvalue=number / 1000
                )
    return path


@pytest.fixture(scope="module")
def frozen(weights_file):
    return resnet_colorizer(64, 64, weights=str(weights_file), freeze=True)


def test_layers(model):
    found = {name: model.get_layer(name).output.shape[1:] for name in LAYERS}
    assert found == LAYERS


def test_parameters(model):
    encoder = [w for layer in model.layers if is_encoder(layer) for w in layer.weights]
    assert count(encoder) == 23_587_712
    assert count(w for w in encoder if not w.trainable) == 53_120
    decoder = [w for layer in model.layers if not is_encoder(layer) for w in layer.weights]
    assert count(w for w in decoder if w.trainable) == 19_566_050
    assert count(model.trainable_weights) == 43_100_642


def test_one_flat_graph_of_unique_names(model):
    names = [layer.name for layer in model.layers]
    assert len(names) == len(set(names))
    assert not any(isinstance(layer, keras.Model) for layer in model.layers)


@pytest.mark.parametrize(
    ("size", "features"),
    [((112, 112), (4, 4)), ((97, 128), (4, 4)), ((96, 75), (3, 3)), ((32, 33), (1, 2))],
)
def test_other_sizes_are_decoded_and_cropped(size, features):
    model = resnet_colorizer(*size)
    assert model.get_layer("conv5_block3_out").output.shape[1:3] == features
    assert model.get_layer("chroma").output.shape[1:3] == tuple(32 * n for n in features)
    assert model.output_shape == (None, *size, 2)


def test_crop_is_central():
    model = resnet_colorizer(112, 112)
    assert model.get_layer("crop").cropping == ((8, 8), (8, 8))


def test_input_is_what_the_imagenet_weights_expect(model):
    """Against Keras's own preprocessing of all grey levels; black and white are exact."""
    grey = np.arange(256, dtype="uint8")
    pixels = np.repeat(grey, 3).reshape(1, 16, 16, 3)
    image = np.tile(pixels, (1, 8, 8, 1))
    inputs, _ = ColorSpace.named("lab_pix2pix").split(image)
    levels = keras.Model(model.input, model.get_layer("imagenet_levels").output)(inputs)
    expected = keras.applications.resnet50.preprocess_input(image.astype("float32"))
    error = np.asarray(levels) - expected
    np.testing.assert_allclose(error[..., 0], error[..., 2], atol=1e-3)  # one error, three means
    of_level = dict(zip(image[..., 0].ravel(), error[..., 0].ravel(), strict=True))
    assert abs(of_level[0]) < 1e-2
    assert abs(of_level[255]) < 1e-2
    assert 8.6 < np.abs(error).max() < 8.7


def test_published_weights_are_those_of_keras():
    assert IMAGENET_WEIGHTS.folder == keras_resnet.BASE_WEIGHTS_PATH
    assert IMAGENET_WEIGHTS.md5 == keras_resnet.WEIGHTS_HASHES["resnet50"][1]


def test_weights_are_loaded_by_name(frozen):
    for number, layer in enumerate(filter(is_encoder, frozen.layers), start=1):
        for weight in layer.weights:
            np.testing.assert_array_equal(np.asarray(weight), np.float32(number / 1000))


def test_weights_of_the_classifier_too_are_refused(model, weights_file, tmp_path):
    """The published file with the top has one layer more: another file, so nothing is loaded."""
    path = tmp_path / "with_top.h5"
    path.write_bytes(weights_file.read_bytes())
    with h5py.File(path, "r+") as file:
        group = file.create_group("probs")
        group.attrs["weight_names"] = [b"probs/kernel:0"]
        group.create_dataset("probs/kernel:0", shape=(2048, 1000), dtype="float32", fillvalue=0)
    with pytest.raises(ValueError, match=r"found 107; 1 unknown \(probs\)\. Nothing was loaded"):
        resnet_colorizer(64, 64, weights=str(path))


def test_imagenet_weights_come_through_keras_cache(weights_file, monkeypatch):
    monkeypatch.setattr(keras.utils, "get_file", lambda *_, **__: str(weights_file))
    loaded = resnet_colorizer(64, 64, weights="imagenet")
    assert np.asarray(loaded.get_layer("conv1_conv").bias)[0] > 0


def test_frozen_encoder_keeps_weights_and_statistics(frozen):
    assert count(frozen.trainable_weights) == 19_566_050
    norm = frozen.get_layer("conv1_bn")
    before = np.array(norm.moving_mean)
    decoder_before = np.array(frozen.get_layer("up1_norm").moving_mean)
    frozen(np.zeros((2, 64, 64, 1), "float32"), training=True)
    np.testing.assert_array_equal(before, np.asarray(norm.moving_mean))
    assert not np.array_equal(decoder_before, np.asarray(frozen.get_layer("up1_norm").moving_mean))


def test_momentum_of_all_normalisations_is_set_and_saved(model):
    norms = [x for x in model.layers if isinstance(x, keras.layers.BatchNormalization)]
    assert len(norms) == 53 + 5
    assert {norm.momentum for norm in norms} == {NORM_MOMENTUM}
    assert {norm.get_config()["momentum"] for norm in norms} == {NORM_MOMENTUM}
    assert all(norm.trainable for norm in norms)


def test_refusals():
    with pytest.raises(ValueError, match=r"data\.width is 31; the encoder needs at least 32"):
        resnet_colorizer(64, 31)
    with pytest.raises(ValueError, match=r"model\.freeze = true with model\.weights = none"):
        resnet_colorizer(64, 64, freeze=True)
    with pytest.raises(ValueError, match=r"model\.weights = imagnet: no such file"):
        resnet_colorizer(64, 64, weights="imagnet")


def test_fused_in_bfloat16_from_the_same_first_weights():
    """Whatever the layers, the first weights are those of the seed, also of the decoder."""
    built = []
    for choice in ("auto", "keras"):
        keras.config.set_dtype_policy("mixed_bfloat16")
        keras.utils.set_random_seed(0)
        with using_layers(choice):
            built.append(resnet_colorizer(32, 32))
    ours, plain = built
    normal = [layer for layer in ours.layers if isinstance(layer, keras.layers.BatchNormalization)]
    assert len(normal) == 58
    assert all(type(layer) is FusedBatchNormalization for layer in normal)
    assert not any(isinstance(layer, FusedBatchNormalization) for layer in plain.layers)
    for one, other in zip(ours.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
