"""The HDF5 layer of a model file: only what `save_model` writes, found without reading any data.

HDF5 offers much that a model never needs: links out of the file, data kept elsewhere, filters that
unpack a few bytes to gigabytes, datasets that were declared and never written. All of it is refused
by the description of each part, before any of its data is read. Of compression there is one form,
which `compression` reads within its declared size.

A damaged or hostile file can make the HDF5 library, written in C, loop for ever (Ctrl-C has
no effect then), take all memory, or crash. So a small process without Keras reads the file first.
"""

import json
import math
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from colorkeras.console.errors import UserError
from colorkeras.inference.model_file import compression
from colorkeras.inference.model_file.description import Network
from colorkeras.inference.model_file.rules import RefusedError, shown

MAX_OBJECTS = 20_000
MAX_DEPTH = 32
MAX_TEXT_BYTES = 8 * 2**20
WEIGHTS = "model_weights"
CONFIG = "model_config"
METADATA = "colorkeras"
_ATTRIBUTES = {METADATA, CONFIG, "keras_version", "backend"}
REFUSED = 2  # exit code of the other process
# Our own sys.path: how this process finds colorkeras does not matter to the other.
_PROGRAM = (
    "import json, sys; path, name, bound = json.loads(sys.argv[1]); sys.path[:] = path; "
    "from colorkeras.inference.model_file.trial_child import read_limited; "
    "read_limited(name, bound)"
)
# What h5py raises on damaged files, depending on the place of the damage.
DAMAGE = (OSError, KeyError, RuntimeError, TypeError, ValueError, AttributeError)


def check_is_hdf5(path: Path) -> None:
    """Look at the first bytes of a file.

    Raises:
        UserError: when it is missing, no regular file, or no HDF5 file.
    """
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "is not a regular file"
        what = what if path.exists() else "no such file"
        raise UserError(f"{path}: {what}; expected the model.h5 of a finished run.")
    if not h5py.is_hdf5(path):
        raise UserError(f"{path}: not an HDF5 file; expected the model.h5 of a finished run.")


def try_reading(path: str | Path, max_memory: float) -> None:
    """Read all of a file's structure, texts and weights in a process of its own.

    Args:
        path: a regular file.
        max_memory: bound on its size, in bytes.

    Raises:
        UserError: what the reading raised there; or when it did not end, or not well.
    """
    arguments = json.dumps([sys.path, os.fspath(path), max_memory])
    tried = subprocess.run(
        [sys.executable, "-P", "-c", _PROGRAM, arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        check=False,
    )
    if tried.returncode == REFUSED and tried.stdout:
        raise UserError(os.fsdecode(tried.stdout))
    if tried.returncode:
        raise UserError(
            f"{path}: damaged: reading it crashes, does not end, or takes far more memory than the "
            "file is large. Copy it again from where it came."
        )


def open_container(path: Path) -> h5py.File:
    """Open a file for reading.

    Raises:
        UserError: when it is damaged.
    """
    try:
        return h5py.File(path, "r")
    except DAMAGE as error:
        raise damaged(path, error) from error


def damaged(path: str | Path, error: BaseException) -> UserError:
    """The `UserError` for what h5py raised."""
    return UserError(
        f"{path}: damaged or cut short ({shown(str(error))}). Copy it again from where it came."
    )


def check_structure(path: str | Path, file: h5py.File) -> dict[str, h5py.Dataset]:
    """Refuse links, unknown parts, and weights that are not plainly there.

    Args:
        path: for messages.
        file: the open `h5py.File`.

    Returns:
        The weights by path below `model_weights`: dict of `h5py.Dataset`, none read yet.

    Raises:
        UserError: naming the part, what was found and what was expected.
    """
    for found, known in ((set(file.attrs), _ATTRIBUTES), (set(file), {WEIGHTS})):
        if found - known:
            raise UserError(
                f"{path}: holds {shown(min(found - known))}; expected nothing but "
                f"{', '.join(sorted(known))}, which is what this suite writes."
            )
    if CONFIG not in file.attrs:
        raise UserError(f"{path}: holds weights but no architecture (no {CONFIG}).")
    weights = {}
    for name, dataset in _datasets(path, file):
        _check_stored(path, name, dataset)
        weights[name.removeprefix(f"{WEIGHTS}/")] = dataset
    packed = {name: x for name, x in weights.items() if compression.is_compressed(x)}
    plain = sum(x.nbytes for x in weights.values()) - sum(x.nbytes for x in packed.values())
    _check_declared(path, plain, f"a file of {file.id.get_filesize():,}", file.id.get_filesize())
    bound = f"compressed form; at most {compression.MOST_BYTES:,}"
    _check_declared(path, sum(x.nbytes for x in packed.values()), bound, compression.MOST_BYTES)
    return weights


def _check_declared(path: str | Path, declared: int, where: str, most: int) -> None:
    if declared > most:
        raise UserError(
            f"{path}: declares {declared:,} bytes of weights in {where} bytes; refused."
        )


def _datasets(path: str | Path, file: h5py.File) -> Iterator[tuple[str, Any]]:
    """Yield (path, dataset) of each dataset, by hard links only."""
    pending, seen = [("", file, 0)], 0
    while pending:
        prefix, group, depth = pending.pop()
        for name in group:
            seen += 1
            full = f"{prefix}/{name}" if prefix else name
            link = group.get(name, getlink=True)
            if not isinstance(link, h5py.HardLink) or seen > MAX_OBJECTS or depth > MAX_DEPTH:
                raise UserError(f"{path}: {shown(full)} is a link, or there are too many parts.")
            item = group[name]
            if isinstance(item, h5py.Group):
                pending.append((full, item, depth + 1))
            else:
                yield full, item


def _check_stored(path: str | Path, name: str, dataset: Any) -> None:
    """A dataset of float32 numbers in one piece, all of them in the file, perhaps compressed."""
    if not isinstance(dataset, h5py.Dataset) or dataset.shape is None:
        raise UserError(f"{path}: {shown(name)} is not an array; expected float32 weights.")
    if not dataset.id.get_type().equal(h5py.h5t.IEEE_F32LE):
        raise UserError(f"{path}: {shown(name)} holds {dataset.dtype}; expected float32 weights.")
    if compression.is_compressed(dataset):
        return
    plan = dataset.id.get_create_plist()
    is_plain = plan.get_layout() in (h5py.h5d.CONTIGUOUS, h5py.h5d.COMPACT)
    if not is_plain or plan.get_nfilters() or plan.get_external_count():
        raise UserError(
            f"{path}: {shown(name)} is stored in chunks, compressed in another way than by this "
            "suite, or outside the file; expected one plain piece (h5repack -l CONTI -f NONE makes "
            "that of a file you trust)."
        )
    if math.prod(dataset.shape) and dataset.id.get_storage_size() != dataset.nbytes:
        raise UserError(f"{path}: the weights {shown(name)} were never written to this file.")


def read_text(path: str | Path, file: h5py.File, name: str) -> str:
    """Read one text attribute, whose size is known first.

    Raises:
        UserError: when it is not one text of at most `MAX_TEXT_BYTES`.
    """
    attribute = h5py.h5a.open(file.id, name.encode())
    kind = attribute.get_type()
    is_text = isinstance(kind, h5py.h5t.TypeStringID) and attribute.shape == ()
    # A text of variable length is no longer than the file, whose size is bounded.
    if is_text and (kind.is_variable_str() or kind.get_size() <= MAX_TEXT_BYTES):
        text = file.attrs[name]
        text = text if isinstance(text, str) else bytes(text).decode("utf-8", "replace")
        if len(text) <= MAX_TEXT_BYTES:
            return text
    raise UserError(f"{path}: attribute {name!r} is not a JSON text of at most 8 MiB.")


def parse_json(path: str | Path, name: str, text: str) -> dict[str, Any]:
    """Parse the JSON object in the attribute `name`.

    Raises:
        UserError: when it is not valid, has a key twice, or is not an object.
    """
    try:
        value = json.loads(text, object_pairs_hook=_without_repetition)
    except (ValueError, RecursionError) as error:
        reason = shown(str(error))
        raise UserError(f"{path}: attribute {name!r} is not valid JSON: {reason}") from error
    if not isinstance(value, dict):
        raise UserError(f"{path}: attribute {name!r} is not a JSON object.")
    return value


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key appears twice")
    return value


def read_weights(path: str | Path, weights: dict[str, h5py.Dataset]) -> dict[str, np.ndarray]:
    """Read all weights.

    Args:
        path: for messages.
        weights: what `check_structure` returned.

    Returns:
        Dict of float32 arrays by path.

    Raises:
        UserError: when the file is damaged.
    """
    try:
        return {name: _read(dataset) for name, dataset in weights.items()}
    except DAMAGE as error:
        raise damaged(path, error) from error


def _read(dataset: h5py.Dataset) -> np.ndarray:
    packed = compression.is_compressed(dataset)
    return compression.unpacked(dataset) if packed else np.asarray(dataset[()])


def match_weights(network: Network, datasets: dict[str, Any]) -> dict[tuple[str, ...], str]:
    """Find the dataset of each weight.

    A layer's weights are in the group of its name; below that Keras writes the names of the scopes
    in which each was made, the last two of which are the layer's and the weight's.

    Args:
        network: the `Network`.
        datasets: by path in the file; anything with `shape`.

    Returns:
        Dict from the weight's path in the network to the dataset's path.

    Raises:
        RefusedError: when one is missing, has another shape, or is left over.
    """
    parts = {path: tuple(path.split("/")) for path in datasets}
    groups: dict[tuple[str, ...], list[str]] = {}
    for path, names in parts.items():
        groups.setdefault((names[0], *names[-2:]), []).append(path)
    found = {}
    for own, shape in network.weights.items():
        same = groups.get((own[0], *own[-2:]), [])
        for depth in range(3, len(own) + 1):
            if len(same) > 1:
                same = [path for path in same if parts[path][-depth:] == own[-depth:]]
        if len(same) != 1:
            raise RefusedError(f"the weight {shown('/'.join(own))} is not in the file, or twice")
        if datasets[same[0]].shape != shape:
            raise RefusedError(
                f"the weight {shown('/'.join(own))} has shape {datasets[same[0]].shape}; the layer "
                f"expects {shape}"
            )
        found[own] = same[0]
    extra = datasets.keys() - found.values()
    if extra:
        raise RefusedError(f"holds {shown(min(extra))}, which no layer uses")
    return found
