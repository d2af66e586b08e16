"""What a training run writes during the training: train.csv, eval.csv (validation), samples."""

import json

from colorkeras.evaluation.evaluator import MODEL, summarize_all
from colorkeras.evaluation.results_csv import append_evaluation, evaluation_csv
from colorkeras.metrics.definitions import VAL_PREFIX
from colorkeras.records.csv_file import CsvFile

TRAIN_CSV = "train.csv"
_FIRST_COLUMNS = ("step", "epoch", "images")  # those that follow depend on the experiment


class TrainingRecords:
    """The CSV files and images of one run.

    Args:
        folder: the `RunFolder`.
        model: the generator under training.
        evaluator: an `Evaluator` on the validation set.
        protocol: its `Protocol`.
        samples: `Samples` of the validation set.
        alarms: its `TrainingAlarms`.
        events: its `EventFiles`; None where none are asked for.
    """

    def __init__(self, folder, model, evaluator, protocol, samples, alarms, events=None):
        self._folder, self._model = folder, model
        self._evaluator, self._protocol, self._samples = evaluator, protocol, samples
        self._train = None
        self._eval = evaluation_csv(folder)
        self._alarms = alarms
        self._readers = [alarms, events] if events else [alarms]  # of every row, as it is written

    def cut(self, last_step):
        """Drop every row that a run restored to `last_step` will write again.

        Test rows always go: the test evaluation comes after the last checkpoint. At step 0 all
        rows go: the run begins with the evaluation of step 0, even if that is done.
        """

        def keep(row):
            return 0 < last_step >= int(row["step"]) and row.get("split") != "test"

        self._eval.cut(keep)
        if (self._folder.path / TRAIN_CSV).exists():
            self._train_csv().cut(keep)
        for reader in self._readers:
            reader.begin(last_step)

    def log(self, **row):
        """Append a row to train.csv; a loss term that first appears later adds its column."""
        if self._train is None:
            self._train = self._train_csv(row)
        self._train.widen(row)
        self._train.append(**row)
        for reader in self._readers:
            reader.trained(row)

    def _train_csv(self, columns=()):
        """Open train.csv with the columns it has, or make it with these."""
        path = self._folder.path / TRAIN_CSV
        if path.exists():
            return CsvFile.stored(path, _FIRST_COLUMNS)
        return self._folder.csv(TRAIN_CSV, columns)

    def evaluate(self, step, epoch):
        """Measure the validation set, write rows and a sample grid.

        The baselines do not change while training: they are measured before the first step only.

        Returns:
            Dict of the model's metrics, each name with "val_" before it.
        """
        summary = summarize_all(self._evaluator.run(self._model, with_baselines=step == 0))
        rows = append_evaluation(self._eval, step, epoch, summary, self._protocol)
        if step:
            grid = self._folder.path / "samples" / f"epoch_{epoch:04d}.png"
            self._samples.write_grid(self._model, grid)
        self.evaluated(rows)
        return {f"{VAL_PREFIX}{name}": value for name, value in summary[MODEL].items()}

    def evaluated(self, rows):
        """Hand on rows of eval.csv, once they and their images are written."""
        for reader in self._readers:
            reader.evaluated(rows)

    def alarms(self, step, epoch):
        """Look at the rows up to the end of an epoch; return what is wrong with them, once each.

        Returns:
            A list of texts, which run.json has too.
        """
        texts = self._alarms.raised(step, epoch)
        if texts:
            self._folder.update(alarms=self._alarms.stored)
        return texts

    @staticmethod
    def describe(epoch, known):
        """Return a line for the log about the values known at the end of an epoch."""
        line = (
            f"epoch {epoch}: train loss {known['train_loss']:.5f} · "
            f"val PSNR {known['val_psnr']:.2f} dB, ΔE2000 {known['val_ciede2000']:.2f}"
        )
        ratio = known["val_colorfulness_ratio"]
        return f"{line}, colorfulness {ratio:.2f} of the truth"


class FollowedRecords:
    """The records of a run of several workers: the chief writes, and all get what it measured.

    Args:
        own: the `TrainingRecords` of the chief, None in the others.
        replicas: the `Replicas`.
    """

    def __init__(self, own, replicas):
        self._own, self._replicas = own, replicas

    def cut(self, last_step):
        """See `TrainingRecords.cut`."""
        if self._own:
            self._own.cut(last_step)

    def log(self, **row):
        """See `TrainingRecords.log`."""
        if self._own:
            self._own.log(**row)

    def evaluate(self, step, epoch):
        """See `TrainingRecords.evaluate`; the others wait for the chief meanwhile."""
        measured = json.dumps(self._own.evaluate(step, epoch)) if self._own else ""
        return json.loads(self._replicas.from_chief(measured))

    def evaluated(self, rows):
        """See `TrainingRecords.evaluated`."""
        if self._own:
            self._own.evaluated(rows)

    def alarms(self, step, epoch):
        """See `TrainingRecords.alarms`; the chief alone tells them."""
        return self._own.alarms(step, epoch) if self._own else []

    describe = staticmethod(TrainingRecords.describe)
