"""DigiFace-1M, rendered faces; divided by subject, so that no identity is in two splits.

python -m data_prep.digiface FOLDER_OF_ZIPS -o OUT --accept-licence
"""

import argparse
import sys

from data_prep import command
from data_prep.download import Download
from data_prep.specification import BY_FOLDER, DatasetSpec, Division, Licence

# README of https://github.com/microsoft/DigiFace1M, which states no checksums.
_HOST = "https://facesyntheticspubwedata.z6.web.core.windows.net/wacv-2023"
_ZIPS = {
    "72_imgs": ("0-1999", "2000-3999", "4000-5999", "6000-7999", "8000-9999"),
    "5_imgs": ("100000-133332", "133333-166665", "166666-199998"),
}

SPEC = DatasetSpec(
    name="digiface",
    title="Prepare DigiFace-1M.",
    licence=Licence(
        "Research Use of Data Agreement 1.0: non-commercial research only; models trained on it "
        "may not be offered commercially.",
        "https://github.com/microsoft/DigiFace1M/blob/main/LICENSE",
        must_confirm=True,
    ),
    size=(112, 112),  # as published
    guide="SOURCE is one of the eight archives subjects_…_imgs.zip, a folder of them, or a folder "
    "SUBJECT/K.png.",
    division=Division(grouping=BY_FOLDER),
    downloads={
        part: tuple(Download(f"{_HOST}/subjects_{subjects}_{part}.zip") for subjects in ranges)
        for part, ranges in _ZIPS.items()
    },
)


def build_parser() -> argparse.ArgumentParser:
    """The command line."""
    return command.build_parser(SPEC)


def main(argv: list[str] | None = None) -> int:
    """Run the command; return the exit code."""
    return command.run(SPEC, argv, build_parser())


if __name__ == "__main__":
    sys.exit(main())
