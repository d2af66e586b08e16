"""Names of files and folders in notes to the user: shortened, and only the first few."""

from collections.abc import Sequence

from colorkeras.console.safe_text import shortened

SHOWN = 4  # names that a note lists
_LONGEST = 100  # characters of a name


def short(name: str) -> str:
    """A name of at most 100 characters."""
    return shortened(name, _LONGEST)


def listed(names: Sequence[str]) -> str:
    """The first four names, and how many more there are."""
    return ", ".join(map(short, names[:SHOWN])) + more(len(names) - SHOWN)


def more(count: int) -> str:
    """Such as " and 3 more"; "" where there are no more."""
    return f" and {count:,} more" if count > 0 else ""
