"""The networks of the experiments: the figure, and the tables of layers of the README.

`colorkeras.report.networks` writes both from the built models; a test keeps them current.
"""

import re
from pathlib import Path

from colorkeras.page.parts import file_url, text, unfolding
from colorkeras.report.networks.section import FIGURE, section_of

_SUMMARY = re.compile("<summary>(.*?)</summary>")
_RULE = re.compile(r"\|[-:| ]+\|")


def networks_part(experiments: dict[str, Path]) -> str:
    """What opens for each experiment that has a figure.

    Args:
        experiments: folder by name.
    """
    parts = []
    for name, folder in experiments.items():
        figure = folder / FIGURE
        if figure.is_file():
            image = (
                f'<figure class="network"><img alt="The networks of {text(name)}" '
                f'src="{file_url(figure)}"></figure>'
            )
            parts.append(unfolding(text(name), image + _tables(section_of(folder))))
    return "".join(parts)


def _tables(section: str) -> str:
    """The Markdown tables of a section, each under its summary."""
    found, rows, summary = [], list[str](), "Layers"
    for line in [*section.splitlines(), ""]:
        if title := _SUMMARY.search(line):
            summary = title[1]
        if line.startswith("|"):
            rows.append(line)
        elif rows:
            found.append(unfolding(text(summary), _table(rows)))
            rows = []
    return "".join(found)


def _table(rows: list[str]) -> str:
    head, *body = [_cells(row) for row in rows if not _RULE.fullmatch(row)]
    top = "".join(f'<th scope="col">{text(cell)}</th>' for cell in head)
    lines = ["".join(f"<td>{text(cell)}</td>" for cell in row) for row in body]
    content = "".join(f"<tr>{line}</tr>" for line in lines)
    return (
        f'<div class="scroll" tabindex="0"><table><thead><tr>{top}</tr></thead>'
        f"<tbody>{content}</tbody></table></div>"
    )


def _cells(row: str) -> list[str]:
    return [cell.strip().replace("`", "") for cell in row.strip().strip("|").split("|")]
