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
    name = config.experiment.name
    section = f"{BEGIN}\n\n{_section(name, networks)}\n{END}"
    figure = network_svg(config.experiment.title, networks, f"network-{name.replace('_', '-')}")
    return {folder / FIGURE: figure, readme: _MARKED.sub(lambda _: section, text)}


def _section(name: str, networks: Sequence[Network]) -> str:
    names = " and ".join(network.name for network in networks)
    alternative = f"The {names} of {name}, from input to output; the tables below list all layers"
    tables = "\n".join(layer_tables(network) for network in networks)
    return f"![{alternative}]({FIGURE})\n\n{tables}"
