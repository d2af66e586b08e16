"""Scan a folder of images once: which files are usable, and why the others are set aside."""

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from colorkeras.console.errors import UserError
from colorkeras.data.folders.examine import MAX_IMAGE_PIXELS, MIN_SIDE, RULES, examine
from colorkeras.data.folders.extensions import EXTENSIONS
from colorkeras.data.folders.index_cache import Entry, cache_folder, load_entries, save_entries
from colorkeras.data.folders.walk import Walk, ignored_note, nfc, walk_images
from colorkeras.data.images.decode import MAX_PIXELS
from colorkeras.data.images.formats import FORMAT_NAMES
from colorkeras.data.set_aside import kinds_of

Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Index:
    """The usable images of a folder, in the order of their names, and what was set aside.

    Attributes:
        root: the folder scanned.
        names: POSIX paths relative to `root`, sorted by code point of their Unicode form NFC.
        sha256s: hexadecimal SHA-256 of each file's bytes.
        sizes: (images,) int64 bytes of each file when it was scanned.
        mtimes_ns: (images,) int64 modification time of each file when it was scanned.
        set_aside: (name, reason) of every image that is not used, and of every folder that cannot
            be listed. The name of a folder ends in a slash.
        manifest_hash: SHA-256 over the lines "sha256 name". It does not depend on where `root` is,
            nor on the Unicode form of the names.
        notes: what else the user should know about the folder.
    """

    root: Path
    names: tuple[str, ...]
    sha256s: tuple[str, ...]
    sizes: np.ndarray
    mtimes_ns: np.ndarray
    set_aside: list[tuple[str, str]]
    manifest_hash: str
    notes: list[str]

    def all_names(self) -> list[str]:
        """The names of all images, whether they are usable or set aside."""
        return [*self.names, *(name for name, _ in self.set_aside if not name.endswith("/"))]


def scan_folder(
    root: str | Path,
    *,
    min_side: int = MIN_SIDE,
    max_pixels: int = MAX_IMAGE_PIXELS,
    grey_too: bool = False,
    progress: Progress | None = None,
) -> Index:
    """Find the usable images below a folder; files unchanged since the last scan are not read.

    Every other file that `walk_images` finds is read whole and decoded once (JPEG at reduced
    scale). So a truncated file is found here, and not in the middle of training.

    Args:
        root: a local folder; nothing is ever written to it.
        min_side: images whose shorter side has fewer pixels are set aside.
        max_pixels: images with more pixels are set aside.
        grey_too: use grey images as well, as for prepared data: they were checked when prepared.
        progress: called with (done, total), from the thread of the caller.

    Raises:
        UserError: `root` is not a folder that can be listed, or has no usable image.
    """
    root = local_folder(root)
    max_pixels = min(max_pixels, MAX_PIXELS)
    walk = walk_images(root)
    names = walk.names
    if not names:
        raise UserError(_nothing_found(root, walk))
    cache = _cache_path(root, min_side, max_pixels, grey_too)
    known = load_entries(cache)
    entries = {name: known[name] for name in names if _unchanged(root, known.get(name))}
    try:
        _examine_rest(root, names, entries, (min_side, max_pixels, grey_too), progress)
    finally:  # an interrupted scan continues where it stopped
        if entries != known:
            save_entries(cache, entries.values())
    return _index(root, walk, [entries[name] for name in names])


def hash_lines(lines: Iterable[str]) -> str:
    """SHA-256 over lines of text, each ended by a newline; names may be invalid Unicode."""
    digest = hashlib.sha256()
    for line in lines:
        digest.update(f"{line}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def local_folder(root: str | Path) -> Path:
    """The absolute path of a folder of images.

    Raises:
        UserError: for an internet address, a file, an empty string, or a path that does not exist.
    """
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", str(root)):
        raise UserError(
            f"{root}: an address. Only local folders are read; download the images and give the "
            "folder they are in."
        )
    if not str(root):
        raise UserError("'' (empty): expected the path of a folder of images.")
    path = Path(os.path.expanduser(root)).absolute()
    if path.is_dir():
        return path
    if path.exists():
        what = "a file" if path.is_file() else "a device or a pipe"
        raise UserError(f"{path}: {what}. Expected a folder of images; give the folder it is in.")
    raise UserError(f"{path}: no such folder. Expected a folder of images; check the path.")


def _cache_path(root: Path, *limits: int) -> Path:
    """One file for each folder and for all settings that a result depends on."""
    settings = (*limits, *RULES)
    return cache_folder() / "index" / f"{hash_lines([str(root), repr(settings)])}.jsonl"


def _unchanged(root: Path, entry: Entry | None) -> bool:
    if entry is None:
        return False
    try:
        status = os.stat(root / entry.name)
    except OSError:
        return False
    return (status.st_size, status.st_mtime_ns) == (entry.size, entry.mtime_ns)


def _examine_rest(
    root: Path,
    names: Sequence[str],
    entries: dict[str, Entry],
    limits: tuple[int, int, bool],
    progress: Progress | None,
) -> None:
    """Add an entry for every name that has none, several files at a time."""
    rest = [name for name in names if name not in entries]
    pool = ThreadPoolExecutor(max_workers=min(8, os.cpu_count() or 1))
    try:
        for entry in pool.map(lambda name: examine(root, name, *limits), rest):
            entries[entry.name] = entry
            if progress:
                progress(len(entries), len(names))
    finally:
        pool.shutdown(cancel_futures=True)


def _index(root: Path, walk: Walk, entries: list[Entry]) -> Index:
    used = [entry for entry in entries if not entry.reason]
    set_aside = [(entry.name, entry.reason) for entry in entries if entry.reason]
    set_aside = sorted(set_aside + walk.skipped())
    if not used:
        raise UserError(
            f"{root}: none of {len(set_aside)} image files is usable: {kinds_of(set_aside)}"
            ". For example: "
            + "; ".join(f"{name!r} {reason}" for name, reason in set_aside[:3])
            + f". Expected color images in one of {FORMAT_NAMES}."
        )
    return Index(
        root=root,
        names=tuple(entry.name for entry in used),
        sha256s=tuple(entry.sha256 for entry in used),
        sizes=np.array([entry.size for entry in used], np.int64),
        mtimes_ns=np.array([entry.mtime_ns for entry in used], np.int64),
        set_aside=set_aside,
        manifest_hash=hash_lines(f"{entry.sha256} {nfc(entry.name)}" for entry in used),
        notes=walk.notes(),
    )


def _nothing_found(root: Path, walk: Walk) -> str:
    message = (
        f"{root}: no image files. Expected files ending in {', '.join(sorted(EXTENSIONS))} in this "
        "folder or folders below it; check the path."
    )
    if skipped := walk.skipped():
        name, reason = skipped[0]
        message += f" {len(skipped)} files or folders are not read, such as {name!r}: {reason}."
    note = ignored_note(walk.ignored)
    return f"{message} {note.capitalize()}." if note else message
