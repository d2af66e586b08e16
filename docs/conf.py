"""The site: `sphinx-build -W --keep-going -c docs . docs/_site`.

The whole repository is the source, so that a link between docs/, README.md, experiments/ and
results/ is the same relative path on the site and in a Git host.
"""

from colorkeras import __version__

project = "colorkeras"
author = "colorkeras contributors"
copyright = author
release = version = __version__

root_doc = "docs/index"
include_patterns = [
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "docs/*.md",
    "experiments/*/README.md",
    "results/README.md",
    "results/bench/README.md",
    "results/comparison/comparison.md",
    "results/claims/claims.md",
]
exclude_patterns = ["docs/_site", ".*", "build", "dist"]

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_heading_anchors = 4
html_theme = "furo"
html_title = f"colorkeras {release}"
