"""The mark by which a colorized image is known: its colors are a model's guess, never the truth.

`colorize` writes it into each result, as a sentence for people and one line of JSON for programs.
Whatever reads images looks for it in the header, so that a guess is neither trained on, nor
measured against, nor colorized once more. Both beginnings are fixed for good: files that carry
them are in the world.
"""

import json
from contextlib import suppress

from PIL import ExifTags, Image, PngImagePlugin

_SENTENCE = "Colorized by colorkeras"  # since the first version
_FACTS = "colorkeras-result: "
_TIFF_DESCRIPTION = 270
OWN_RESULT = "own result: its colors are a model's guess"


def mark_lines(facts: dict) -> list[str]:
    """The sentence and the line of JSON for a result.

    Args:
        facts: what the result is made of, as JSON can hold it; `experiment` and `run` of the model,
            where they are known, stand in the sentence too.
    """
    model = f" ({facts['experiment']}, run {facts.get('run')})" if "experiment" in facts else ""
    return [
        f"{_SENTENCE}{model}: the colors are a model's guess.",
        _FACTS + json.dumps(facts, sort_keys=True),
    ]


def save_options(suffix: str, facts: dict) -> dict:
    """Options of Pillow's `save` that write the mark into a ".png" or ".jpg" file."""
    sentence, line = mark_lines(facts)
    if suffix != ".png":
        return {"comment": f"{sentence}\n{line}".encode()}
    text = PngImagePlugin.PngInfo()
    text.add_itxt("Description", sentence)
    text.add_itxt("colorkeras", line)
    return {"pnginfo": text}


def is_own_result(image: Image.Image) -> bool:
    """Whether an image that was opened, not yet decoded, carries the mark."""
    return any(_SENTENCE in text for text in _texts(image))


def facts_of(image: Image.Image) -> dict | None:
    """The facts of an opened result; None without the mark, {} where it has the sentence alone."""
    texts = _texts(image)
    for text in texts:
        _, found, line = text.partition(_FACTS)
        if found:
            try:
                facts = json.loads(line.splitlines()[0])
                return facts if isinstance(facts, dict) else {}
            except (ValueError, IndexError, RecursionError):
                return {}
    return {} if any(_SENTENCE in text for text in texts) else None


def _texts(image: Image.Image) -> list[str]:
    """The texts in a header: PNG's chunks before the pixels, comments, XMP, descriptions."""
    values = [value for key, value in image.info.items() if key not in ("exif", "icc_profile")]
    if hasattr(image, "tag_v2"):
        values.append(image.tag_v2.get(_TIFF_DESCRIPTION))
    elif "exif" in image.info:
        with suppress(Exception):  # hostile metadata says nothing
            # PNG's own `getexif` would decode the pixels.
            values.append(Image.Image.getexif(image).get(ExifTags.Base.ImageDescription))
    texts = [v.decode("utf-8", "replace") if isinstance(v, bytes) else v for v in values]
    return [text for text in texts if isinstance(text, str)]
