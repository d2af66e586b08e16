"""The beginning of a preparation: check that it is the one that was begun, list the images."""

import contextlib
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from colorkeras.console.errors import UserError
from colorkeras.console.progress import ProgressReport
from colorkeras.console.safe_text import printable
from colorkeras.data.folders.extensions import EXTENSIONS
from colorkeras.data.folders.published_splits import PublishedSplits, recognize, unused_note
from data_prep.credits import Credits
from data_prep.finish import remove_work
from data_prep.image_source import GivenSource, Item, ReadableSource
from data_prep.specification import Division
from data_prep.state import State

_HASHED = 1 << 22  # bytes at a time


def archives_of(source: GivenSource) -> list[dict[str, Any]]:
    """Name, size and SHA-256 of each archive, as a proof of what was read."""
    paths = source.files()
    sizes = [path.stat().st_size for path in paths]
    found, done = [], 0
    with ProgressReport("hashing", sum(sizes) >> 20, unit="MiB") as progress:
        for path, size in zip(paths, sizes, strict=True):
            digest = hashlib.sha256()
            with open(path, "rb") as file:
                while data := file.read(_HASHED):
                    digest.update(data)
                    done += len(data)
                    progress.update(done >> 20)
            found.append({"name": path.name, "bytes": size, "sha256": digest.hexdigest()})
    return found


def check_same(state: State, facts: dict[str, Any], work: Path) -> None:
    """Refuse to continue a preparation that was begun with other settings.

    Raises:
        UserError: naming the settings that differ.
    """
    now = {
        key: facts[key] for key in ("name", "source", "archives", "recipe", "stored_as", "division")
    }
    begun = state.fact("facts")
    if begun is None:
        state.set_fact("facts", now)
    elif begun != now:
        differing = [key for key in now if begun.get(key) != now[key]]
        raise UserError(
            f"{work.parent}: a preparation was begun here with another "
            f"{' and '.join(differing)}: {json.dumps({k: begun.get(k) for k in differing})}. "
            f"Repeat its command, or remove {work.parent} and begin again."
        )


def begin(
    state: State,
    source: GivenSource,
    division: Division,
    wanted: int | None,
    work: Path,
    given: str,
    credits: Credits | None = None,
) -> tuple[ReadableSource, Division]:
    """Unpack the source where needed, and list its images in the state.

    Args:
        state: of the preparation.
        source: as the user gave it.
        division: as the user asked for it.
        wanted: stop at this many usable images; None takes all.
        work: the folder for the files of the preparation.
        given: the source as text, for messages.
        credits: licences, where they are known; they may refuse images.

    Returns:
        The source to read, and the division to make.

    Raises:
        UserError: when the source has no images, or a grouping or credits do not fit them.
    """
    with _removed_on_error(state, work):
        readable = source.stage(work / "source")
        _list(state, readable, division, wanted, given, credits)
        if credits and (note := credits.check(state.names())):
            print(printable(note), file=sys.stderr)
        division = _with_published(state, division)
        if division.grouping and (note := division.grouping.check(state.names())):
            print(printable(note), file=sys.stderr)
    return readable, division


def _list(
    state: State,
    source: ReadableSource,
    division: Division,
    wanted: int | None,
    given: str,
    credits: Credits | None,
) -> None:
    """List the images, once; in the seeded order where only a part is wanted."""
    if state.fact("listed"):
        return
    with ProgressReport("listing", unit="image") as progress:

        def placed() -> Iterator[tuple[Item, float]]:
            for number, item in enumerate(source.items()):
                if number % 1000 == 0:
                    progress.update(number)
                if credits and not item.refused:
                    item = item._replace(refused=credits.refusal(item.name))
                place = number / 2**40 if wanted is None else division.place(item.name)
                yield item, place

        state.add(placed())
    if not state.count("todo") and not state.count("done"):
        kinds = Counter(reason for _, reason in state.rejected()).most_common(3)
        why = "; ".join(f"{number:,} × {reason}" for reason, number in kinds)
        refused = f", all were refused: {why}" if why else ""
        raise UserError(
            f"{given}: no image to prepare{refused}. Expected files ending in "
            f"{', '.join(sorted(EXTENSIONS))}: the archive as published, or a folder of images."
        )
    notes = [printable(note) for note in source.notes]
    for note in notes:
        print(note, file=sys.stderr)
    state.set_fact("notes", notes)
    state.set_fact("listed", True)


@contextlib.contextmanager
def _removed_on_error(state: State, work: Path) -> Iterator[None]:
    """When the source is unusable, leave no folder behind that would refuse the next attempt."""
    try:
        yield
    except UserError:
        staged = work / "source"
        if not (staged.is_dir() and any(path.is_file() for path in staged.rglob("*"))):
            state.close()
            remove_work(work)
            with contextlib.suppress(OSError):  # not empty: it was there before
                work.parent.rmdir()
        raise


def _with_published(state: State, division: Division) -> Division:
    """The division with the splits in which the source was published, where they are kept."""
    found = state.fact("published")
    if found is None:  # decided once: after a crash, images rejected meanwhile would be missing
        splits = recognize(state.names())
        found = {"splits": splits.splits, "outside": splits.outside} if splits else {}
        state.set_fact("published", found)
        if not found and division.keeps_published and (note := unused_note(state.names())):
            print(note, file=sys.stderr)
            state.set_fact("notes", [*state.fact("notes"), note])
    if not found:
        return division
    published = PublishedSplits(**found)
    if not division.keeps_published:
        print(f"new division: {division.rule()}; the source is {published.note()}", file=sys.stderr)
        return division
    print(published.note(), file=sys.stderr)
    if published.outside:
        state.refuse(
            (name for name in state.names() if published.split_of(name) is None),
            "outside of the folders of the published splits",
        )
    return replace(division, published=published)
