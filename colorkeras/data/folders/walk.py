"""Walk through a folder: which files are images, and which files and folders are ignored.

Every command that is given a folder uses this walk. Nothing is decoded and nothing is written.
Where a name does not decide, the first bytes of the file are read.
"""

import os
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from colorkeras.console.errors import UserError
from colorkeras.console.safe_text import printable
from colorkeras.data.folders.extensions import (
    EXTENSIONS,
    is_image_name,
    refused_kind,
    states_no_type,
    suffix_of,
)
from colorkeras.data.folders.notes import SHOWN, listed, more, short

# Folders that other programs keep among a person's images: previews, deleted files, old versions.
# Names are compared without case. "lost+found" is not one of them: what a disk check saved there
# may be the only copy. A folder that the user gives is always read, whatever its name.
_SYSTEM_FOLDERS = re.compile(
    r"@eadir(@.*)?|#recycle|#snapshot|@tmp|@sharebin|@appstore|"  # Synology
    r"@recycle|@recently-snapshot|\.@__thumb|~snapshot|"  # QNAP, NetApp
    r"\$recycle\.bin|recycler|recycled|system volume information|found\.\d{3}|"  # Windows
    r"__macosx|\.appledouble|\.trash.*|network trash folder|temporary items|"  # macOS
    r"thevolumesettingsfolder|thefindbycontentfolder|"
    r"\.thumbnails|\.picasaoriginals|\.comments|\.stversions|.*\.lrdata"
)
_SYSTEM_FILES = re.compile(r"\._.*|thumbs\.db|ehthumbs\.db|desktop\.ini|\.ds_store|icon\r")
_START = 16  # bytes by which a format is recognized
HIDDEN = "hidden"  # among the ignored: names that begin with a dot


@dataclass(frozen=True)
class Walk:
    """What a walk found.

    Attributes:
        names: POSIX paths, relative to the folder, of the files to read, sorted by code point of
            their Unicode form NFC.
        not_read: (name, reason) of files that are images but are not read.
        unreadable: (name, reason) of folders that cannot be listed.
        ignored: how often each system folder or file was found, by its name; under "hidden", how
            many other names began with a dot.
    """

    names: list[str] = field(default_factory=list)
    not_read: list[tuple[str, str]] = field(default_factory=list)
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    ignored: Counter[str] = field(default_factory=Counter)

    def skipped(self) -> list[tuple[str, str]]:
        """(name, reason) of the images and folders that were not read."""
        return [*self.not_read, *self.unreadable]

    def notes(self) -> list[str]:
        """What the user should know about the folder, one line each."""
        notes = [ignored_note(self.ignored)]
        if self.unreadable:
            names = listed([name for name, _ in self.unreadable])
            notes.append(f"folders that cannot be listed are skipped: {names}")
        if twins := _same_but_for_form(self.names):
            one, other = (short(ascii(name)) for name in twins[0])
            notes.append(
                f"names that differ only in their Unicode form: {one}, {other}"
                f"{more(len(twins) - 1)}"
            )
        return [printable(note) for note in notes if note]


def walk_images(root: Path) -> Walk:
    """Find the images below a folder.

    Linked folders are followed, each real folder once, and never a folder that contains `root`.
    System folders, hidden files and hidden folders are ignored and counted. Folders that cannot be
    listed are skipped and named in the result.

    Args:
        root: a local folder.

    Raises:
        UserError: when `root` itself cannot be listed, or names cannot be read in this locale.
    """
    walk = Walk()
    for name, item in _files(root, walk):
        _add_file(walk, name, item)
    walk.not_read.sort()
    return _sorted(walk)


def walk_files(root: Path, extensions: frozenset[str]) -> Walk:
    """Find the files with one of the extensions below a folder; the rest is as in `walk_images`."""
    walk = Walk()
    for name, _ in _files(root, walk):
        if suffix_of(name) in extensions:
            walk.names.append(name)
    return _sorted(walk)


def nfc(name: str) -> str:
    """A name in the Unicode form NFC, in which names are compared; macOS writes another form."""
    return unicodedata.normalize("NFC", name)


def ignored_in_path(name: str, counts: Counter[str]) -> bool:
    """Whether a walk would ignore a path of an archive, because of its folders or its file name.

    Args:
        name: the path, with slashes.
        counts: how often each ignored folder or file was found; updated.
    """
    *folders, file = name.split("/")
    return any(_is_ignored(part, counts, is_folder=True) for part in folders) or (
        _is_ignored(file, counts)
    )


def ignored_note(counts: Counter[str]) -> str:
    """What was ignored, in one line; "" where nothing was."""
    system = {name: count for name, count in counts.items() if name != HIDDEN}
    parts = []
    if system:
        names = ", ".join(sorted(system)[:SHOWN]) + (", …" if len(system) > SHOWN else "")
        parts.append(f"{sum(system.values()):,} of other programs ({names})")
    if counts[HIDDEN]:
        parts.append(f"{counts[HIDDEN]:,} hidden")
    return printable(f"files and folders ignored: {', '.join(parts)}") if parts else ""


def _same_but_for_form(names: Iterable[str]) -> list[tuple[str, str]]:
    """Pairs of names that differ only in their Unicode form, and so look the same."""
    first: dict[str, str] = {}
    return [(other, n) for n in names if (other := first.setdefault(nfc(n), n)) != n]


def _sorted(walk: Walk) -> Walk:
    walk.names.sort(key=nfc)
    return walk


def _files(root: Path, walk: Walk) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Yield name and entry of every file that is not ignored; note the others in the walk."""
    visited = set(_identities(root.resolve().parents))
    folders = [""]
    while folders:
        folder = folders.pop()
        try:
            identity = _identity(root / folder)
            if identity in visited:
                continue
            visited.add(identity)
            with os.scandir(root / folder) as found:
                items = sorted(found, key=lambda item: item.name)
        except OSError as error:
            if not folder:
                raise unlistable(root, error) from error
            walk.unreadable.append((folder, f"folder cannot be listed: {error.strerror}"))
            continue
        for item in items:
            _check_locale(item)
            is_folder = _is_folder(item)
            if _is_ignored(item.name, walk.ignored, is_folder):
                continue
            if is_folder:
                folders.append(f"{folder}{item.name}/")
            else:
                yield f"{folder}{item.name}", item


def _identities(folders: Iterable[Path]) -> Iterable[tuple[int, int]]:
    for folder in folders:
        with suppress(OSError):  # a folder that cannot be read cannot be reached by a link either
            yield _identity(folder)


def _identity(folder: Path) -> tuple[int, int]:
    status = os.stat(folder)
    return status.st_dev, status.st_ino


def unlistable(folder: Path, error: OSError) -> UserError:
    """The error for a folder that the user gave and that cannot be listed."""
    return UserError(
        f"{folder}: cannot be listed ({error.strerror}). Expected a folder that you may read; "
        "change its permissions or remove it from the data."
    )


def _check_locale(item: os.DirEntry[str]) -> None:
    """Refuse a locale that would decode names differently: the splits depend on the names."""
    encoding = sys.getfilesystemencoding()
    if encoding != "utf-8" and not item.name.isascii():
        raise UserError(
            f"{item.path}: this locale ({encoding}) cannot decode the name. Expected a locale with "
            "UTF-8: set LC_ALL=C.UTF-8, or PYTHONUTF8=1."
        )


def _is_folder(item: os.DirEntry[str]) -> bool:
    try:
        return item.is_dir()
    except OSError:  # a link to itself
        return False


def _is_ignored(name: str, counts: Counter[str], is_folder: bool = False) -> bool:
    """Whether a folder or file of this name is ignored.

    Folders and images are counted, as the user may expect them; a program's own small files not.
    """
    system = (_SYSTEM_FOLDERS if is_folder else _SYSTEM_FILES).fullmatch(name.casefold())
    if not system and not (name.startswith(".") and name.strip(".")):  # archives may have ".."
        return False
    if is_folder or is_image_name(name):
        shown = name if is_folder else "._*"
        counts[shown if system else HIDDEN] += 1
    return True


def _add_file(walk: Walk, name: str, item: os.DirEntry[str]) -> None:
    if not is_image_name(name) and not states_no_type(name):
        return
    # A pipe or a device is ignored. A broken link is kept: it gets a reason later.
    if not os.path.isfile(item.path) and os.path.exists(item.path):
        return
    reason = refused_kind(name, b"" if suffix_of(name) in EXTENSIONS else _start(item.path))
    if reason == "":
        walk.names.append(name)
    elif reason is not None:
        walk.not_read.append((name, reason))


def _start(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(_START)
    except OSError:  # then the name decides
        return b""
