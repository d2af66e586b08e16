"""Run folders as training writes them, for the tests of what reads them."""

import json
import re
from pathlib import Path

import numpy as np
from PIL import Image

METRICS = (
    *("psnr", "ssim", "mse", "chroma_mse", "chroma_mae", "chroma_rmse", "ciede2000"),
    *("colorfulness", "colorfulness_ratio", "threshold_error", "auc", "auc_rebalanced"),
    *("histogram_distance", "hue_error", "bleeding"),
)
PROTOCOL = {
    "format": 1,
    "split": "test",
    "data": "d" * 64,
    "num_images": 128,
    "height": 160,
    "width": 256,
    "resize": "crop",
    "kernel": "area",
    "gamut": "clip",
    "quantize": "uint8",
    "chroma": "CIELAB ab, D65",
    "threshold": 10.0,
    "aggregation": "mean of per-image values",
    "metrics_version": 1,
    "hash": "ab12",
}
GREY = {"psnr": 20.5, "ssim": 0.9, "chroma_rmse": 16.25, "ciede2000": 12.5, "auc": 0.875}
MODEL = {"psnr": 22.25, "ssim": 0.9375, "chroma_rmse": 11.5, "ciede2000": 8.125, "auc": 0.9375}


def write_run(root, experiment="cnn", run="a", *, seed=0, status="finished", test=None, **more):
    """Write one run folder and give its path back.

    Args:
        test: metrics of the final test by method; by default grey and model.
        more: entries of run.json to replace; `protocol` takes the fields that differ.
    """
    folder = Path(root, experiment, run)
    folder.mkdir(parents=True)
    protocol = {**PROTOCOL, **more.pop("protocol", {})}
    info = {
        "format": 1,
        "kind": "training",
        "experiment": experiment,
        "run": run,
        "preset": "quick",
        "status": status,
        "seed": seed,
        "precision": {"requested": "auto", "used": "bfloat16"},
        "parameters": {"colorizer": 3892194},
        "data": {"source": "scenes:animation", "manifest": "e" * 64, "train": 1000, "test": 128},
        "protocol": protocol,
        "images_per_second": 12.25,
        "seconds": {"total": 200.5},
        "peak_memory_mb": 2100,
        "steps": 300,
        "epochs": 3,
        "commit": "0123456789abcdef",
        **more,
    }
    (folder / "run.json").write_text(json.dumps(info), encoding="utf-8")
    config = f'[data]\nsource = "scenes:animation"\nseed = 7\n\n[train]\nseed = {seed}\n'
    (folder / "config.toml").write_text(config, encoding="utf-8")
    write_train(folder)
    rows = [("val", step, "model", {**MODEL, "psnr": 19 + step / 100}) for step in (100, 200, 300)]
    rows.append(("val", 300, "grey", GREY))
    for method, metrics in (test or {"grey": GREY, "model": MODEL}).items():
        rows.append(("test", 300, method, metrics))
    write_eval(folder, rows, {"val": f"val{protocol['hash']}", "test": protocol["hash"]})
    return folder


def write_train(folder, terms=("loss_colorizer",), num_rows=30):
    """Write a train.csv with falling losses."""
    lines = [",".join(["step", "epoch", "images", "learning_rate_colorizer", *terms])]
    for row in range(1, num_rows + 1):
        losses = [f"{1 / row + index:.6g}" for index in range(len(terms))]
        lines.append(",".join([str(row * 10), str(row // 10), str(row * 80), "0.001", *losses]))
    Path(folder, "train.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_eval(folder, rows, hashes):
    """Write an eval.csv of (split, step, method, metrics); metrics not given stay blank."""
    lines = [",".join(["step", "epoch", "split", "method", "images", *METRICS, "protocol"])]
    for split, step, method, metrics in rows:
        cells = [str(metrics.get(name, "")) for name in METRICS]
        lines.append(",".join([str(step), "1", split, method, "128", *cells, hashes[split]]))
    Path(folder, "eval.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_images(folder, values, names=None):
    """Write eval_images.csv of values by method and metric: (images,) numbers, blanks for None."""
    metrics = list(dict.fromkeys(key for found in values.values() for key in found))
    lines = [",".join(["method", "image", *metrics])]
    for method, found in values.items():
        for index in range(len(next(iter(found.values())))):
            name = names[index] if names else f"{index:04d}.png"
            cells = [_cell(found.get(key), index) for key in metrics]
            lines.append(",".join([method, name, *cells]))
    Path(folder, "eval_images.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    file = Path(folder, "eval.csv")
    text = file.read_text(encoding="utf-8")
    file.write_text(re.sub(r"(,test,\w+),\d+,", rf"\1,{index + 1},", text), encoding="utf-8")


def _cell(column, index):
    return "" if column is None or column[index] is None else str(column[index])


def write_measured(root, experiment, run, values, **options):
    """Write a run whose final test is the mean of the given values of single images."""
    test = {
        method: {key: repr(float(np.mean(numbers))) for key, numbers in found.items()}
        for method, found in values.items()
    }
    folder = write_run(root, experiment, run, test=test, **options)
    write_images(folder, values)
    return folder


def write_samples(folder, names=("one.png", "two.png"), size=(48, 64), tint=0):
    """Write samples/test with grey, model and truth of each name."""
    samples = Path(folder, "samples", "test")
    samples.mkdir(parents=True)
    lines = ["number,image"]
    for number, name in enumerate(names):
        lines.append(f"{number},{name}")
        for value, method in ((40, "grey"), (90 + tint, "model"), (160, "truth")):
            image = np.full((*size, 3), min(255, value + number), np.uint8)
            Image.fromarray(image).save(samples / f"{number:03d}_{method}.png")
    (samples / "index.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
