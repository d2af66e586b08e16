"""A state dict that PyTorch saved before version 1.6, read without PyTorch.

Such a file is five pickles (a magic number, the format's version, the machine's sizes, the state
dict with its tensors as references, the storages' keys), then for each key the number of values and
the values themselves. The unpickler here knows four names, none of which does anything; all others
are refused. Even so: check the file's SHA-256 first.
"""

import io
import math
import pickle
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import numpy as np

MAGIC = 0x1950A86A20F9469CFC6C
PROTOCOL = 1001
MOST_VALUES = 2**26  # of one storage: 256 MB of float32
_DTYPES: dict[str, np.dtype] = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}
# What an unpickler raises on bytes that are no pickle, or not one of a state dict.
_DAMAGE = (
    *(pickle.UnpicklingError, EOFError, ValueError, KeyError, IndexError, TypeError),
    *(AttributeError, ImportError, OverflowError, MemoryError, UnicodeDecodeError),
)


@dataclass(frozen=True)
class _Tensor:
    storage: str
    start: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def read_state_dict(content: bytes) -> dict[str, np.ndarray]:
    """Return the tensors of a state dict by name, in the file's order.

    Args:
        content: the whole file.

    Returns:
        float32 or int64 arrays in PyTorch's layouts: (filters, channels, rows, columns) kernels.

    Raises:
        ValueError: on anything that is no state dict of floats and integers in this format; says
            what was found.
    """
    file = io.BytesIO(content)
    reader = _Reader(file)
    try:
        if reader.load() != MAGIC:
            raise ValueError("it does not begin with PyTorch's magic number")
        if (version := reader.load()) != PROTOCOL:
            raise ValueError(f"format version {version!r}; expected {PROTOCOL}")
        if not reader.load()["little_endian"]:
            raise ValueError("written on a big-endian machine")
        state, keys = reader.load(), reader.load()
        storages = {key: reader.read_storage(key) for key in keys}
        return {name: _tensor(name, value, storages) for name, value in state.items()}
    except _DAMAGE as error:
        raise ValueError(f"no state dict of PyTorch's older format ({error})") from error


class _Reader:
    """The pickles one after the other, and the storages that they announce."""

    def __init__(self, file: io.BytesIO) -> None:
        self._file = file
        self._announced: dict[str, tuple[np.dtype, int]] = {}

    def load(self) -> Any:
        return _Unpickler(self._file, self._announced).load()

    def read_storage(self, key: str) -> np.ndarray:
        dtype, count = self._announced[key]
        written = int.from_bytes(self._file.read(8), "little")
        if written != count:
            raise ValueError(f"storage {key} has {written} values; expected {count}")
        data = self._file.read(count * dtype.itemsize)
        if len(data) != count * dtype.itemsize:
            raise ValueError(f"storage {key} is cut short")
        return np.frombuffer(data, dtype)


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, announced: dict[str, tuple[np.dtype, int]]) -> None:
        super().__init__(file)
        self._announced = announced

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _rebuild
        if module == "torch" and name in _DTYPES:
            return name
        raise ValueError(f"it asks for {module}.{name}, which a state dict does not need")

    def persistent_load(self, pid: Any) -> str:
        kind, dtype, key, _, count, view = pid
        if kind != "storage" or dtype not in _DTYPES or view is not None:
            raise ValueError(f"unknown reference {pid!r}")
        if not 0 <= count <= MOST_VALUES:
            raise ValueError(f"storage {key} of {count} values; at most {MOST_VALUES} are read")
        self._announced[key] = (_DTYPES[dtype], count)
        return str(key)


def _rebuild(storage: str, start: int, shape: Any, strides: Any, *_: Any) -> _Tensor:
    return _Tensor(storage, start, tuple(shape), tuple(strides))


def _tensor(name: str, tensor: Any, storages: dict[str, np.ndarray]) -> np.ndarray:
    if not isinstance(tensor, _Tensor):
        raise ValueError(f"{name} is no tensor")
    values = storages[tensor.storage][tensor.start :]
    steps = list(zip(tensor.shape, tensor.strides, strict=True))
    if tensor.start < 0 or any(size < 1 or step < 0 for size, step in steps):
        raise ValueError(f"{name} has shape {tensor.shape} and strides {tensor.strides}")
    last = sum((size - 1) * step for size, step in steps)
    if max(last + 1, math.prod(tensor.shape)) > len(values):
        raise ValueError(f"{name} is larger than its storage")
    strides = [step * values.itemsize for step in tensor.strides]
    return np.lib.stride_tricks.as_strided(values, tensor.shape, strides).copy()
