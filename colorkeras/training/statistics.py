"""Statistics of the training set that an experiment asks for: computed once, kept with the run."""

import hashlib
import json

import numpy as np

from colorkeras.console.errors import UserError, reason_of
from colorkeras.console.progress import ProgressReport
from colorkeras.data.pipeline import evaluation_batches
from colorkeras.records.atomic import write_text

STATISTICS = "statistics.json"
_BATCH = 16  # images; fixed, as another division would round differently


class RunStatistics:
    """The statistics of one run: of its images, or as the run that goes on has stored them.

    Of several workers the chief computes, and sends the others what it found.

    Args:
        images: the training `ImageSet`, at the run's size.
        folder: the `RunFolder`; its `info` says whether statistics are stored.
        replicas: the `Replicas`.

    Raises:
        UserError: when the stored file is missing or is not the one that was written.
    """

    def __init__(self, images, folder, replicas):
        self._images, self._folder, self._replicas = images, folder, replicas
        self._path = folder.path / STATISTICS
        self._hash = folder.info.get("statistics")
        self._values = {} if self._hash is None else _read(self._path, self._hash)

    def mean_over(self, name, of_images):
        """Return the mean over all training images; see `TrainingSet.mean`.

        Args:
            name: of the statistic.
            of_images: maps (batch, height, width, 3) uint8 to (batch, …) float64.

        Raises:
            UserError: when a run that goes on has stored others.
        """
        if name not in self._values:
            if self._hash is not None:
                raise UserError(
                    f"{self._path}: has {', '.join(self._values)}, but not {name}, which the "
                    "objectives ask for now. Start a new run."
                )
            found = self._compute(name, of_images) if self._replicas.is_chief else ""
            self._values[name] = json.loads(self._replicas.from_chief(found))
        return np.asarray(self._values[name], np.float64)

    def record(self):
        """Write what was asked for, and its SHA-256 into run.json; once, before the first step."""
        if self._hash is None and self._values:
            text = json.dumps(self._values, ensure_ascii=False) + "\n"
            if self._replicas.is_chief:
                write_text(self._path, text)
            self._hash = hashlib.sha256(text.encode()).hexdigest()
            self._folder.update(statistics=self._hash)

    @property
    def facts(self):
        """What the workers of a run must agree on."""
        return {"statistics of the training set": str(self._hash)}

    def _compute(self, name, of_images):
        total, count = 0.0, len(self._images)
        with ProgressReport(f"statistic {name}", count, unit="image") as progress:
            done = 0
            for batch in evaluation_batches(self._images, _BATCH):
                images = np.asarray(batch)
                total = total + of_images(images).sum(axis=0)
                done += len(images)
                progress.update(done)
        return json.dumps(np.asarray(total / count).tolist())


def _read(path, expected):
    """Read stored statistics whose SHA-256 is `expected`."""
    try:
        stored = path.read_bytes()
    except OSError as error:
        raise UserError(
            f"{path}: cannot be read: {reason_of(error)}. The run was trained with the statistics "
            "in it. Put the file back, or start a new run."
        ) from error
    if hashlib.sha256(stored).hexdigest() != expected:
        raise UserError(
            f"{path}: is not the file this run began with (another SHA-256). Put it back, or start "
            "a new run."
        )
    return json.loads(stored)
