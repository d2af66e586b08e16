"""The site: `sphinx-build -W --keep-going -c docs . docs/_site`.

The whole repository is the source, so that a link between docs/, README.md, experiments/ and
results/ is the same relative path on the site and in a Git host.
"""

import os

from colorkeras import __version__

# Docstrings are read with Keras on NumPy: the build takes seconds and loads no TensorFlow.
os.environ["KERAS_BACKEND"] = "numpy"

project = "colorkeras"
author = copyright = "colorkeras contributors"
release = version = __version__

root_doc = "docs/index"
include_patterns = [
    "*.md",
    "docs/*.md",
    "experiments/*/README.md",
    "colorkeras/published_models/*.md",
    "results/README.md",
    "results/bench/README.md",
    "results/comparison/comparison.md",
    "results/claims/claims.md",
    "results/scaling/*.md",
]
exclude_patterns = [".*", "build", "dist", "docs/_site"]

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_heading_anchors = 4
autodoc_mock_imports = ["jax", "tensorflow"]
default_role = "code"  # `name` in a docstring
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
napoleon_use_ivar = True
highlight_language = "text"  # of blocks that name none: commands

html_theme = "furo"
html_title = f"colorkeras {release}"
html_additional_pages = {"index": "redirect.html"}
templates_path = ["templates"]
