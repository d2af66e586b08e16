"""Figures as files: PNG, and SVG beside it. The same figure gives the same bytes each time."""

from pathlib import Path

import matplotlib
from matplotlib.figure import Figure

from colorkeras.records.atomic import replacing

DPI = 150
SUFFIXES = (".png", ".svg")
# No date, no version, and ids that do not change: a repeated command changes no file.
_PLAIN = matplotlib.rc_context({"svg.hashsalt": "colorkeras"})
_METADATA: dict[str, dict[str, str | None]] = {
    ".png": {"Software": None},
    ".svg": {"Date": None, "Creator": None},
}


@_PLAIN
def write_figure(path: str | Path, figure: Figure) -> Path:
    """Write a figure as PNG or SVG, as the suffix says, atomically.

    Returns:
        The path.

    Raises:
        UserError: when the file cannot be written.
    """
    metadata = _METADATA[Path(path).suffix]
    with replacing(path) as temporary:
        figure.savefig(temporary, dpi=DPI, metadata=metadata)
    return Path(path)


def write_both(folder: Path, stem: str, figure: Figure) -> None:
    """Write `stem`.png and `stem`.svg.

    Raises:
        UserError: when a file cannot be written.
    """
    for suffix in SUFFIXES:
        write_figure(folder / f"{stem}{suffix}", figure)
