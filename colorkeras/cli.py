"""What all commands share: their exit codes and how an error reaches the user."""

import contextlib
import os
import signal
import sys

from colorkeras.errors import UserError

EXIT_USER_ERROR = 2
EXIT_INTERRUPTED = 130  # 128 + SIGINT, as shells report it


def run_command(command):
    """Call `command()` and return its exit code; a user's mistake is one message, no traceback.

    SIGTERM, by which systems stop a program, counts as Ctrl-C.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal of another encoding must not end a run
            stream.reconfigure(errors="replace")
    with contextlib.suppress(ValueError):  # not the main thread
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        code = command() or 0
        sys.stdout.flush()  # here, where a closed pipe is caught, rather than at exit
        return code
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return EXIT_USER_ERROR
    except KeyboardInterrupt:
        # `timeout` and an impatient user tell it twice; the second must not end in a traceback.
        with contextlib.suppress(ValueError):
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        print("interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED
    except (BrokenPipeError, SystemExit) as error:
        # The reader, such as `head`, has seen enough; rich exits when it meets that. Any other exit
        # keeps its code.
        if isinstance(error, SystemExit) and not isinstance(error.__context__, BrokenPipeError):
            raise
        # Python flushes once more at exit, and would complain again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
