"""Write the tables of a comparison: Markdown, CSV, LaTeX with BibTeX, and diagrams of ranks."""

from collections.abc import Sequence
from pathlib import Path

from colorkeras.records.atomic import write_text
from colorkeras.report.comparison import Comparison
from colorkeras.report.comparison_csv import comparison_csv
from colorkeras.report.comparison_report import appendix_blocks, report_blocks
from colorkeras.report.document import Block, Figure, render_markdown
from colorkeras.report.latex import render_latex
from colorkeras.report.plots import write_figure
from colorkeras.report.protocol_results import ProtocolResults
from colorkeras.report.rank_figure import rank_figure
from colorkeras.report.sources import FILE, bibliography, sources_of
from colorkeras.report.systems_csv import systems_csv


def write_tables(
    comparison: Comparison, out: Path, images: Sequence[Figure], command: str, safe: dict[str, str]
) -> tuple[list[Block], list[str]]:
    """Write all tables and the diagrams of ranks.

    Args:
        comparison: what is compared.
        out: the folder to write to.
        images: the other figures that are there.
        command: the command line, for the appendix.
        safe: of each protocol, its hash as part of a file name.

    Returns:
        (the report without its appendix, the names of the files written).

    Raises:
        UserError: when a `sources.bib` is damaged.
        OSError: when a file cannot be written.
    """
    results = [ProtocolResults(group) for group in comparison.groups]
    sources = sources_of(sorted({entry.run.experiment for entry in comparison.entries}))
    ranks = _write_ranks(results, out, safe)
    blocks = report_blocks(comparison, results)
    texts = {
        "comparison.md": render_markdown(blocks + appendix_blocks([*ranks, *images], command)),
        "comparison.csv": comparison_csv(comparison),
        "comparison_systems.csv": systems_csv(results),
        "comparison.tex": render_latex([*blocks, *ranks], {k: [*v] for k, v in sources.items()}),
        FILE: bibliography(sources),
    }
    for name, text in texts.items():
        write_text(out / name, text)
    return blocks, [*texts, *(figure.file_name for figure in ranks)]


def _write_ranks(
    results: Sequence[ProtocolResults], out: Path, safe: dict[str, str]
) -> list[Figure]:
    written = []
    for found in results:
        figure = rank_figure(found)
        if figure is not None:
            name = f"ranks_{safe[found.group.hash]}"
            write_figure(out / f"{name}.svg", figure)
            write_figure(out / f"{name}.png", figure)
            written.append(Figure(f"{name}.png", f"Ranks under protocol {found.group.hash}"))
    return written
