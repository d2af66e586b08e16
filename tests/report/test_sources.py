"""The BibTeX of the experiments says what their READMEs say, and no more."""

import re

import pytest

from colorkeras.config.shipped import all_experiments
from colorkeras.console.errors import UserError
from colorkeras.report.sources import bibliography, read_sources, sources_of

FOLDERS = all_experiments()
ENTRY = "@misc{a,\n  author = {Ă, B},\n  title  = {{T: {U}}},\n}"
# Fields whose words stand in the README; note and key are our own words.
CITED = ("author", "title", "year", "url", "eprint", "journal", "booktitle", "volume", "number")
FIELD = re.compile(r"^\s*(\w+)\s*=\s*\{(.*?)\},?$", re.MULTILINE | re.DOTALL)


def fields_of(entry):
    return {name.lower(): " ".join(value.split()) for name, value in FIELD.findall(entry)}


def citation(folder):
    text = (folder / "README.md").read_text(encoding="utf-8")
    return " ".join(text.partition("## Citation")[2].partition("\n## ")[0].split())


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_each_field_is_in_the_readme_and_each_work_of_the_readme_has_an_entry(folder):
    readme, entries = citation(folder), read_sources(folder)
    assert entries, "no entries"
    titles = []
    for key, entry in entries.items():
        fields = fields_of(entry)
        assert fields["title"], key
        titles.append(fields["title"].strip("{}").replace("\\&", "&"))
        assert titles[-1] in readme, key
        people = fields.get("author", "").replace(" and others", "").split(" and ")
        for person in filter(None, people):
            family, _, given = person.partition(", ")
            assert f"{given} {family}".strip() in readme, (key, person)
        for name in set(CITED) - {"author", "title"} & fields.keys():
            assert fields.get(name, "") in readme, (key, name)
    for title in re.findall(r"\*([^*]+)\*", readme):
        assert title in titles, f"{title}: no entry"


def test_one_work_has_one_entry():
    every = [item for folder in FOLDERS for item in read_sources(folder).items()]
    assert len({key for key, _ in every}) == len(set(every))
    titles = [fields_of(entry)["title"] for entry in dict(every).values()]
    assert len(set(titles)) == len(titles)


def test_a_bibliography_has_each_entry_once_sorted(tmp_path, monkeypatch):
    for name, keys in (("x", "ba"), ("y", "a")):
        folder = tmp_path / "experiments" / name
        folder.mkdir(parents=True)
        (folder / "config.toml").touch()
        text = "% comment\n" + "\n\n".join(ENTRY.replace("{a", f"{{{key}") for key in keys)
        (folder / "sources.bib").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    found = sources_of(["x", "y", "../../etc", "unknown"])
    assert {name: list(entries) for name, entries in found.items()} == {"x": ["b", "a"], "y": ["a"]}
    assert re.findall(r"@misc\{(\w)", bibliography(found)) == ["a", "b"]
    assert bibliography({}) == ""


def test_what_is_no_entry_is_told(tmp_path):
    (tmp_path / "sources.bib").write_text(ENTRY + "\nstray words\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"sources.bib: received 'stray words'"):
        read_sources(tmp_path)
