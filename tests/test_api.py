"""`import colorkeras`: what it offers, and that it loads nothing before it must."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from published import use_folder, write_published
from saved_models import write_model
from tiny_experiment import read_rows, write_photos

import colorkeras
from colorkeras.evaluation.command import main as evaluate_command

PUBLIC = {"Hints", "UserError", "__version__", "color_space", "evaluate", "load"}
PUBLIC |= {"load_experiment"}


@pytest.fixture
def model(tmp_path):
    return write_model(tmp_path / "model.h5")


def python(script, **variables):
    """Run a script in a process of its own; return what it printed, as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_importing_it_loads_nothing_else():
    loaded = python("import colorkeras, json, sys; print(json.dumps(sorted(sys.modules)))")
    assert [name for name in loaded if name.startswith("colorkeras")] == ["colorkeras"]
    assert not {"numpy", "keras", "tensorflow", "jax", "rich", "PIL"} & set(loaded)


def test_what_it_offers():
    assert set(colorkeras.__all__) == PUBLIC
    assert set(dir(colorkeras)) >= PUBLIC
    for name in PUBLIC - {"__version__"}:
        assert getattr(colorkeras, name).__doc__


def test_what_it_does_not_offer():
    with pytest.raises(AttributeError, match="module 'colorkeras' has no attribute 'lode'"):
        colorkeras.lode  # noqa: B018


def test_three_lines(model):
    opened = colorkeras.load(model)
    rgb = opened.colorize(np.full((20, 30), 128, np.uint8))
    assert (rgb.shape, rgb.dtype) == ((20, 30, 3), np.uint8)


def test_a_missing_model_is_a_user_error(tmp_path):
    with pytest.raises(colorkeras.UserError, match=r"model\.h5: no such file"):
        colorkeras.load(tmp_path / "model.h5")


def test_evaluate_gives_the_numbers_of_the_command(model, tmp_path):
    photos = write_photos(tmp_path / "photos", 5)
    out = tmp_path / "out"
    assert evaluate_command([model, "--data", photos, "--limit", "4", "-o", str(out)]) == 0
    found = colorkeras.evaluate(model, photos, limit=4)
    rows = read_rows(out / "eval.csv")
    assert found.metrics.keys() == {row["method"] for row in rows}
    for row in rows:
        for name, value in found.metrics[row["method"]].items():
            assert value == pytest.approx(float(row[name]), rel=1e-5)
    assert found.model == found.metrics["model"]
    assert found.protocol.hash == rows[0]["protocol"]
    assert len(found.names) == len(found.per_image["grey"]["psnr"]) == 4


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"limit": 0}, "limit: received 0, expected at least 1"),
        ({"split": "tests"}, "split: received 'tests', expected one of all, train, val, test"),
    ],
)
def test_evaluate_refuses(model, options, message):
    with pytest.raises(colorkeras.UserError, match=message):
        colorkeras.evaluate(colorkeras.load(model), "scenes:landscape", **options)


IMPORTED_BY_NAME = """
import json
import colorkeras.evaluate
import colorkeras.evaluate as by_name
from colorkeras import evaluate
from colorkeras.api import evaluate as function
print(json.dumps([x is function for x in (colorkeras.evaluate, by_name, evaluate)]))
"""
AFTER_A_COMMAND = """
import io, json, contextlib, colorkeras
from colorkeras.__main__ import main
with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):
    main(["evaluate", "--help"])
print(json.dumps([colorkeras.evaluate is colorkeras.api.evaluate]))
"""


@pytest.mark.parametrize("script", [IMPORTED_BY_NAME, AFTER_A_COMMAND])
def test_evaluate_is_the_function_although_a_module_has_its_name(script):
    assert all(python(script))


def test_the_module_of_that_name_is_still_a_command(model):
    done = subprocess.run(
        [sys.executable, "-m", "colorkeras.evaluate", "--help"],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("usage: python -m colorkeras.evaluate ")


def test_load_experiment_by_name():
    experiment = colorkeras.load_experiment("varga_cnn", "quick", ["train.epochs=7"])
    assert experiment.config.train.epochs == 7
    assert experiment.config.experiment.preset == "quick"
    assert experiment.space.name == experiment.config.color.space


@pytest.mark.parametrize("model", [None, 5, b"model.h5"])
def test_a_model_of_another_type(model, tmp_path):
    with pytest.raises(TypeError, match="expected a Model, a path or a name"):
        colorkeras.evaluate(model, tmp_path)


def test_load_of_another_type():
    with pytest.raises(TypeError, match="received 5, expected the path or the name of a model"):
        colorkeras.load(5)


def test_load_experiment_takes_a_list():
    with pytest.raises(TypeError, match="expected a list"):
        colorkeras.load_experiment("varga_cnn", overrides="train.epochs=7")


def test_color_space():
    assert colorkeras.color_space("lab_cic").family == "lab"
    with pytest.raises(ValueError, match="'lab_cic'"):
        colorkeras.color_space("lab_cicc")


SETTINGS = """
import json, os, random
import keras, numpy
import colorkeras
keras.config.set_dtype_policy("mixed_bfloat16")
random.seed(3); numpy.random.seed(4)
before = random.getstate(), numpy.random.get_state()[1].tolist()
colorkeras.color_space("yuv_tanh")
after = random.getstate(), numpy.random.get_state()[1].tolist()
print(json.dumps([before == after, keras.config.dtype_policy().name, os.environ["KERAS_BACKEND"]]))
"""


def test_a_program_keeps_its_settings():
    """Its random state, its number format, and the backend of a Keras that it has imported."""
    assert python(SETTINGS, KERAS_BACKEND="jax") == [True, "mixed_bfloat16", "jax"]


THREADS = """
import json, os, sys
from concurrent.futures import ThreadPoolExecutor
import colorkeras
sys.stderr = None
os.close(2)
with ThreadPoolExecutor(4) as pool:
    spaces = list(pool.map(colorkeras.color_space, ["yuv_tanh"] * 4))
print(json.dumps([len(spaces), os.fstat(2).st_rdev == os.stat(os.devnull).st_rdev]))
"""


def test_the_first_calls_may_come_from_threads_of_a_program_without_standard_error():
    assert python(THREADS) == [4, True]


def test_published_models_are_opened_by_name(model, tmp_path, monkeypatch):
    write_published(tmp_path / "published", "tinted", model, default=True)
    use_folder(monkeypatch, tmp_path / "published")
    own = colorkeras.load(model).metadata
    assert colorkeras.load("tinted").metadata == colorkeras.load().metadata == own
    photos = write_photos(tmp_path / "photos", 2)
    named, own = colorkeras.evaluate("tinted", photos), colorkeras.evaluate(model, photos)
    assert named.metrics == own.metrics
    with pytest.raises(colorkeras.UserError, match=r"Did you mean tinted\?"):
        colorkeras.load("tintd")
