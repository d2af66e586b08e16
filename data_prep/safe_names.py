"""Names from an archive: which are refused, and what a prepared file is called."""

import hashlib
import re
import unicodedata
from pathlib import PurePosixPath

from colorkeras.data.folders.walk import nfc

MAX_NAME = 1024
_SLUG_LENGTH = 40
_DRIVE = re.compile(r"^[A-Za-z]:")


def refusal(name: str) -> str:
    """Why a name from an archive is refused; "" for an accepted name.

    No file is ever written under a name from an archive, so that none could leave the folder. But
    an archive with such names is not one as published.
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
    """A name as file systems see it that ignore case and the Unicode form."""
    return nfc(name).casefold()


def prepared_name(name: str, suffix: str) -> str:
    """The name of the prepared file of an image: readable, safe everywhere, unique.

    Args:
        name: of the image in its source.
        suffix: of the prepared file, with dot.

    Returns:
        Such as `ab/stem-0123456789.png`. The folder is two digits of the name's SHA-256, so that
        no folder has a million files. Then the ASCII letters and digits of its stem, and ten
        digits of the SHA-256.
    """
    digest = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()
    plain = slug(PurePosixPath(name).stem)
    return f"{digest[:2]}/{plain + '-' if plain else ''}{digest[:10]}{suffix}"


def slug(name: str) -> str:
    """The ASCII letters and digits of a name, other characters as single hyphens; may be empty."""
    plain = unicodedata.normalize("NFKD", name)
    return re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-")[:_SLUG_LENGTH].strip("-")
