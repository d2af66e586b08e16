"""python -m colorkeras.evaluate: a saved model on a data source, beside the trivial baselines.

`colorkeras.evaluate` is a function, and stays that when this module is imported by its name.
"""

import sys
from types import ModuleType
from typing import cast

if __name__ == "__main__":
    from colorkeras.evaluation.command import main

    sys.exit(main())

if __name__ == "colorkeras.evaluate":
    from colorkeras.api import evaluate

    # Python binds what stands here to the package's attribute of the same name.
    sys.modules[__name__] = cast(ModuleType, evaluate)
