"""python -m colorkeras.study: make, serve and analyze a blind study."""

import sys

from colorkeras.study.command import main

if __name__ == "__main__":
    sys.exit(main())
