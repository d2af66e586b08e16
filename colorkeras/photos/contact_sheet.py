"""A contact sheet: what became of the photographs of a batch, to be seen at a glance.

In the folder of the results: pages of small pictures (`sheet.png`, `sheet-2.png`, …), and
`sheet.html`, which any browser opens as a file. The small copies that it shows are in
`sheet-files`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

PREVIEW = 1000  # pixels of a small copy's longer side


@dataclass(frozen=True)
class Entry:
    """One photograph and what was made of it.

    Attributes:
        before: the photograph.
        after: its colorings: one, or several samples.
        doubt: an image of the same size that shows where the model is unsure, or None.
        caption: the photograph's name, as it is to be shown. Any text is safe.
    """

    before: Path
    after: tuple[Path, ...]
    doubt: Path | None
    caption: str


class ContactSheet:
    """Collects small copies while a batch runs, so that nothing is decoded again at its end.

    The copies are kept on disk. Nothing of an earlier sheet changes before `write`.

    Args:
        folder: the folder of the results.
    """

    def __init__(self, folder: Path) -> None:
        raise NotImplementedError

    def add(
        self,
        entry: Entry,
        before: np.ndarray,
        after: Sequence[np.ndarray],
        doubt: np.ndarray | None,
    ) -> None:
        """Add a photograph. May be called from several threads, in any order.

        Args:
            entry: which photograph; one that is added again replaces the earlier one.
            before: (height, width, 3) uint8 sRGB, a small copy by `preview`; of a larger image
                one is made.
            after: such a copy of each of `entry.after`.
            doubt: of `entry.doubt`; None where there is none.

        Raises:
            UserError: when the folder cannot be written, or the disk is full.
            ValueError: when entry and images do not fit together, or are of another form.
        """
        raise NotImplementedError

    def write(self) -> list[Path]:
        """Write the sheet in place of an earlier one: all its files, or on an error none.

        Files of the same names that are no contact sheet are not replaced; the sheet then has
        another name. Pages and small copies of the earlier sheet are removed.

        Returns:
            The pages in order, then the HTML page; nothing where nothing was added.

        Raises:
            UserError: when the folder cannot be written, or the disk is full.
        """
        raise NotImplementedError


def preview(image: np.ndarray, side: int = PREVIEW) -> np.ndarray:
    """The whole image in its proportions, made smaller where it is larger than `side`.

    Args:
        image: (height, width, 3) uint8 sRGB.
        side: the longer side's most pixels.

    Returns:
        (height, width, 3) uint8 sRGB, never larger than the image.
    """
    raise NotImplementedError


def read_entry(
    entry: Entry,
) -> tuple[Entry, np.ndarray, list[np.ndarray], np.ndarray | None] | None:
    """Read the small copies from the files, for results that were there before.

    Args:
        entry: a photograph and its results.

    Returns:
        What `ContactSheet.add` takes: the entry without the colorings and the doubt that cannot be
        read, and the copies. None where the photograph or every coloring cannot be read.
    """
    raise NotImplementedError
