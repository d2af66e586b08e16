"""The repository without what its user made: runs of one's own must not make tests fail."""

import subprocess
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


def committed_results():
    """The files below results/ that git knows; outside of git, all."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", "results"], cwd=REPOSITORY, capture_output=True, text=True
    )
    if listed.returncode or not listed.stdout:
        return [path for path in (REPOSITORY / "results").rglob("*") if path.is_file()]
    return [REPOSITORY / name for name in listed.stdout.split("\0") if name]


def committed_clone(folder):
    """Make `folder` a clone that has these results alone, all by links; return it."""
    for name in ("README.md", "docs", "experiments"):
        (folder / name).symlink_to(REPOSITORY / name)
    for file in committed_results():
        place = folder / file.relative_to(REPOSITORY)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(file)
    return folder
