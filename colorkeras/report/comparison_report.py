"""The report of a comparison as blocks of comparison.md: one table per protocol, and remarks."""

import math
from collections.abc import Sequence

from colorkeras.console.counted import counted
from colorkeras.metrics.definitions import DIVERSITY, DIVERSITY_SAMPLES
from colorkeras.report.comparison import Comparison
from colorkeras.report.document import Block, Command, Heading, Paragraph, Table
from colorkeras.report.measured_systems import OVER_GREY
from colorkeras.report.metric_table import metric_table, rank_table
from colorkeras.report.protocol_results import ProtocolResults
from colorkeras.report.protocol_tables import protocol_blocks
from colorkeras.report.ranks import METHOD
from colorkeras.report.reported import reported_table
from colorkeras.report.run_tables import cost_table

BOLD = "Bold (in the terminal: *): not told apart from the best, so there may be several."
INTERVALS = (
    "Brackets (in the terminal: ±, half of the length) hold the 95 % interval of the mean: for "
    "other images of their kind (bootstrap) and, where a system has several seeds, for other seeds "
    "too (Student's t). Without them, values of single images are missing."
)


def report_blocks(comparison: Comparison, results: Sequence[ProtocolResults]) -> list[Block]:
    """The report without its appendix: protocols, results, costs, reported numbers.

    Args:
        comparison: what is compared.
        results: of each of its protocols.
    """
    groups = comparison.groups
    num_runs, num_groups = len(comparison.entries), len(groups)
    blocks: list[Block] = [
        Heading(f"Comparison of {counted(num_runs, 'run')}", 1),
        *protocol_blocks(groups),
    ]
    for found in results:
        title = f"Results under protocol {found.group.hash}" if num_groups > 1 else "Results"
        blocks += [Heading(title), metric_table(found), *map(Paragraph, _remarks(found))]
        if (ranks := rank_table(found)) is not None:
            blocks += [ranks]
    blocks.append(Paragraph(INTERVALS))
    if any(found.rankings for found in results):
        blocks += [Paragraph(text) for text in (BOLD, METHOD)]
    blocks += [Heading("Systems and their cost"), cost_table(results)]
    reported = reported_table(comparison)
    if reported.rows:
        words = "The papers measured other images, not under our protocol."
        blocks += [Heading("Reported by the papers"), Paragraph(words), reported]
    if comparison.skipped:
        rows = [[label, reason] for label, reason in comparison.skipped]
        blocks += [Heading("Runs left out"), Table(["Run", "reason"], rows, num_text=2)]
    return [*blocks, *_contradictions(comparison)]


def _contradictions(comparison: Comparison) -> list[Block]:
    """The runs whose eval_images.csv and eval.csv contradict each other."""
    problems = ((entry.label, entry.images.problem) for entry in comparison.entries)
    rows = [[label, problem] for label, problem in problems if problem]
    if not rows:
        return []
    words = "The two files contradict each other; such values of single images are not used."
    table = Table(["Run", "what disagrees"], rows, num_text=2)
    return [Heading("Runs whose files disagree"), Paragraph(words), table]


def appendix_blocks(figures: list[Block], command: str) -> list[Block]:
    """The appendix, for the file only: the figures beside it and the command that writes it."""
    return [*figures, Heading("Command"), Command(command)]


def _remarks(results: ProtocolResults) -> list[str]:
    """Remarks below a table."""
    gains = {s.label: s.estimate(OVER_GREY) for s in results.systems}
    known = {label: gain for label, gain in gains.items() if gain is not None}
    below = [label for label, gain in known.items() if gain.mean <= 0]
    unsure = [
        label
        for label, gain in known.items()
        if gain.mean > 0 and gain.low is not None and gain.low <= 0
    ]
    broken = [label for label, gain in known.items() if math.isnan(gain.mean)]
    unknown = [label for label in gains if label not in known]
    unfinished = [system.label for system in results.systems if not system.finished]
    diverse = [
        f"{system.label}: {found.mean:.2f}"
        for system in results.systems
        if (found := system.estimate(DIVERSITY)) is not None
    ]
    texts = [
        (below, "Not better than the grey image in PSNR: {}."),
        (unsure, "Better than the grey image in PSNR, but its interval reaches 0: {}."),
        (broken, "PSNR is not a number: {}."),
        (unknown, "PSNR over grey is unknown, because one of the two was not measured: {}."),
        (diverse, f"Diversity, mean ab distance between {DIVERSITY_SAMPLES} samples: {{}}."),
        (unfinished, "Unfinished, shown with the newest evaluation, never ranked: {}."),
    ]
    return [text.format("; ".join(labels)) for labels, text in texts if labels]
