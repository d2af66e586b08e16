"""`colorkeras demo`: color photographs on a page of this machine."""

import argparse
import contextlib
import importlib.util
import socket
import sys
import threading
import webbrowser

from colorkeras.console.cli import program_name, run_command
from colorkeras.console.errors import UserError
from colorkeras.console.local_page import ADDRESS, check_port, hosts_of, port_refused
from colorkeras.console.safe_text import printable
from colorkeras.data.images.decode import MAX_PIXELS
from colorkeras.inference.model_file.rules import add_max_memory

PORT = 8766
_MOST_PIXELS = 2**40


def build_parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog=program_name("colorkeras.demo"),
        description="Color photographs on a page that this machine alone reaches: drop one, "
        "compare, change colors, hint at colors by clicks, download. Ctrl-C ends it.",
    )
    parser.add_argument(
        "model",
        nargs="*",
        metavar="MODEL",
        help="models to offer: model.h5 of runs, or names of published models (default: all "
        "published models)",
    )
    parser.add_argument(
        "--port", type=int, default=PORT, metavar="N", help="(default: %(default)s)"
    )
    parser.add_argument(
        "--open",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="open the page in the browser (default), or only print its address",
    )
    parser.add_argument(
        "--max-pixels",
        type=int,
        default=MAX_PIXELS,
        metavar="N",
        help=f"largest width × height (default: {MAX_PIXELS}); memory grows with it",
    )
    parser.add_argument(
        "--full-range",
        action="store_true",
        help="take 16-bit samples as they are, also where they look like 12-bit values",
    )
    add_max_memory(parser)
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run the command; return the exit code."""
    argv = sys.argv[1:] if argv is None else argv
    return run_command(lambda: _demo(build_parser().parse_args(argv)))


def _demo(args: argparse.Namespace) -> None:
    check_port(args.port)
    if not 1 <= args.max_pixels <= _MOST_PIXELS:
        raise UserError(f"--max-pixels: received {args.max_pixels}, expected 1 to {_MOST_PIXELS}.")
    _check_extra()
    with bound(args.port) as listener:
        _serve(args, listener)


def _check_extra() -> None:
    for name in ("starlette", "uvicorn"):
        if importlib.util.find_spec(name) is None:
            raise UserError(f"demo needs the package {name}: pip install 'colorkeras[demo]'")


def bound(port: int) -> socket.socket:
    """A socket at a port of this machine.

    Args:
        port: 0 for any that is free.

    Raises:
        UserError: when the port is not to be had.
    """
    listener = socket.socket()
    try:
        # As servers do: a port whose last user has just ended is free.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((ADDRESS, port))
    except OSError as error:
        listener.close()
        raise port_refused(port, error) from error
    return listener


def _serve(args: argparse.Namespace, listener: socket.socket) -> None:
    from colorkeras.demo.models import open_models
    from colorkeras.inference.colorize_options import Options
    from colorkeras.photos.reading import Reading

    reading = Reading(args.max_pixels, args.full_range)
    models = open_models(args.model, args.max_memory, Options(overwrite=True, reading=reading))
    from colorkeras.demo.app import Demo
    from colorkeras.demo.scratch import is_memory, scratch_folder
    from colorkeras.demo.serving import make_server

    with scratch_folder() as folder:
        for model in models:
            print(f"model: {model.label}", file=sys.stderr)
        kept = "in memory" if is_memory(folder) else f"in {printable(folder)}"
        print(f"Photographs are kept {kept} until they are replaced, for half an hour at most.")
        port = listener.getsockname()[1]
        url = f"http://{ADDRESS}:{port}/"

        def ready() -> None:
            print(f"Demo: {url} (Ctrl-C ends it)", flush=True)
            if args.open:
                # Some browsers, such as those of a terminal, would hold it up until they end.
                threading.Thread(target=webbrowser.open, args=[url], daemon=True).start()

        with contextlib.suppress(KeyboardInterrupt):
            server = make_server(Demo(models, reading, folder), hosts_of(port), ready)
            server.run(sockets=[listener])
    print("Ended; no photograph is kept.")


if __name__ == "__main__":
    sys.exit(main())
