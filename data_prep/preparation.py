"""The steps of a preparation: list, prepare, divide, drop duplicates, store, write the metadata."""

import shlex
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from colorkeras.console.cli import program_name
from colorkeras.console.safe_text import printable
from colorkeras.data.splits import SPLITS
from colorkeras.records import environment
from data_prep.beginning import archives_of, begin, check_same
from data_prep.credits import Credit, Credits
from data_prep.dataset_files import (
    REJECTED,
    Row,
    table_hashes,
    write_dataset,
    write_manifest,
    write_rejected,
)
from data_prep.finish import check_complete, divide, find_duplicates, remove_work, settle
from data_prep.image_source import GivenSource
from data_prep.output_formats import FORMATS
from data_prep.parallel import process
from data_prep.prepared_image import Recipe
from data_prep.specification import Division
from data_prep.state import State

WORK = ".work"
_IMAGES = "pictures"  # below WORK; the name in earlier versions, whose work can be continued


@dataclass(frozen=True)
class Request:
    """What is asked for.

    Attributes:
        recipe: how images are prepared.
        division: how they are divided.
        wanted: stop at this many usable images; None takes all.
        out: the folder of the data set, locked by the caller.
        facts: what dataset.json states about the settings.
        credits: licence and attribution of the images; None where they are not known.
    """

    recipe: Recipe
    division: Division
    wanted: int | None
    out: Path
    facts: dict[str, Any]
    credits: Credits | None = None

    @property
    def given(self) -> str:
        """The source as the user gave it."""
        return self.facts["source"]["given"]


def prepare_dataset(source: GivenSource, request: Request) -> None:
    """Make the data set, or continue one that was begun.

    Raises:
        UserError: when no image is usable, there are too few for three splits, or the preparation
            was begun with other settings.
    """
    started, work = time.monotonic(), request.out / WORK
    state = State(work / "state.sqlite")
    try:
        archives = archives_of(source)
        check_same(state, {**request.facts, "archives": archives}, work)
        readable, division = begin(
            state,
            source,
            request.division,
            request.wanted,
            work,
            request.given,
            request.credits,
        )
        rate = process(state, readable, request.recipe, work / _IMAGES, request.wanted)
        facts = _finish(state, request, division)
        details = readable.details()
        facts["source"] = {
            **request.facts["source"],
            "archives": archives,
            **({} if details is None else {"details": details}),
        }
        facts |= {
            "images_per_second": round(rate, 1),
            "seconds": round(time.monotonic() - started, 1),
            "peak_memory_mb": environment.peak_memory_mb(),
            "device": environment.device(),
            "versions": environment.versions(),
            "commit": environment.commit(),
            "finished": environment.now(),
        }
        write_dataset(request.out, facts)
    finally:
        state.close()
    remove_work(work)
    _report(request.out, facts["images"], facts["rejected"], facts["manifest"])


def _finish(state: State, request: Request, division: Division) -> dict[str, Any]:
    """Divide and store the prepared images; return what dataset.json states about them."""
    images = divide(state, division, request.wanted)
    leaving, duplicates = find_duplicates(state, images)
    settle(state, images, leaving)
    rejected = write_rejected(request.out, state.rejected())
    counts = state.placed_counts()
    check_complete(counts, request.given, request.out)
    store = FORMATS[request.facts["stored_as"]]
    files = store(state, request.out, request.out / WORK / _IMAGES, request.recipe, counts)
    rows = manifest_rows(state, request.credits)
    manifest = write_manifest(request.out, rows, with_credits=request.credits is not None)
    return {
        **request.facts,
        "published": division.published.note() if division.published else None,
        "notes": state.fact("notes"),
        "images": {split: counts[split] for split in SPLITS},
        "manifest": manifest,
        "tables": table_hashes(request.out),
        "files": files,
        "duplicates": duplicates,
        "rejected": dict(sorted(rejected.items())),
        "grey_share": round(rejected["grey"] / state.looked_at(), 4),
        "not_looked_at": state.count("todo"),
    }


def manifest_rows(state: State, credits: Credits | None = None) -> Iterator[Row]:
    """The lines of manifest.csv."""
    columns = "path, split, sha256, name, width, height, chroma, dhash"
    for split in SPLITS:
        for row in state.placed(columns, split):
            credit = credits.of(row[3]) if credits else Credit()
            yield Row._make((*row[:-1], f"{row[-1] % 2**64:016x}", *credit))


def _report(
    out: Path, counts: Mapping[str, int], rejected: Mapping[str, int], manifest: str
) -> None:
    total = sum(rejected.values())
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in Counter(rejected).most_common())
    print(
        f"{printable(out)}: {', '.join(f'{counts[split]:,} {split}' for split in SPLITS)}; "
        f"{total:,} rejected ({REJECTED}{f': {kinds}' if kinds else ''}). Manifest "
        f"{manifest[:12]}.\n"
        f"Train on it with: {program_name('colorkeras.run')} EXPERIMENT --data "
        f"{printable(shlex.quote(str(out)))}"
    )
