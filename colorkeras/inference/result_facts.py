"""What a result is made of: it stands in the file, so that a repeated command finds it there.

Of results without a mark, the list of results has it.
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from colorkeras.data.images.decode import opened
from colorkeras.data.images.formats import UnusableImage
from colorkeras.data.images.mark import facts_of
from colorkeras.inference.batch_csv import BatchCsv
from colorkeras.inference.colorize_options import Options
from colorkeras.inference.colorize_plan import Job
from colorkeras.inference.saved_model import SavedModel
from colorkeras.photos.formats.pages import QUALITY

Facts = dict[str, Any]
_OF_MODEL = ("experiment", "run", "step")


class ResultFacts:
    """What the results of one call are made of.

    Args:
        models: `SavedModel`s.
        options: how photographs are colored.
        table: what earlier batches have noted of results without a mark; None for nothing.
    """

    def __init__(
        self, models: Sequence[SavedModel], options: Options, table: BatchCsv | None
    ) -> None:
        self._models, self._options, self._table = models, options, table

    def of(self, job: Job, source: str) -> dict[Path, Facts]:
        """What each result of a photograph is made of.

        Args:
            job: the photograph and its result.
            source: its SHA-256.
        """
        options, metadata = self._options, self._models[0].metadata
        facts: Facts = {name: str(metadata.get(name))[:200] for name in _OF_MODEL}
        facts |= {"source": source, "keep": options.keep}
        sums = [model.sha256 for model in self._models]
        facts["model"] = sums[0] if len(sums) == 1 else sums
        facts |= options.wishes()
        facts |= {name: source_of(file) for name, file in steering_of(job, options).items()}
        if job.form == "jpg" and options.quality != QUALITY:
            facts["quality"] = options.quality
        outputs = job.outputs(options.samples)
        if not options.samples:
            return dict.fromkeys(outputs, facts)
        numbered = [{"seed": options.seed, "sample": n + 1} for n in range(options.samples)]
        return {path: facts | own for path, own in zip(outputs, numbered, strict=True)}

    def are_there(self, outputs: dict[Path, Facts]) -> bool:
        """Whether all results exist, made of the same image by the same model in the same way.

        Raises:
            UnusableImage: when another file is in the way.
        """
        found = {o: self._found(o, facts) for o, facts in outputs.items() if o.exists()}
        if not found:
            return False
        others = [output for output, facts in found.items() if facts != outputs[output]]
        if not others and len(found) == len(outputs):
            return True
        other = next(iter(others or found))
        if not others:
            missing = ", ".join(str(output) for output in outputs if output not in found)
            raise UnusableImage(f"{other} exists, but not {missing}; --overwrite makes all anew")
        raise UnusableImage(
            f"{other} exists, {_whose(found[other], outputs[other])}; --overwrite replaces it"
        )

    def check_doubt(self, job: Job, facts: Facts) -> None:
        """Refuse to write a doubt map in the place of another file.

        Args:
            job: the photograph and its result.
            facts: of its first result.

        Raises:
            UnusableImage: when the file is not the doubt map of this photograph.
        """
        if self._options.overwrite or not job.doubt.exists():
            return
        try:
            with opened(job.doubt) as image:
                found = facts_of(image) or {}
        except UnusableImage:
            found = {}
        if "shows" not in found or found.get("source") != facts["source"]:
            raise UnusableImage(
                f"{job.doubt} exists, not known to be the doubt map of this image; --overwrite "
                "replaces it"
            )

    def records(self, facts: dict[Path, Facts]) -> dict[Path, tuple[str, str]]:
        """What is noted of results without a mark: (digest of their facts, SHA-256)."""
        if self._options.mark:
            return {}
        return {output: (_digest(made), source_of(output)) for output, made in facts.items()}

    def _found(self, path: Path, expected: Facts) -> Facts | None:
        """The facts of a result: those in the file, or those that were noted when it was made."""
        try:
            with opened(path) as image:
                facts = facts_of(image)
        except UnusableImage:
            facts = None
        if facts is not None:
            return facts if self._options.mark else {**facts, "mark": True}
        row = self._table.earlier(path) if self._table else None
        if row and (row["made_of"], row["sha256"]) == (_digest(expected), source_of(path)):
            return {**expected, "mark": False} if self._options.mark else expected
        return None


def steering_of(job: Job, options: Options) -> dict[str, Path]:
    """The files, beside the photograph, that decide about its colors."""
    files = {"hints": job.hints, "reference": options.reference}
    return {name: file for name, file in files.items() if file is not None}


def source_of(photo: Path) -> str:
    """The SHA-256 of a photograph's file.

    Raises:
        UnusableImage: when it cannot be read.
    """
    try:
        with open(photo, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UnusableImage(f"cannot be opened ({error.strerror})") from error


def _digest(facts: Facts) -> str:
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def _whose(facts: Facts | None, expected: Facts) -> str:
    if not facts:
        return "not known to be made of this image by this model"
    if facts.get("source") != expected["source"]:
        return "made of another image"
    return "made by another model or with other options"
