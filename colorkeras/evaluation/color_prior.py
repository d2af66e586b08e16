"""The prior of `auc_rebalanced`, saved beside the results: how often each color class occurs.

With it, rare colors count as much as common ones (`colorkeras.metrics.auc`). It is that of the
evaluated originals, so it follows from the images and the size that the protocol names. A run of
an earlier version, which lacks the file, was measured with the same prior.
"""

import hashlib

import numpy as np

from colorkeras.color.classes import CLASSES
from colorkeras.metrics.protocol import Protocol
from colorkeras.records.atomic import write_text
from colorkeras.records.run_folder import RunFolder

PRIOR_CSV = "color_prior.csv"


def write_prior(folder: RunFolder, prior: np.ndarray, protocol: Protocol) -> None:
    """Write color_prior.csv, and its SHA-256 as `color_prior` into run.json.

    The columns are a*, b* of each class in CIELAB units, and the number of pixels of the evaluated
    originals in it. Where a color lies on the border of two classes, the last digit of the
    device's arithmetic decides: another device may count a few pixels elsewhere.

    Args:
        folder: the `RunFolder`.
        prior: (313,) whole numbers, `Evaluator.prior`.
        protocol: the `Protocol` of the evaluation.
    """
    rows = zip(CLASSES.astype(int), prior, strict=True)
    lines = [f"{a},{b},{pixels}\n" for (a, b), pixels in rows]
    text = "".join(["a,b,pixels\n", *lines])
    write_text(folder.path / PRIOR_CSV, text)
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    folder.update(color_prior={"file": PRIOR_CSV, "sha256": sha256, "protocol": protocol.hash})
