"""A comparison as one HTML file, which needs no server and no network.

Everything is inside: tables, figures, small copies of test images, claims, configurations. A policy
in the page lets a browser run its own script only, by its hash, and load nothing.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from colorkeras.console.progress import ProgressReport
from colorkeras.console.scripts import script_hash
from colorkeras.page.claims_part import claims_part
from colorkeras.page.images_part import find_images, images_part, side_of
from colorkeras.page.networks_part import networks_part
from colorkeras.page.parts import file_url, text, unfolding
from colorkeras.page.results_part import results_part
from colorkeras.report.comparison import Comparison
from colorkeras.report.figure_captions import Written
from colorkeras.report.protocol_results import ProtocolResults
from colorkeras.report.stored_runs import StoredRun

_LARGEST_SVG = 250_000  # bytes; a figure with images in it is smaller as PNG


@dataclass(frozen=True)
class PageInput:
    """What the page shows.

    Attributes:
        comparison: the runs.
        results: of each protocol.
        figures: that were written.
        folder: where their files are.
        claims: the file claims.csv; it may be missing.
        experiments: folder of each experiment in the comparison, where there is one.
        command: the command line that writes the page.
    """

    comparison: Comparison
    results: Sequence[ProtocolResults]
    figures: Sequence[Written]
    folder: Path
    claims: Path
    experiments: dict[str, Path]
    command: str


def html_page(page: PageInput) -> str:
    """The page.

    Raises:
        UserError: when claims.csv is damaged.
        OSError: when a figure cannot be read.
    """
    style, script = _asset("page.css"), _asset("page.js")
    protocols, images = _protocols(page)
    sections = [
        ("results", "Results", protocols),
        ("claims", "Claims", claims_part(page.claims)),
        ("figures", "Figures", "".join(_figure(page.folder, figure) for figure in page.figures)),
        ("networks", "Networks", networks_part(page.experiments)),
        ("runs", "Runs", _runs(page)),
    ]
    sections = [section for section in sections if section[2]]
    links = "".join(f'<li><a href="#{key}">{title}</a></li>' for key, title, _ in sections)
    body = "".join(
        f'<section id="{key}"><h2>{title}</h2>{content}</section>'
        for key, title, content in sections
    )
    count = len(page.comparison.entries)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; \
style-src 'unsafe-inline'; script-src '{script_hash(script)}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Image colorization: comparison of {count} runs</title>
<style>{style}</style>
</head>
<body>
<header><h1>Image colorization: comparison of {count} runs</h1>
<p>Numbers measured under different protocols never share a table. In brackets are 95 % intervals. \
Bold: not told apart from the best.</p></header>
<nav aria-label="Parts of this page"><ul>{links}</ul></nav>
<main>{body}</main>
<script type="application/json" id="images">{_json(images)}</script>
<script>{script}</script>
</body>
</html>
"""


def _protocols(page: PageInput) -> tuple[str, dict[str, list[dict[str, str]]]]:
    """The section of each protocol, and the images of all."""
    keys = {id(found): f"p{number}" for number, found in enumerate(page.results)}
    images = {id(found): find_images(found.group, keys[id(found)]) for found in page.results}
    side = side_of(sum(found.count for found in images.values() if found))
    parts, data = [], {}
    with ProgressReport("writing the page", len(page.results), unit="protocol") as progress:
        for number, found in enumerate(page.results):
            content = results_part(found, number)
            if shown := images[id(found)]:
                part = images_part(shown, side)
                content += part.html
                data[shown.key] = part.data
            heading = f"<h3>Protocol {text(found.group.hash)}</h3>" if len(page.results) > 1 else ""
            parts.append(heading + content)
            progress.update(number + 1)
    return "".join(parts), data


def _figure(folder: Path, figure: Written) -> str:
    files = [folder / f"{figure.stem}{suffix}" for suffix in (".svg", ".png")]
    there = [file for file in files if file.exists()]
    if not there:
        return ""
    small = there[0] if there[0].stat().st_size <= _LARGEST_SVG else there[-1]
    caption = f"{text(figure.title)}. {text(figure.caption)}"
    return (
        f'<figure class="plot"><img loading="lazy" alt="{text(figure.title)}" '
        f'src="{file_url(small)}"><figcaption>{caption}</figcaption></figure>'
    )


def _runs(page: PageInput) -> str:
    runs = [unfolding(text(entry.run.label), _run(entry.run)) for entry in page.comparison.entries]
    left_out = "".join(
        f"<li>{text(label)}: {text(reason)}</li>" for label, reason in page.comparison.skipped
    )
    told = f"<h3>Left out</h3><ul>{left_out}</ul>" if left_out else ""
    return f"{''.join(runs)}{told}<h3>This page</h3><pre>{text(page.command)}</pre>"


def _run(run: StoredRun) -> str:
    command, commit = run.get("command") or "not recorded", run.get("commit") or "not recorded"
    config = run.folder / "config.toml"
    shown = f"<p>Command</p><pre>{text(command)}</pre><p>Commit {text(commit)}</p>"
    if config.is_file():
        content = config.read_text(encoding="utf-8", errors="replace")
        shown += f"<p>Configuration</p><pre>{text(content, keep=chr(10))}</pre>"
    return shown


def _json(images: dict[str, list[dict[str, str]]]) -> str:
    """As the content of a script element: no "<" may end it."""
    return json.dumps(images, separators=(",", ":")).replace("<", "\\u003c")


def _asset(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")
