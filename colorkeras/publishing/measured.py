"""What stored runs say of a model: its metrics beside grey and mean chroma, with intervals."""

from pathlib import Path
from statistics import fmean
from typing import Any

from colorkeras.console.errors import UserError
from colorkeras.publishing.identity import check_seeds
from colorkeras.report.comparison import Entry, compare_runs
from colorkeras.report.image_values import IMAGES_CSV, read_image_rows, values_by_image
from colorkeras.report.intervals import mean_with_interval
from colorkeras.report.shown_metrics import SHOWN_METRICS
from colorkeras.report.stored_runs import Row, StoredRun, load_run

MODEL, REFERENCES = "model", ("grey", "mean_chroma")


def finished_run(folder: str | Path) -> StoredRun:
    """Open the folder of a finished run or evaluation.

    Raises:
        UserError: when it is none.
    """
    run = load_run(folder)
    reason = run.problem or ("" if run.status == "finished" else f"its status is {run.status}")
    if reason:
        raise UserError(f"{folder}: not the folder of a finished run: {reason}.")
    return run


def measured(run: StoredRun) -> dict[str, Any]:
    """The final evaluation of a run, for the record of a published model.

    Args:
        run: finished, with eval.csv and eval_images.csv.

    Returns:
        JSON-able dict: data, split, images, protocol, and values: by metric a dict of the means of
        "model", "grey" and "mean_chroma"; "interval", 95 % of the model's mean; "over_grey" and
        "over_mean_chroma", [difference, low, high] over the same images.

    Raises:
        UserError: when the run has no values of single images.
    """
    entry = _entry(run)
    rows = read_image_rows(run)
    by_method = {method: rows.get(method, {}) for method in (MODEL, *REFERENCES)}
    names = by_method[MODEL].keys()
    if len(names) != entry.value("images") or any(x.keys() != names for x in by_method.values()):
        raise UserError(
            f"{run.folder / IMAGES_CSV}: expected a row of {MODEL}, {' and '.join(REFERENCES)} for "
            "each image of eval.csv. Measure again: the file is of an earlier version, or cut."
        )
    values = {metric.key: _values(metric.key, by_method) for metric in SHOWN_METRICS}
    return {
        "data": data_name(run.get("data", "source")),
        "split": entry.split,
        "images": len(names),
        "protocol": entry.protocol,
        "values": {key: found for key, found in values.items() if found},
    }


def seeds_of(run: StoredRun, others: list[StoredRun]) -> list[dict[str, Any]]:
    """The final metrics of a run and of the same configuration with other seeds.

    Raises:
        UserError: when one differs in more than the seed, or has a seed that another has.
    """
    check_seeds(run, others)
    runs, protocol = [run, *others], _entry(run).protocol
    for other in others:
        if _entry(other).protocol != protocol:
            raise UserError(f"{other.folder}: measured by another protocol than {run.folder}.")
    return [
        {
            "run": found.name,
            "seed": found.get("seed"),
            **{x.key: _entry(found).value(x.key) for x in SHOWN_METRICS},
        }
        for found in runs
    ]


def data_name(source: object) -> str:
    """The name of a data source, without the place where it was: its last part."""
    text = str(source)
    return text if text.startswith("scenes:") else Path(text).name


def _entry(run: StoredRun) -> Entry:
    found = compare_runs(run.folder)
    if not found.entries:
        raise UserError(f"{run.folder}: {found.skipped[0][1]}.")
    return found.entries[0]


def _values(key: str, by_method: dict[str, dict[str, Row]]) -> dict[str, Any]:
    """What is recorded of one metric; empty where no image has it."""
    columns = {method: values_by_image(key, by_method, method) for method in by_method}
    own = columns[MODEL]
    if not own:
        return {}
    mean, *interval = mean_with_interval(list(own.values()))
    found: dict[str, Any] = {MODEL: mean, "interval": interval}
    for method in REFERENCES:
        theirs = columns[method]
        if own.keys() <= theirs.keys():
            found[method] = fmean(theirs[name] for name in own)
            apart = [own[name] - theirs[name] for name in own]
            found[f"over_{method}"] = list(mean_with_interval(apart))
    return found
