"""The mark of a colored film: its metadata says that the colors are a model's guess."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colorkeras.data.images.mark import facts_in, mark_lines
from colorkeras.films.decoded_film import open_container
from colorkeras.films.film_hints import sum_of
from colorkeras.films.options import FilmOptions

if TYPE_CHECKING:
    from colorkeras.inference.saved_model import SavedModel

_OF_MODEL = ("experiment", "run", "step")


def facts_of_result(
    source: str, models: Sequence["SavedModel"], options: FilmOptions
) -> dict[str, Any]:
    """What a colored film is made of, as values for JSON.

    Args:
        source: SHA-256 of the film.
        models: one, or those of an ensemble.
        options: how it is colored.

    Raises:
        UserError: when hints or the reference cannot be read.
    """
    facts: dict[str, Any] = {n: str(models[0].metadata.get(n))[:200] for n in _OF_MODEL}
    sums = [model.sha256 for model in models]
    facts |= {"source": source, "model": sums[0] if len(sums) == 1 else sums, "keep": "luma"}
    files = {"hints": options.hints, "reference": options.reference}
    facts |= {name: sum_of(path) for name, path in files.items() if path is not None}
    return facts | options.wishes()


def comment_of(facts: dict[str, Any]) -> str:
    """The text of the metadata: a sentence for people, and a line of JSON for programs."""
    return "\n".join(mark_lines(facts))


def marked_facts(film: Path) -> dict[str, Any] | None:
    """The facts in a film's metadata; None without the mark.

    Raises:
        UnusableFilm: when FFmpeg cannot open it.
    """
    with open_container(film) as container:
        return facts_in([str(value) for value in container.metadata.values()])
