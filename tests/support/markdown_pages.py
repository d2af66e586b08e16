"""The Markdown pages of the repository as the tests of documentation read them."""

import re
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
PATTERNS = (
    *("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/*.md"),
    *("experiments/*/README.md", "results/**/README.md"),
)
_FENCE = re.compile(r"^ {0,3}(```+)([^\n]*)\n(.*?)^ {0,3}\1`*[ \t]*$", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(\s*<?([^()\s>]+(?:\([^()\s]*\))?)>?[^)]*\)")
_HEADING = re.compile(r"^#{1,6} +(.*?) *#*$", re.MULTILINE)


@dataclass(frozen=True)
class Page:
    """One page.

    Attributes:
        path: of the file.
        text: its content.
    """

    path: Path
    text: str

    @property
    def prose(self) -> str:
        """The text without fenced code."""
        return _COMMENT.sub("", _FENCE.sub("", self.text))

    def fenced(self) -> list[tuple[str, str]]:
        """(language, code) of each fenced block."""
        return [(language.strip(), code) for _, language, code in _FENCE.findall(self.text)]

    def inline_code(self) -> list[str]:
        """The `code` between the words."""
        return _CODE.findall(self.prose)

    def links(self) -> list[str]:
        """The targets of all links and images, those to the web left out."""
        found = _LINK.findall(_CODE.sub("", self.prose))
        return [link for link in found if not re.match(r"[a-z]+:", link)]

    def anchors(self) -> set[str]:
        """What `#anchor` may be: as Git hosts and MyST make them of the headings."""
        found: set[str] = set()
        for heading in _HEADING.findall(self.prose):
            words = re.sub(r"\]\([^)]*\)", "", heading).lower()
            slug = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
            count = sum(re.fullmatch(rf"{re.escape(slug)}(-\d+)?", a) is not None for a in found)
            found.add(f"{slug}-{count}" if count else slug)
        return found


def read_page(path: Path) -> Page:
    """Read one page."""
    return Page(path, path.read_text(encoding="utf-8"))


def all_pages() -> list[Page]:
    """Every page of the documentation."""
    return [read_page(path) for pattern in PATTERNS for path in sorted(REPOSITORY.glob(pattern))]
