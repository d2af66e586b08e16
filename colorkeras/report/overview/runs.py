"""What was trained and at what cost, a row for each experiment and data set."""

from colorkeras.report.document import MISSING
from colorkeras.report.overview.cells import (
    data_name,
    fixed,
    manifest,
    markdown,
    number_range,
    seen,
    share,
)
from colorkeras.report.overview.clone import Clone
from colorkeras.report.run_tables import device, hours, images_seen
from colorkeras.report.stored_runs import StoredRun

_HEAD = (
    *("experiment", "data set (manifest)", "training images", "runs", "settings"),
    *("images seen by a run", "largest share of the images of `paper`"),
    *("hours of training", "device"),
)

_LEAST_HOURS = 0.01


def runs_table(clone: Clone) -> str:
    """The finished trainings by experiment and data set."""
    by_data: dict[tuple[str, str], list[StoredRun]] = {}
    systems: dict[tuple[str, str], set[str]] = {}
    for entry in clone.trainings:
        key = (entry.run.experiment, data_name(entry.run))
        by_data.setdefault(key, []).append(entry.run)
        systems.setdefault(key, set()).add(entry.configuration)
    rows = []
    for (experiment, name), runs in sorted(by_data.items()):
        counts = [n for run in runs if isinstance(n := run.training_data.get("train"), int)]
        most = max((n for run in runs if (n := images_seen(run)) is not None), default=None)
        row = [experiment, f"{name} ({_manifests(runs)})", number_range(counts) if counts else "?"]
        row += [str(len(runs)), str(len(systems[experiment, name])), seen(runs)]
        row += [share(most, clone.budget(experiment)), _hours(runs), _devices(runs)]
        rows.append(row)
    return markdown(_HEAD, rows)


def _manifests(runs: list[StoredRun]) -> str:
    found = list(dict.fromkeys(map(manifest, runs)))
    return f"`{found[0]}`" if len(found) == 1 else f"{len(found)} lists of images"


def _hours(runs: list[StoredRun]) -> str:
    """All hours together; "-" where a run did not record its own."""
    known = [found for run in runs if (found := hours(run)) is not None]
    if len(known) < len(runs):
        return MISSING
    return fixed(sum(known), 2) if sum(known) >= _LEAST_HOURS else f"< {_LEAST_HOURS}"


def _devices(runs: list[StoredRun]) -> str:
    return "; ".join(dict.fromkeys(device(run) or MISSING for run in runs))
