"""python -m colorkeras.scenes: contact sheets of the embedded scenes, and their speed."""

import sys

from colorkeras.data.scenes.sheet import main

if __name__ == "__main__":
    sys.exit(main())
