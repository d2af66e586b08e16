"""The inference file: what plain Keras makes of ours, and what we make of a stranger's."""

import json
import os
import shutil

import h5py
import keras
import numpy as np
import pytest

from colorkeras.color import ColorSpace
from colorkeras.errors import UserError
from colorkeras.saved_model import ATTRIBUTE, FORMAT, load_model, save_model

SPACE = ColorSpace.named("yuv_tanh")
PASSPORT = {
    "experiment": "tiny",
    "run": "first",
    "step": 30,
    "mean_ab": [1.5, -2.25],
    "resize": "crop",
    "data": {"source": "scenes:landscape"},
}
HEIGHT, WIDTH = 8, 16


def build():
    """A branched model with batch normalisation, dropout and a concatenation."""
    inputs = keras.Input((HEIGHT, WIDTH, 1), name="luminance")
    left = keras.layers.Conv2D(4, 3, strides=2, padding="same", activation="relu")(inputs)
    left = keras.layers.BatchNormalization()(left)
    left = keras.layers.UpSampling2D()(keras.layers.Dropout(0.5)(left))
    both = keras.layers.Concatenate()([left, inputs])
    outputs = keras.layers.Conv2D(2, 1, activation="tanh", name="chroma")(both)
    return keras.Model(inputs, outputs, name="tiny")


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(1)
    return build()


@pytest.fixture(scope="module")
def original(model, tmp_path_factory):
    path = tmp_path_factory.mktemp("saved") / "model.h5"
    save_model(path, model, SPACE, PASSPORT)
    return path


@pytest.fixture
def path(original, tmp_path):
    """A copy to spoil."""
    return shutil.copy(original, tmp_path / "model.h5")


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(2).random((2, HEIGHT, WIDTH, 1), "float32")


def predict(model, images):
    return keras.ops.convert_to_numpy(model(images, training=False))


def message_of(path):
    with pytest.raises(UserError) as caught:
        load_model(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    return message


class TestSaved:
    def test_plain_keras_opens_it(self, original, model, images):
        opened = keras.models.load_model(original, compile=False)
        np.testing.assert_array_equal(predict(opened, images), predict(model, images))

    def test_only_built_in_layers(self, original):
        opened = keras.models.load_model(original, compile=False)
        assert {type(layer).__module__.split(".")[0] for layer in opened.layers} == {"keras"}

    def test_passport(self, original):
        with h5py.File(original, "r") as file:
            assert json.loads(file.attrs[ATTRIBUTE]) == {
                "format": FORMAT,
                "height": HEIGHT,
                "width": WIDTH,
                "color_space": SPACE.to_dict(),
                **PASSPORT,
            }
            assert "optimizer_weights" not in file

    def test_nothing_is_left_beside_it(self, original):
        assert [path.name for path in original.parent.iterdir()] == ["model.h5"]

    def test_no_warning_of_a_legacy_format(self, model, tmp_path, caplog, capfd):
        save_model(tmp_path / "model.h5", model, SPACE, PASSPORT)
        assert caplog.text == ""
        assert capfd.readouterr() == ("", "")

    def test_replaces_an_older_file(self, model, path, images):
        other = keras.models.clone_model(model)
        save_model(path, other, SPACE, {**PASSPORT, "step": 60})
        saved = load_model(path)
        assert saved.passport["step"] == 60
        np.testing.assert_array_equal(predict(saved.model, images), predict(other, images))

    def test_full_disk_keeps_the_older_file(self, model, path, monkeypatch):
        before = path.read_bytes()

        def no_space(*_args):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "replace", no_space)
        with pytest.raises(UserError, match=r"model\.h5: cannot be written: No space left"):
            save_model(path, model, SPACE, {**PASSPORT, "step": 60})
        assert path.read_bytes() == before
        assert [entry.name for entry in path.parent.iterdir()] == ["model.h5"]


class TestLoaded:
    def test_equals_what_was_saved(self, original, model, images):
        saved = load_model(original)
        assert saved.space == SPACE
        assert saved.passport == {
            "format": FORMAT,
            "height": HEIGHT,
            "width": WIDTH,
            "color_space": SPACE.to_dict(),
            "noise": {"source": "none", "distribution": "normal"},  # of a file that says nothing
            **PASSPORT,
        }
        np.testing.assert_array_equal(predict(saved.model, images), predict(model, images))

    def test_path_as_text(self, original):
        assert load_model(str(original)).passport["run"] == "first"

    def test_not_compiled_and_in_float32(self, original):
        loaded = load_model(original).model
        assert not loaded.compiled
        assert {weight.dtype for weight in loaded.weights} == {"float32"}
        assert {layer.compute_dtype for layer in loaded.layers} == {"float32"}

    def test_float32_whatever_the_policy(self, original, images, model):
        policy = keras.config.dtype_policy()
        keras.config.set_dtype_policy("mixed_bfloat16")
        try:
            loaded = load_model(original).model
        finally:
            keras.config.set_dtype_policy(policy)
        assert {layer.compute_dtype for layer in loaded.layers[1:]} == {"float32"}
        np.testing.assert_array_equal(predict(loaded, images), predict(model, images))

    def test_every_color_space_comes_back(self, model, tmp_path):
        for name in ColorSpace.names():
            save_model(tmp_path / "model.h5", model, ColorSpace.named(name), PASSPORT)
            assert load_model(tmp_path / "model.h5").space == ColorSpace.named(name)

    def test_model_can_be_trained_on(self, original, images):
        """The trial load without memory leaves no variable without a value."""
        loaded = load_model(original).model
        loaded.compile("sgd", "mse")
        before = loaded.get_weights()[0].copy()
        loaded.train_on_batch(images, np.ones((2, HEIGHT, WIDTH, 2), "float32"))
        assert not np.array_equal(loaded.get_weights()[0], before)


class TestNoModelFile:
    def test_missing(self, tmp_path):
        assert "no such file; expected the model.h5" in message_of(tmp_path / "model.h5")

    def test_folder(self, tmp_path):
        assert "no such file" in message_of(tmp_path)

    @pytest.mark.parametrize("content", [b"", b"hello\n", b"\x89HDF", b"\x89PNG\r\n\x1a\n" * 100])
    def test_other_files(self, tmp_path, content):
        (tmp_path / "model.h5").write_bytes(content)
        assert "not an HDF5 file" in message_of(tmp_path / "model.h5")

    def test_plain_keras_file(self, model, tmp_path):
        model.save(tmp_path / "model.h5", include_optimizer=False)
        message = message_of(tmp_path / "model.h5")
        assert "not written by colorkeras (no 'colorkeras' attribute)" in message

    @pytest.mark.parametrize("share", [0.001, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.9999])
    def test_cut_short(self, path, share):
        size = path.stat().st_size
        os.truncate(path, int(size * share))
        message = message_of(path)
        assert "damaged or cut short" in message or "not an HDF5 file" in message

    def test_damaged_anywhere(self, original, path):
        """64 bytes inverted in 40 places: refused by name, or still a model of finite weights."""
        whole = original.read_bytes()
        refused = 0
        for start in np.linspace(0, len(whole) - 64, 40).astype(int):
            damage = bytes(byte ^ 255 for byte in whole[start : start + 64])
            path.write_bytes(whole[:start] + damage + whole[start + 64 :])
            try:
                weights = load_model(path).model.get_weights()
            except UserError:
                refused += 1
            else:
                assert all(np.isfinite(weight).all() for weight in weights)
        assert 10 <= refused < 40  # the names and sizes; unlucky weights only change their value


def change_passport(path, **changes):
    with h5py.File(path, "r+") as file:
        passport = {**json.loads(file.attrs[ATTRIBUTE]), **changes}
        file.attrs[ATTRIBUTE] = json.dumps({k: v for k, v in passport.items() if v is not None})


class TestPassport:
    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"format": 2}, "saved-model format 2; this version reads 1."),
            ({"format": None}, "saved-model format None"),
            ({"format": "1"}, "saved-model format '1'"),
            ({"color_space": None}, "its passport lacks color_space"),
            ({"color_space": "lab"}, "its passport says color_space = 'lab', expected a table"),
            ({"color_space": {"format": 9}}, "Color space format 9: expected 1."),
            ({"color_space": {**SPACE.to_dict(), "input_scale": 0.0}}, "scales not zero"),
            ({"color_space": {**SPACE.to_dict(), "family": "cmyk"}}, "'cmyk': expected one of"),
            ({"height": 16}, "(None, 8, 16, 2); its passport says (None, 16, 16, 1) →"),
            ({"width": None, "run": None}, "its passport lacks run, width; expected a model.h5"),
        ],
    )
    def test_changed(self, path, changes, words):
        change_passport(path, **changes)
        assert words in message_of(path)

    @pytest.mark.parametrize(
        ("value", "words"),
        [
            ("{", "'colorkeras' is not valid JSON"),
            ("[" * 100_000, "'colorkeras' is not valid JSON"),
            ("[]", "'colorkeras' is no JSON object"),
            ("1", "'colorkeras' is no JSON object"),
            (5, "'colorkeras' is no JSON text"),
            (np.zeros(3), "'colorkeras' is no JSON text"),
            (b"\xff\xfe{", "'colorkeras' is not valid JSON"),
            (h5py.Empty("f4"), "'colorkeras' is no JSON text"),
            (" " * (8 * 2**20 + 1), "'colorkeras' is no JSON text of sensible size"),
        ],
    )
    def test_no_json_object(self, path, value, words):
        with h5py.File(path, "r+") as file:
            file.attrs[ATTRIBUTE] = value
        assert words in message_of(path)

    def test_model_of_another_contract(self, tmp_path):
        inputs = keras.Input((HEIGHT, WIDTH, 1))
        other = keras.Model(inputs, keras.layers.Conv2D(3, 1)(inputs))
        save_model(tmp_path / "model.h5", other, SPACE, PASSPORT)
        assert "maps (None, 8, 16, 1) → (None, 8, 16, 3)" in message_of(tmp_path / "model.h5")

    @pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
    def test_weights_that_are_no_numbers(self, model, tmp_path, value):
        spoilt = keras.models.clone_model(model)
        layer = spoilt.get_layer("chroma")
        kernel, bias = layer.get_weights()
        bias[1] = value
        layer.set_weights([kernel, bias])
        save_model(tmp_path / "model.h5", spoilt, SPACE, PASSPORT)
        assert "the weight chroma/bias is not finite" in message_of(tmp_path / "model.h5")


def soft_link(file, _folder):
    file["model_weights/extra"] = h5py.SoftLink("/model_weights")


def external_link(file, folder):
    (folder / "secret.h5").write_bytes(b"")
    file["model_weights/extra"] = h5py.ExternalLink("secret.h5", "/")


def dangling_link(file, _folder):
    file["model_weights/extra"] = h5py.SoftLink("/nowhere")


def external_storage(file, folder):
    (folder / "secret.bin").write_bytes(bytes(64))
    file.create_dataset("extra", (16,), "f4", external=[(str(folder / "secret.bin"), 0, 64)])


def virtual_dataset(file, folder):
    layout = h5py.VirtualLayout((4,), "f4")
    layout[:] = h5py.VirtualSource(str(folder / "secret.h5"), "x", (4,))
    file.create_virtual_dataset("extra", layout)


def text_dataset(file, _folder):
    file.create_dataset("extra", data=["a", "b"], dtype=h5py.string_dtype())


def reference_dataset(file, _folder):
    file.create_dataset("extra", data=[file.ref], dtype=h5py.ref_dtype)


def compound_dataset(file, _folder):
    file.create_dataset("extra", (2,), np.dtype([("a", "f4"), ("b", "i4")]))


def empty_dataset(file, _folder):
    file.create_dataset("extra", data=h5py.Empty("f4"))


def named_type(file, _folder):
    file["extra"] = np.dtype("f4")


def gigabytes_in_chunks(file, _folder):
    file.create_dataset("extra", (2**30,), "f4", chunks=(2**10,))


def gigabytes_compressed(file, _folder):
    file.create_dataset("extra", (2**24,), "f4", chunks=(2**20,), compression="gzip")


def size_beyond_64_bits(file, _folder):
    file.create_dataset("extra", (2**32, 2**32), "f4", chunks=(2**5, 2**5))


def group_in_itself(file, _folder):
    file["model_weights/extra"] = file["model_weights"]


class TestHostileContents:
    @pytest.mark.parametrize("spoil", [soft_link, external_link, dangling_link])
    def test_links(self, path, spoil):
        with h5py.File(path, "r+") as file:
            spoil(file, path.parent)
        assert "/model_weights/extra is a link" in message_of(path)

    def test_endless_nesting(self, path):
        with h5py.File(path, "r+") as file:
            group_in_itself(file, path.parent)
        assert "there are too many parts" in message_of(path)

    @pytest.mark.parametrize(
        "spoil",
        [
            external_storage,
            virtual_dataset,
            text_dataset,
            reference_dataset,
            compound_dataset,
            empty_dataset,
            named_type,
        ],
    )
    def test_no_plain_numbers(self, path, spoil):
        with h5py.File(path, "r+") as file:
            spoil(file, path.parent)
        assert "/extra does not hold plain numbers" in message_of(path)

    @pytest.mark.parametrize(
        ("spoil", "declared"),
        [
            (gigabytes_in_chunks, 2**32),
            (gigabytes_compressed, 2**26),
            (size_beyond_64_bits, 2**66),
        ],
    )
    def test_more_than_the_file_holds(self, path, spoil, declared):
        with h5py.File(path, "r") as file:
            weights = []
            file.visititems(lambda _, item: weights.append(getattr(item, "nbytes", 0)))
        with h5py.File(path, "r+") as file:
            spoil(file, path.parent)
        assert path.stat().st_size < 2**20
        assert f"declares {declared + sum(weights):,} bytes of weights" in message_of(path)

    def test_no_architecture(self, path):
        with h5py.File(path, "r+") as file:
            del file.attrs["model_config"]
        assert "holds weights but no architecture" in message_of(path)

    def test_no_weights(self, path):
        with h5py.File(path, "r+") as file:
            del file["model_weights"]
        assert "not a usable colorkeras model" in message_of(path)

    @pytest.mark.parametrize(
        ("value", "words"),
        [
            ("{'class_name'}", "'model_config' is not valid JSON"),
            ("[" * 100_000 + "]" * 100_000, "'model_config' is not valid JSON"),
            ('{"a": ' * 50_000 + "1" + "}" * 50_000, "'model_config' is not valid JSON"),
            ("{}", "not a usable colorkeras model"),
            ('{"class_name": [], "config": 5}', "not a usable colorkeras model"),
            ('{"class_name": "Functional", "config": {}}', "not a usable colorkeras model"),
            ('{"class_name": "Nothing", "config": {}}', "not a usable colorkeras model"),
            (5, "'model_config' is no JSON text"),
        ],
    )
    def test_architecture_that_is_none(self, path, value, words):
        with h5py.File(path, "r+") as file:
            file.attrs["model_config"] = value
        assert words in message_of(path)


def change_layer(path, name, changes, **top):
    """Change the configuration of one layer in the file; `top`: class_name or module."""
    with h5py.File(path, "r+") as file:
        config = json.loads(file.attrs["model_config"])
        (layer,) = (part for part in config["config"]["layers"] if part["name"] == name)
        layer["config"].update(changes)
        layer.update(top)
        file.attrs["model_config"] = json.dumps(config)


class TestHostileLayers:
    @pytest.mark.parametrize("name", ["Lambda", "TFSMLayer", "TorchModuleWrapper", "StringLookup"])
    def test_layers_with_code_or_files(self, path, name):
        change_layer(path, "chroma", {}, class_name=name)
        assert f"layer {name} is refused in model files" in message_of(path)

    @pytest.mark.parametrize("module", ["os", "builtins", "kerasx.layers", "tensorflow", 5])
    def test_classes_from_elsewhere(self, path, module):
        change_layer(path, "chroma", {}, module=module)
        message = message_of(path)
        assert f"class from module {str(module)!r}; expected built-in Keras" in message

    def test_function_from_elsewhere(self, path):
        function = {"class_name": "function", "config": "system", "module": "os"}
        change_layer(path, "chroma", {"activation": function})
        assert "class from module 'os'" in message_of(path)

    def test_lambda_that_keras_wrote(self, tmp_path):
        inputs = keras.Input((HEIGHT, WIDTH, 1))
        outputs = keras.layers.Lambda(lambda x: keras.ops.concatenate([x, x], -1))(inputs)
        save_model(tmp_path / "model.h5", keras.Model(inputs, outputs), SPACE, PASSPORT)
        assert "layer Lambda is refused" in message_of(tmp_path / "model.h5")

    @pytest.mark.parametrize(
        ("changes", "top"),
        [
            ({"filters": 500_000_000}, {}),
            ({"kernel_size": [1_000_000, 1_000_000]}, {}),
            ({"kernel_size": 3}, {}),
            ({"filters": 0}, {}),
            ({"filters": -1}, {}),
            ({"filters": "two"}, {}),
            ({"filters": [[2]]}, {}),
            ({"units": 500_000_000}, {"class_name": "Dense"}),
            ({"units": 2}, {"class_name": "Dense"}),
            ({"activation": "nothing"}, {}),
            ({"dtype": "float1024"}, {}),
            ({"surprise": 1}, {}),
        ],
    )
    def test_layers_that_the_weights_do_not_fit(self, path, changes, top):
        change_layer(path, "chroma", changes, **top)
        assert "not a usable colorkeras model" in message_of(path)

    def test_sizes_that_multiply_to_terabytes(self, tmp_path):
        """Every single number appears among the stored shapes; only the product is absurd."""
        inputs = keras.Input((HEIGHT, WIDTH, 1))
        flat = keras.layers.Flatten(name="flat")(inputs)
        dense = keras.layers.Dense(HEIGHT * WIDTH * 2, name="dense")(flat)
        outputs = keras.layers.Reshape((HEIGHT, WIDTH, 2))(dense)
        save_model(tmp_path / "model.h5", keras.Model(inputs, outputs), SPACE, PASSPORT)
        load_model(tmp_path / "model.h5")
        with h5py.File(tmp_path / "model.h5", "r+") as file:
            text = file.attrs["model_config"]
            assert f"[null, {HEIGHT}, {WIDTH}, 1]" in text
            file.attrs["model_config"] = text.replace(
                f"[null, {HEIGHT}, {WIDTH}, 1]", "[null, 1048576, 1048576, 1]"
            )
        message = message_of(tmp_path / "model.h5")
        assert "Weight expects shape (1099511627776, 256)" in message
        assert build().built  # nothing of it waits to be given memory by the next model

    def test_nested_models_without_end(self, path):
        inner = {"class_name": "Sequential", "config": {"name": "s", "layers": []}}
        for _ in range(200):
            inner = {"class_name": "Sequential", "config": {"name": "s", "layers": [inner]}}
        with h5py.File(path, "r+") as file:
            file.attrs["model_config"] = json.dumps(inner)
        assert "not a usable colorkeras model" in message_of(path)
