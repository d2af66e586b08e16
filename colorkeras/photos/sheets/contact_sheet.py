"""A contact sheet: what became of the photographs of a batch, to be seen at a glance.

In the folder of the results: pages of small pictures (`sheet.png`, `sheet-2.png`, …), and
`sheet.html`, which any browser opens as a file. The small copies that it shows are in
`sheet-files`.
"""

import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import cv2
import numpy as np

from colorkeras.console.natural_order import NaturalKey, natural_key
from colorkeras.console.safe_text import printable
from colorkeras.photos.sheets.files import write_sheet
from colorkeras.photos.sheets.previews import Preview, Previews, Shown, encoded

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
        self.folder = folder
        self._previews = Previews(folder)
        self._shown: dict[Entry, Shown] = {}
        self._lock = threading.Lock()

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
        if not after or len(after) != len(entry.after) or (doubt is None) != (entry.doubt is None):
            raise ValueError(
                f"{len(after)} colorings and doubt {doubt is not None} for {len(entry.after)} and "
                f"{entry.doubt is not None} of the entry; expected the same, and a coloring."
            )
        shown = Shown(
            printable(entry.caption),
            self._store(before, is_colored=False),
            tuple(
                (self._store(image, is_colored=True), self._link(path))
                for image, path in zip(after, entry.after, strict=True)
            ),
            None
            if doubt is None or entry.doubt is None
            else (self._store(doubt, is_colored=False), self._link(entry.doubt)),
        )
        with self._lock:
            self._shown[entry] = shown

    def write(self) -> list[Path]:
        """Write the sheet in place of an earlier one: all its files, or on an error none.

        Files of the same names that are no contact sheet are not replaced; the sheet then has
        another name. Pages and small copies of the earlier sheet are removed.

        Returns:
            The pages in order, then the HTML page; nothing where nothing was added.

        Raises:
            UserError: when the folder cannot be written, or the disk is full.
        """
        with self._lock:
            found = sorted(self._shown.items(), key=_order)
        if not found:
            return []
        shown = [item for _, item in found]
        written = write_sheet(self.folder, shown, self._previews)
        self._previews.remove_earlier(small for item in shown for small in item.images())
        return written

    def _store(self, image: np.ndarray, is_colored: bool) -> Preview:
        image = preview(image)
        data = encoded(image, is_colored)
        with self._lock:
            return self._previews.store(data, *image.shape[:2])

    def _link(self, path: Path) -> str:
        """The URL of a result, relative to the sheet. Also a name of any bytes is one."""
        try:
            relative = os.path.relpath(path, self.folder)
        except ValueError:  # on another drive of Windows
            return path.absolute().as_uri()
        return quote(os.fsencode(Path(relative).as_posix()))


def preview(image: np.ndarray, side: int = PREVIEW) -> np.ndarray:
    """The whole image in its proportions, made smaller where it is larger than `side`.

    Args:
        image: (height, width, 3) uint8 sRGB.
        side: the longer side's most pixels.

    Returns:
        (height, width, 3) uint8 sRGB, never larger than the image.

    Raises:
        ValueError: when the image has another form.
    """
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or not image.size:
        raise ValueError(f"received {image.shape} {image.dtype}, expected (h, w, 3) uint8.")
    height, width = image.shape[:2]
    factor = side / max(height, width)
    if factor >= 1:
        return image
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)


def _order(item: tuple[Entry, Shown]) -> tuple[NaturalKey, str]:
    return natural_key(item[0].caption), str(item[0].before)
