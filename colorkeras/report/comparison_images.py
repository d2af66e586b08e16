"""All figures of a comparison, with their captions."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from matplotlib.figure import Figure as Drawing

from colorkeras.console.progress import ProgressReport
from colorkeras.metrics.definitions import AUC_THRESHOLDS
from colorkeras.report.chroma_figures import auc_curves, chroma_histograms, count_chroma
from colorkeras.report.comparison import ProtocolGroup
from colorkeras.report.cost_figure import QUALITY, quality_against_cost
from colorkeras.report.figure_captions import (
    Written,
    measured_on,
    seeds_of_members,
    seeds_of_runs,
    seeds_of_systems,
    validated_on,
)
from colorkeras.report.figure_files import SUFFIXES, write_both
from colorkeras.report.figures import OF_IMAGES, Figures
from colorkeras.report.image_figures import (
    EXTREMES,
    best_and_worst,
    crops_figure,
    error_maps,
    samples_figure,
)
from colorkeras.report.metric_bars import metric_bars
from colorkeras.report.plots import learning_curves
from colorkeras.report.protocol_results import ProtocolResults
from colorkeras.report.rank_figure import rank_figure
from colorkeras.report.run_tables import device
from colorkeras.report.shared_images import (
    MOST_MEASURED,
    MOST_SHOWN,
    SharedImages,
    shared_images,
)
from colorkeras.report.stored_runs import StoredRun
from colorkeras.report.systems import System, systems_of

MOST_OF_NAME = 120  # bytes, of 255 that file systems allow


def write_figures(results: Sequence[ProtocolResults], out: Path, dry: bool = False) -> Figures:
    """Draw and write every figure that the runs allow.

    Args:
        results: of each protocol.
        out: the folder to write to.
        dry: write no file, only find which figures there would be.

    Raises:
        UserError: when a file cannot be written.
    """
    systems = [(one, systems_of(one.group)) for one in results]
    writer = _Writer(out, dry)
    by_experiment = _by_experiment(system for _, found in systems for system in found)
    done = 0
    total = len(by_experiment) + len(systems)
    what = "listing figures" if dry else "drawing"
    with ProgressReport(what, total=total, unit="group") as progress:
        for experiment, found in by_experiment.items():
            writer.write_curves(experiment, found)
            progress.update(done := done + 1)
        for one, found in systems:
            writer.write_group(one, found)
            progress.update(done := done + 1)
    return writer.figures


class _Writer:
    """Writes the figures of a comparison one after the other."""

    def __init__(self, out: Path, dry: bool) -> None:
        self._out, self._dry = out, dry
        self.figures = Figures()

    def write_curves(self, experiment: str, systems: list[System]) -> None:
        """The learning curves of an experiment; all experiments in one figure would be too many."""
        found = [[m.trained for m in system.members if m.trained] for system in systems]
        runs = {system.label: seeds for system, seeds in zip(systems, found, strict=True)}
        figure = learning_curves(list(runs.values()), list(runs))
        everything = [run for seeds in found for run in seeds]
        caption = f"{validated_on(everything)} {_sentence(seeds_of_runs(runs))}"
        self._write(
            f"learning_curves_{safe(experiment)}",
            f"Learning curves of {experiment}",
            caption,
            figure,
        )

    def write_group(self, results: ProtocolResults, systems: list[System]) -> None:
        """The figures of one protocol."""
        group = results.group
        facts = measured_on(group)
        seeds = _sentence(seeds_of_systems(systems))
        words = f"Points are means over seeds, bars their range. {facts} {seeds} "
        self._write(
            f"cost_{safe(group.hash)}",
            f"Quality against cost under protocol {group.hash}",
            words + _devices(systems),
            quality_against_cost(group, systems),
        )
        self._write(
            f"metrics_{safe(group.hash)}",
            f"Metrics under protocol {group.hash}",
            f"Bars: means over images and seeds; thin lines: 95 % intervals. {facts} {seeds}",
            metric_bars(results),
        )
        self._write_ranks(results)
        self._write_images(group, systems, facts)
        self.figures.lacking += sum(not system.shown for system in systems)

    def _write_ranks(self, results: ProtocolResults) -> None:
        self._write(
            f"ranks_{safe(results.group.hash)}",
            f"Ranks under protocol {results.group.hash}",
            results.caption(
                "Mean, 95 % interval and rank; thick lines join what is not told apart"
            ),
            rank_figure(results),
        )

    def _write_images(self, group: ProtocolGroup, systems: list[System], facts: str) -> None:
        shared = shared_images(systems)
        drawings = _of_shared(shared, systems) if shared else {}
        shown = {i: s for i, s in enumerate(systems) if s.shown}
        extremes = best_and_worst(shown, QUALITY) if shown else None
        if extremes:
            words = (
                f"Of the test images that a system stored, the {EXTREMES} best and the {EXTREMES} "
                f"worst in {QUALITY.title} by eval_images.csv, with their rank among all."
            )
            drawings["extremes"] = (extremes, words)
        one = seeds_of_members({s.label: [s.shown] for s in shown.values() if s.shown})
        every = (
            seeds_of_members({systems[i].label: m for i, m in shared.members.items()})
            if shared
            else one
        )
        for kind, title in OF_IMAGES.items():
            stem, title = f"{kind}_{safe(group.hash)}", f"{title} under protocol {group.hash}"
            if kind in drawings:
                figure, words = drawings[kind]
                seeds = _sentence(every if kind == "auc_curves" else one)
                self._write(stem, title, f"{words} {facts} {seeds}", figure)
            elif (self._out / f"{stem}.png").exists():
                words = "Drawn earlier, from single images that are no longer stored here."
                there = tuple(x for x in SUFFIXES if (self._out / f"{stem}{x}").exists())
                self.figures.written.append(Written(stem, title, f"{words} {facts}", there))

    def _write(self, stem: str, title: str, caption: str, figure: Drawing | None) -> None:
        if figure:
            if not self._dry:
                write_both(self._out, stem, figure)
            self.figures.written.append(Written(stem, title, caption.strip()))


def _of_shared(shared: SharedImages, systems: list[System]) -> dict[str, tuple[Drawing, str]]:
    """The figures of the images that all systems share, each with what it shows."""
    rows = list(shared.rows(MOST_SHOWN))
    if not rows:
        return {}
    used = {index: systems[index] for index in shared.members}
    counts = count_chroma(shared.rows(MOST_MEASURED, all_seeds=True))
    of = f"{len(rows)} of the {len(shared.names)} test images that all shown systems stored"
    where = f"{of}, evenly spaced."
    measured = f"{counts.num_images} stored test images"
    found = {
        "samples": (samples_figure(rows, used), where),
        "errors": (
            error_maps(rows, used),
            f"ΔE2000 of each pixel, one scale for all systems, brightest from the 99th percentile "
            f"on; below each map its mean. {where}",
        ),
        "crops": (
            crops_figure(rows, used),
            "Of each image the square, a third of its shorter side, in which the a* and b* of the "
            f"truth vary most. {where}",
        ),
    }
    if counts.num_images:
        found["auc_curves"] = (
            auc_curves(counts, used),
            f"Of {measured}; the line is the mean over seeds, the band their range. The AuC of the "
            f"key is the mean over τ = 0, …, {AUC_THRESHOLDS - 1} on these images; the tables "
            "have that of all test images.",
        )
        found["chroma"] = (
            chroma_histograms(counts, used),
            f"Pixels of {measured} in the a*b* plane of CIELAB, in cells of 2×2 units.",
        )
    return found


def _devices(systems: list[System]) -> str:
    """On what the hours of the cost figure were spent, as a sentence."""
    found = dict.fromkeys(
        device(member.trained) or "unknown device"
        for system in systems
        for member in system.members
        if member.trained and member.training_hours
    )
    return f"Training times on: {'; '.join(found)}." if found else ""


def _by_experiment(systems: Iterable[System]) -> dict[str, list[System]]:
    """The systems of each experiment whose training is known, without those seen before."""
    found: dict[str, list[System]] = {}
    seen: set[StoredRun | None] = set()
    # Those with most seeds first: one seed of them may have been evaluated on other images too.
    for system in sorted(
        systems, key=lambda s: (s.members[0].entry.run.experiment, -len(s.members))
    ):
        trained = system.members[0].trained
        if trained is not None and trained not in seen:
            seen.update(member.trained for member in system.members)
            found.setdefault(trained.experiment, []).append(system)
    return found


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] if text.startswith("seed") else text


def safe(text: str) -> str:
    """The text as part of a file name; a long one ends with its hash."""
    kept = re.sub(r"[^\w-]", "_", text)
    if len(kept.encode()) <= MOST_OF_NAME:
        return kept
    return f"{kept[: MOST_OF_NAME // 4]}-{hashlib.sha256(text.encode()).hexdigest()[:10]}"
