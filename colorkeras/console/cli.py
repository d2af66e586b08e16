"""What all commands share: their names, their exit codes, how an error reaches the user."""

import contextlib
import errno
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from colorkeras.console.errors import UserError
from colorkeras.console.inherited import ReaderGoneError, guarded_streams, make_environment_safe
from colorkeras.console.safe_text import printable

_COMMAND = "colorkeras"
_PREPARE = "data_prep"  # the package behind `colorkeras prepare`
EXIT_USER_ERROR = 2
EXIT_INTERRUPTED = 130  # 128 + SIGINT, as shells report it
# What a system refuses for reasons of its own, whichever file was meant.
_WANTS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO, errno.EMFILE}


def program_name(module: str) -> str:
    """How the user called the command of a module, for its help text.

    Args:
        module: such as "colorkeras.run" or "data_prep.folder".

    Returns:
        "colorkeras run", "python -m colorkeras run" or "python -m colorkeras.run", by what this
        process was started with.
    """
    package, _, name = module.partition(".")
    words = [*(["prepare"] if package == _PREPARE else []), *([name] if name else [])]
    started = Path(sys.argv[0])
    if started.stem == _COMMAND:
        return " ".join([_COMMAND, *words])
    if started.name == "__main__.py" and started.parent.name == _COMMAND:
        return " ".join(["python -m", _COMMAND, *words])
    if started.name == "__main__.py" and started.parent.name == package:
        return f"python -m {package} {name}".rstrip()
    return f"python -m {module}"


def run_command(command: Callable[[], int | None]) -> int:
    """Call `command()` and return its exit code; a user's mistake is one message, no traceback.

    So is what the system refuses, by the name of the file. SIGTERM, by which systems stop a
    program, counts as Ctrl-C, and so does SIGHUP, by which a closed terminal stops it. Call this
    before large libraries load, the options' parser included: it makes the environment and the
    standard streams safe for them.
    """
    make_environment_safe()
    with guarded_streams():
        with contextlib.suppress(ValueError):  # not the main thread
            signal.signal(signal.SIGTERM, signal.default_int_handler)
            if signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:  # `nohup` ignores it
                # As SIGTERM: what handles that one, such as a loop that trains, handles both.
                signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))
        try:
            return _completed(command)
        except ReaderGoneError:
            return 0
        except KeyboardInterrupt:
            # `timeout` and an impatient user tell it twice; the second must end in no traceback.
            with contextlib.suppress(ValueError):
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                signal.signal(signal.SIGINT, signal.SIG_IGN)
            print("interrupted", file=sys.stderr)
            return EXIT_INTERRUPTED
        except (UserError, OSError, MemoryError) as error:
            message = _message_of(error)
            if not message:
                raise
            print(f"error: {printable(message, keep=chr(10))}", file=sys.stderr)
            return EXIT_USER_ERROR


def _completed(command: Callable[[], int | None]) -> int:
    try:
        code = command() or 0
    except SystemExit:  # --help, or an option that there is not
        sys.stdout.flush()
        raise
    sys.stdout.flush()  # here, where a failure becomes a message, and not at exit
    return code


def _message_of(error: UserError | OSError | MemoryError) -> str:
    """What to say of an error; nothing of one that is a defect of ours."""
    if isinstance(error, UserError):
        return str(error)
    if isinstance(error, MemoryError):
        return "out of memory. Ask for less at a time, or close other programs."
    if error.filename is not None and error.strerror:
        return f"{error.filename}: {error.strerror}."
    return f"{error.strerror}." if error.errno in _WANTS else ""
