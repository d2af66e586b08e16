"""A contact sheet as one HTML page, which needs no server, no network and nothing but its images.

Texts and URLs come from names of files, which anyone may have chosen: all are escaped, and a policy
in the page lets a browser run only the script below, by its hash.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from html import escape
from pathlib import Path

from colorkeras.console.scripts import script_hash
from colorkeras.photos.sheets.previews import FOLDER, Linked, Preview, Shown

GENERATOR = '<meta name="generator" content="colorkeras contact sheet">'
_BREAK = re.compile("[/_]")  # where a name may be broken
FILTERED = 20  # with more photographs than these there is a field to search in their names


def html_page(shown: list[Shown]) -> str:
    """The page.

    Args:
        shown: the photographs, in order.

    Returns:
        HTML, whose texts are printable and have no half of a surrogate pair.
    """
    style, script = _asset("sheet.css"), _asset("sheet.js")
    policy = (
        f"default-src 'none'; img-src 'self' file:; style-src '{script_hash(style)}'; "
        f"script-src '{script_hash(script)}'; base-uri 'none'; form-action 'none'"
    )
    count = f"{len(shown):,} photograph{'s' if len(shown) != 1 else ''}"
    cards = "\n".join(_card(item, number) for number, item in enumerate(shown))
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
{GENERATOR}
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Contact sheet: {count}</title>
<style>{style}</style>
</head>
<body>
<form autocomplete="off">
<header>
<h1>{count}</h1>
<p>Left of the line: the photograph. Right of it: a coloring; its colors are a model's guess. \
Drag the line, or press the arrow keys.</p>
{_search() if len(shown) > FILTERED else ""}
</header>
<main>
{cards}
</main>
</form>
<script>{script}</script>
</body>
</html>
"""


def _card(item: Shown, number: int) -> str:
    name = escape(item.caption)
    first, link = item.after[0]
    choices = "".join(_choices(item, number))
    broken = _BREAK.sub(r"\g<0><wbr>", name)
    return f"""<article>
<div class="pair">{_image(first, f"Coloring of {name}", "after")}\
{_image(item.before, name, "before")}\
<input type="range" step="any" aria-label="How much of the photograph is shown: {name}"></div>
<h2 dir="auto">{broken}</h2>
<p>{choices}<a href="{escape(link)}" aria-label="Full size: {name}">full size</a></p>
</article>"""


def _choices(item: Shown, number: int) -> Iterator[str]:
    """A button for each sample, where there are several, and for the doubt."""
    if len(item.after) > 1:
        for sample, coloring in enumerate(item.after, start=1):
            kind = f'radio" name="s{number}"{" checked" if sample == 1 else ""}'
            yield _choice(kind, coloring, f"sample {sample}")
    if item.doubt:
        yield _choice('checkbox"', item.doubt, "doubt")


def _choice(kind: str, linked: Linked, label: str) -> str:
    small, link = linked
    data = f'data-small="{FOLDER}/{small.name}" data-full="{escape(link)}"'
    return f'<label><input type="{kind} {data}>{label}</label> '


def _image(small: Preview, text: str, kind: str) -> str:
    """An image that is loaded when it comes into sight; `text` is escaped already."""
    return (
        f'<img class="{kind}" loading="lazy" decoding="async" src="{FOLDER}/{small.name}" '
        f'width="{small.width}" height="{small.height}" alt="{text}">'
    )


def _search() -> str:
    return (
        '<p id="finder" hidden><label>Search in names <input type="search" id="search"></label> '
        '<output id="found"></output></p>'
    )


@lru_cache
def _asset(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")
