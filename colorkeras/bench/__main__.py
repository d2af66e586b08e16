"""python -m colorkeras.bench: images per second of an experiment, part by part."""

import sys

from colorkeras.bench.command import main

if __name__ == "__main__":
    sys.exit(main())
