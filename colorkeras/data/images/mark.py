"""The mark in the metadata of a colorized image: its colors are a model's guess, not the truth.

`colorize` writes it into each result: a sentence for people, and one line of JSON for programs.
Everything that reads images looks for it in the header. So a guess is never used for training or
as a reference for measuring, and is not colorized again. The small copies of photographs that a
contact sheet keeps have another sentence, and are treated alike. The beginnings of these texts must
never change, because files with them exist.
"""

import html
import json
from contextlib import suppress
from typing import Any

from PIL import ExifTags, Image, PngImagePlugin

_SENTENCE = "Colorized by colorkeras"  # since the first version
_FACTS = "colorkeras-result: "
_COPY = "Small copy by colorkeras"
_XMP = 700  # tag of TIFF
OWN_RESULT = "own result: its colors are a model's guess"


def mark_lines(facts: dict[str, Any]) -> list[str]:
    """The sentence and the line of JSON for a result.

    Args:
        facts: how the result was made, as values for JSON. The `experiment` and `run` of the
            model, where they are known, are also named in the sentence.
    """
    model = f" ({facts['experiment']}, run {facts.get('run')})" if "experiment" in facts else ""
    sentence = f"{_SENTENCE}{model}: the colors are a model's guess."
    return [
        sentence.encode("utf-8", "replace").decode(),  # a name may hold bytes that are not UTF-8
        _FACTS + json.dumps(facts, sort_keys=True),
    ]


def is_mark(text: str) -> bool:
    """Whether a text of an image's metadata is the sentence or the line of JSON."""
    return text.startswith((_SENTENCE, _FACTS))


def save_options(suffix: str, facts: dict[str, Any]) -> dict[str, Any]:
    """Options of Pillow's `save` that write the mark into a ".png" or ".jpg" file."""
    sentence, line = mark_lines(facts)
    if suffix != ".png":
        return {"comment": f"{sentence}\n{line}".encode()}
    text = PngImagePlugin.PngInfo()
    text.add_itxt("Description", sentence)
    text.add_itxt("colorkeras", line)
    return {"pnginfo": text}


def copy_options() -> dict[str, Any]:
    """Options of Pillow's `save` that mark a ".jpg" file as the small copy of a photograph."""
    return {"comment": f"{_COPY}: not a photograph of its own.".encode()}


def is_own_result(image: Image.Image) -> bool:
    """Whether an image that is opened, not yet decoded, has the mark, or that of a small copy."""
    return any(_SENTENCE in text or _COPY in text for text in _texts(image))


def facts_of(image: Image.Image) -> dict[str, Any] | None:
    """The facts of an opened result; None without the mark, {} where it has only the sentence."""
    return facts_in(_texts(image))


def facts_in(texts: list[str]) -> dict[str, Any] | None:
    """The facts in the texts of a file's metadata; None and {} as of `facts_of`."""
    for text in texts:
        _, found, line = text.partition(_FACTS)
        if found and (facts := _parsed(line)) is not None:
            return facts
    return {} if any(_SENTENCE in text or _FACTS in text for text in texts) else None


def _parsed(line: str) -> dict[str, Any] | None:
    """The facts at the beginning of a text, which may be a part of XML."""
    for form in (line, html.unescape(line.partition("<")[0])):
        with suppress(ValueError, RecursionError):
            facts, _ = json.JSONDecoder().raw_decode(form)
            return facts if isinstance(facts, dict) else None
    return None


def _texts(image: Image.Image) -> list[str]:
    """The texts in a header: PNG's chunks before the pixels, comments, XMP, descriptions."""
    values = [value for key, value in image.info.items() if key not in ("exif", "icc_profile")]
    if image.format == "TIFF":
        from colorkeras.data.images.tiff import tags_of

        tags = tags_of(image)
        values += [tags.get(tag) for tag in (ExifTags.Base.ImageDescription, _XMP)]
    elif "exif" in image.info:
        with suppress(Exception):  # hostile metadata is ignored
            # PNG's own `getexif` would decode the pixels.
            values.append(Image.Image.getexif(image).get(ExifTags.Base.ImageDescription))
    texts = [v.decode("utf-8", "replace") if isinstance(v, bytes) else v for v in values]
    return [text for text in texts if isinstance(text, str)]
