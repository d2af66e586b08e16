"""The section of an experiment's README that shows its networks, and the file of their figure."""

import re
from collections.abc import Sequence
from pathlib import Path

from colorkeras.config.settings import Config
from colorkeras.console.errors import UserError
from colorkeras.report.networks.layers import Network
from colorkeras.report.networks.svg import network_svg
from colorkeras.report.networks.table import layer_tables

FIGURE, README = "network.svg", "README.md"
BEGIN = "<!-- network: written by `python -m colorkeras.report.networks` -->"
END = "<!-- end of network -->"
_READING = (
    'A row is a layer with what belongs to it: padding, normalization, activation ("after": these\n'
    "come before it). Output and parameters are those of all of them. Not trained are the moving\n"
    "statistics of batch normalization, and frozen weights."
)
_MARKED = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)


def current_files(folder: Path, config: Config, networks: Sequence[Network]) -> dict[Path, str]:
    """What the figure and the README of an experiment should be.

    Args:
        folder: of the experiment.
        config: that the networks were built from.
        networks: as `build_networks` returns them.

    Returns:
        File → text. Of the README, only what is between the two marks is new.

    Raises:
        UserError: when there is no README, or it does not have the marks.
    """
    readme = folder / README
    try:
        text = readme.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{readme}: cannot be read: {error}.") from error
    if len(_MARKED.findall(text)) != 1:
        raise UserError(
            f"{readme}: no place for the networks. Expected these two lines once, in a section "
            f"such as ## Network:\n{BEGIN}\n{END}"
        )
    section = f"{BEGIN}\n\n{_section(config, networks)}\n{END}"
    ident = re.sub(r"[^a-zA-Z0-9]+", "-", f"network-{config.experiment.name}")
    figure = network_svg(config.experiment.title, networks, ident)
    return {folder / FIGURE: figure, readme: _MARKED.sub(lambda _: section, text)}


def section_of(folder: Path) -> str:
    """The text between the two marks of an experiment's README; empty where there is none."""
    try:
        found = _MARKED.search((folder / README).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return ""
    return found[0] if found else ""


def _section(config: Config, networks: Sequence[Network]) -> str:
    names = " and ".join(network.name for network in networks)
    alternative = f"{names.capitalize()} from input to output; the tables below list all layers"
    tables = "\n".join(layer_tables(network) for network in networks)
    source = f"Drawn and listed from what the preset `{config.experiment.preset}` builds."
    return f"{source}\n\n![{alternative}]({FIGURE})\n\n{_READING}\n\n{tables}"
