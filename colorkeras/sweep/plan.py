"""Plan a sweep: `--sweep` and `--seeds` → a grid of named cells, each with its configuration.

Before the first cell trains, every cell is resolved and compared with what its folder holds from an
earlier sweep. `runner.py` then runs them. Nothing here imports TensorFlow.
"""

import functools
import itertools
import json
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from colorkeras.config.load import config_file, load_config
from colorkeras.config.model_code import is_code_of
from colorkeras.config.resolved import config_differences, config_to_dict
from colorkeras.config.settings import Config
from colorkeras.config.toml import toml_text
from colorkeras.console.errors import UserError
from colorkeras.records.run_folder import RunFolder
from colorkeras.sweep.axis import MAX_NAME, Axis, Choice, cell_name, parse_axis

MAX_CELLS = 1000  # more is a mistake
SWEEP_FILE = "sweep.json"
SEED = "train.seed"


@dataclass(frozen=True)
class Cell:
    """One run of a sweep.

    Attributes:
        name: of its folder, the same in every plan that has this cell.
        overrides: its `--set` strings.
        config: the resolved configuration.
    """

    name: str
    overrides: list[str]
    config: Config


@dataclass(frozen=True)
class SweepPlan:
    """What a sweep trains, and where.

    Attributes:
        experiment: as given on the command line.
        preset: as given; None for the experiment's default.
        folder: of the sweep; each cell has a folder inside it.
        axes: the `--sweep` strings.
        seeds: the values of train.seed.
        cells: in the order of training: all with the first seed, then all with the next, so that
            a sweep that is stopped early has tried every value.
    """

    experiment: str
    preset: str | None
    folder: Path
    axes: list[str]
    seeds: list[int]
    cells: list[Cell]


def plan_sweep(
    experiment: str,
    preset: str | None,
    overrides: Sequence[str],
    sweep: Iterable[str],
    num_seeds: int | None,
    out: str | Path | None,
) -> SweepPlan:
    """Resolve the whole grid.

    Args:
        experiment: folder or name of the experiment.
        preset: name of a preset, or None.
        overrides: `--set` strings of all cells, applied before the swept values.
        sweep: the `--sweep` strings.
        num_seeds: how many seeds, counting up from that of the configuration; None means one.
        out: the sweep's folder; None means results/<experiment>/sweep-<preset>-<keys>.

    Raises:
        UserError: naming the cell or the key, what was received and what was expected.
    """
    config_file(experiment)
    axes = [parse_axis(text) for text in sweep]
    _check_keys(axes, overrides, num_seeds)
    cell = functools.partial(_resolve, experiment, preset, overrides)
    seeds = next((axis for axis in axes if SEED in axis.keys), None)
    others = [axis.choices() for axis in axes if axis is not seeds]
    if seeds is None:
        first = cell([choices[0] for choices in others]).config.train.seed
        seeds = Axis((SEED,), list(range(first, first + (num_seeds or 1))))
    grid = itertools.product(seeds.choices(), *others)
    cells = [cell([*choices, seed]) for seed, *choices in grid]
    _check_different(cells)
    folder = Path(out) if out else _default_folder(axes, cells[0].config)
    return SweepPlan(experiment, preset, folder, list(sweep), seeds.values, cells)


def _resolve(
    experiment: str, preset: str | None, overrides: Sequence[str], choices: Sequence[Choice]
) -> Cell:
    """The cell of these choices: one for each axis, the seed last."""
    name = cell_name(choices)
    # The name of an optimizer or schedule comes first, as it replaces all options.
    swept = sorted(
        (override for choice in choices for override in choice.overrides),
        key=lambda override: not override.partition("=")[0].endswith(".name"),
    )
    try:
        config = load_config(experiment, preset, [*overrides, *swept])
    except UserError as error:
        raise UserError(f"cell {name}: {error}" if name else str(error)) from error
    return Cell(name, [*overrides, *swept], config)


def check_folder(plan: SweepPlan) -> None:
    """Refuse a folder whose content does not belong to the plan.

    Raises:
        UserError: when the folder is not that of a sweep, lies in the data, or holds a cell of this
            plan that was trained with another configuration or another model.py.
    """
    if not (plan.folder / SWEEP_FILE).exists():
        RunFolder(plan.folder).check_free("or name the folder of an earlier sweep")
    for cell in plan.cells:
        folder = RunFolder(plan.folder / cell.name)
        folder.check_apart(cell.config.data.source)
        if (folder.path / "run.json").exists():
            folder.open()
            _check_same(folder, cell)


def _check_same(folder: RunFolder, cell: Cell) -> None:
    experiment = cell.config.experiment.folder  # it may have had another path before
    begun = load_config(
        folder.path / "config.toml", overrides=[f"experiment.folder={toml_text(experiment)}"]
    )
    differences = config_differences(begun, cell.config)
    if not is_code_of(folder.info.get("model_sha256"), experiment):
        differences.append(f"{experiment}/model.py: was changed")
    if differences:
        raise UserError(
            f"{folder.path}: this cell was started with another configuration:\n  "
            + "\n  ".join(differences)
            + "\nRestore it, choose another --out, or delete the folder of this cell."
        )


def _check_keys(axes: list[Axis], overrides: Sequence[str], num_seeds: int | None) -> None:
    if num_seeds is not None and num_seeds < 1:
        raise UserError(f"--seeds: received {num_seeds}, expected at least 1.")
    swept = [key for axis in axes for key in axis.keys]
    fixed = [override.partition("=")[0].strip() for override in overrides]
    if num_seeds is not None and SEED in swept:
        raise UserError(f"--seeds {num_seeds}: {SEED} is swept as well; keep one of the two.")
    if fixed.count(SEED) > 1:
        raise UserError(f"--seed: {SEED} is set as well; keep one of the two.")
    for key, other in itertools.combinations(swept, 2):
        if _overlap(key, other):
            raise UserError(f"--sweep {other}: {key} is swept as well; keep one of the two.")
    for key, other in itertools.product(swept, fixed):
        if _overlap(key, other):
            raise UserError(
                f"--sweep {key}: {other} is set as well (--set, --data, --limit or --seed); keep "
                "one of the two."
            )
    count = (num_seeds or 1) * math.prod(len(axis.values) for axis in axes)
    if count > MAX_CELLS:
        raise UserError(f"the sweep has {count:,} cells, expected at most {MAX_CELLS:,}.")


def _overlap(key: str, other: str) -> bool:
    """Whether two keys are equal, or one is a table that contains the other."""
    return f"{key}.".startswith(f"{other}.") or f"{other}.".startswith(f"{key}.")


def _check_different(cells: list[Cell]) -> None:
    seen: dict[str, str] = {}
    for cell in cells:
        content = json.dumps(config_to_dict(cell.config), sort_keys=True, default=str)
        twin = seen.setdefault(content, cell.name)
        if twin != cell.name:
            raise UserError(
                f"cells {twin} and {cell.name} are the same configuration; expected values that "
                "differ and have an effect."
            )


def _default_folder(axes: list[Axis], config: Config) -> Path:
    keys = ["+".join(key.partition(".")[2] for key in axis.keys) for axis in axes]
    name = "-".join(["sweep", config.experiment.preset or "run", *(keys or ["seeds"])])
    safe = re.sub(r"[^\w.+-]", "_", name, flags=re.ASCII)
    return Path("results") / config.experiment.name / safe[:MAX_NAME]
