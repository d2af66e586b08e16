"""Evaluation results as CSV: eval.csv in summary, eval_images.csv per image."""

from colorkeras.metrics import METRICS

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
    (folder.path / IMAGES_CSV).unlink(missing_ok=True)  # of an evaluation that was cut off
    folder.csv(IMAGES_CSV, ("method", "image", *METRICS)).extend(
        {"method": method, "image": name, **{m: float(values[m][row]) for m in METRICS}}
        for method, values in per_image.items()
        for row, name in enumerate(names)
    )
