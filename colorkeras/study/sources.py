"""Where a study's images come from: stored outputs of runs, or folders of images."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from colorkeras.console.errors import UserError, no_folder
from colorkeras.console.safe_text import printable
from colorkeras.data.folders.extensions import is_image_name
from colorkeras.data.folders.walk import walk_images
from colorkeras.report.stored_runs import load_run, read_csv
from colorkeras.study.forms import CHECK, TRUTH

_SAMPLES = Path("samples") / "test"
_LONGEST_NAME = 60


@dataclass
class Source:
    """The outputs of one system, or one more sample of each image.

    Attributes:
        name: the system's name.
        place: where the outputs are.
        outputs: file by picture; a picture's name is its path without the suffix.
        truth: the true images, where the outputs came with them.
    """

    name: str
    place: Path
    outputs: dict[str, Path]
    truth: dict[str, Path] = field(default_factory=dict)


def open_sources(arguments: list[str], truth: str | None) -> tuple[list[Source], dict[str, Path]]:
    """Read where the outputs are; decode nothing.

    Args:
        arguments: each a run or evaluation with `samples/test`, or a folder of images; a name may
            stand before it, as in NAME=FOLDER. One name twice is one system with two samples.
        truth: folder of the true images; not needed where the first argument is a run.

    Returns:
        The sources, each with the same pictures, and the true images of these.

    Raises:
        UserError: on a folder without images, or without pictures in common.
    """
    sources = [_source(argument) for argument in arguments]
    if truth is not None:
        true_images = _folder(Path(truth))
    elif sources[0].truth:
        true_images = sources[0].truth
    else:
        raise UserError(
            f"{sources[0].place}: a folder of images; expected --truth FOLDER beside it, with the "
            "true images under the same names."
        )
    _check_samples(sources)
    shared = set(true_images).intersection(*(source.outputs for source in sources))
    if not shared:
        raise UserError(_nothing_shared(sources, true_images))
    for source in sources:
        source.outputs = {name: source.outputs[name] for name in sorted(shared)}
    return sources, {name: true_images[name] for name in sorted(shared)}


def _source(argument: str) -> Source:
    name, equals, path = argument.partition("=")
    if not equals or Path(argument).exists():
        name, path = "", argument
    place = Path(path)
    if not place.is_dir():
        raise UserError(
            f"{argument}: {no_folder(place)}; expected a run, an evaluation or a folder of images, "
            "or NAME=FOLDER."
        )
    if (place / _SAMPLES / "index.csv").is_file():
        return _of_run(name, place)
    if (place / "run.json").is_file():
        raise UserError(
            f"{place}: a run without {_SAMPLES / 'index.csv'}: it keeps no outputs. Measure its "
            "model again, with -o and --images: python -m colorkeras.evaluate --help"
        )
    return Source(_checked(name or place.resolve().name, argument), place, _folder(place))


def _of_run(name: str, place: Path) -> Source:
    rows = read_csv(place / _SAMPLES / "index.csv")
    numbers = {row["image"]: row.get("number") for row in rows if row.get("image")}
    outputs, truth = {}, {}
    for image, number in numbers.items():
        if isinstance(number, int):
            picture = _picture(str(image))
            outputs[picture] = place / _SAMPLES / f"{number:03d}_model.png"
            truth[picture] = place / _SAMPLES / f"{number:03d}_truth.png"
    if not outputs:
        raise UserError(
            f"{place / _SAMPLES / 'index.csv'}: no images listed; expected the columns number and "
            "image, as a run writes them."
        )
    return Source(_checked(name or load_run(place).label, str(place)), place, outputs, truth)


def _folder(place: Path) -> dict[str, Path]:
    """The images of a folder by their names without suffix."""
    if not place.is_dir():
        raise UserError(f"{place}: {no_folder(place)}; expected a folder of images.")
    files: dict[str, Path] = {}
    for name in walk_images(place).names:
        other = files.setdefault(_picture(name), place / name)
        if other != place / name:
            raise UserError(
                f"{place / name}: {other.name} beside it differs in its suffix only, and images "
                "are matched by name without suffix. Rename one of them, or take it out."
            )
    if not files:
        raise UserError(f"{place}: holds no images; expected files such as PNG or JPEG.")
    return files


def _picture(name: str) -> str:
    path = PurePosixPath(name)
    return (path.with_suffix("") if is_image_name(path.name) else path).as_posix()


def _checked(name: str, argument: str) -> str:
    """The name of a system, which a table can show."""
    if printable(name) != name or not 0 < len(name) <= _LONGEST_NAME or name in (TRUTH, CHECK):
        raise UserError(
            f"{argument}: received {name!r} as the name of a system; expected 1 to "
            f"{_LONGEST_NAME} printable characters, not {TRUTH} or {CHECK}. Write NAME=FOLDER."
        )
    return name


def _check_samples(sources: list[Source]) -> None:
    """One name with one place twice is a mistake: a system would count double."""
    places = Counter((source.name, source.place.resolve()) for source in sources)
    for (name, place), count in places.items():
        if count > 1:
            raise UserError(
                f"{place}: given {count} times as {name}. Name each place once; further samples "
                "of a system come from other folders."
            )


def _nothing_shared(sources: list[Source], truth: dict[str, Path]) -> str:
    examples = [f"truth has {min(truth)}"]
    examples += [f"{source.name} has {min(source.outputs)}" for source in sources]
    return (
        "no image is in the truth and in all systems: " + ", ".join(examples) + ". Images are "
        "matched by their names without suffix; outputs of runs, by the names of the test images."
    )
