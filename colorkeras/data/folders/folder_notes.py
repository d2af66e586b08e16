"""What the user should know about how a folder of images was understood and divided."""

from colorkeras.data.folders.index import Index
from colorkeras.data.folders.notes import short
from colorkeras.data.folders.published_splits import PublishedSplits, unused_note
from colorkeras.data.splits import SPLITS


def source_notes(
    index: Index, groups: dict[str, list[str]], own: PublishedSplits | None, for_training: bool
) -> list[str]:
    """The notes on a folder and its division, one line each.

    Args:
        index: of the folder.
        groups: the names of the images in each split.
        own: the splits in which the folder was published, where it was.
        for_training: whether the images are for training.
    """
    notes = []
    if (index.root / "run.json").is_file():
        notes.append("the folder of a run: its images are plots and samples that the run wrote")
    if own:
        notes += _notes_on_published(index, groups, own)
    elif unused := unused_note(index.all_names()):
        notes.append(unused)
    notes += _notes_on_copies(index, groups, own)
    if own or for_training:
        notes += [f"the {split} split is empty" for split, names in groups.items() if not names]
    return notes


def _notes_on_published(
    index: Index, groups: dict[str, list[str]], own: PublishedSplits
) -> list[str]:
    notes = [own.note()]
    for split in SPLITS:
        if groups[split] and split != "train" and split not in own.published():
            notes.append(
                f"no folder for {split}: {len(groups[split])} of the train images are used for it"
            )
    outside = [name for name in index.names if own.split_of(name) is None]
    if outside:
        notes.append(
            f"{len(outside)} images outside of these folders are left out, such as "
            f"{short(outside[0])}; to train on them, put them into a folder of train"
        )
    return notes


def _notes_on_copies(
    index: Index, groups: dict[str, list[str]], own: PublishedSplits | None
) -> list[str]:
    """A note on files with the same bytes, where there are any."""
    digest = dict(zip(index.names, index.sha256s, strict=True))
    held = {split: {digest[name] for name in names} for split, names in groups.items()}
    if own:
        leaks = [
            f"{sum(digest[name] in held[other] for name in groups[split])} {split} images are also "
            f"in {other}"
            for split, other in (("test", "train"), ("val", "train"), ("test", "val"))
        ]
        leaks = [leak for leak in leaks if not leak.startswith("0 ")]
        return [f"{', '.join(leaks)} (byte for byte)"] if leaks else []
    used = sum(map(len, groups.values()))
    copies = used - sum(map(len, held.values()))
    if not copies:
        return []
    return [f"{copies} images are byte for byte copies of others; copies are in one split"]
