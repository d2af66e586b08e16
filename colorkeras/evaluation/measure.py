"""Measure a saved model on images: what the command `evaluate` and `colorkeras.evaluate` share."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from colorkeras.config.settings import DataTable
from colorkeras.console.errors import UserError
from colorkeras.data.image_set import DataSource, ImageSet
from colorkeras.data.open_source import open_source
from colorkeras.data.subset import evenly_spaced
from colorkeras.evaluation.evaluator import MODEL, Evaluator, Table, protocol_for, summarize_all
from colorkeras.inference.saved_model import SavedModel
from colorkeras.metrics.protocol import Protocol

MOST_AT_A_TIME = 16  # images, where nothing else is asked for


@dataclass(frozen=True)
class Selection:
    """The images that are measured.

    Attributes:
        source: the data source, whole.
        split: "train", "val", "test" or "all".
        images: the images of that split, or some of them, evenly spaced.
    """

    source: DataSource
    split: str
    images: ImageSet


@dataclass(frozen=True)
class Evaluation:
    """What was measured.

    Attributes:
        metrics: means over the images, by method ("model", "grey", "mean_chroma",
            "half_saturated", and for rendered images "best_reachable") and by metric ("psnr",
            "ssim", "ciede2000", …; `colorkeras.metrics.definitions` defines them).
        per_image: the same for each image: (images,) float arrays.
        names: the names of the images, in that order.
        protocol: how it was measured; numbers of another protocol may not be compared with these.
        prior: (313,) pixels of the originals in each color class, the prior of "auc_rebalanced".
    """

    metrics: dict[str, dict[str, float]]
    per_image: Table = field(repr=False)
    names: list[str] = field(repr=False)
    protocol: Protocol = field(repr=False)
    prior: np.ndarray = field(repr=False)

    @property
    def model(self) -> dict[str, float]:
        """The means of the model, by metric."""
        return self.metrics[MODEL]


def open_images(
    saved: SavedModel,
    data: str,
    split: str | None = None,
    limit: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Selection:
    """Open the images to measure a model on, at the model's size.

    Args:
        saved: the model.
        data: the data source, as text.
        split: "train", "val", "test" or "all"; None for what suits the source.
        limit: at most so many, evenly spaced.
        progress: called with the numbers of files checked and of all.

    Raises:
        UserError: when the source cannot be used, or no images are in that split.
    """
    if limit is not None and limit < 1:
        raise UserError(f"limit: received {limit}, expected at least 1.")
    metadata = saved.metadata
    table = DataTable(
        source=data,
        height=metadata["height"],
        width=metadata["width"],
        resize=metadata["resize"],
    )
    source = open_source(table, progress, for_training=False)
    split = split or source.default_split
    if split not in ("all", *source.sets):
        expected = ", ".join(("all", *source.sets))
        raise UserError(f"split: received {split!r}, expected one of {expected}.")
    images = source.whole if split == "all" else source.sets[split]
    if not len(images):
        held = ", ".join(f"{len(part)} {name}" for name, part in source.sets.items() if len(part))
        raise UserError(f"{data}: no images in its {split} split; it has {held}.")
    return Selection(source, split, evenly_spaced(images, limit) if limit else images)


def measure(
    saved: SavedModel,
    selection: Selection,
    batch: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Evaluation:
    """Measure a model and the baselines.

    Args:
        saved: the model.
        selection: the images.
        batch: images at a time; by default as many as the model's bound on memory allows.
        progress: called with the number of images done.

    Raises:
        PredictionError: when the model predicts NaN or infinity.
    """
    metadata, images = saved.metadata, selection.images
    protocol = protocol_for(images, selection.split, metadata["resize"])
    batch = batch or default_batch(saved)
    evaluator = Evaluator(saved.space, saved.noise, images, protocol, metadata["mean_ab"], batch)
    per_image = evaluator.run(
        saved.model, with_diversity=True, progress=progress, strict=saved.path
    )
    names, prior = list(images.names), evaluator.prior
    return Evaluation(summarize_all(per_image), per_image, names, protocol, prior)


def default_batch(saved: SavedModel) -> int:
    """How many images at a time a model is measured on, within its bound on memory."""
    return min(MOST_AT_A_TIME, max(1, saved.largest_batch))
