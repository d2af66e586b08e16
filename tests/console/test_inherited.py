"""An environment that other programs have set up changes nothing and stops nothing."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# What a command has when it is about to build networks.
LOADED = """
import sys
from colorkeras.devices import backend
from colorkeras.console.cli import run_command

def command():
    backend.load()
    import keras, matplotlib
    found = (
        keras.config.floatx(),
        keras.config.image_data_format(),
        keras.config.epsilon(),
        keras.config.backend(),
        matplotlib.get_backend().lower(),
    )
    print(*found)

sys.exit(run_command(command))
"""
RIGHT = "float32 channels_last 1e-07 tensorflow agg\n"
OTHER_SETTINGS = {
    "floatx": "float16",
    "image_data_format": "channels_first",
    "epsilon": 0.5,
    "backend": "torch",
}


def run(code, environment, *arguments, without=()):
    inherited = {name: value for name, value in os.environ.items() if name not in without}
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**inherited, "PYTHONPATH": str(ROOT), **environment},
    )


def test_everything_at_once(tmp_path):
    """A notebook's plots, a `keras.json` of another user's and warnings as errors, without HOME."""
    (tmp_path / "keras.json").write_text(json.dumps(OTHER_SETTINGS), encoding="utf-8")
    settings = {
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "KERAS_HOME": str(tmp_path),
        "KERAS_MAX_EPOCHS": "many",
        "PYTHONWARNINGS": "error",
    }
    done = run(LOADED, settings, without=("HOME",))
    assert (done.returncode, done.stdout) == (0, RIGHT), done.stderr
    assert json.loads((tmp_path / "keras.json").read_text()) == OTHER_SETTINGS


@pytest.mark.parametrize("content", ['{"floatx": "float8"}', "{", "[]"])
def test_a_damaged_keras_json(tmp_path, content):
    (tmp_path / ".keras").mkdir()
    (tmp_path / ".keras" / "keras.json").write_text(content, encoding="utf-8")
    done = run(LOADED, {"HOME": str(tmp_path)}, without=("KERAS_HOME",))
    assert (done.returncode, done.stdout) == (0, RIGHT), done.stderr


def test_wrong_flags_are_told():
    """TensorFlow ends the process on them; what it says must not be held back."""
    done = run(LOADED, {"TF_XLA_FLAGS": "--nonsense"})
    assert done.returncode != 0
    assert "nonsense" in done.stderr


PRINTED = """
import sys
from colorkeras.console.cli import run_command
from colorkeras.console.errors import UserError

def command():
    print("Gr\\u00fcn \\u2192 1")
    raise UserError("\\u00fcber \\x1b[31m \\udce9")

sys.exit(run_command(command))
"""


def test_a_terminal_without_unicode():
    settings = {"LANG": "C", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    done = run(PRINTED, {**settings, "PYTHONIOENCODING": "ascii"})
    assert done.returncode == 2
    assert (done.stdout, done.stderr) == ("Gr?n ? 1\n", "error: ?ber \\x1b[31m \\xe9\n")
