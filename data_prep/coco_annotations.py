"""The licences of COCO's photographs, which its annotations state.

Each image of an annotation file has the number of one of the eight licences that the file lists,
its address on Flickr and on COCO's server. The name of the photographer is not in it; the number
in the address on Flickr leads to the page that has it.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any
from zipfile import BadZipFile

from colorkeras.console.errors import UserError, reason_of
from data_prep.credits import Credit, Credits
from data_prep.zip_images import opened_zip

# Number → name, and a part of the address that a file must state beside it.
LICENCES = {
    1: ("CC BY-NC-SA 2.0", "creativecommons.org/licenses/by-nc-sa/2.0"),
    2: ("CC BY-NC 2.0", "creativecommons.org/licenses/by-nc/2.0"),
    3: ("CC BY-NC-ND 2.0", "creativecommons.org/licenses/by-nc-nd/2.0"),
    4: ("CC BY 2.0", "creativecommons.org/licenses/by/2.0"),
    5: ("CC BY-SA 2.0", "creativecommons.org/licenses/by-sa/2.0"),
    6: ("CC BY-ND 2.0", "creativecommons.org/licenses/by-nd/2.0"),
    7: ("no known copyright restrictions", "flickr.com/commons/usage"),
    8: ("US government work", "usa.gov/copyright"),
}
OPEN = frozenset(LICENCES[number][0] for number in (4, 5, 7, 8))
NO_ENTRY, NOT_OPEN = "no entry in the annotations", "licence not open"
YEAR = 2017
_MOST_BYTES = 1 << 30  # instances_train2017.json has 450 MB
_FILES = "captions_train2017.json or captions_val2017.json (or instances_…)"


def read_annotations(given: str, only_open: bool) -> Credits:
    """Read the credits of COCO's photographs.

    Args:
        given: annotations_trainval2017.zip, its unpacked folder, or one of the JSON files.
        only_open: refuse images without an open licence.

    Raises:
        UserError: when there is no such file, or it is damaged or of another year.
    """
    path, digest = Path(os.path.expanduser(given)), hashlib.sha256()
    credits: dict[str, Credit] = {}
    for where, data in _contents(path):
        digest.update(data)
        credits.update(_parsed(data, where))

    def refusal(name: str) -> str:
        credit = credits.get(PurePosixPath(name).name)
        if not only_open or (credit and credit.licence in OPEN):
            return ""
        return f"{NOT_OPEN}: {credit.licence}" if credit else NO_ENTRY

    return Credits(
        {"annotations": digest.hexdigest(), "licence": "open" if only_open else "any"},
        lambda name: credits.get(PurePosixPath(name).name, Credit()),
        refusal,
    )


def _contents(path: Path) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each JSON file to read."""
    try:
        if path.is_dir():
            inside = sorted(path.rglob("*.json"))
            for name in _chosen([file.as_posix() for file in inside], path):
                yield name, Path(name).read_bytes()
        elif path.suffix.lower() == ".zip":
            with opened_zip(path) as archive:
                sizes = {info.filename: info.file_size for info in archive.infolist()}
                for name in _chosen(list(sizes), path):
                    if sizes[name] > _MOST_BYTES:
                        raise UserError(f"--annotations {path}: {name} is larger than 1 GiB.")
                    yield f"{path}/{name}", archive.read(name)
        else:
            yield str(path), path.read_bytes()
    except (OSError, BadZipFile, EOFError, RuntimeError) as error:
        raise UserError(
            f"--annotations {path}: cannot be read ({reason_of(error)}). Expected "
            f"annotations_trainval{YEAR}.zip, its unpacked folder, or a JSON file from it."
        ) from error


def _chosen(names: list[str], path: Path) -> list[str]:
    """For train and val the smallest file that lists all images, of those that there are."""
    found = {PurePosixPath(name).name: name for name in names}
    kinds = ("captions", "instances")
    listed = [[f"{kind}_{split}{YEAR}.json" for kind in kinds] for split in ("train", "val")]
    chosen = [next((found[name] for name in files if name in found), "") for files in listed]
    if not any(chosen):
        raise UserError(f"--annotations {path}: holds no {_FILES}. Give the annotations of {YEAR}.")
    return [name for name in chosen if name]


def _parsed(data: bytes, where: str) -> dict[str, Credit]:
    """The credit of each image of an annotation file, by the name of its file."""
    try:
        content = json.loads(data)
        year = content["info"]["year"]
        listed = {licence["id"]: licence["url"] for licence in content["licenses"]}
        credits = {image["file_name"]: _credit(image) for image in content["images"]}
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UserError(
            f"--annotations {where}: damaged, or not a file of COCO's annotations "
            f"({type(error).__name__}: {error}). Expected {_FILES}."
        ) from error
    if year != YEAR:
        raise UserError(f"--annotations {where}: of the year {year!r}. Give those of {YEAR}.")
    for number, (name, address) in LICENCES.items():
        if address not in str(listed.get(number, address)):
            raise UserError(
                f"--annotations {where}: its licence {number} is {listed[number]!r}, expected "
                f"{name} ({address}). Give the annotations of COCO {YEAR}."
            )
    return credits


def _credit(image: dict[str, Any]) -> Credit:
    number = image["license"]
    name, _ = LICENCES.get(number, (f"licence {number} of COCO", ""))
    addresses = (image.get("flickr_url"), image.get("coco_url"))
    return Credit(name, " ".join(address for address in addresses if address))
