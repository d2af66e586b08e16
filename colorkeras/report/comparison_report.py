"""The report of a comparison as blocks of comparison.md: one table per protocol, and remarks."""

import math

from colorkeras.metrics.definitions import DIVERSITY, DIVERSITY_SAMPLES
from colorkeras.report.comparison import Comparison, ProtocolGroup
from colorkeras.report.document import Block, Command, Heading, Paragraph, Table
from colorkeras.report.metric_table import metric_table
from colorkeras.report.protocol_tables import protocol_blocks
from colorkeras.report.run_tables import reported_table, runs_table


def report_blocks(comparison: Comparison) -> list[Block]:
    """The report without its appendix: protocols, results, runs, reported numbers."""
    groups = comparison.groups
    num_runs, num_groups = len(comparison.entries), len(groups)
    blocks: list[Block] = [
        Heading(f"Comparison of {_count(num_runs, 'run')}", 1),
        *protocol_blocks(groups),
    ]
    for group in groups:
        title = f"Results under protocol {group.hash}" if num_groups > 1 else "Results"
        blocks += [Heading(title), metric_table(group), *map(Paragraph, _remarks(group))]
    blocks += [Heading("Runs"), runs_table(comparison)]
    reported = reported_table(comparison)
    if reported.rows:
        words = "The papers measured other images, not under our protocol."
        blocks += [Heading("Reported by the papers"), Paragraph(words), reported]
    if comparison.skipped:
        rows = [[label, reason] for label, reason in comparison.skipped]
        blocks += [Heading("Runs left out"), Table(["Run", "reason"], rows, num_text=2)]
    return blocks


def appendix_blocks(figures: list[Block], command: str) -> list[Block]:
    """The appendix, for the file only: the figures beside it and the command that writes it."""
    return [*figures, Heading("Command"), Command(command)]


def _remarks(group: ProtocolGroup) -> list[str]:
    """Remarks below a table."""
    gains = {entry.label: entry.over_grey() for entry in group.entries}
    known = {label: gain for label, gain in gains.items() if gain is not None}
    below = [label for label, gain in known.items() if gain <= 0]
    broken = [label for label, gain in known.items() if math.isnan(gain)]
    unknown = [label for label in gains if label not in known]
    unfinished = [e.label for e in group.entries if not e.finished]
    diverse = [
        f"{entry.label} {entry.value(DIVERSITY):.2f}"
        for entry in group.entries
        if entry.value(DIVERSITY) is not None
    ]
    texts = [
        (below, "Not better than the grey image in PSNR: {}."),
        (broken, "PSNR is not a number: {}."),
        (unknown, "PSNR over grey is unknown, because one of the two was not measured: {}."),
        (diverse, f"Diversity, mean ab distance between {DIVERSITY_SAMPLES} samples: {{}}."),
        (unfinished, "Unfinished, shown with the newest evaluation, never marked as best: {}."),
    ]
    remarks = [text.format(", ".join(labels)) for labels, text in texts if labels]
    if group.seed_groups():
        remarks.append("sd is the sample standard deviation over seeds (divisor n - 1).")
    if sum(entry.finished for entry in group.entries) > 1:
        remarks.append("Bold (in the terminal: *) marks the best run of each column.")
    return remarks


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
