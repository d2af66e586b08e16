"""The literature of the experiments as BibTeX: `sources.bib` of each experiment's folder.

The folder's README cites the same works in words; a test holds the two together.
"""

import re
from collections.abc import Iterable
from pathlib import Path

from colorkeras.config.shipped import all_experiments, shipped_names, shipped_path
from colorkeras.console.errors import UserError, reason_of

FILE = "sources.bib"
_ENTRY = re.compile(r"^@(\w+)\{([^\s,{}]+),\n(.*?)^\}$", re.MULTILINE | re.DOTALL)


def read_sources(folder: Path) -> dict[str, str]:
    """The entries of a folder's `sources.bib` by key, as they stand there, the main source first.

    Returns:
        An empty dict where there is no such file.

    Raises:
        UserError: when the file cannot be read, or has something that is no entry.
    """
    file = folder / FILE
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{file}: cannot be read: {reason_of(error)}.") from error
    rest = re.sub(r"^%.*$", "", _ENTRY.sub("", text), flags=re.MULTILINE).strip()
    if rest:
        raise UserError(
            f"{file}: received {rest[:60]!r}, expected entries `@kind{{key,` … `}}`, each bracket "
            "at the beginning of its line, and comments after %."
        )
    return {found[2]: found[0] for found in _ENTRY.finditer(text)}


def sources_of(experiments: Iterable[str]) -> dict[str, dict[str, str]]:
    """The entries of several experiments.

    Args:
        experiments: their names; those that are not here, as of a submission, have none.

    Returns:
        By experiment its entries by key.

    Raises:
        UserError: see `read_sources`.
    """
    # By the names of folders that are here: a name in a record never becomes a path.
    folders = {name: shipped_path(name) for name in shipped_names()}
    folders |= {folder.name: folder for folder in all_experiments()}
    return {name: read_sources(folders[name]) for name in experiments if name in folders}


def bibliography(sources: dict[str, dict[str, str]]) -> str:
    """All entries as one BibTeX file, each once, sorted by key."""
    entries = {key: entry for found in sources.values() for key, entry in found.items()}
    return "\n\n".join(entries[key] for key in sorted(entries)) + "\n" if entries else ""
