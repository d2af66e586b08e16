"""Scan a folder of images once: which files are usable, and why the others are not."""

import csv
import hashlib
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from colorkeras.atomic import replacing
from colorkeras.data.examine import EXTENSIONS, RULES, UNSUPPORTED_EXTENSIONS, examine
from colorkeras.data.formats import FORMAT_NAMES
from colorkeras.data.images import MAX_PIXELS
from colorkeras.data.index_cache import Entry, cache_folder, load_entries, save_entries
from colorkeras.errors import UserError
from colorkeras.safe_text import csv_cell

Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Index:
    """The usable images of a folder, in the order of their names, and what was set aside.

    Attributes:
        root: the folder scanned.
        names: POSIX paths relative to `root`, sorted by code point.
        sha256s: hexadecimal SHA-256 of each file's bytes.
        sizes, mtimes_ns: (images,) int64, bytes and modification time of each file when scanned.
        widths, heights: (images,) int32, upright.
        set_aside: (name, reason) of every file with an image's extension that is not used.
        manifest_hash: SHA-256 over the lines "sha256 name"; does not depend on where `root` is.
    """

    root: Path
    names: tuple[str, ...]
    sha256s: tuple[str, ...]
    sizes: np.ndarray
    mtimes_ns: np.ndarray
    widths: np.ndarray
    heights: np.ndarray
    set_aside: list[tuple[str, str]]
    manifest_hash: str


def scan_folder(
    root: str | Path,
    *,
    min_side: int = 32,
    max_pixels: int = 100_000_000,
    progress: Progress | None = None,
) -> Index:
    """Find the usable images below a folder; files unchanged since the last scan are not read.

    Every other file with an image's extension is read whole and decoded once (JPEG at reduced
    scale), so that a truncated file shows here and not in the middle of training. Hidden files and
    folders are passed over; linked folders are followed, each real folder once.

    Args:
        root: a local folder; nothing is ever written to it.
        min_side: images whose shorter side is less are set aside.
        max_pixels: images of more pixels are set aside.
        progress: called with (done, total) in this thread.

    Raises:
        UserError: `root` is not a folder that can be listed, or has no usable image.
    """
    root = _local_folder(root)
    max_pixels = min(max_pixels, MAX_PIXELS)
    names = sorted(image_names(root))
    if not names:
        raise UserError(
            f"{root}: no image files. Expected files ending in {_listed(EXTENSIONS)} in this "
            "folder or folders below it; check the path."
        )
    cache = _cache_path(root, min_side, max_pixels)
    known = load_entries(cache)
    entries = {name: known[name] for name in names if _unchanged(root, known.get(name))}
    try:
        _examine_rest(root, names, entries, (min_side, max_pixels), progress)
    finally:  # an interrupted scan goes on where it was
        if entries != known:
            save_entries(cache, entries.values())
    return _index(root, [entries[name] for name in names])


def hash_lines(lines: Iterable[str]) -> str:
    """SHA-256 over lines of text, each ended by a newline; names may be invalid Unicode."""
    digest = hashlib.sha256()
    for line in lines:
        digest.update(f"{line}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def write_set_aside(index, path: str | Path) -> None:
    """Write `index.set_aside` as CSV with the columns name and reason.

    See `csv_cell` for names that a spreadsheet or a terminal would take for more.
    """
    with (
        replacing(path) as temporary,
        open(temporary, "w", encoding="utf-8", newline="") as file,
    ):
        writer = csv.writer(file)
        writer.writerow(("name", "reason"))
        for row in index.set_aside:
            writer.writerow(map(csv_cell, row))


def _local_folder(root: str | Path) -> Path:
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
        raise UserError(f"{path}: a file. Expected a folder of images; give the folder it is in.")
    raise UserError(f"{path}: no such folder. Expected a folder of images; check the path.")


def image_names(root: Path) -> Iterator[str]:
    """Yield the names of all files below a folder that have an image's extension.

    Hidden files and folders are passed over; linked folders are followed, each real folder once.

    Args:
        root: a local folder.

    Yields:
        POSIX paths relative to `root`, in no certain order.

    Raises:
        UserError: a folder cannot be listed.
    """
    visited = set()
    folders = [""]
    while folders:
        folder = folders.pop()
        try:
            status = os.stat(root / folder)
            if (status.st_dev, status.st_ino) in visited:  # linked twice, or to its own parent
                continue
            visited.add((status.st_dev, status.st_ino))
            with os.scandir(root / folder) as found:
                items = sorted(found, key=lambda item: item.name)
        except OSError as error:
            raise UserError(
                f"{root / folder}: cannot be listed ({error.strerror}). Expected a folder that you "
                "may read; change its permissions or take it out of the data."
            ) from error
        for item in items:
            if item.name.startswith("."):
                continue
            if _is_folder(item):
                folders.append(f"{folder}{item.name}/")
            elif Path(item.name).suffix.lower() in EXTENSIONS | UNSUPPORTED_EXTENSIONS and (
                os.path.isfile(item.path) or not os.path.exists(item.path)  # a broken link, told
            ):
                yield f"{folder}{item.name}"


def _is_folder(item: os.DirEntry) -> bool:
    try:
        return item.is_dir()
    except OSError:  # a link to itself
        return False


def _cache_path(root: Path, min_side: int, max_pixels: int) -> Path:
    """One file per folder and per everything that a verdict depends on."""
    settings = (min_side, max_pixels, *RULES)
    return cache_folder() / "index" / f"{hash_lines([str(root), repr(settings)])}.jsonl"


def _unchanged(root: Path, entry: Entry | None) -> bool:
    if entry is None:
        return False
    try:
        status = os.stat(root / entry.name)
    except OSError:
        return False
    return (status.st_size, status.st_mtime_ns) == (entry.size, entry.mtime_ns)


def _examine_rest(root, names, entries, limits, progress):
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


def _index(root: Path, entries: list[Entry]) -> Index:
    used = [entry for entry in entries if not entry.reason]
    set_aside = [(entry.name, entry.reason) for entry in entries if entry.reason]
    if not used:
        kinds = Counter(reason.split(":")[0] for _, reason in set_aside)
        raise UserError(
            f"{root}: none of {len(set_aside)} image files is usable: "
            + ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
            + ". For example: "
            + "; ".join(f"{name!r} {reason}" for name, reason in set_aside[:3])
            + f". Expected color images in one of {FORMAT_NAMES}."
        )
    return Index(
        root=root,
        names=tuple(entry.name for entry in used),
        sha256s=tuple(entry.sha256 for entry in used),
        sizes=np.array([entry.size for entry in used], np.int64),
        mtimes_ns=np.array([entry.mtime_ns for entry in used], np.int64),
        widths=np.array([entry.width for entry in used], np.int32),
        heights=np.array([entry.height for entry in used], np.int32),
        set_aside=set_aside,
        manifest_hash=hash_lines(f"{entry.sha256} {entry.name}" for entry in used),
    )


def _listed(extensions: Iterable[str]) -> str:
    return ", ".join(sorted(extensions))
