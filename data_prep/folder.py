"""Anyone's own photographs, as a data set with metadata.

python -m data_prep.folder PHOTOS -o OUT
"""

import csv
import hashlib
import os
import sys
from dataclasses import replace

from colorkeras.console.errors import UserError, reason_of
from colorkeras.data.folders.walk import nfc
from data_prep import command
from data_prep.sources import open_source
from data_prep.specification import DatasetSpec, Division, Licence, folder_of
from data_prep.tfds_images import PREFIX, TfdsImages

SPEC = DatasetSpec(
    name="folder",
    title="Prepare a folder or a zip archive of photographs.",
    licence=Licence("Yours to know: the suite cannot tell under which terms these images stand."),
    size=(256, 256),
    division=Division(keeps_published=True),
    guide="SOURCE is a folder of images, a zip archive, a folder of zip archives, or tfds:NAME for "
    "a data set of TensorFlow Datasets. Nothing in it is changed; images that cannot be used are "
    "listed with the reason. Folders train, val and test keep their images, unless --split or a "
    "grouping asks for another division.",
)


def build_parser():
    """The command line."""
    parser = command.build_parser(SPEC)
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--group-by-folder",
        action="store_true",
        help="never divide the images of one folder (a person, a film) between splits",
    )
    group.add_argument(
        "--groups",
        metavar="CSV:COLUMN",
        help="the same for images with equal entries in a column of a CSV file, whose column "
        "path or file names them",
    )
    return parser


def main(argv=None):
    """Run the command; return the exit code."""
    return command.run(SPEC, argv, build_parser(), _grouped, _open)


def _open(args, recipe):
    if args.source.startswith(PREFIX):
        return TfdsImages(args.source.removeprefix(PREFIX))
    return open_source(args.source)


def _grouped(spec, args):
    group = folder_of if args.group_by_folder else None
    if args.groups:
        group = _read_groups(args.groups)
    keeps = spec.division.keeps_published and group is None and args.split is None
    return replace(spec, division=replace(spec.division, group=group, keeps_published=keeps))


def _read_groups(given):
    """name → group, of a CSV file; an image that it does not name is a group of its own."""
    path, _, column = given.rpartition(":")
    if not path or not column:
        raise UserError(f"--groups: received {given!r}, expected FILE.csv:COLUMN.")
    try:
        with open(os.path.expanduser(path), encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            names = rows.fieldnames or []
            key = next((name for name in ("path", "file", "name") if name in names), None)
            missing = [] if key else ["path (or file, or name), which names the images"]
            if missing := missing + [column] * (column not in names):
                raise UserError(
                    f"--groups {path}: no column {' and no column '.join(missing)}. Its columns "
                    f"are {', '.join(names)}."
                )
            groups = {nfc(row[key]): row[column] for row in rows if row[key] and row[column]}
    except (OSError, UnicodeError, csv.Error) as error:
        raise UserError(f"--groups {path}: cannot be read ({reason_of(error)}).") from error
    return CsvGroups(given, groups)


class CsvGroups:
    """The group of an image by a table; one that it does not name is a group of its own.

    Args:
        given: FILE:COLUMN, for messages.
        groups: dict from the name of an image in the source, in the Unicode form NFC, to its
            group.
    """

    def __init__(self, given, groups) -> None:
        self._given, self._groups = given, groups
        table = "\n".join(f"{name}\t{group}" for name, group in sorted(groups.items()))
        digest = hashlib.sha256(table.encode("utf-8", "surrogateescape")).hexdigest()[:12]
        self.label = f"group in {given.rpartition(':')[2]} (table {digest})"

    def __call__(self, name):
        return self._groups.get(nfc(name), name)

    def check(self, names):
        """Hold the table against the names of all images; return what the user should know.

        Raises:
            UserError: when it names none of them, so that nothing would be kept together.
        """
        total = named = 0
        example = ""
        for name in names:
            total, example = total + 1, name
            named += nfc(name) in self._groups
        if not named:
            row = next(iter(self._groups), "nothing")
            raise UserError(
                f"--groups {self._given}: names none of the {total:,} images. Its rows name "
                f"{row!r}, say, the source {example!r}; give names as the source has them."
            )
        notes = []
        if named < total:
            notes.append(f"{total - named:,} images are not in it, each a group of its own")
        if named < len(self._groups):
            notes.append(f"{len(self._groups) - named:,} of its rows name no image")
        return f"--groups {self._given}: {'; '.join(notes)}." if notes else ""


if __name__ == "__main__":
    sys.exit(main())
