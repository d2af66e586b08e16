"""Every link, anchor, path and command that the documentation names exists."""

import importlib.util
import re

import pytest
from markdown_pages import REPOSITORY, all_pages, read_page

from colorkeras.__main__ import COMMANDS

PAGES = {str(page.path.relative_to(REPOSITORY)): page for page in all_pages()}
ROOTS = ("colorkeras", "data_prep", "docs", "experiments", "results", "tests")
each_page = pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)


def broken_links(page):
    """The relative links whose file, or whose heading, does not exist."""
    broken = []
    for link in page.links():
        file, _, anchor = link.partition("#")
        target = (page.path.parent / file).resolve() if file else page.path
        if not target.is_file():
            broken.append(f"{link}: no such file")
        elif anchor and (target.suffix != ".md" or anchor not in read_page(target).anchors()):
            broken.append(f"{link}: no such heading")
    return broken


def missing_paths(page):
    """The paths of this repository in inline code that do not exist."""
    pattern = rf"(?:{'|'.join(ROOTS)})/[\w./-]*[\w/]"
    codes = [code for code in page.inline_code() if re.fullmatch(pattern, code)]
    words = {word for code in page.inline_code() for word in re.findall(r"tests/[\w/]+\.py", code)}
    return [path for path in {*codes, *words} if not (REPOSITORY / path).exists()]


def commands(text):
    """The modules of `python -m MODULE` and the sub-commands of `colorkeras COMMAND`."""
    joined = text.replace("\\\n", " ")
    modules = re.findall(r"python3? -m ([a-z_][a-z_.]*[a-z_])\b(?!\.)", joined)
    subcommands = re.findall(r"(?:^|[\s/`])colorkeras ([a-z]\w*)", joined, re.MULTILINE)
    return modules, subcommands


def missing_commands(page):
    """The commands in code that are no module, and the sub-commands that there are not."""
    blocks = [code for language, code in page.fenced() if language in ("", "bash", "console")]
    text = "\n".join([*blocks, *page.inline_code()])
    modules, subcommands = commands(text)
    ours = {module for module in modules if module.partition(".")[0] in ROOTS}
    unknown = set(subcommands) - COMMANDS.keys()
    return [
        *(name for name in ours if not is_runnable(name)),
        *(f"colorkeras {n}" for n in unknown),
    ]


def is_runnable(module):
    try:
        spec = importlib.util.find_spec(module)
    except ModuleNotFoundError:
        return False
    if spec is not None and spec.submodule_search_locations is not None:
        spec = importlib.util.find_spec(f"{module}.__main__")
    return spec is not None


@each_page
def test_links(page):
    assert broken_links(page) == []


@each_page
def test_paths(page):
    assert missing_paths(page) == []


@each_page
def test_commands(page):
    assert missing_commands(page) == []


def test_every_page_of_docs_is_in_the_table_of_contents():
    index = read_page(REPOSITORY / "docs" / "index.md")
    listed = "\n".join(code for language, code in index.fenced() if language == "{toctree}")
    names = {path.stem for path in (REPOSITORY / "docs").glob("*.md")} - {"index"}
    assert names - set(listed.split()) == set()


def test_readme_is_short():
    text = PAGES["README.md"].text
    assert len(text.splitlines()) <= 150
    assert len(text.split()) <= 1500


def test_faults_are_found(tmp_path):
    (tmp_path / "there.md").write_text("# A title\n\n## One `two`, three\n\n## A title\n")
    text = """# Here
[a](there.md#one-two-three) [b](there.md#a-title-1) [c](#here) [d](https://example.org/none)
[e](gone.md) [f](there.md#gone) `[g](code.md)` `tests/gone.py` `tests/support/markdown_pages.py`
```
[h](code.md)
python -m colorkeras.gone; python3 -m venv .venv
colorkeras vanished --help
```
"""
    (tmp_path / "here.md").write_text(text)
    page = read_page(tmp_path / "here.md")
    assert broken_links(page) == ["gone.md: no such file", "there.md#gone: no such heading"]
    assert missing_paths(page) == ["tests/gone.py"]
    assert missing_commands(page) == ["colorkeras.gone", "colorkeras vanished"]
