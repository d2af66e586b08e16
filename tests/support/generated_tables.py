"""Small clones and their generated tables, for the tests of the tables."""

from pathlib import Path

from markdown_pages import REPOSITORY
from sample_runs import write_measured


def make_clone(root):
    """A clone with the experiments of this repository and no results."""
    Path(root, "experiments").symlink_to(REPOSITORY / "experiments")
    return Path(root)


def cells(line):
    """The cells of a row of a Markdown table."""
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def rows(table):
    """The rows of a table below its head, as lists of cells."""
    return [cells(line) for line in table.splitlines() if line.startswith("| ")][2:]


def write_photographs(root, experiment, run, errors, *, data="photographs", **more):
    """Write a training on photographs whose two test images have these ΔE2000.

    The errors of grey are 12 and 14, those of the mean chroma 11 and 13; PSNR is 30 less the error.
    """
    values = {
        method: {"ciede2000": found, "psnr": [30 - error for error in found]}
        for method, found in {
            "model": errors,
            "grey": [12.0, 14.0],
            "mean_chroma": [11.0, 13.0],
        }.items()
    }
    options = {
        "preset": "small",
        "protocol": {"height": 64, "width": 64, "num_images": 2},
        "data": {"source": f"data/{data}/", "manifest": "a5c0627c9357", "train": 8000, "test": 2},
        "images_seen": 16000,
        "command": f"python -m colorkeras.run experiments/{experiment} --preset small",
        **more,
    }
    return write_measured(Path(root, "results"), experiment, run, values, **options)
