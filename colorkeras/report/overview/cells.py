"""Cells of the generated tables, and tables of them."""

import re
from collections.abc import Iterable, Sequence

from colorkeras.report.document import MISSING
from colorkeras.report.measured_systems import MeasuredSystem
from colorkeras.report.metric_table import value_cell
from colorkeras.report.protocol_results import ProtocolResults
from colorkeras.report.run_tables import images_seen
from colorkeras.report.shown_metrics import BASELINES as BASELINE_NAMES
from colorkeras.report.shown_metrics import SHOWN_METRICS, Metric
from colorkeras.report.stored_runs import StoredRun

BASELINES = ("grey", "mean_chroma")  # beside every result: what it has to beat
METRICS = {metric.key: metric for metric in SHOWN_METRICS}
_SCENES = "scenes:"
_MANIFEST = 8  # characters of a hash that a table shows
_NUMBERS = re.compile(r"[-+\d.,()\[\] %–]+")


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table whose cells may hold links and code; columns of numbers are aligned right."""
    columns = list(zip(*rows, strict=True)) or [()] * len(head)
    rule = ["---:" if all(map(_NUMBERS.fullmatch, column)) else "---" for column in columns]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rule, *rows)) + "\n"


def fixed(number: str | float | None, decimals: int) -> str:
    """A number with so many decimals; "-" where there is none."""
    return f"{float(number):,.{decimals}f}" if number not in (None, "") else MISSING


def heading(metric: str, baselines: Sequence[str] = BASELINES) -> str:
    """The heading of a column that shows a metric, in brackets that of baselines."""
    names = ", ".join(BASELINE_NAMES[name] for name in baselines)
    return f"{METRICS[metric].heading}{f' ({names})' if names else ''}"


def measured(
    results: ProtocolResults,
    system: MeasuredSystem,
    metric: str | Metric,
    baselines: Sequence[str] = BASELINES,
) -> str:
    """The mean with its 95 % interval, and in brackets the values that it has to beat."""
    metric = METRICS[metric] if isinstance(metric, str) else metric
    model = value_cell(results.estimate(system, metric), metric)
    others = [metric.format(system.entries[0].value(metric.key, name)) for name in baselines]
    return f"{model} ({', '.join(others)})" if others else model


def data_name(run: StoredRun) -> str:
    """What the training images are called: "rendered face", or the name of the folder."""
    source = str(run.training_data.get("source") or "unknown").rstrip("/")
    if source.startswith(_SCENES):
        return f"rendered {source.removeprefix(_SCENES)}"
    return source.rpartition("/")[2]


def is_rendered(run: StoredRun) -> bool:
    """Whether it was trained on rendered scenes."""
    return str(run.training_data.get("source", "")).startswith(_SCENES)


def manifest(run: StoredRun) -> str:
    """The start of the hash that identifies its images."""
    return str(run.training_data.get("manifest") or "unknown")[:_MANIFEST]


def images(run: StoredRun) -> str:
    """The data set, how many images trained, and the start of the hash that identifies them."""
    count = run.training_data.get("train")
    number = f"{count:,}" if isinstance(count, int) else "?"
    return f"{data_name(run)}: {number}, `{manifest(run)}`"


def size(run: StoredRun) -> str:
    """The height and width of the images that were measured."""
    return f"{run.get('protocol', 'height')}×{run.get('protocol', 'width')}"


def seen(runs: Iterable[StoredRun]) -> str:
    """The images that one run has seen; a range where runs differ."""
    counts = [images_seen(run) for run in runs]
    known = [count for count in counts if count is not None]
    return number_range(known) if len(known) == len(counts) else MISSING


def number_range(numbers: Iterable[int]) -> str:
    """ "600", or "20–803" where there are several."""
    found = sorted(set(numbers))
    return "–".join(f"{number:,}" for number in dict.fromkeys((found[0], found[-1])))


def share(part: float | None, whole: int | None) -> str:
    """A part in percent; "-" where one of the two is not known."""
    if part is None or not whole:
        return MISSING
    percent = 100 * part / whole
    return f"{percent:,.0f} %" if percent >= 1 else f"{percent:.1g} %"
