"""The names of the images of each protocol, by the stored runs that were measured under it."""

from pathlib import Path

from colorkeras.report.image_values import MODEL, read_image_rows
from colorkeras.report.stored_runs import SUBMISSION, find_runs


def known_images(results: Path, skip: Path) -> dict[str, frozenset[str]]:
    """Find the images of each protocol.

    Args:
        results: the folder of the runs; it need not exist.
        skip: a folder that does not count.

    Returns:
        By the protocol's hash the names, where all runs of ours agree on them; a run whose file
        lacks images is passed over.
    """
    found: dict[str, set[frozenset[str]]] = {}
    for run in find_runs(results, skip):
        protocol = run.section("protocol")
        if run.problem or run.status != "finished" or run.get("kind") == SUBMISSION:
            continue
        names = frozenset(read_image_rows(run).get(MODEL, {}))
        if names and len(names) == protocol.get("num_images"):
            found.setdefault(str(protocol.get("hash")), set()).add(names)
    return {key: next(iter(names)) for key, names in found.items() if len(names) == 1}
