"""The checks of a model file, one after the other, all before Keras is called.

`saved_model.load_model` opens a file that passes all of them; `colorkeras.inspect` shows each.
"""

import hashlib
import json
import math
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from colorkeras.console.errors import UserError
from colorkeras.console.safe_text import printable
from colorkeras.inference.model_file import container
from colorkeras.inference.model_file.description import Network
from colorkeras.inference.model_file.metadata import check_metadata, has_integrity
from colorkeras.inference.model_file.network import read_network
from colorkeras.inference.model_file.rules import DEFAULT_MAX_MEMORY, RefusedError

GIB = 2**30
# Multiply-adds per byte of the bound: 1.3e11 at 0.5 GiB, at most about a minute on two cores.
_WORK_PER_BYTE = 250
_COPIES = 4  # of what goes in and of the chroma: drawn, made a tensor, fetched, converted
_MOST_IMAGES = 65_536


@dataclass
class ModelFile:
    """What is known of a file: each check of `CHECKS` adds its part, or raises `UserError`.

    Attributes:
        path: the file.
        max_memory: bound on what the model takes for one image, in bytes.
        metadata: the JSON that `save_model` wrote, checked.
        network: the `Network` that the file describes.
        weights: float32 arrays by path in the file.
    """

    path: Path
    max_memory: float = DEFAULT_MAX_MEMORY * GIB
    metadata: dict[str, Any] = field(default_factory=dict)
    network: Network | None = None
    weights: dict[tuple[str, ...], np.ndarray] = field(default_factory=dict, repr=False)
    texts: dict[str, str] = field(default_factory=dict, repr=False)
    datasets: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def checked_network(self) -> Network:
        """Its network, once that check has passed."""
        if self.network is None:
            raise RuntimeError("the network has not been read")
        return self.network

    def memory(self) -> int:
        """Bytes that the model takes for one image, without what the libraries themselves take.

        Weights are there twice while they are read, then once, with what the layers hand on.
        """
        return max(2 * self._weight_bytes, self._weight_bytes + self._image_bytes)

    def largest_batch(self) -> int:
        """How many images at a time keep to `max_memory`."""
        room = (self.max_memory - self._weight_bytes) / max(self._image_bytes, 1)
        return int(min(room, _MOST_IMAGES))

    @property
    def _weight_bytes(self) -> int:
        return 4 * sum(map(math.prod, self.checked_network.weights.values()))

    @property
    def _image_bytes(self) -> int:
        network = self.checked_network
        ends = (*network.input_shapes, *network.output_shapes)
        copies = _COPIES * 4 * sum(map(math.prod, ends))
        return network.cost.outputs + network.cost.working + copies


Check = Callable[[ModelFile, h5py.File], None]


def open_checked(path: str | Path, max_memory: float = DEFAULT_MAX_MEMORY) -> ModelFile:
    """Pass a file through all checks.

    Args:
        path: the file.
        max_memory: GiB that its model may take for one image.

    Returns:
        A `ModelFile`, complete.

    Raises:
        UserError: at the first check that it does not pass.
        ValueError: when `max_memory` is not above 0.
    """
    if not max_memory > 0:  # NaN too
        raise ValueError(f"max_memory is {max_memory!r}; expected GiB, more than 0.")
    file = ModelFile(Path(path), max_memory * GIB)
    with opened(file) as handle:
        for check in CHECKS.values():
            run_check(check, file, handle)
    return file


def open_and_tell(path: str | Path, max_memory: float) -> ModelFile:
    """`open_checked` for a command: on stderr it says what could not be checked."""
    file = open_checked(path, max_memory)
    if not has_integrity(file.metadata):
        print(
            f"{printable(path)}: written by an earlier version, without checksum and probe: damage "
            "to its weights would not be noticed.",
            file=sys.stderr,
        )
    return file


def opened(file: ModelFile) -> h5py.File:
    """Open the HDF5 file behind a `ModelFile`, to be read, once another process has read it."""
    container.check_is_hdf5(file.path)
    container.try_reading(file.path, file.max_memory)
    return container.open_container(file.path)


def read_everything(path: str | Path, max_memory: float) -> None:
    """Read all that will be read of a file, keeping nothing; raise `UserError` as the checks do."""
    file = ModelFile(Path(path), max_memory)
    with container.open_container(file.path) as handle:
        run_check(_check_structure, file, handle)
        for name, dataset in file.datasets.items():
            container.read_weights(file.path, {name: dataset})


def run_check(check: Check, file: ModelFile, handle: h5py.File) -> None:
    """Call one check; whatever is wrong becomes a `UserError` that names the file."""
    try:
        check(file, handle)
    except RefusedError as error:
        raise UserError(f"{file.path}: {error}.") from error
    except container.DAMAGE as error:
        raise container.damaged(file.path, error) from error


def check_to_save(path: str | Path, handle: h5py.File) -> ModelFile:
    """Pass a file that is being written through all checks but those of size and checksum.

    Args:
        path: what to call it in messages.
        handle: the open `h5py.File`.

    Returns:
        Its `ModelFile`.

    Raises:
        UserError: when `open_checked` would refuse it.
    """
    file = ModelFile(Path(path), max_memory=math.inf)
    for name, check in CHECKS.items():
        if name != "checksum":
            run_check(check, file, handle)
    return file


def _check_structure(file: ModelFile, handle: h5py.File) -> None:
    size = handle.id.get_filesize()
    if size > file.max_memory:
        raise RefusedError(f"the file{_beyond(file, size)}")
    if container.METADATA not in handle.attrs:
        raise UserError(
            f"{file.path}: not written by colorkeras (no {container.METADATA!r} attribute), so its "
            "color space is unknown. Expected the model.h5 of a finished run."
        )
    file.datasets = container.check_structure(file.path, handle)
    for name in (container.METADATA, container.CONFIG):
        file.texts[name] = container.read_text(file.path, handle, name)


def _check_metadata(file: ModelFile, _handle: h5py.File) -> None:
    text = file.texts[container.METADATA]
    # Files from before there were systems with noise say nothing about it.
    noise = {"noise": {"source": "none", "distribution": "normal"}}
    metadata = {**noise, **container.parse_json(file.path, container.METADATA, text)}
    check_metadata(metadata)
    file.metadata = metadata


def _check_network(file: ModelFile, _handle: h5py.File) -> None:
    text = file.texts[container.CONFIG]
    file.network = read_network(container.parse_json(file.path, container.CONFIG, text))


def _check_sizes(file: ModelFile, _handle: h5py.File) -> None:
    """The model is the one that the metadata describes."""
    metadata, network = file.metadata, file.checked_network
    height, width = metadata["height"], metadata["width"]
    expected: list[Any] = [(height, width, 1)]
    if metadata["noise"]["source"] == "input":
        expected += network.input_shapes[1:2] or ["?"]
    if network.input_shapes != expected or network.output_shapes != [(height, width, 2)]:
        raise RefusedError(
            f"the model maps {_batches(network.input_shapes)} → {_batches(network.output_shapes)}; "
            f"its metadata says {_batches(expected)} → {_batches([(height, width, 2)])}"
        )
    if network.is_nested[1]:
        raise RefusedError("the model returns a list; expected one tensor")


def _batches(shapes: Iterable[Any]) -> str:
    return ", ".join(f"(None, {', '.join(map(str, shape))})" for shape in shapes)


def _check_memory(file: ModelFile, _handle: h5py.File) -> None:
    needed, cost = file.memory(), file.checked_network.cost
    work = cost.work
    if needed > file.max_memory:
        largest = f"; its largest layer works in {cost.working / GIB:.3g} GiB"
        raise RefusedError(f"the model{_beyond(file, needed)}{largest}")
    if work > _WORK_PER_BYTE * file.max_memory:
        raise RefusedError(
            f"the model multiplies {work:.3g} numbers for one image; at --max-memory "
            f"{file.max_memory / GIB:g} at most {_WORK_PER_BYTE * file.max_memory:.3g} are allowed"
        )


def _beyond(file: ModelFile, needed: int) -> str:
    bound = f"{file.max_memory / GIB:g} of --max-memory"
    return f" takes about {needed / GIB:.3g} GiB for one image, more than the {bound}"


def _check_weights(file: ModelFile, _handle: h5py.File) -> None:
    """The weights stored are those of the network, all of them, and finite."""
    paths = container.match_weights(file.checked_network, file.datasets)
    stored = container.read_weights(file.path, file.datasets)
    file.weights = {own: stored[path] for own, path in paths.items()}
    for own, array in file.weights.items():
        if not np.isfinite(array).all():
            raise RefusedError(
                f"the weight {'/'.join(own)} is not finite: the training went wrong, or the file "
                "is damaged. Use another model"
            )


def _check_checksum(file: ModelFile, _handle: h5py.File) -> None:
    if has_integrity(file.metadata) and digest(file) != file.metadata["integrity"]["sha256"]:
        raise RefusedError(
            "its content is not what was saved (SHA-256 differs): damaged or changed. Copy it "
            "again from where it came"
        )


def digest(file: ModelFile) -> str:
    """SHA-256 over all that makes the model of a `ModelFile`: architecture, metadata, weights."""
    signed = {**file.metadata, "integrity": file.metadata["integrity"]["probe"]}
    texts = json.dumps([file.texts[container.CONFIG], signed], sort_keys=True)
    hashed = hashlib.sha256(texts.encode())
    for path, array in sorted(file.weights.items()):
        hashed.update(json.dumps([path, array.shape]).encode())
        hashed.update(np.ascontiguousarray(array).data)
    return hashed.hexdigest()


CHECKS: dict[str, Check] = {
    "structure": _check_structure,
    "metadata": _check_metadata,
    "network": _check_network,
    "sizes": _check_sizes,
    "memory": _check_memory,
    "weights": _check_weights,
    "checksum": _check_checksum,
}
