"""What a run records, as event files for TensorBoard: the numbers of its CSV files, its samples.

They are written by tensorboardX, which needs neither TensorFlow nor TensorBoard, so they work with
every backend.
"""

import time
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from PIL import Image

from colorkeras.console.errors import UserError
from colorkeras.report.stored_runs import Row, read_csv

FOLDER = "tensorboard"
_PACKAGE = "tensorboardX"
# Of train.csv and eval.csv: the axis of the plots, and what is the same in all rows.
_NO_SCALARS = ("step", "epoch", "images")
_MODEL = "model"


def check_installed() -> None:
    """Check that event files can be written.

    Raises:
        UserError: when the package is missing.
    """
    if find_spec(_PACKAGE) is None:
        raise UserError(
            f"--tensorboard: the package {_PACKAGE} is not installed. Install it with: pip install "
            "'colorkeras[tensorboard]' (in a clone: pip install -e '.[tensorboard]'), or train "
            "without --tensorboard."
        )


class EventFiles:
    """The event files of one run.

    Tags are `train/<column>`; `val/<metric>` and `test/<metric>` of the model; `val_<baseline>/…`
    and `test_<baseline>/…` of each baseline; the images `samples/val` and `samples/test`.

    Args:
        folder: the run's folder; the files are in its `tensorboard`.
    """

    def __init__(self, folder: Path) -> None:
        self._run, self._folder = folder, folder / FOLDER
        self._writer: Any = None

    def begin(self, last_step: int) -> None:
        """Begin anew with the rows that the CSV files have, so that no step comes twice.

        Args:
            last_step: of the checkpoint; the rows after it are cut already.
        """
        from tensorboardX.event_file_writer import EventsWriter

        for file in self._folder.glob("events.out.tfevents.*"):
            file.unlink()
        self._folder.mkdir(parents=True, exist_ok=True)
        self._writer = EventsWriter(str(self._folder / "events"))
        for row in read_csv(self._run / "train.csv"):
            self._scalars("train", row)
        for row in read_csv(self._run / "eval.csv"):
            self._evaluation(row)
        self._writer.flush()

    def trained(self, row: Row) -> None:
        """Write a row of train.csv."""
        self._scalars("train", row)
        self._writer.flush()

    def evaluated(self, rows: Sequence[Row]) -> None:
        """Write rows of eval.csv, and the sample grid that belongs to them."""
        for row in rows:
            self._evaluation(row)
        self._writer.flush()

    def _evaluation(self, row: Row) -> None:
        split, method = row.get("split"), row.get("method")
        self._scalars(f"{split}" if method == _MODEL else f"{split}_{method}", row)
        if method == _MODEL:
            epoch = row.get("epoch")
            is_test = split == "test" or not isinstance(epoch, int)
            name = "final.png" if is_test else f"epoch_{epoch:04d}.png"
            self._image(f"samples/{split}", self._run / "samples" / name, row)

    def _scalars(self, group: str, row: Row) -> None:
        from tensorboardX.proto.summary_pb2 import Summary

        self._write(
            row,
            (
                Summary.Value(tag=f"{group}/{name}", simple_value=value)
                for name, value in row.items()
                if isinstance(value, int | float) and name not in _NO_SCALARS
            ),
        )

    def _image(self, tag: str, file: Path, row: Row) -> None:
        from tensorboardX.proto.summary_pb2 import Summary

        try:
            encoded = file.read_bytes()
            with Image.open(file) as opened:
                width, height = opened.size
        except (OSError, SyntaxError):  # no samples are asked for, or somebody removed them
            return
        image = Summary.Image(
            height=height, width=width, colorspace=3, encoded_image_string=encoded
        )
        self._write(row, [Summary.Value(tag=tag, image=image)])

    def _write(self, row: Row, values: Iterable[Any]) -> None:
        from tensorboardX.proto.event_pb2 import Event
        from tensorboardX.proto.summary_pb2 import Summary

        step = row.get("step")
        event = Event(wall_time=time.time(), step=step, summary=Summary(value=list(values)))
        self._writer.write_event(event)
