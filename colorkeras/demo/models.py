"""The models that the page offers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from colorkeras.console.safe_text import printable, shortened
from colorkeras.inference.colorize_options import Options
from colorkeras.inference.model_file.checks import open_and_tell
from colorkeras.inference.published_models import (
    FOLDER,
    choose_model,
    domain_note,
    published_models,
)

if TYPE_CHECKING:
    from colorkeras.inference.photo_colorizer import PhotoColorizer
    from colorkeras.inference.saved_model import SavedModel

_LONGEST = 80  # characters of a label


@dataclass(frozen=True)
class DemoModel:
    """A model that is ready to color.

    Attributes:
        label: what the page calls it.
        note: what its user should know of the data; may be empty.
        is_random: whether its samples differ.
        options: how the page colors where nothing else is wished.
        colorizer: with these options.
        saved: the model itself.
    """

    label: str
    note: str
    is_random: bool
    options: Options
    colorizer: "PhotoColorizer" = field(repr=False)
    saved: "SavedModel" = field(repr=False)


def open_models(names: Sequence[str], max_memory: float, options: Options) -> list[DemoModel]:
    """Check and load models.

    Args:
        names: paths of model files and names of published models; none for all published ones.
        max_memory: GiB that each model may take for one image.
        options: how the page colors where nothing else is wished.

    Raises:
        UserError: when there is no such model, or its file does not pass the checks.
    """
    published = [model.name for model in published_models()]
    # With none at all, the message says how to get one.
    wanted: list[str | None] = list(dict.fromkeys(names or published)) or [None]
    chosen = [choose_model(name) for name in wanted]
    checked = [open_and_tell(model.file, max_memory) for model in chosen]
    from colorkeras.devices import backend

    backend.set_up_inference()
    from colorkeras.inference.photo_colorizer import PhotoColorizer
    from colorkeras.inference.saved_model import load_checked

    models = []
    for model, file in zip(chosen, checked, strict=True):
        saved = load_checked(file)
        label = f"{model.file.name} ({saved.metadata['experiment']}, run {saved.metadata['run']})"
        if model.file.parent == FOLDER:
            label = f"{model.file.stem} (published)"
        label = shortened(printable(label), _LONGEST)
        note = domain_note(saved.metadata["data"])
        note = note[:1].upper() + note[1:]
        colorizer = PhotoColorizer([saved], options)
        models.append(DemoModel(label, note, saved.noise.is_random, options, colorizer, saved))
    return models
