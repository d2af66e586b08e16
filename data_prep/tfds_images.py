"""The images of a TensorFlow Datasets data set, as their publishers encoded them."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from colorkeras.console.errors import UserError
from colorkeras.console.progress import ProgressReport
from colorkeras.data.images.formats import content_kind, usual_extension
from colorkeras.records.atomic import replacing
from data_prep.folder_images import FolderImages
from data_prep.image_source import GivenSource

PREFIX = "tfds:"
_COMPLETE = "complete"  # an empty file that is written last


@dataclass(frozen=True)
class TfdsImages(GivenSource):
    """A data set by its name, such as "oxford_flowers102".

    Attributes:
        name: may include a version or a configuration.
    """

    name: str
    kind = "tfds"

    def stage(self, folder: Path) -> "StagedTfds":
        """Let TensorFlow Datasets download it, and write its images into a folder.

        Raises:
            UserError: when the library is missing, or the data set is unknown or has no images.
        """
        builder, key = _builder(self.name)
        for split, info in builder.info.splits.items():
            target = folder / split
            if not (target / _COMPLETE).exists():
                _write_split(builder, key, split, info.num_examples, target)
        return StagedTfds(folder, builder.info.full_name, list(builder.info.splits))


@dataclass(frozen=True)
class StagedTfds(FolderImages):
    """The images that were written.

    Attributes:
        full_name: name, configuration and version.
        splits: of the data set; train, validation and test are kept.
    """

    full_name: str = ""
    splits: list[str] = field(default_factory=list)

    def details(self) -> dict[str, Any]:
        """The full name and the splits."""
        return {"name": self.full_name, "splits": self.splits}


def _builder(name: str) -> tuple[Any, str]:
    """The prepared builder, and the name of its one image feature."""
    try:
        import tensorflow_datasets as tfds
    except ImportError:
        raise UserError(
            f"{PREFIX}{name}: needs TensorFlow Datasets, which is not installed. Install it with "
            '`pip install "colorkeras[tfds]"` (or `pip install tensorflow-datasets`).'
        ) from None
    try:
        builder = tfds.builder(name)
        builder.download_and_prepare()
    except Exception as error:  # the library and what it downloads through raise nearly anything
        reason = str(error).strip().partition("\n")[0][:200]  # what follows lists all data sets
        raise UserError(
            f"{PREFIX}{name}: TensorFlow Datasets cannot prepare it ({reason}). Check the name at "
            "https://www.tensorflow.org/datasets/catalog, and the network."
        ) from error
    features = builder.info.features
    images = [key for key in features if isinstance(features[key], tfds.features.Image)]
    if len(images) != 1:
        raise UserError(
            f"{PREFIX}{name}: its features are {', '.join(features)}; expected one image in each "
            f"example, found {len(images)}."
        )
    return builder, images[0]


def _write_split(builder: Any, key: str, split: str, total: int, target: Path) -> None:
    import tensorflow_datasets as tfds

    examples = builder.as_dataset(
        split=split, decoders={key: tfds.decode.SkipDecoding()}, shuffle_files=False
    )
    with ProgressReport(f"reading {split}", total, unit="image") as progress:
        for number, example in enumerate(tfds.as_numpy(examples)):
            data = example[key]
            suffix = usual_extension(content_kind(data[:16])[0] or "PNG")
            path = target / f"{number // 1000:05d}" / f"{number:08d}{suffix}"
            if not path.exists():
                with replacing(path) as temporary:
                    temporary.write_bytes(data)
            progress.update(number + 1)
    (target / _COMPLETE).touch()
