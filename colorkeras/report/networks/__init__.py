"""The networks of an experiment, drawn and listed from the built model.

`built.py` reads the layers of built networks, `blocks.py` joins a convolution with its
normalization and activation, `layout.py` places the blocks, `svg.py` draws them, `table.py` lists
them, and `python -m colorkeras.report.networks` writes `network.svg` and the section of the README.
"""
