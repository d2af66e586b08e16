"""What the checks read: the records of one run, from its folder or from a training under way."""

import math
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colorkeras.diagnosis.finding import MissingError
from colorkeras.diagnosis.sample_colors import SampleColors, find_sample_colors, grid_colors
from colorkeras.report.stored_runs import Row, StoredRun, read_csv

if TYPE_CHECKING:
    from colorkeras.diagnosis.heads import HeadOutputs

MODEL = "model"
RATE = "learning_rate_"
DISCRIMINATOR = "discriminator"
# The terms of `colorkeras.experiment.adversarial`: those of a game of two networks, which need not
# fall, and the sum of the generator's.
FAKE, REAL, AGAINST = "loss_D_fake", "loss_D_real", "loss_G_GAN"
_OF_A_GAME = (FAKE, REAL, AGAINST, "loss_D", "loss_G")
_NO_TERMS = ("step", "epoch", "images", "stage")


@dataclass(frozen=True)
class Facts:
    """The records of a run.

    Attributes:
        info: of run.json.
        config: of config.toml, as tables.
        train_rows, eval_rows, image_rows: of train.csv, eval.csv and eval_images.csv.
        colors: of its sample images; None where there are none.
        head: the outputs of its model; None where it was not opened.
    """

    info: dict[str, Any]
    config: dict[str, Any]
    train_rows: Sequence[Row] = ()
    eval_rows: Sequence[Row] = ()
    image_rows: Sequence[Row] = ()
    colors: SampleColors | None = None
    head: "HeadOutputs | None" = field(default=None, compare=False)

    def until(self, epoch: int) -> "Facts":
        """The facts as they were at the end of an epoch, but for the sample images."""
        return replace(
            self,
            train_rows=[row for row in self.train_rows if _number(row, "epoch") <= epoch],
            eval_rows=[row for row in self.eval_rows if _number(row, "epoch") <= epoch],
        )

    # losses

    @cached_property
    def epochs(self) -> list[Row]:
        """The last row of each epoch of the last stage: means over the epoch.

        Raises:
            MissingError: when nothing is logged.
        """
        if not self.train_rows:
            raise MissingError("train.csv has no rows")
        stage = self.train_rows[-1].get("stage")
        rows = [row for row in self.train_rows if row.get("stage") == stage]
        return list({row.get("epoch"): row for row in rows}.values())

    @cached_property
    def terms(self) -> list[str]:
        """The loss terms of the last stage."""
        last = self.epochs[-1]
        return [
            name
            for name in last
            if not name.startswith((RATE, "loss_scale_"))
            and name not in _NO_TERMS
            and last[name] is not None
        ]

    @cached_property
    def supervised(self) -> list[str]:
        """The terms that compare with the original and must fall; those of a GAN's game need not.

        Raises:
            MissingError: when there are none, or it is not known which they are.
        """
        terms = self.terms
        if not {FAKE, REAL} & set(terms) and len(self.rated) > 1:
            raise MissingError("several objectives, whose terms have names of their own")
        found = [name for name in terms if name not in _OF_A_GAME]
        if not found:
            raise MissingError("no loss term compares with the originals")
        return found

    @cached_property
    def rated(self) -> list[str]:
        """The objectives that the last stage trains."""
        last = self.epochs[-1]
        return [x.removeprefix(RATE) for x in last if x.startswith(RATE) and last[x] is not None]

    def total(self, row: Row) -> float:
        """The sum of the supervised terms in a row of train.csv."""
        return sum(_number(row, name) for name in self.supervised)

    def series(self, name: str) -> list[float]:
        """A term at the end of each epoch of the last stage.

        Raises:
            MissingError: when there is no such term.
        """
        if name not in self.terms:
            raise MissingError(f"train.csv has no {name}")
        return [_number(row, name) for row in self.epochs]

    def optimizer(self, objective: str) -> str:
        """The name of an objective's optimizer; empty where it is not recorded."""
        found = _table(_table(self.config, "optimizer"), objective).get("name")
        return str(found or "")

    # evaluations

    @property
    def evaluation(self) -> Row:
        """The newest evaluation of the model after training: of the test, else of validation.

        Raises:
            MissingError: when there is none.
        """
        rows = [row for row in self.eval_rows if row.get("method") == MODEL]
        if self.info.get("kind", "training") == "training":
            rows = [row for row in rows if _number(row, "step") > 0]
        if not rows:
            raise MissingError("eval.csv has no evaluation after the first step")
        tests = [row for row in rows if row.get("split") == "test"]
        return (tests or rows)[-1]

    def baseline(self, method: str) -> Row:
        """The newest measurement of a baseline, on the images of `evaluation`.

        Raises:
            MissingError: when there is none.
        """
        splits = {row.get("split") for row in self.eval_rows if row.get("method") == MODEL}
        split = "test" if "test" in splits else next(iter(splits), None)
        for row in reversed(self.eval_rows):
            if row.get("method") == method and row.get("split") == split:
                return row
        raise MissingError(f"eval.csv has no {method}")

    @property
    def sampled(self) -> SampleColors:
        """The colors of the samples.

        Raises:
            MissingError: when there are none.
        """
        if self.colors is None:
            raise MissingError("no sample images to read in samples")
        return self.colors


def value_of(row: Row, name: str) -> float:
    """A number of a row.

    Raises:
        MissingError: when it is blank or not finite.
    """
    value = _number(row, name)
    if not math.isfinite(value):
        raise MissingError(f"{name} is blank or not a number")
    return value


def facts_of(run: StoredRun, head: "HeadOutputs | None" = None) -> Facts:
    """Read the records of a stored run."""
    config = read_config(run.folder)
    return Facts(
        info=run.info,
        config=config,
        train_rows=run.train_rows,
        eval_rows=run.eval_rows,
        image_rows=read_csv(run.folder / "eval_images.csv"),
        colors=read_colors(run.folder, config),
        head=head,
    )


def read_config(folder: Path) -> dict[str, Any]:
    """The config.toml of a run as tables; empty where it cannot be read."""
    try:
        return tomllib.loads((folder / "config.toml").read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return {}


def read_colors(folder: Path, config: dict[str, Any], grid: str = "") -> SampleColors | None:
    """Measure the sample images of a run, the newest or those of a grid; None without any."""
    data = _table(config, "data")
    height, width = data.get("height"), data.get("width")
    if not isinstance(height, int) or not isinstance(width, int) or min(height, width) < 1:
        return None
    if grid:
        return grid_colors(folder / "samples" / grid, (height, width))
    return find_sample_colors(folder, (height, width))


def _number(row: Row, name: str) -> float:
    value = row.get(name)
    return float(value) if isinstance(value, int | float) else math.nan


def _table(tables: dict[str, Any], name: str) -> dict[str, Any]:
    value = tables.get(name)
    return value if isinstance(value, dict) else {}
