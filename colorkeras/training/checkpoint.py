"""Resume state: everything that the next step depends on, in one HDF5 file, written atomically.

Own code instead of `tf.train.Checkpoint`, which does not save Keras's dropout seeds (a GAN with
dropout would resume inexactly) and works on one backend only.
"""

import json

import h5py
import numpy as np

from colorkeras.console.errors import UserError
from colorkeras.records.hdf5_file import writing_hdf5

FORMAT = 1
# What h5py, JSON and Keras raise on a damaged file.
_DAMAGE = (OSError, KeyError, ValueError, TypeError, RuntimeError, MemoryError)


def save_checkpoint(path, networks, optimizers, state):
    """Write the resume state.

    Args:
        path: the file to replace.
        networks: dict of `keras.Model` by name; all of their variables are saved, batch
            statistics and seeds included.
        optimizers: dict of built Keras optimizers by name.
        state: JSON-able dict: step, running sums, schedule.
    """
    with writing_hdf5(path) as file:
        file.attrs["format"] = FORMAT
        file.attrs["state"] = json.dumps(state)
        for name, variable in _variables(networks, optimizers):
            file.create_dataset(name, data=np.asarray(variable)).attrs["path"] = variable.path


def load_checkpoint(path, networks, optimizers):
    """Restore networks and optimizers in place and return the `state` that was saved.

    Raises:
        UserError: when the file is damaged or belongs to other networks; it names the first
            difference.
    """
    try:
        with h5py.File(path, "r") as file:
            if file.attrs.get("format") != FORMAT:
                raise UserError(
                    f"{path}: format {file.attrs.get('format')}; this version reads {FORMAT}."
                )
            variables = list(_variables(networks, optimizers))
            _check_names(path, file, variables)
            for name, variable in variables:
                variable.assign(_finite(file[name][()], name))
            return json.loads(file.attrs["state"])
    except _DAMAGE as error:
        raise UserError(
            f"{path}: cannot be read as a checkpoint: {error}. Start a new run."
        ) from error


def _finite(values, name):
    if np.issubdtype(values.dtype, np.floating) and not np.isfinite(values).all():
        raise ValueError(f"{name} holds numbers that are not finite")
    return values


def _variables(networks, optimizers):
    """Yield (dataset name, variable): by number, since Keras counts layer names per process."""
    for kind, owners in (("network", networks), ("optimizer", optimizers)):
        for owner_name, owner in owners.items():
            for index, variable in enumerate(owner.variables):
                yield f"{kind}/{owner_name}/{index:04d}", variable


def _check_names(path, file, variables):
    stored = set()
    file.visititems(lambda name, item: stored.add(name) if isinstance(item, h5py.Dataset) else None)
    expected = {name: np.asarray(variable) for name, variable in variables}
    for name in sorted(stored ^ expected.keys()):
        have, lack = ("the file", "the model") if name in stored else ("the model", "the file")
        raise UserError(f"{path}: {name} is in {have} but not in {lack}. Start a new run.")
    for name, values in expected.items():
        found = file[name]
        if found.shape != values.shape:
            raise UserError(f"{path}: {name} has shape {found.shape}, expected {values.shape}.")
        if found.dtype != values.dtype:
            raise UserError(f"{path}: {name} is of {found.dtype}, expected {values.dtype}.")
