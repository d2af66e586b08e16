"""python -m colorkeras.claims: claims of the papers, and whether they are reproduced."""

import sys

from colorkeras.claims.command import main

if __name__ == "__main__":
    sys.exit(main())
