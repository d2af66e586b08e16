"""Names from a stranger's archive: which are refused, and what a prepared file is called."""

import hashlib
import re
import unicodedata
from pathlib import PurePosixPath

from colorkeras.data.folders.walk import nfc

MAX_NAME = 1024
_SLUG_LENGTH = 40
_DRIVE = re.compile(r"^[A-Za-z]:")


def refusal(name: str) -> str:
    """Why a name from an archive is not accepted; "" for one that is.

    Nothing is ever extracted under such a name, so that none could escape; but an archive that
    tries is not one as published, and two names that differ in case alone would be one file on
    many systems.
    """
    if len(name) > MAX_NAME:
        return f"unsafe name: longer than {MAX_NAME} characters"
    if any(unicodedata.category(character) == "Cc" for character in name):
        return "unsafe name: control character"
    if name.startswith(("/", "\\")) or _DRIVE.match(name):
        return "unsafe name: absolute"
    if ".." in re.split(r"[/\\]", name):
        return "unsafe name: leads out of the archive (..)"
    return ""


def folded(name: str) -> str:
    """A name as file systems that ignore case and Unicode's forms see it."""
    return nfc(name).casefold()


def prepared_name(name: str, suffix: str) -> str:
    """The name of the prepared file of an image: readable, safe everywhere, unique.

    Args:
        name: of the image in its source.
        suffix: of the prepared file, with dot.

    Returns:
        `ab/stem-0123456789.png`: two digits of the name's SHA-256 as folder, so that no folder
        holds a million files, the ASCII letters and digits of its stem, and ten digits.
    """
    digest = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()
    plain = slug(PurePosixPath(name).stem)
    return f"{digest[:2]}/{plain + '-' if plain else ''}{digest[:10]}{suffix}"


def slug(name: str) -> str:
    """The ASCII letters and digits of a name, the rest as single hyphens; may be empty."""
    plain = unicodedata.normalize("NFKD", name)
    return re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-")[:_SLUG_LENGTH].strip("-")
