"""The names of results: they do not depend on what else is given."""

import os
import unicodedata
from contextlib import suppress
from pathlib import Path

from colorkeras.data.folders.extensions import EXTENSIONS, suffix_of
from colorkeras.data.images.decode import opened
from colorkeras.data.images.formats import UnusableImage
from colorkeras.data.images.mark import is_own_result
from colorkeras.photos.formats.pages import FORMATS


class ResultNames:
    """Names for results, each given once."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._taken: dict[str, Path] = {}
        self._by_stem: dict[Path, dict[str, list[str]]] = {}

    def of(self, photo: Path, name: Path, form: str) -> Path:
        """The file for the result of an image that has this name below its folder.

        Raises:
            UnusableImage: when another image of this call has the same result.
        """
        suffix = FORMATS[form].suffixes[0]
        same = suffix_of(name.name) in FORMATS[form].suffixes and not self._has_namesake(photo)
        if same:
            result = name
        elif self._has_namesake(photo):
            result = name.with_name(name.name + suffix)
        else:
            result = name.with_suffix(suffix)
        first = self._taken.setdefault(as_seen(str(result)), photo)
        if first != photo:
            advice = "give a folder that holds both, or another -o"
            if first.parent == photo.parent:  # names that differ in case or in Unicode's form
                advice = "many file systems take these names for one: rename one of the images"
            raise UnusableImage(
                f"its result would be {self._out / result}, as that of {first}; {advice}"
            )
        return self._out / result

    def _has_namesake(self, photo: Path) -> bool:
        """Whether another image of the same name but for its extension lies in the folder."""
        if photo.parent not in self._by_stem:
            found: dict[str, list[str]] = {}
            with suppress(OSError):  # a folder that may be entered, not listed
                for name in os.listdir(photo.parent):
                    if suffix_of(name) in EXTENSIONS and not name.startswith("."):
                        found.setdefault(as_seen(Path(name).stem), []).append(name)
            self._by_stem[photo.parent] = found
        namesakes = self._by_stem[photo.parent].get(as_seen(photo.stem), ())
        return any(
            name != photo.name and not carries_mark(photo.parent / name) for name in namesakes
        )


def as_seen(name: str) -> str:
    """A name as file systems that ignore case and Unicode's forms see it."""
    return unicodedata.normalize("NFC", name).casefold()


def carries_mark(path: Path) -> bool:
    """Whether an image file is a result of `colorize`, by its header; False where it cannot be
    read."""
    try:
        with opened(path) as image:
            return is_own_result(image)
    except UnusableImage:
        return False
