"""The generated tables of the documentation: from configurations and stored results to Markdown.

`pages.py` puts the tables of `tables.py` into the pages; `python -m colorkeras.report.overview`
rewrites those that are out of date. A table takes a `Clone`, and in an experiment's README also
the name of the experiment.
"""
