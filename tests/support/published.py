"""Stand-ins for published models: a folder of them, which the test makes the package's own."""

import hashlib
import json
import shutil
from pathlib import Path

from colorkeras.inference import published_models

VALUES = {
    "psnr": {"model": 22.5, "grey": 22.25, "mean_chroma": 22.375},
    "ciede2000": {"model": 11.25, "grey": 12.5, "mean_chroma": 12.25},
    "colorfulness_ratio": {"model": 0.75, "grey": 0.0, "mean_chroma": 0.125},
}


def write_published(folder, name, model, **changes):
    """Write NAME.h5, NAME.json and NAME.md of a model file; return the record."""
    folder.mkdir(exist_ok=True)
    content = Path(model).read_bytes()
    shutil.copyfile(model, folder / f"{name}.h5")
    record = {
        "format": 1,
        "title": "Tiny network",
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
        "licence": "MIT",
        "domain": "8 photographs",
        "default": False,
        "data": {"source": "photos"},
        "metrics": [{"data": "photos, test", "images": 1200, "values": VALUES}],
        **changes,
    }
    (folder / f"{name}.json").write_text(json.dumps(record), encoding="utf-8")
    (folder / f"{name}.md").write_text(f"# {name}\n\nIts card.\n", encoding="utf-8")
    return record


def use_folder(monkeypatch, folder):
    """Make a folder that of the published models."""
    monkeypatch.setattr(published_models, "FOLDER", folder)
