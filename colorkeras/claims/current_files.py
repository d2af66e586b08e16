"""Whether what is made of the stored runs is current, and whether claims lack runs.

It stands behind `python -m colorkeras.compare --check`. No file is written.
"""

import shlex
from dataclasses import dataclass
from pathlib import Path

from colorkeras.claims.judging import judge_folders
from colorkeras.claims.missing_runs import MissingRuns, together
from colorkeras.claims.report import claim_files
from colorkeras.config.shipped import FOLDER, all_experiments
from colorkeras.records.atomic import outdated
from colorkeras.report.comparison_files import outdated_tables
from colorkeras.report.overview.pages import outdated_pages

RESULTS = "results"  # where the pages of a clone and `claims` look for runs
PAGES = "python -m colorkeras.report.overview"


@dataclass(frozen=True)
class Check:
    """What is not as it would be made now.

    Attributes:
        old: the files that a command would write or change, by that command, in the order in
            which the commands have to be called.
        missing: the runs that claims need.
        has_pages: whether there are pages here: they belong to a clone.
    """

    old: dict[str, list[Path]]
    missing: list[MissingRuns]
    has_pages: bool

    @property
    def passed(self) -> bool:
        """Whether nothing is old or missing."""
        return not self.missing and not any(self.old.values())


def check_files(results: Path, out: Path, command: str, unfinished: bool) -> Check:
    """Make every table again and compare it with its file.

    Args:
        results: the folder of the runs.
        out: the folder of the comparison.
        command: that writes the comparison.
        unfinished: whether it shows runs that did not finish.

    Raises:
        UserError: when there is nothing to compare, or a `claims.toml` or a page is wrong.
    """
    old = {command: list(outdated_tables(results, out, command, unfinished))}
    experiments = judge_folders(all_experiments(), results, optional=True)
    folder = [] if results == Path(RESULTS) else ["--results", str(results)]
    judge = shlex.join(["python", "-m", "colorkeras.claims", *folder])
    files = claim_files(experiments, judge)
    old[judge] = list(outdated({results / "claims" / name: text for name, text in files.items()}))
    root = results.parent
    has_pages = results.name == RESULTS and (root / FOLDER).is_dir()
    if has_pages:
        old[PAGES] = list(outdated_pages(root))
    missing = together(lacking for found in experiments for lacking in found.missing)
    return Check(old, missing, has_pages)
