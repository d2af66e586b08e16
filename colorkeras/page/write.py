"""Write the page of a comparison beside its other files."""

from pathlib import Path

from colorkeras.config.shipped import shipped_folder
from colorkeras.page.html_page import PageInput, html_page
from colorkeras.records.atomic import write_text
from colorkeras.report.comparison_files import Written

PAGE = "comparison.html"
CLAIMS = Path("claims", "claims.csv")  # below the results


def write_page(written: Written, results: Path, out: Path, command: str) -> None:
    """Write the page.

    Args:
        written: the comparison, whose figures are there.
        results: the folder that was searched for runs; `CLAIMS` is read from it.
        out: the folder to write to.
        command: the command line.

    Raises:
        UserError: when claims.csv is damaged, or the page cannot be written.
    """
    names = sorted({entry.run.experiment for entry in written.comparison.entries})
    places = {name: shipped_folder() / Path(name).name for name in names}
    page = PageInput(
        comparison=written.comparison,
        results=written.results,
        figures=written.figures.written,
        folder=out,
        claims=results / CLAIMS,
        experiments={name: place for name, place in places.items() if place.is_dir()},
        command=command,
    )
    write_text(out / PAGE, html_page(page))
