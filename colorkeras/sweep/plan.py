"""Plan a sweep: `--sweep` and `--seeds` → a grid of named cells, each with its configuration.

Every cell is resolved, and held against what its folder has from an earlier time, before the first
one trains; `sweep.py` then runs them. Nothing here imports TensorFlow.
"""

import functools
import hashlib
import itertools
import json
import math
import re
from dataclasses import dataclass
from pathlib import Path

from colorkeras.config.load import config_file, load_config
from colorkeras.config.resolved import config_differences, config_to_dict
from colorkeras.config.settings import Config
from colorkeras.config.shipped import model_file
from colorkeras.config.toml import toml_text
from colorkeras.console.errors import UserError
from colorkeras.records.run_folder import RunFolder
from colorkeras.sweep.axis import MAX_NAME, Axis, cell_name, parse_axis

MAX_CELLS = 1000  # more is a slip of the hand
SWEEP_FILE = "sweep.json"
SEED = "train.seed"


@dataclass(frozen=True)
class Cell:
    """One run of a sweep.

    Attributes:
        name: of its folder, the same in every plan that has this cell.
        overrides: the `--set` strings that make it.
        config: what they resolve to.
    """

    name: str
    overrides: list[str]
    config: Config


@dataclass(frozen=True)
class SweepPlan:
    """What a sweep trains and where.

    Attributes:
        experiment: as given on the command line.
        preset: as given; None for the experiment's default.
        folder: of the sweep; each cell has a folder in it.
        axes: the `--sweep` strings.
        seeds: the values of train.seed.
        cells: in the order of training: all of the first seed, then all of the next, so that a
            sweep cut short has tried everything once.
    """

    experiment: str
    preset: str | None
    folder: Path
    axes: list[str]
    seeds: list[int]
    cells: list[Cell]


def plan_sweep(experiment, preset, overrides, sweep, num_seeds, out):
    """Resolve the whole grid.

    Args:
        experiment: the experiment's folder.
        preset: name of a preset, or None.
        overrides: `--set` strings of all cells, applied before the swept values.
        sweep: the `--sweep` strings.
        num_seeds: how many seeds, counted up from that of the configuration; None: one.
        out: the sweep's folder; None for results/<experiment>/sweep-<preset>-<keys>.

    Returns:
        A `SweepPlan`.

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


def _resolve(experiment, preset, overrides, choices):
    """The cell of these choices, one of each axis and that of the seed last."""
    name = cell_name(choices)
    # An optimizer's or a schedule's name comes first: it replaces the options of another one.
    swept = sorted(
        (override for choice in choices for override in choice.overrides),
        key=lambda override: not override.partition("=")[0].endswith(".name"),
    )
    try:
        config = load_config(experiment, preset, [*overrides, *swept])
    except UserError as error:
        raise UserError(f"cell {name}: {error}" if name else str(error)) from error
    return Cell(name, [*overrides, *swept], config)


def check_folder(plan):
    """Refuse to mix the plan with what else its folder holds.

    Raises:
        UserError: when the folder is no sweep's, lies in the data, or holds a cell of this plan
            that was trained with another configuration or another model.py.
    """
    if not (plan.folder / SWEEP_FILE).exists():
        RunFolder(plan.folder).check_free("or name the folder of an earlier sweep")
    for cell in plan.cells:
        folder = RunFolder(plan.folder / cell.name)
        folder.check_apart(cell.config.data.source)
        if (folder.path / "run.json").exists():
            folder.open()
            _check_same(folder, cell)


def _check_same(folder, cell):
    experiment = cell.config.experiment.folder  # the same files may be seen from elsewhere
    begun = load_config(
        folder.path / "config.toml", overrides=[f"experiment.folder={toml_text(experiment)}"]
    )
    differences = config_differences(begun, cell.config)
    code = model_file(experiment).read_bytes()
    if folder.info.get("model_sha256") != hashlib.sha256(code).hexdigest():
        differences.append(f"{experiment}/model.py: is not the file it began with")
    if differences:
        raise UserError(
            f"{folder.path}: this cell began with another configuration:\n  "
            + "\n  ".join(differences)
            + "\nPut it back, choose another --out, or delete this cell's folder."
        )


def _check_keys(axes, overrides, num_seeds):
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


def _overlap(key, other):
    """Whether two keys are the same or one is a table that holds the other."""
    return f"{key}.".startswith(f"{other}.") or f"{other}.".startswith(f"{key}.")


def _check_different(cells):
    seen = {}
    for cell in cells:
        content = json.dumps(config_to_dict(cell.config), sort_keys=True, default=str)
        twin = seen.setdefault(content, cell.name)
        if twin != cell.name:
            raise UserError(
                f"cells {twin} and {cell.name} are the same configuration; expected values that "
                "differ and have an effect."
            )


def _default_folder(axes, config):
    keys = ["+".join(key.partition(".")[2] for key in axis.keys) for axis in axes]
    name = "-".join(["sweep", config.experiment.preset or "run", *(keys or ["seeds"])])
    safe = re.sub(r"[^\w.+-]", "_", name, flags=re.ASCII)
    return Path("results") / config.experiment.name / safe[:MAX_NAME]
