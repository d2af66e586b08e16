"""python -m colorkeras.claims: what the sources claim, and whether it is reproduced here."""

import sys

from colorkeras.claims.command import main

if __name__ == "__main__":
    sys.exit(main())
