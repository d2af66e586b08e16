"""usage.py colors as `colorkeras colorize` does, within one of 255 levels.

The steps are the same; only float32 is rounded in another order.
"""

import subprocess
import sys

import keras
import numpy as np
import pytest
from exported import PACKAGES, export_file, program
from PIL import Image
from saved_models import METADATA, write_noisy_model
from tiny_experiment import make_image

from colorkeras.color.space import ColorSpace
from colorkeras.inference.export.formats import FORMATS
from colorkeras.inference.export.usage_color import color_code
from colorkeras.inference.model import Model
from colorkeras.inference.saved_model import load_model
from colorkeras.inference.saving import save_model

LEVELS = 1  # of 255
# Larger than the model's 32×32 and smaller, of other proportions, and of a single column.
SIZES = [(32, 32), (40, 48), (90, 61), (20, 7), (300, 200), (90, 1)]


def write_vivid_model(path, space):
    """A model whose chroma follows the luminance through and beyond what sRGB can show."""
    space = ColorSpace.named(space)
    (low, high), ends = space.input_range, np.array(space.target_range)
    span = ends[:, 1] - ends[:, 0]
    slope = 1.6 * span / (high - low) * [1, -1]
    bias = ends.mean(axis=1) - slope * (low + high) / 2
    model = keras.Sequential([keras.Input((32, 32, 1)), keras.layers.Conv2D(2, 1, name="chroma")])
    model.set_weights([slope.reshape(1, 1, 1, 2), bias])
    save_model(path, model, space, METADATA)
    return str(path)


def assert_colored_alike(path, folder, sample=None):
    """Compare `colorize` of usage.py with ours, on images of several sizes."""
    model, functions = Model(load_model(path)), program(folder)
    number = () if sample is None else (sample,)
    for seed, size in enumerate(SIZES):
        image = make_image(seed, *size)
        expected = model.colorize(image, sample)
        found = functions["colorize"](image, *number)
        assert found.shape == image.shape
        assert found.dtype == np.uint8
        apart = np.abs(found.astype(int) - expected)
        assert apart.max() <= LEVELS, size
        assert (apart > 0).mean() < 0.02, size
        assert np.ptp(expected, axis=2).max() > 40  # it has colors


@pytest.mark.parametrize("space", ColorSpace.names())
def test_every_color_space(space, tmp_path):
    path = write_vivid_model(tmp_path / "model.h5", space)
    export_file(path, "keras", tmp_path / "out")
    assert_colored_alike(path, tmp_path / "out")


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_with_noise(name, tmp_path):
    for package in PACKAGES.get(name, ()):
        pytest.importorskip(package)
    keras.utils.set_random_seed(0)
    path = write_noisy_model(tmp_path / "model.h5", "input")
    export_file(path, name, tmp_path / "out")
    for sample in (0, 2):
        assert_colored_alike(path, tmp_path / "out", sample)


@pytest.mark.parametrize("name", ["savedmodel", "onnx", "litert"])
def test_other_formats_without_noise(name, tmp_path):
    for package in PACKAGES.get(name, ()):
        pytest.importorskip(package)
    path = write_vivid_model(tmp_path / "model.h5", "ycbcr_tanh")
    export_file(path, name, tmp_path / "out")
    assert_colored_alike(path, tmp_path / "out")


def test_dropout_is_the_plain_prediction(tmp_path):
    keras.utils.set_random_seed(0)
    path = write_noisy_model(tmp_path / "model.h5", "dropout")
    export_file(path, "keras", tmp_path / "out")
    assert_colored_alike(path, tmp_path / "out")


@pytest.mark.parametrize("space", ColorSpace.names())
def test_colors_are_split_and_merged_as_by_the_color_space(space):
    space = ColorSpace.named(space)
    names = {"np": np}
    exec(color_code(space), names)
    draw = np.random.default_rng(0)
    rgb = draw.integers(0, 256, (50, 40, 3), dtype=np.uint8)
    luminance, _ = map(np.asarray, space.split(rgb))
    found = names["luminance_of"](rgb)
    np.testing.assert_allclose(
        found / names["INPUT_SCALE"] + names["INPUT_OFFSET"],
        luminance[..., 0],
        atol=2e-5,
        rtol=1e-5,
    )
    ends = np.array(space.target_range)
    chroma = draw.uniform(*(1.3 * ends.T), (50, 40, 2)).astype(np.float32)
    raw = (chroma - names["TARGET_OFFSET"]) * names["TARGET_SCALE"]
    expected = np.asarray(space.merge(luminance, chroma, gamut="desaturate"))
    np.testing.assert_allclose(255 * names["merged"](found, raw), expected, atol=0.05)


def test_as_a_program_without_us(tmp_path):
    """A file in, a file out; neither colorkeras nor TensorFlow is there."""
    for package in PACKAGES["onnx"]:
        pytest.importorskip(package)
    path = write_vivid_model(tmp_path / "model.h5", "yuv_tanh")
    export_file(path, "onnx", tmp_path / "out")
    image = make_image(3, 50, 70)
    Image.fromarray(image).save(tmp_path / "photo.png")
    code = (
        "import runpy, sys\n"
        "sys.modules.update(dict.fromkeys(['colorkeras', 'tensorflow', 'keras']))\n"
        f"sys.argv = ['usage.py', {str(tmp_path / 'photo.png')!r}, {str(tmp_path / 'c.png')!r}]\n"
        f"runpy.run_path({str(tmp_path / 'out' / 'usage.py')!r}, run_name='__main__')\n"
    )
    subprocess.run([sys.executable, "-I", "-c", code], check=True, cwd=tmp_path)
    with Image.open(tmp_path / "c.png") as result:
        found = np.asarray(result).astype(int)
    expected = Model(load_model(path)).colorize(image)
    # A level of what the model sees may be rounded the other way, and this model is steep.
    assert np.abs(found - expected).max() <= 3
    assert (np.abs(found - expected) > LEVELS).mean() < 0.001


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("gone.png", "c.png"), "cannot be read as an image"),
        (("photo.png", "none/c.png"), "cannot be written"),
        (("photo.png", "c.foo"), "c.foo: expected the name of an image"),
        ((), "usage: usage.py PHOTO RESULT.png"),
        (("photo.png", "c.png", "1"), "usage: usage.py PHOTO RESULT.png"),
    ],
)
def test_mistakes_of_its_user(arguments, message, tmp_path):
    for package in PACKAGES["onnx"]:
        pytest.importorskip(package)
    path = write_vivid_model(tmp_path / "model.h5", "yuv_tanh")
    export_file(path, "onnx", tmp_path / "out")
    Image.fromarray(make_image()).save(tmp_path / "photo.png")
    command = [sys.executable, tmp_path / "out" / "usage.py", *arguments]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1
    assert message in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
