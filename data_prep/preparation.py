"""The order of the work: list, prepare, divide, drop duplicates, place, write the metadata."""

import contextlib
import hashlib
import json
import shlex
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from colorkeras.console.errors import UserError
from colorkeras.console.progress import ProgressReport
from colorkeras.console.safe_text import printable
from colorkeras.data.folders.extensions import EXTENSIONS
from colorkeras.data.folders.published_splits import PublishedSplits, recognize, unused_note
from colorkeras.data.splits import SPLITS
from colorkeras.records import environment
from data_prep.dataset_files import Row, table_hashes, write_dataset, write_manifest, write_rejected
from data_prep.finish import check_complete, divide, find_duplicates, remove_work, settle
from data_prep.output_formats import FORMATS
from data_prep.parallel import process
from data_prep.prepared_image import Recipe
from data_prep.specification import Division
from data_prep.state import State

WORK = ".work"
_HASHED = 1 << 22  # bytes at a time


def prepare_dataset(
    source, recipe: Recipe, division: Division, wanted: int | None, out: Path, facts: dict
):
    """Make the data set, or go on with one that was begun.

    Args:
        source: where the images come from; see `sources`.
        recipe: how images are prepared.
        division: how they are divided.
        wanted: stop at so many usable images; None takes all.
        out: its folder, locked by the caller.
        facts: what dataset.json says of the settings.

    Raises:
        UserError: nothing usable, too little for three splits, or other settings than before.
    """
    started, work = time.monotonic(), out / WORK
    state = State(work / "state.sqlite")
    try:
        archives = _archives(source)
        _check_same(state, {**facts, "archives": archives}, work)
        source, division = _begin(state, source, division, wanted, work, facts["source"]["given"])
        rate = process(state, source, recipe, work / "pictures", wanted)
        images = divide(state, division, wanted)
        leaving, duplicates = find_duplicates(state, images)
        settle(state, images, leaving)
        rejected = write_rejected(out, state.left_out())
        counts = state.placed_counts()
        check_complete(counts, facts["source"]["given"], out)
        place = FORMATS[facts["stored_as"]]
        files = place(state, out, work / "pictures", recipe, counts)
        manifest = write_manifest(out, manifest_rows(state))
        write_dataset(
            out,
            {
                **facts,
                "source": {**facts["source"], "archives": archives, **_details(source)},
                "published": division.published.note() if division.published else None,
                "notes": state.fact("notes"),
                "images": {split: counts[split] for split in SPLITS},
                "manifest": manifest,
                "tables": table_hashes(out),
                "files": files,
                "duplicates": duplicates,
                "rejected": dict(sorted(rejected.items())),
                "grey_share": round(rejected["grey"] / state.looked_at(), 4),
                "not_looked_at": state.count("todo"),
                "images_per_second": round(rate, 1),
                "seconds": round(time.monotonic() - started, 1),
                "peak_memory_mb": environment.peak_memory_mb(),
                "device": environment.device(),
                "versions": environment.versions(),
                "commit": environment.commit(),
                "finished": environment.now(),
            },
        )
    finally:
        state.close()
    remove_work(work)
    _report(out, counts, rejected, manifest)


def manifest_rows(state: State) -> Iterator[Row]:
    """The lines of manifest.csv."""
    columns = "path, split, sha256, name, width, height, chroma, dhash"
    for split in SPLITS:
        for *row, dhash in state.placed(columns, split):
            yield Row(*row, f"{dhash % 2**64:016x}")


def _begin(state: State, source, division: Division, wanted, work: Path, given: str):
    """Note what there is to prepare; return the source to read and the division to make."""
    with _nothing_left_of_a_false_start(state, work):
        if hasattr(source, "stage"):
            source = source.stage(work / "source")
        _list(state, source, division, wanted, given)
        division = _with_published(state, division)
        _check_groups(state, division)
    return source, division


def _list(state, source, division: Division, wanted, given: str):
    """Note what there is, once; in the seeded order where only a part is wanted."""
    if state.fact("listed"):
        return
    with ProgressReport("listing", unit="image") as progress:

        def placed():
            for number, item in enumerate(source.items()):
                if number % 1000 == 0:
                    progress.update(number)
                place = number / 2**40 if wanted is None else division.place(item.name)
                yield item, place

        state.add(placed())
    if not state.count("todo") and not state.count("done"):
        kinds = Counter(reason for _, reason in state.left_out()).most_common(3)
        why = "; ".join(f"{number:,} × {reason}" for reason, number in kinds)
        refused = f", all were refused: {why}" if why else ""
        raise UserError(
            f"{given}: no image to prepare{refused}. Expected files ending in "
            f"{', '.join(sorted(EXTENSIONS))}: the archive as published, or a folder of images."
        )
    notes = [printable(note) for note in getattr(source, "notes", ())]
    for note in notes:
        print(note, file=sys.stderr)
    state.set_fact("notes", notes)
    state.set_fact("listed", True)


@contextlib.contextmanager
def _nothing_left_of_a_false_start(state: State, work: Path) -> Iterator[None]:
    """Where a source turns out to be none, leave no folder that would refuse the next attempt."""
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
    """The division that the source came with, told; the given one where there is none, or where
    the user asked for another."""
    found = state.fact("published")
    if found is None:  # not decided before a crash: images that were since rejected count too
        layout = recognize(state.names())
        found = {"splits": layout.splits, "outside": layout.outside} if layout else {}
        state.set_fact("published", found)
        if not found and division.keeps_published and (note := unused_note(state.names())):
            print(note, file=sys.stderr)
            state.set_fact("notes", [*state.fact("notes"), note])
    if not found:
        return division
    layout = PublishedSplits(**found)
    if not division.keeps_published:
        print(f"divided anew, by {division.rule()}; it came {layout.note()}", file=sys.stderr)
        return division
    print(layout.note(), file=sys.stderr)
    if layout.outside:
        state.refuse(
            (name for name in state.names() if layout.split_of(name) is None),
            "outside of the folders that the source is divided into",
        )
    return replace(division, published=layout)


def _check_groups(state: State, division: Division):
    """Tell how a table of groups fits the images there are."""
    if hasattr(division.group, "check") and (note := division.group.check(state.names())):
        print(printable(note), file=sys.stderr)


def _check_same(state, facts: dict, work: Path):
    """Refuse to go on with a preparation that was begun with other settings."""
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


def _archives(source) -> list[dict]:
    """Name, size and SHA-256 of each archive, the proof of what was read."""
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


def _details(source) -> dict:
    return {"details": source.details()} if hasattr(source, "details") else {}


def _report(out: Path, counts, rejected, manifest: str):
    total = sum(rejected.values())
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in rejected.most_common())
    print(
        f"{printable(out)}: {', '.join(f'{counts[split]:,} {split}' for split in SPLITS)}; "
        f"{total:,} left out (rejected.csv{f': {kinds}' if kinds else ''}). Manifest "
        f"{manifest[:12]}.\n"
        "Train on it with: python -m colorkeras.run experiments/EXPERIMENT --data "
        f"{printable(shlex.quote(str(out)))}"
    )
