"""python -m colorkeras.evaluate: a saved model on a data source, beside the trivial baselines.

Nothing imports this module: `colorkeras.evaluate` is the function of the same name.
"""

import sys

from colorkeras.evaluation.command import main

if __name__ == "__main__":
    sys.exit(main())
