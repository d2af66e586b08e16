"""PyTorch's older state dicts without PyTorch: what is read, and what is refused by name."""

import io
import pickle
import struct
from collections import OrderedDict

import numpy as np
import pytest

from colorkeras.networks import torch_file
from colorkeras.networks.torch_file import MAGIC, MOST_VALUES, PROTOCOL, read_state_dict

VALUES = np.arange(6, dtype="<f4")
DATA = struct.pack("<q", 6) + VALUES.tobytes()  # of one storage


class Named:
    """Pickled as the global `module.name`."""

    def __init__(self, name):
        self.name = name


class Call:
    """Pickled as a call of a `Named` with arguments."""

    def __init__(self, named, *arguments):
        self.parts = (named, *arguments)

    def __reduce__(self):
        return Caller(self.parts[0]), self.parts[1:]


class Caller:
    def __init__(self, named):
        self.named = named

    def __call__(self):
        raise AssertionError("only pickled")


class Pickler(pickle._Pickler):
    """Writes names without importing them, and storages as PyTorch does."""

    def persistent_id(self, value):
        return value.pid if isinstance(value, Storage) else None

    def save(self, value, save_persistent_id=True):
        if isinstance(value, Caller):
            value = value.named
        if isinstance(value, Named):
            module, _, name = value.name.rpartition(".")
            self.write(pickle.GLOBAL + f"{module}\n{name}\n".encode())
            return
        super().save(value, save_persistent_id)


class Storage:
    def __init__(self, dtype="torch.FloatStorage", key="7", count=6, view=None):
        self.pid = ("storage", Named(dtype), key, "cpu", count, view)


def tensor(storage=None, start=0, shape=(2, 3), strides=(3, 1)):
    rebuild = Named("torch._utils._rebuild_tensor_v2")
    return Call(rebuild, storage or Storage(), start, shape, strides, False, OrderedDict())


def state_file(state, keys=("7",), data=DATA, **header):
    sizes = {"little_endian": header.get("little_endian", True), "protocol_version": PROTOCOL}
    parts = [header.get("magic", MAGIC), header.get("protocol", PROTOCOL), sizes, state, keys]
    file = io.BytesIO()
    for part in parts:
        Pickler(file, protocol=2).dump(part)
    return file.getvalue() + data


def test_values_and_strides():
    state = OrderedDict(
        rows=tensor(),
        columns=tensor(shape=(3, 2), strides=(1, 3)),
        one=tensor(start=4, shape=(), strides=()),
    )
    found = read_state_dict(state_file(state))
    assert list(found) == ["rows", "columns", "one"]
    np.testing.assert_array_equal(found["rows"], VALUES.reshape(2, 3))
    np.testing.assert_array_equal(found["columns"], VALUES.reshape(2, 3).T)
    assert found["one"] == 4
    assert all(array.dtype == np.float32 for array in found.values())


def test_integers():
    storage = Storage("torch.LongStorage", count=1)
    content = state_file({"n": tensor(storage, 0, (), ())}, data=struct.pack("<qq", 1, 2**40))
    assert read_state_dict(content)["n"] == 2**40


@pytest.mark.parametrize("name", ["os.system", "builtins.eval", "torch.HalfStorage", "torch.load"])
def test_other_names_are_refused(name):
    with pytest.raises(ValueError, match=f"it asks for {name}"):
        read_state_dict(state_file({"x": Call(Named(name), "echo")}))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no state dict"),
        (b"PK\x03\x04 a newer file", "no state dict"),
        (state_file({}, magic=5), "magic number"),
        (state_file({}, protocol=1002), "format version 1002; expected 1001"),
        (state_file({}, little_endian=False), "big-endian"),
        (state_file({"x": tensor()})[:-1], "storage 7 is cut short"),
        (
            state_file({"x": tensor()}, data=struct.pack("<q", 5) + bytes(24)),
            "5 values; expected 6",
        ),
        (state_file({"x": tensor(Storage(count=MOST_VALUES + 1))}), "at most"),
        (state_file({"x": tensor(Storage(view=("a", 0, 1)))}), "unknown reference"),
        (state_file({"x": tensor(shape=(3, 3))}), "x is larger than its storage"),
        (state_file({"x": tensor(strides=(6, 1))}), "x is larger than its storage"),
        (state_file({"x": tensor(shape=(99,), strides=(0,))}), "x is larger than its storage"),
        (state_file({"x": tensor(start=-1)}), "x has shape"),
        (state_file({"x": tensor(strides=(-3, 1))}), "x has shape"),
        (state_file({"x": "text"}, keys=()), "x is no tensor"),
        (state_file({"x": tensor()}, keys=("8",)), "no state dict"),
    ],
)
def test_refusals(content, message):
    with pytest.raises(ValueError, match=message):
        read_state_dict(content)


def test_nothing_is_imported():
    """Of four names, none is looked up in a module."""
    allowed = {OrderedDict, torch_file._rebuild, "FloatStorage", "LongStorage"}
    reader = torch_file._Unpickler(io.BytesIO(), {})
    names = [("collections", "OrderedDict"), ("torch._utils", "_rebuild_tensor_v2")]
    names += [("torch", "FloatStorage"), ("torch", "LongStorage")]
    assert {reader.find_class(*name) for name in names} == allowed
