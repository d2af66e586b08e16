"""From a finished run to the files of a published model: NAME.h5, NAME.json and NAME.md."""

import hashlib
import math
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from colorkeras.config.load import load_config
from colorkeras.config.shipped import model_file
from colorkeras.console.errors import UserError
from colorkeras.inference.published_models import FORMAT, is_rendered, published_models
from colorkeras.inference.saved_model import SavedModel, load_model
from colorkeras.inference.saving import save_model
from colorkeras.publishing.card import card
from colorkeras.publishing.identity import check_model
from colorkeras.publishing.measured import data_name
from colorkeras.publishing.places import without_places
from colorkeras.publishing.rounding import (
    IMAGES,
    MANTISSA_BITS,
    Difference,
    color_difference,
    round_kernels,
)
from colorkeras.records.atomic import write_json, write_text
from colorkeras.report.stored_runs import StoredRun

MOST_BYTES = 16 * 10**6
MOST_MEAN_DIFFERENCE = 0.5  # of 255 levels: what the last rounding to 8 bits may hide
CARD = "card.md"  # the text by hand, in the experiment's folder


@dataclass(frozen=True)
class Request:
    """What to publish, and how.

    Attributes:
        run: the finished run.
        name: of the published model.
        licence: of its weights, in words.
        folder: where its files go.
        licences: as `data_licences.licences` counts them.
        metrics: as `measured` gives them, of the run and of further evaluations.
        seeds: as `seeds_of` gives them.
        default: whether it becomes the model that is used where none is named.
    """

    run: StoredRun
    name: str
    licence: str
    folder: Path
    licences: list[dict[str, Any]]
    metrics: list[dict[str, Any]]
    seeds: list[dict[str, Any]]
    default: bool


def publish(request: Request) -> dict[str, Any]:
    """Write the files of a published model; all of them, or none.

    Returns:
        Its record.

    Raises:
        UserError: when the model is not the run's, its file is larger than 16 MB, or rounding
            changes colors by more than half a level on average.
    """
    before = load_model(request.run.folder / "model.h5", math.inf)
    check_model(request.run, before.metadata)
    request.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=request.folder, prefix=".publish") as made:
        file = Path(made, f"{request.name}.h5")
        saved, difference = _write_model(request, before, file)
        record = _record(request, saved, file, difference)
        write_text(file.with_suffix(".md"), card(record, by_hand(request.run)))
        write_json(file.with_suffix(".json"), record)
        for made_file in sorted(Path(made).iterdir()):
            os.replace(made_file, request.folder / made_file.name)
    if record["default"]:
        _take_default_from_others(request)
    return record


def by_hand(run: StoredRun) -> str:
    """The text by hand for the card of a run's model; empty where there is none."""
    folder = load_config(run.folder / "config.toml").experiment.folder
    path = model_file(folder).parent / CARD
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _write_model(request: Request, before: SavedModel, file: Path) -> tuple[SavedModel, Difference]:
    """Write the rounded model; return it as it opens, and how its colors differ."""
    source = request.run.folder / "model.h5"
    rounded = load_model(source, math.inf)
    round_kernels(rounded.model)
    own = {"format", "integrity", "height", "width", "color_space"}
    facts = {key: value for key, value in before.metadata.items() if key not in own}
    data = {**facts["data"], "source": data_name(facts["data"].get("source", ""))}
    facts |= {"data": data, "published": request.name}
    save_model(file, rounded.model, rounded.space, facts, compressed=True)
    if (size := file.stat().st_size) > MOST_BYTES:
        raise UserError(
            f"{source}: takes {size:,} bytes when rounded and compressed; a published model has at "
            f"most {MOST_BYTES:,}. Train a smaller network."
        )
    after = load_model(file)
    difference = color_difference(before, after)
    if not difference.mean <= MOST_MEAN_DIFFERENCE:
        raise UserError(
            f"{source}: rounding its weights changes colors by {difference.mean:.2f} of 255 levels "
            f"on average; at most {MOST_MEAN_DIFFERENCE} is allowed. Train it longer, or without "
            "very large weights."
        )
    return after, difference


def _record(
    request: Request, saved: SavedModel, file: Path, difference: Difference
) -> dict[str, Any]:
    run, metadata, content = request.run, saved.metadata, file.read_bytes()
    others = [x for x in published_models(request.folder) if x.name != request.name]
    data = {key: run.get("data", key) for key in ("manifest", "train", "val", "test")}
    return {
        "format": FORMAT,
        "name": request.name,
        "title": metadata["title"],
        "default": request.default or not any(other.is_default for other in others),
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
        "licence": request.licence,
        "domain": _domain(run, request.licences),
        "height": metadata["height"],
        "width": metadata["width"],
        "parameters": metadata["parameters"],
        "data": {"source": metadata["data"]["source"], **data, "licences": request.licences},
        "metrics": request.metrics,
        "seeds": request.seeds,
        "rounding": {"mantissa_bits": MANTISSA_BITS, "images": IMAGES, **asdict(difference)},
        "cost": _cost(run),
        "experiment": run.experiment,
        "run": run.name,
        "command": without_places(str(run.get("command"))),
        "commit": run.get("commit"),
    }


def _domain(run: StoredRun, licences: list[dict[str, Any]]) -> str:
    name = data_name(run.get("data", "source"))
    if is_rendered(run.get("data")):
        return f"rendered scenes only ({name})"
    sources = len({found["source"] for found in licences})
    of = f" of {sources} source{'s' if sources > 1 else ''}" if sources else ""
    return f"{run.get('data', 'train'):,} images{of} ({name})"


def _cost(run: StoredRun) -> dict[str, Any]:
    device = run.main_device
    return {
        "seconds": run.get("seconds", "total"),
        "train_seconds": run.get("seconds", "train"),
        "images_seen": run.train_rows[-1].get("images") if run.train_rows else None,
        **{key: device.get(key) for key in ("cpu", "cores", "gpus")},
    }


def _take_default_from_others(request: Request) -> None:
    for other in published_models(request.folder):
        if other.is_default and other.name != request.name:
            write_json(other.folder / f"{other.name}.json", {**other.record, "default": False})
