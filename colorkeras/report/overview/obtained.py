"""What the stored runs obtained: a row for each configuration, seeds together."""

from collections.abc import Callable
from functools import partial
from statistics import fmean

from colorkeras.metrics.definitions import DIVERSITY, DIVERSITY_SAMPLES
from colorkeras.report.document import MISSING, escape
from colorkeras.report.labels import SEPARATOR
from colorkeras.report.measured_systems import MeasuredSystem
from colorkeras.report.overview.cells import (
    METRICS,
    heading,
    images,
    is_rendered,
    markdown,
    measured,
    seen,
    share,
    size,
)
from colorkeras.report.overview.clone import Clone
from colorkeras.report.protocol_results import ProtocolResults
from colorkeras.report.run_tables import images_seen
from colorkeras.report.shown_metrics import Metric

MOST_ROWS = 12  # of a table that is open when the page is
_GREY = ("grey",)
_RATIO = "colorfulness_ratio"
_DIVERSITY = Metric(DIVERSITY, "diversity", 0.0, 2)
_AUC = METRICS["auc_rebalanced"]
_TEST = "test"
Configuration = tuple[ProtocolResults, MeasuredSystem]


def obtained_table(clone: Clone, experiment: str) -> str:
    """The finished trainings of an experiment: data, cost, quality beside the baselines.

    The images seen stand beside their share of what the paper's training sees.
    """
    found = sorted(clone.systems_of(experiment, "training"), key=_by_data)
    if not found:
        return "No finished training is stored yet.\n"
    further = _further(clone, experiment, [system for _, system in found])
    budget = clone.budget(experiment)
    head = ["run", "training images", "size", f"seen{' (of `paper`)' if budget else ''}"]
    head += ["seeds", heading("ciede2000"), heading("psnr", _GREY), METRICS[_RATIO].heading]
    head += [_title(further)] if further else []
    rows = []
    for results, system in found:
        run = system.entries[0].run
        row = [_label(system, experiment), images(run), size(run), _seen(system, budget)]
        row += [_seeds(system), *_quality(results, system)]
        row += [measured(results, system, further, ())] if further else []
        rows.append(row)
    return f"{_caption(experiment, budget, further)}\n\n{_folded(markdown(head, rows), len(rows))}"


def _caption(experiment: str, budget: int | None, further: Metric | None) -> str:
    text = (
        "Means over unseen test images and over seeds, with 95 % intervals; in parentheses the "
        f"baselines on the same images. Each `run.json` under `results/{experiment}/` has the "
        "command. Images seen are counted with repetitions"
    )
    text += ", with their share of what the preset `paper` sees." if budget else "."
    if further and further.key == DIVERSITY:
        text += f" Diversity: mean distance in a, b of {DIVERSITY_SAMPLES} colorings of one image."
    return text


def evaluated_table(clone: Clone, experiment: str) -> str:
    """The evaluations of an experiment's models on the test images of other data."""
    found = [
        (results, system)
        for results, system in clone.systems_of(experiment, "evaluation")
        if results.group.fields.get("split") == _TEST
    ]
    head = ["model", "measured on", "size", "seeds"]
    head += [heading("ciede2000"), heading("psnr", _GREY), METRICS[_RATIO].heading]
    rows = []
    for results, system in sorted(found, key=_by_data):
        run = system.entries[0].run
        source = str(run.get("data", "source") or "unknown").rstrip("/").rpartition("/")[2]
        where = f"{source}: {run.get('protocol', 'num_images')} images"
        row = [_label(system, experiment), escape(where), size(run), _seeds(system)]
        rows.append([*row, *_quality(results, system)])
    return markdown(head, rows) if rows else "No evaluation on other images is stored yet.\n"


def photographs_table(clone: Clone) -> str:
    """The finished trainings on photographs of all experiments, each beside its baselines."""
    head = ["run", "preset", "size", "epochs", "images", "seeds", heading("psnr")]
    head += [heading("ciede2000"), METRICS[_RATIO].heading]
    rows = []
    for experiment in sorted({entry.run.experiment for entry in clone.trainings}):
        for results, system in sorted(clone.systems_of(experiment, "training"), key=_by_data):
            run = system.entries[0].run
            if is_rendered(run):
                continue
            cells = [escape(system.label), str(run.get("preset")), size(run)]
            cells += [str(run.get("epochs")), images(run), _seeds(system)]
            show: Callable[[str], str] = partial(measured, results, system)
            rows.append([*cells, show("psnr"), show("ciede2000"), measured_ratio(results, system)])
    return markdown(head, rows)


def measured_ratio(results: ProtocolResults, system: MeasuredSystem) -> str:
    """The colorfulness ratio, without baselines: they have no color of their own."""
    return measured(results, system, _RATIO, ())


def _quality(results: ProtocolResults, system: MeasuredSystem) -> list[str]:
    return [
        measured(results, system, "ciede2000"),
        measured(results, system, "psnr", _GREY),
        measured_ratio(results, system),
    ]


def _by_data(found: Configuration) -> tuple[bool, str, str, float, str]:
    """Rendered scenes first; of one data set and size those with most images seen last."""
    system = found[1]
    run = system.entries[0].run
    data = str(run.training_data.get("source"))
    return not is_rendered(run), data, size(run), _mean_seen(system) or 0, system.label


def _mean_seen(system: MeasuredSystem) -> float | None:
    counts = [images_seen(entry.run) for entry in system.entries]
    known = [count for count in counts if count is not None]
    return fmean(known) if known and len(known) == len(counts) else None


def _seen(system: MeasuredSystem, budget: int | None) -> str:
    text = seen(entry.run for entry in system.entries)
    mean = _mean_seen(system)
    return text if mean is None or not budget else f"{text} ({share(mean, budget)})"


def _seeds(system: MeasuredSystem) -> str:
    return str(len(system.seeds)) if system.seeds else MISSING


def _label(system: MeasuredSystem, experiment: str) -> str:
    """What tells the configuration from others of the experiment, whose page this is."""
    return escape(system.label.removeprefix(f"{experiment}{SEPARATOR}"))


def _further(clone: Clone, experiment: str, systems: list[MeasuredSystem]) -> Metric | None:
    """The metric of the last column: a page is not wide enough for all."""
    if any(system.estimate(DIVERSITY) is not None for system in systems):
        return _DIVERSITY
    return _AUC if _AUC.key in clone.reported(experiment) else None


def _title(metric: Metric) -> str:
    """The diversity has no perfect value, so that its heading has no arrow."""
    return metric.title if metric.key == DIVERSITY else metric.heading


def _folded(table: str, num_rows: int) -> str:
    """A long table that the reader opens; a short one as it is."""
    if num_rows <= MOST_ROWS:
        return table
    return f"<details>\n<summary>{num_rows} configurations</summary>\n\n{table}\n</details>\n"
