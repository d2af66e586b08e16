"""What each system is and what it cost: parameters, images seen, hours of training, device."""

import math
from collections.abc import Iterable, Sequence
from statistics import fmean
from typing import Any

from colorkeras.report.document import MISSING, Table
from colorkeras.report.protocol_results import ProtocolResults
from colorkeras.report.stored_runs import StoredRun

SECONDS_OF_HOUR = 3600
SEVERAL = "several"  # where the runs of a system differ
_CAPTION = (
    "What each system is and what it cost, as a mean over its seeds. Images seen are counted with "
    "repetitions; hours of training are without evaluation. An evaluation has the cost of the run "
    "that trained its model, where that run is among the results."
)


def cost_table(results: Sequence[ProtocolResults]) -> Table:
    """One row per system: its data and what it cost."""
    rows: dict[str, list[str]] = {}
    for system in (system for found in results for system in found.systems):
        runs = [entry.training or entry.run for entry in system.entries]
        row = [system.label, _same(run.get("preset") for run in runs)]
        row += [_same(run.training_data.get("source") for run in runs)]
        row += [_mean(run.training_data.get("train") for run in runs)]
        row += [_same(map(parameters_of, runs)), _mean(map(images_seen, runs))]
        row += [_mean(map(hours, runs), 3), _same(map(device, runs))]
        row += [_mean((run.get("images_per_second") for run in runs), 1)]
        row += [_mean(run.get("peak_memory_mb") for run in runs)]
        row += [_same(run.get("precision", "used") for run in runs)]
        row += [_same(str(run.get("commit") or MISSING)[:10] for run in runs)]
        rows.setdefault("\0".join(row), row)
    columns = ["System", "preset", "trained on", "training images", "trainable parameters"]
    columns += ["images seen", "hours of training", "device", "images/s", "memory (MB)"]
    columns += ["precision", "commit"]
    return Table(columns, list(rows.values()), num_text=3, caption=_CAPTION)


def parameters_total(run: StoredRun) -> int | None:
    """The trainable parameters of all networks; None where they are not recorded."""
    counts = [count for count in run.section("parameters").values() if isinstance(count, int)]
    return sum(counts) if counts else None


def images_seen(run: StoredRun) -> int | None:
    """The images that a training has seen, with repetitions; None where that is not recorded."""
    recorded = run.get("images_seen")
    if recorded is None:
        counts = [row.get("images") for row in run.train_rows]
        recorded = max((count for count in counts if isinstance(count, int)), default=None)
    return recorded if isinstance(recorded, int) else None


def hours(run: StoredRun) -> float | None:
    """The hours of training, without evaluation; None where they are not recorded."""
    seconds = run.get("seconds", "train")
    return seconds / SECONDS_OF_HOUR if _is_number(seconds) else None


def device(run: StoredRun) -> str:
    """The GPUs of most steps, or the CPU with the number of cores; empty if not recorded."""
    found = run.main_device
    gpus = found.get("gpus")
    if isinstance(gpus, list) and gpus:
        names = list(map(str, gpus))
        counts = {name: names.count(name) for name in names}
        return ", ".join(f"{n} × {name}" if n > 1 else name for name, n in counts.items())
    count = found.get("cores")
    cores = f"{count} core{'' if count == 1 else 's'}" if _is_number(count) else ""
    return ", ".join(filter(None, (str(found.get("cpu") or ""), cores)))


def parameters_of(run: StoredRun) -> str:
    """The number of parameters of each network; with names where there are several networks."""
    found = run.section("parameters")
    if len(found) == 1:
        return _number(next(iter(found.values())))
    # The network that colors comes first.
    counts = {name: found[name] for name in sorted(found, key=lambda n: n == "discriminator")}
    return " + ".join(f"{name} {_number(n)}" for name, n in counts.items())


def _same(values: Iterable[Any]) -> str:
    """What all runs of a system have; "several" where they differ."""
    found = {MISSING if value in (None, "") else str(value) for value in values}
    return found.pop() if len(found) == 1 else SEVERAL


def _mean(values: Iterable[Any], decimals: int = 0) -> str:
    """The mean over runs; "-" where one does not have the value."""
    found = list(values)
    if not found or not all(_is_number(value) and math.isfinite(value) for value in found):
        return MISSING
    mean = found[0] if len(set(found)) == 1 else fmean(found)
    return _number(round(mean) if decimals == 0 else mean, decimals)


def _number(value: Any, decimals: int = 1) -> str:
    if not _is_number(value):
        return MISSING
    return f"{value:,}" if isinstance(value, int) else f"{value:,.{decimals}f}"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
