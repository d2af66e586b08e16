"""python -m colorkeras.demo: a page of this machine that colors photographs."""

import sys

from colorkeras.demo.command import main

if __name__ == "__main__":
    sys.exit(main())
