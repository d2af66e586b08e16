"""What a command inherits from the shell, notebook or job that starts it, made safe to work with.

Environment variables: set before the large libraries load, which read them once; processes that a
command starts inherit them. Standard output and error: closed, full, cut off, or of another
encoding.
"""

import contextlib
import io
import os
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TextIO, cast

from colorkeras.console.errors import UserError

# Plots are files only; a notebook's backend need not be installed where the command runs.
# HDF5's own locks fail on file systems that have none; runs and data sets are locked by folder.
_SET = {"MPLBACKEND": "Agg", "KERAS_HOME": os.devnull, "HDF5_USE_FILE_LOCKING": "FALSE"}
# Settings of Keras for other programs: debugging limits, and another way of keeping variables.
_UNSET = ("KERAS_MAX_EPOCHS", "KERAS_MAX_STEPS_PER_EPOCH", "KERAS_NNX_ENABLED")
# Where Keras keeps what it downloads, which it would look for below KERAS_HOME.
KERAS_CACHE = "~/.keras"


def make_environment_safe() -> None:
    """Set aside what the environment asks of Matplotlib, Keras and Python's warnings.

    KERAS_HOME becomes a place that holds no `keras.json`: its number format, image layout and
    epsilon would change every network, and a damaged one would end the import. KERAS_BACKEND stays
    the user's choice. Warnings are shown, never raised as errors.
    """
    os.environ.update(_SET)
    for name in _UNSET:
        os.environ.pop(name, None)
    asked = os.environ.get("PYTHONWARNINGS", "")
    if any(action.strip().startswith("error") for action in asked.split(",")):
        os.environ["PYTHONWARNINGS"] = "default"
        warnings.simplefilter("default")


class ReaderGoneError(Exception):
    """Whoever read our standard output, such as `head`, has seen enough."""


@contextlib.contextmanager
def guarded_streams() -> Iterator[None]:
    """Let the block write to standard output and error whatever they are.

    A closed stream takes everything and keeps nothing. What standard error cannot take is dropped:
    a note that nobody can read ends no work.

    Raises:
        ReaderGoneError: by the block, when it writes to a pipe whose reader has ended.
        UserError: by the block, when standard output cannot be written, on a full disk say.
    """
    before = sys.stdout, sys.stderr
    open_closed_descriptors()
    guarded = (
        _Guarded(_opened(sys.stdout), _output_failed),
        _Guarded(_opened(sys.stderr), _ignore),
    )
    sys.stdout, sys.stderr = cast(tuple[TextIO, TextIO], guarded)
    try:
        yield
    finally:
        for stream in guarded:
            stream.let_go()
        sys.stdout, sys.stderr = before


class _Guarded:
    """A text stream whose failures to write go to a function of the error."""

    def __init__(self, stream: TextIO, on_error: Callable[[OSError], None]) -> None:
        self._stream, self._on_error = stream, on_error

    def write(self, text: str) -> int:
        self._guard(self._stream.write, text)
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        self._guard(self._stream.flush)

    def let_go(self) -> None:
        """Flush; what cannot be written goes nowhere, or Python would complain at its end."""
        try:
            self._stream.flush()
        except OSError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)

    def _guard(self, function: Callable[..., Any], *arguments: str) -> None:
        try:
            function(*arguments)
        except OSError as error:
            self._on_error(error)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _output_failed(error: OSError) -> None:
    if isinstance(error, BrokenPipeError):
        raise ReaderGoneError from error
    raise UserError(
        f"standard output cannot be written: {error.strerror or error}. Free some space, or send "
        "it elsewhere."
    ) from error


def _ignore(_error: OSError) -> None:
    """There is no other place to say so."""


def _opened(stream: TextIO | None) -> TextIO:
    """The stream; one that swallows everything where it was closed before we began."""
    if stream is None:
        return open(os.devnull, "w", encoding="utf-8")
    if isinstance(stream, io.TextIOWrapper):  # a terminal of another encoding must not end a run
        stream.reconfigure(errors="replace")
    return stream


def open_closed_descriptors() -> None:
    """Occupy descriptors 0 to 2, or the next file that is opened would get what is printed."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
