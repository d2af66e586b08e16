"""Names in the order that people expect: photo 2 before photo 10."""

import re
import unicodedata

NaturalKey = tuple[list[tuple[int, str]], str]


def natural_key(name: str) -> NaturalKey:
    """A key to sort names by: numbers by their value; the case of letters counts last."""
    name = unicodedata.normalize("NFC", name)
    words = re.split(r"(\d+)", name.casefold())  # every second one is a number
    words[1::2] = [number.lstrip("0") for number in words[1::2]]
    # A longer number is a larger one.
    return [(len(word) if place % 2 else 0, word) for place, word in enumerate(words)], name
