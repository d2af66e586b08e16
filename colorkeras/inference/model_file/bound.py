"""`--max-memory`: the one bound on what a model file may ask for, with its default.

It bounds the bytes of the file, of the weights, and of what the layers make of one image that can
be there at a time; the multiply-adds in proportion. What Python and TensorFlow take, some 0.8 GB,
comes on top.
"""

import argparse

DEFAULT_MAX_MEMORY = 0.5  # GiB
_MOST = 4096.0


def add_max_memory(parser):
    """Give a command the option `--max-memory`, in GiB."""
    parser.add_argument(
        "--max-memory",
        type=_gib,
        default=DEFAULT_MAX_MEMORY,
        metavar="GIB",
        help="refuse a model that would take more, beside what the libraries take "
        f"(default: {DEFAULT_MAX_MEMORY:g})",
    )


def _gib(text):
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= _MOST:
        raise argparse.ArgumentTypeError(f"received {text!r}, expected GiB up to {_MOST:g}")
    return value
