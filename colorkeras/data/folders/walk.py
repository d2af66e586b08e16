"""The one walk of folders: which files below a folder are images, and what is passed over.

Used by every command that is given a folder. Nothing is decoded and nothing is written; of names
that are not enough, a few bytes are read.
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
from colorkeras.console.safe_text import printable, shortened
from colorkeras.data.folders.kinds import (
    EXTENSIONS,
    is_image_name,
    refused_kind,
    says_nothing,
    suffix_of,
)

# Folders that other programs keep among a person's images: previews, deleted files, old versions.
# Names are compared without case. "lost+found" is none of them: what a disk check saved there may
# be the only copy. A folder that the user names is read, whatever it is called.
_SYSTEM_FOLDERS = re.compile(
    r"@eadir(@.*)?|#recycle|#snapshot|@tmp|@sharebin|@appstore|"  # Synology
    r"@recycle|@recently-snapshot|\.@__thumb|~snapshot|"  # QNAP, NetApp
    r"\$recycle\.bin|recycler|recycled|system volume information|found\.\d{3}|"  # Windows
    r"__macosx|\.appledouble|\.trash.*|network trash folder|temporary items|"  # macOS
    r"thevolumesettingsfolder|thefindbycontentfolder|"
    r"\.thumbnails|\.picasaoriginals|\.comments|\.stversions|.*\.lrdata"
)
_SYSTEM_FILES = re.compile(r"\._.*|thumbs\.db|ehthumbs\.db|desktop\.ini|\.ds_store|icon\r")
_START = 16  # bytes that tell a format
_SHOWN = 4
_LONGEST = 100  # characters of a name in a note


@dataclass(frozen=True)
class Walk:
    """What a walk found.

    Attributes:
        names: POSIX paths, relative to the folder, of the files to read, sorted by code point of
            their Unicode form NFC.
        not_read: (name, reason) of files that are images but are not read.
        unreadable: (name, reason) of folders that cannot be listed.
        passed_over: how often each system folder or file was met, by its name, and "hidden" for
            other names that begin with a dot.
    """

    names: list[str] = field(default_factory=list)
    not_read: list[tuple[str, str]] = field(default_factory=list)
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    passed_over: Counter = field(default_factory=Counter)

    def skipped(self) -> list[tuple[str, str]]:
        """(name, reason) of all that a user may miss: files and folders that were not read."""
        return [*self.not_read, *self.unreadable]

    def notes(self) -> list[str]:
        """What a user should know of the folder, a line each."""
        notes = [passed_over_note(self.passed_over)]
        if self.unreadable:
            names = ", ".join(shortened(name, _LONGEST) for name, _ in self.unreadable[:_SHOWN])
            notes.append(
                f"folders that cannot be listed are left out: {names}{_more(self.unreadable)}"
            )
        if twins := _same_but_for_form(self.names):
            one, other = (shortened(ascii(name), _LONGEST) for name in twins[0])
            notes.append(
                f"names that differ in their Unicode form alone: {one}, {other}{_more(twins, 1)}"
            )
        return [printable(note) for note in notes if note]


def walk_images(root: Path) -> Walk:
    """Find the images below a folder.

    Linked folders are followed, each real folder once, and never one that `root` lies in. System
    folders and hidden files and folders are passed over and counted; folders that cannot be listed
    are told.

    Args:
        root: a local folder.

    Raises:
        UserError: `root` itself cannot be listed; or names cannot be read in this locale.
    """
    walk = Walk()
    for name, item in _files(root, walk):
        _add_file(walk, name, item)
    walk.not_read.sort()
    return _sorted(walk)


def walk_files(root: Path, extensions: frozenset[str]) -> Walk:
    """Find the files with one of the extensions below a folder; otherwise as `walk_images`."""
    walk = Walk()
    for name, _ in _files(root, walk):
        if suffix_of(name) in extensions:
            walk.names.append(name)
    return _sorted(walk)


def nfc(name: str) -> str:
    """A name in the one Unicode form in which names are compared; macOS writes another."""
    return unicodedata.normalize("NFC", name)


def passed_over_in_path(name: str, counts: Counter) -> bool:
    """Whether a path of an archive lies in a folder, or is a file, that a walk passes over."""
    *folders, file = name.split("/")
    return any(_passed_over(part, counts, is_folder=True) for part in folders) or (
        _passed_over(file, counts)
    )


def passed_over_note(counts: Counter) -> str:
    """What was passed over, in one line; "" where nothing was."""
    system = {name: count for name, count in counts.items() if name != "hidden"}
    parts = []
    if system:
        names = ", ".join(sorted(system)[:_SHOWN]) + (", …" if len(system) > _SHOWN else "")
        parts.append(f"{sum(system.values()):,} of other programs ({names})")
    if counts["hidden"]:
        parts.append(f"{counts['hidden']:,} hidden")
    return printable(f"folders and files passed over: {', '.join(parts)}") if parts else ""


def _more(items: list, shown: int = _SHOWN) -> str:
    return f" and {len(items) - shown:,} more" if len(items) > shown else ""


def _same_but_for_form(names: Iterable[str]) -> list[tuple[str, str]]:
    """Pairs of names that differ in their Unicode form alone, so that they look the same."""
    first: dict[str, str] = {}
    return [(other, n) for n in names if (other := first.setdefault(nfc(n), n)) != n]


def _sorted(walk: Walk) -> Walk:
    walk.names.sort(key=nfc)
    return walk


def _files(root: Path, walk: Walk) -> Iterator[tuple[str, os.DirEntry]]:
    """Yield name and entry of every file that is not passed over; note the rest in the walk."""
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
            if _passed_over(item.name, walk.passed_over, is_folder):
                continue
            if is_folder:
                folders.append(f"{folder}{item.name}/")
            else:
                yield f"{folder}{item.name}", item


def _identities(folders: Iterable[Path]) -> Iterable[tuple[int, int]]:
    for folder in folders:
        with suppress(OSError):  # of no matter: then no link leads there either
            yield _identity(folder)


def _identity(folder: Path) -> tuple[int, int]:
    status = os.stat(folder)
    return status.st_dev, status.st_ino


def unlistable(folder: Path, error: OSError) -> UserError:
    """What to say of a folder that was given and cannot be listed."""
    return UserError(
        f"{folder}: cannot be listed ({error.strerror}). Expected a folder that you may read; "
        "change its permissions or take it out of the data."
    )


def _check_locale(item: os.DirEntry) -> None:
    """Refuse a locale in which names are other texts than elsewhere: splits follow from them."""
    encoding = sys.getfilesystemencoding()
    if encoding != "utf-8" and not item.name.isascii():
        raise UserError(
            f"{item.path}: this locale ({encoding}) cannot tell the name. Expected a locale with "
            "UTF-8: set LC_ALL=C.UTF-8, or PYTHONUTF8=1."
        )


def _is_folder(item: os.DirEntry) -> bool:
    try:
        return item.is_dir()
    except OSError:  # a link to itself
        return False


def _passed_over(name: str, counts: Counter, is_folder: bool = False) -> bool:
    """Whether a folder or file of this name is passed over, and count it where it may be missed:
    a program's own small files are no loss to anyone."""
    system = (_SYSTEM_FOLDERS if is_folder else _SYSTEM_FILES).fullmatch(name.casefold())
    if not system and not (name.startswith(".") and name.strip(".")):  # not "..", in archives
        return False
    if is_folder or is_image_name(name):
        shown = name if is_folder else "._*"
        counts[shown if system else "hidden"] += 1
    return True


def _add_file(walk: Walk, name: str, item: os.DirEntry) -> None:
    if not is_image_name(name) and not says_nothing(name):
        return
    if not os.path.isfile(item.path) and os.path.exists(item.path):  # a pipe; a broken link is told
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
    except OSError:  # then its name has to do
        return b""
