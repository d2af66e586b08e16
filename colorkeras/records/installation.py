"""The packages that colorkeras needs, held against those that are installed."""

import configparser
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

_SETUP = Path(__file__).parents[2] / "setup.cfg"  # of a clone


@dataclass(frozen=True)
class Package:
    """A package that colorkeras uses.

    Attributes:
        name: on the package index.
        extra: the extra that brings it, such as "jax"; "" where it is always needed.
        expected: the versions that are supported, such as "<3,>=1.26".
        version: the one installed; None without any.
    """

    name: str
    extra: str
    expected: str
    version: str | None

    @property
    def problem(self) -> str:
        """What is wrong with it, in one sentence; empty where it is as it should be.

        A package of an extra may be missing.
        """
        if self.version is None:
            missing = f"{self.name} is not installed: pip install '{self.name}{self.expected}'."
            return "" if self.extra else missing
        if Requirement(f"x{self.expected}").specifier.contains(self.version, prereleases=True):
            return ""
        return (
            f"{self.name} {self.version} is not supported: pip install "
            f"'{self.name}{self.expected}'."
        )


def used_packages() -> list[Package]:
    """The packages that colorkeras needs, then those of its extras, in the order of setup.cfg."""
    return [
        Package(entry.name, extra, str(entry.specifier), _installed(entry.name))
        for extra, entry in _requirements()
    ]


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _requirements() -> list[tuple[str, Requirement]]:
    """(extra or "", requirement), of the clone this is, or else of the installed package."""
    if _SETUP.is_file():
        return _of_clone(_SETUP)
    found = []
    for entry in map(Requirement, metadata.requires("colorkeras") or []):
        extras = metadata.metadata("colorkeras").get_all("Provides-Extra") or []
        named = [x for x in extras if entry.marker and entry.marker.evaluate({"extra": x})]
        found += [(extra, entry) for extra in named or [""]]
    return found


def _of_clone(file: Path) -> list[tuple[str, Requirement]]:
    setup = configparser.ConfigParser()
    setup.read(file, encoding="utf-8")
    tables = {"": setup["options"]["install_requires"], **setup["options.extras_require"]}
    return [
        (extra, Requirement(line))
        for extra, text in tables.items()
        for line in text.splitlines()
        if line and not line.startswith("#")
    ]
