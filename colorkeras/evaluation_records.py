"""Evaluation results as CSV: eval.csv in summary, eval_images.csv per image."""

import pandas as pd

from colorkeras.atomic import replacing
from colorkeras.metric_definitions import METRICS

EVAL_CSV, IMAGES_CSV = "eval.csv", "eval_images.csv"
EVAL_HEADER = ("step", "epoch", "split", "method", "images", *METRICS, "protocol")


def evaluation_csv(folder):
    """Open the eval.csv of a `RunFolder`."""
    return folder.csv(EVAL_CSV, EVAL_HEADER)


def append_evaluation(file, step, epoch, summary, protocol):
    """Append one row per method of an evaluation summary to an eval.csv."""
    for method, values in summary.items():
        file.append(
            step=step,
            epoch=epoch,
            split=protocol.split,
            method=method,
            images=protocol.num_images,
            protocol=protocol.hash,
            **{name: values[name] for name in METRICS},
        )


def write_per_image(folder, names, per_image):
    """Write eval_images.csv: one row per method and image.

    Args:
        folder: the `RunFolder`.
        names: the images' names, in order.
        per_image: as `Evaluator.run` returns it.
    """
    table = pd.concat(
        pd.DataFrame({"method": method, "image": names, **{name: values[name] for name in METRICS}})
        for method, values in per_image.items()
    )
    with replacing(folder.path / IMAGES_CSV) as temporary:
        table.to_csv(
            temporary, index=False, na_rep="nan", float_format="%.7g", errors="backslashreplace"
        )
