"""What an exported model's `metadata.json` says: where it comes from, and how it is used."""

import contextlib
from dataclasses import dataclass
from importlib import metadata as installed
from pathlib import Path
from typing import Any

import keras

from colorkeras.console.errors import UserError
from colorkeras.inference.export.compare import IMAGES, limit_of
from colorkeras.inference.export.formats import CHROMA, LUMINANCE, NOISE, Format
from colorkeras.inference.published_models import PublishedModel, published_models
from colorkeras.inference.saved_model import SavedModel
from colorkeras.records import environment
from colorkeras.records.checksum import sha256_of

FORMAT = 1
_TOLD = ("experiment", "title", "run", "preset", "seed", "step", "commit", "data", "mean_ab")


@dataclass(frozen=True)
class Origin:
    """Where a model comes from.

    Attributes:
        sha256: of its file.
        published: the published model that has this file, if one has.
    """

    sha256: str
    published: PublishedModel | None = None

    @classmethod
    def of(cls, file: Path) -> "Origin":
        """Of a model file.

        Raises:
            UserError: when it cannot be read.
        """
        digest = sha256_of(file)
        with contextlib.suppress(UserError):  # a damaged record of some published model
            for model in published_models():
                if model.record["sha256"] == digest:
                    return cls(digest, model)
        return cls(digest)

    def licence_files(self) -> list[Path]:
        """The texts of licences that go with every copy of the model's weights."""
        if not self.published:
            return []
        texts = sorted(self.published.folder.glob("*.LICENSE.txt"))
        return [x for x in texts if x.name.partition(".")[0] in self.published.record["licence"]]


def describe(saved: SavedModel, to: Format, origin: Origin, difference: float) -> dict[str, Any]:
    """The content of `metadata.json`.

    Args:
        saved: the model that was exported.
        to: the format.
        origin: where the model comes from.
        difference: what `largest_difference` found.

    Returns:
        JSON-able dict. A normalised value is raw / scale + offset, by the `color_space`.
    """
    known = saved.metadata
    published = origin.published
    return {
        "format": FORMAT,
        "exported_as": to.name,
        "file": to.file,
        "inputs": _inputs(saved, to),
        "output": {"name": CHROMA, "shape": _shape(saved.model.outputs[0], to)},
        "height": known["height"],
        "width": known["width"],
        "color_space": saved.space.to_dict(),
        "noise": saved.noise.record(),
        "model": {
            **{key: known[key] for key in _TOLD if key in known},
            "sha256": origin.sha256,
            "published": published.name if published else None,
            "licence": published.record["licence"] if published else None,
        },
        "comparison": {
            "largest_difference": difference,
            "limit": limit_of(saved.space),
            "images": IMAGES,
            "of": "normalised chroma",
        },
        "versions": environment.versions() | _versions(to),
    }


def _inputs(saved: SavedModel, to: Format) -> list[dict[str, Any]]:
    luminance, *noise = saved.model.inputs
    low, high = saved.space.input_range
    found = [{"name": LUMINANCE, "shape": _shape(luminance, to), "range": [low, high]}]
    return found + [{"name": NOISE, "shape": _shape(tensor, to)} for tensor in noise]


def _shape(tensor: keras.KerasTensor, to: Format) -> list[int | None]:
    """Without numbers of the batch where any will do."""
    return [to.batch, *tensor.shape[1:]]


def _versions(to: Format) -> dict[str, str]:
    found = {}
    for name in (requirement.partition(">")[0] for requirement in to.needs.values()):
        try:
            found[name] = installed.version(name)
        except installed.PackageNotFoundError:  # another package brings the module: onnxruntime-gpu
            found[name] = "unknown"
    return found
