"""The names of the generated tables, and what makes each."""

from collections.abc import Callable

from colorkeras.report.overview.bench_tables import (
    fast_layers_table,
    frameworks_float32_table,
    frameworks_table,
    loaders_table,
)
from colorkeras.report.overview.clone import Clone
from colorkeras.report.overview.common import systems_table
from colorkeras.report.overview.obtained import evaluated_table, obtained_table, photographs_table
from colorkeras.report.overview.runs import runs_table
from colorkeras.report.overview.verdicts import counts_table, decided_table, verdicts_table

TABLES: dict[str, Callable[[Clone], str]] = {
    "systems": systems_table,
    "photographs": photographs_table,
    "runs": runs_table,
    "verdict_counts": counts_table,
    "decided": decided_table,
    "frameworks": frameworks_table,
    "frameworks_float32": frameworks_float32_table,
    "loaders": loaders_table,
    "fast_layers": fast_layers_table,
}
# In the README of an experiment, and of that experiment alone.
EXPERIMENT_TABLES: dict[str, Callable[..., str]] = {
    "obtained": obtained_table,
    "evaluated": evaluated_table,
    "verdicts": verdicts_table,
}
