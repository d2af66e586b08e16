"""The tables of a comparison as files: Markdown, CSV, LaTeX with BibTeX."""

from collections.abc import Sequence

from colorkeras.report.comparison import Comparison
from colorkeras.report.comparison_csv import comparison_csv
from colorkeras.report.comparison_report import appendix_blocks, report_blocks
from colorkeras.report.document import Block, render_markdown
from colorkeras.report.figures import Figures
from colorkeras.report.latex import render_latex
from colorkeras.report.protocol_results import ProtocolResults
from colorkeras.report.sources import FILE, bibliography, sources_of
from colorkeras.report.systems_csv import systems_csv


def table_files(
    comparison: Comparison,
    results: Sequence[ProtocolResults],
    figures: Figures,
    command: str,
) -> tuple[list[Block], dict[str, str]]:
    """All tables.

    Args:
        comparison: what is compared.
        results: of each protocol.
        figures: that are there.
        command: the command line, for the appendix.

    Returns:
        (the report without its appendix, the text of each file by its name).

    Raises:
        UserError: when a `sources.bib` is damaged.
    """
    sources = sources_of(sorted({entry.run.experiment for entry in comparison.entries}))
    blocks = report_blocks(comparison, results)
    appendix = appendix_blocks(figures.blocks(), command)
    keys = {experiment: list(entries) for experiment, entries in sources.items()}
    texts = {
        "comparison.md": render_markdown(blocks + appendix),
        "comparison.csv": comparison_csv(comparison),
        "comparison_systems.csv": systems_csv(results),
        "comparison.tex": render_latex([*blocks, *figures.blocks_of("ranks")], keys),
        FILE: bibliography(sources),
    }
    return blocks, texts
