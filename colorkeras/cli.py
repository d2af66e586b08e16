"""What all commands share: their exit codes and how an error reaches the user."""

import os
import sys

from colorkeras.errors import UserError

EXIT_USER_ERROR = 2
EXIT_INTERRUPTED = 130  # 128 + SIGINT, as shells report it


def run_command(command):
    """Call `command()` and return its exit code; a user's mistake is one message, no traceback."""
    try:
        code = command() or 0
        sys.stdout.flush()  # here, where a closed pipe is caught, rather than at exit
        return code
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return EXIT_USER_ERROR
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        # Python flushes once more at exit, and would complain again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
