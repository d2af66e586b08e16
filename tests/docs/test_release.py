"""What names a version names the same one."""

import re

from markdown_pages import REPOSITORY

from colorkeras import __version__

CITATION = (REPOSITORY / "CITATION.cff").read_text(encoding="utf-8")
SECTIONS = re.findall(
    r"^## (.+)$", (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE
)


def test_citation_and_changelog_name_this_version_and_its_date():
    version = re.search(r"^version: (\S+)$", CITATION, re.MULTILINE)[1]
    date = re.search(r"^date-released: (\S+)$", CITATION, re.MULTILINE)[1]
    assert version == __version__
    assert SECTIONS[:2] == ["Unreleased", f"{version} – {date}"]
