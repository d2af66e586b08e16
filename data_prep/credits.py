"""Licence and attribution of each image, for the columns of manifest.csv."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from colorkeras.data.folders.walk import nfc
from data_prep.image_table import read_table


class Credit(NamedTuple):
    """What is known of the rights in one image; "" for what is not known.

    Attributes:
        licence: its name or terms.
        attribution: whom or what to name, such as the author or the address of the original.
    """

    licence: str = ""
    attribution: str = ""


def _keep(name: str) -> str:
    return ""


def _accept(names: Iterable[str]) -> str:
    return ""


@dataclass(frozen=True)
class Credits:
    """The credits of the images of a source.

    Attributes:
        facts: which credits these are, for dataset.json; a preparation continues with the same.
        of: name of an image → its credit.
        refusal: name of an image → why it may not be used, "" for one that may.
        check: names of all images → a note for the user, "" for none; raises a `UserError` where
            the credits are those of other images.
    """

    facts: dict[str, Any]
    of: Callable[[str], Credit]
    refusal: Callable[[str], str] = _keep
    check: Callable[[Iterable[str]], str] = _accept


def read_credits(path: str) -> Credits:
    """Read a CSV file with the columns path (or file, or name), licence and attribution.

    Raises:
        UserError: when the file cannot be read, or lacks a column.
    """
    table = read_table("--licences", path, path, Credit._fields)
    return Credits(
        {"table": table.digest},
        lambda name: Credit(*table.rows.get(nfc(name), ())),
        check=lambda names: table.check(names, "their licence stays blank"),
    )
