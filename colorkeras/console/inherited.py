"""What a command inherits from the shell, notebook or job that starts it, made safe to work with.

Called before the large libraries load, which read these variables once. Processes that a command
starts inherit what is set here.
"""

import os
import warnings

# Plots are files only; a notebook's backend need not be installed where the command runs.
# HDF5's own locks fail on file systems that have none; runs and data sets are locked by folder.
_SET = {"MPLBACKEND": "Agg", "KERAS_HOME": os.devnull, "HDF5_USE_FILE_LOCKING": "FALSE"}
# Settings of Keras for other programs: debugging limits, and another way of keeping variables.
_UNSET = ("KERAS_MAX_EPOCHS", "KERAS_MAX_STEPS_PER_EPOCH", "KERAS_NNX_ENABLED")


# Where Keras keeps what it downloads, which it would look for below KERAS_HOME.
KERAS_CACHE = "~/.keras"


def make_environment_safe():
    """Set aside what the environment asks of Matplotlib, Keras and Python's warnings.

    KERAS_HOME becomes a place that holds no `keras.json`: its number format, image layout and
    epsilon would change every network, and a damaged one would end the import. KERAS_BACKEND stays
    the user's choice. Warnings are shown, never raised: what a library warns of is no error here.
    """
    os.environ.update(_SET)
    for name in _UNSET:
        os.environ.pop(name, None)
    asked = os.environ.get("PYTHONWARNINGS", "")
    if any(action.strip().startswith("error") for action in asked.split(",")):
        os.environ["PYTHONWARNINGS"] = "default"
        warnings.simplefilter("default")
