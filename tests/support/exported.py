"""Exported models for tests: their program as functions, and experiments made small."""

import keras
import numpy as np
from saved_models import METADATA

from colorkeras.config.load import load_config
from colorkeras.experiment.generator import all_layers
from colorkeras.experiment.loading import load_experiment
from colorkeras.inference.export.exporting import export
from colorkeras.inference.export.formats import FORMATS
from colorkeras.inference.export.metadata import Origin
from colorkeras.inference.saved_model import load_model
from colorkeras.inference.saving import save_model

PACKAGES = {"onnx": ("onnx", "onnxruntime", "tf2onnx"), "litert": ("ai_edge_litert",)}
SMALLER = 8  # so many times fewer filters


def export_file(path, name, out):
    """Export a model file; return what was written."""
    return export(load_model(path, 4), FORMATS[name], out, Origin("0" * 64), "tiny")


def program(folder):
    """The names that usage.py defines."""
    file = folder / "usage.py"
    names = {"__file__": str(file), "__name__": "usage"}
    exec(compile(file.read_text(encoding="utf-8"), str(file), "exec"), names)
    return names


def write_thin_experiment(path, folder):
    """Save an experiment's generator with an eighth of its filters and weights of any value."""
    name = folder.name
    size = 64 if name == "pix2pix" else 32
    chosen = [f"data.height={size}", f"data.width={size}", "train.layers=keras"]
    chosen += ["model.levels=4"] if name == "anime_gan" else []
    ours = load_experiment(load_config(folder, None, chosen))
    whole = ours.model()
    config = whole.get_config()
    _make_thin(config)
    model = type(whole).from_config(config)
    _draw_weights(model)
    noise = ours.noise(model)
    metadata = {**METADATA, "experiment": name, "noise": noise.record()}
    save_model(path, model, ours.space, metadata)
    return str(path)


def _make_thin(config):
    for layer in config["layers"]:
        layer.pop("build_config", None)  # shapes of before
        inner = layer["config"]
        if "layers" in inner:
            _make_thin(inner)
        if inner.get("filters", 0) > 2:
            inner["filters"] = max(2, inner["filters"] // SMALLER)


def _draw_weights(model):
    """Statistics that are not 0 and 1, and biases that are not 0, as training leaves them."""
    draw = np.random.default_rng(0)
    keras.utils.set_random_seed(0)
    for layer in all_layers(model):
        for weight in layer.weights:
            if weight.name in ("moving_mean", "beta", "bias"):
                weight.assign(draw.normal(0, 0.1, weight.shape))
            if weight.name in ("moving_variance", "gamma"):
                weight.assign(draw.uniform(0.5, 1.5, weight.shape))
