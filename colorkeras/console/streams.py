"""Standard output and error of a command: closed, full, cut off, or of another encoding."""

import contextlib
import os
import sys
from collections.abc import Callable, Iterator

from colorkeras.console.errors import UserError


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
    _open_closed_descriptors()
    sys.stdout = _Guarded(_opened(sys.stdout), _output_failed)
    sys.stderr = _Guarded(_opened(sys.stderr), _passed_over)
    try:
        yield
    finally:
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, _Guarded):
                stream.let_go()
        sys.stdout, sys.stderr = before


class _Guarded:
    """A text stream whose failures to write go to a function of the error."""

    def __init__(self, stream, on_error: Callable[[OSError], None]):
        self._stream, self._on_error = stream, on_error

    def write(self, text):
        self._guard(self._stream.write, text)
        return len(text)

    def writelines(self, lines):
        for line in lines:
            self.write(line)

    def flush(self):
        self._guard(self._stream.flush)

    def let_go(self):
        """Flush; what cannot be written goes nowhere, or Python would complain at its end."""
        try:
            self._stream.flush()
        except OSError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)

    def _guard(self, function, *arguments):
        try:
            function(*arguments)
        except OSError as error:
            self._on_error(error)

    def __getattr__(self, name):
        return getattr(self._stream, name)


def _output_failed(error):
    if isinstance(error, BrokenPipeError):
        raise ReaderGoneError from error
    raise UserError(
        f"standard output cannot be written: {error.strerror or error}. Free some space, or send "
        "it elsewhere."
    ) from error


def _passed_over(_error):
    """There is no other place to say so."""


def _opened(stream):
    """The stream; one that swallows everything where it was closed before we began."""
    if stream is None:
        return open(os.devnull, "w", encoding="utf-8")
    if hasattr(stream, "reconfigure"):  # a terminal of another encoding must not end a run
        stream.reconfigure(errors="replace")
    return stream


def _open_closed_descriptors():
    """Occupy descriptors 0 to 2, or the next file that is opened would get what is printed."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
