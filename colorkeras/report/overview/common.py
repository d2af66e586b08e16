"""The table of the common comparison: all systems on one data set under one protocol.

Its runs are those of the preset `small` on the data set `photographs`, by their names.
"""

from colorkeras.config.load import load_full_scale
from colorkeras.report.comparison import group_by_protocol
from colorkeras.report.configurations import without_seed
from colorkeras.report.document import MISSING
from colorkeras.report.measured_systems import MeasuredSystem
from colorkeras.report.overview.cells import (
    BASELINES,
    data_name,
    heading,
    manifest,
    markdown,
    measured,
    number_range,
    seen,
)
from colorkeras.report.overview.clone import Clone
from colorkeras.report.protocol_results import ProtocolResults
from colorkeras.report.run_tables import parameters_of

PRESET, DATA = "small", "photographs"
RIVAL = "photographs-l1"  # the runs of the plain rival: a U-Net trained on L1 alone
_NAMES = (DATA, RIVAL)  # of runs, without their seeds
_ORDER = "ciede2000"
_METRICS = (_ORDER, "psnr", "colorfulness_ratio")
_HEAD = ("system", "paper or report", "trainable parameters", "seeds", "rank")
_NO_RUN = "no run yet"


def systems_table(clone: Clone) -> str:
    """Baselines, then the systems by ΔE2000, then those without a run; a caption above."""
    results = common_results(clone)
    rows = _measured_rows(clone, results) if results else []
    systems = results.systems if results else []
    with_run = {system.entries[0].run.experiment for system in systems if not _is_rival(system)}
    for experiment in clone.experiments:
        if experiment not in with_run:
            cells = [_link(experiment), _source(clone, experiment), MISSING, _NO_RUN]
            rows.append([*cells, *[MISSING] * (len(_HEAD) + len(_METRICS) - len(cells))])
    head = [*_HEAD, *(heading(metric, ()) for metric in _METRICS)]
    return f"{_caption(results)}\n\n{markdown(head, rows)}"


def common_results(clone: Clone) -> ProtocolResults | None:
    """The runs of the common comparison, under the protocol that most of them share."""
    entries = [
        entry
        for entry in clone.trainings
        if entry.run.get("preset") == PRESET
        and data_name(entry.run) == DATA
        and without_seed(entry.run.name) in _NAMES
    ]
    groups = group_by_protocol(entries)
    return ProtocolResults(groups[0]) if groups else None


def _measured_rows(clone: Clone, results: ProtocolResults) -> list[list[str]]:
    rows = [
        [baseline.label, "baseline", *[MISSING] * 3, *_values(results, baseline)]
        for baseline in results.baselines
        if baseline.method in BASELINES
    ]
    for system in sorted(results.systems, key=lambda s: _error(results, s)):
        run = system.entries[0].run
        ranking = results.rankings.get(_ORDER)
        place = ranking.of(system) if ranking else None
        name = _link(run.experiment)
        row = [name, _source(clone, run.experiment)]
        if _is_rival(system):
            row = [f"{name}'s U-Net on L1 alone", "plain rival"]
        row += [parameters_of(run), str(len(system.seeds)), place.text if place else MISSING]
        rows.append([*row, *_values(results, system)])
    return rows


def _values(results: ProtocolResults, system: MeasuredSystem) -> list[str]:
    return [measured(results, system, metric, ()) for metric in _METRICS]


def _error(results: ProtocolResults, system: MeasuredSystem) -> float:
    value = system.estimate(_ORDER)
    return value.mean if value and value.mean == value.mean else float("inf")


def _is_rival(system: MeasuredSystem) -> bool:
    return without_seed(system.entries[0].run.name) == RIVAL


def _link(experiment: str) -> str:
    return f"[{experiment}](experiments/{experiment}/README.md)"


def _source(clone: Clone, experiment: str) -> str:
    return load_full_scale(clone.folder(experiment)).experiment.citation


def _caption(results: ProtocolResults | None) -> str:
    """What must be equal for the numbers to be compared, and how the runs are made again."""
    if results is None:
        return f"No run of the preset `{PRESET}` on the data set `{DATA}` is stored yet."
    runs = [entry.run for system in results.systems for entry in system.entries]
    trained = [n for run in runs if isinstance(n := run.training_data.get("train"), int)]
    hashes = ", ".join(f"`{found}`" for found in dict.fromkeys(map(manifest, runs)))
    facts = results.caption("Mean and 95 % interval")
    command = runs[0].get("command")
    return (
        f"Preset `{PRESET}` on the data set `{DATA}`: {number_range(trained) if trained else '?'} "
        f"training images (manifest {hashes}), {seen(runs)} images seen by each system. {facts} "
        "Ranks are by ΔE2000; a range where systems are not told apart (p corrected, "
        f"intervals not). Each `run.json` has its command, such as `{command}`."
    )
