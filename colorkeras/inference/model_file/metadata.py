"""The metadata of a saved model: the JSON that says how its inputs and outputs are meant.

What `evaluate` and `colorize` need is checked by rules; what is only shown (title, commit,
versions) may be anything of bounded size.
"""

from typing import Any

from colorkeras.config.settings import NOISE_DISTRIBUTIONS, NOISE_SOURCES, RESIZE_RULES
from colorkeras.inference.model_file import rules
from colorkeras.inference.model_file.rules import Rule, check, either, one_of, whole

FORMATS = (1, 2)  # 1, of earlier versions, has no checksum and no probe
LEAST_SIDE, MAX_SIDE, MAX_PIXELS = 4, 4_096, 2**22
_FAMILIES = ("yuv", "ycbcr", "lab")  # of colorkeras.color.space, which imports Keras
# Chroma of every convention of the field is within a few hundred units; 1e300 makes black images.
_SCALE = Rule(lambda v: rules.is_number(v) and 1e-3 <= abs(v) <= 1e3, "a number from 0.001 to 1000")
_OFFSET = Rule(lambda v: rules.is_number(v, 1e3), "a number, at most 1000 from 0")
_TABLE = Rule(lambda v: isinstance(v, dict), "a table")
_TEXT = Rule(lambda v: isinstance(v, str) and len(v) <= 1000 and v.isprintable(), "printable text")
PROBE_NUMBERS = 64
_INTEGRITY = {
    "sha256": Rule(lambda v: isinstance(v, str) and len(v) == 64 and v.isalnum(), "64 hex digits"),
    "probe": rules.numbers(PROBE_NUMBERS, 1e39),  # whatever float32 can hold
}
# In a file that is being written, until its model has been tried.
EMPTY = {"sha256": "0" * 64, "probe": [0.0] * PROBE_NUMBERS}
_NOISE = {"source": one_of(*NOISE_SOURCES), "distribution": one_of(*NOISE_DISTRIBUTIONS)}
_COLOR_SPACE = {
    "format": one_of(1),
    "name": _TEXT,
    "family": one_of(*_FAMILIES),
    "input_scale": _SCALE,
    "input_offset": _OFFSET,
    **{
        f"target_{name}": rules.two_of(one)
        for name, one in (("scale", _SCALE), ("offset", _OFFSET))
    },
}
_METADATA = {
    **dict.fromkeys(("height", "width"), whole(LEAST_SIDE, MAX_SIDE)),
    "step": whole(0, 2**53),
    **dict.fromkeys(("experiment", "run"), _TEXT),
    **dict.fromkeys(("color_space", "data", "noise"), _TABLE),
    "resize": one_of(*RESIZE_RULES),
    "mean_ab": rules.numbers(2, 200.0),
}
_TOLD = {
    "preset": either(rules.NULL, _TEXT),
    "title": either(rules.NULL, _TEXT),
    "commit": either(rules.NULL, _TEXT),
}


def check_metadata(metadata: dict[str, Any]) -> None:
    """Check the metadata of a file against what this version knows.

    Args:
        metadata: dict from the file's JSON; `noise` filled in where an earlier version left it out.

    Raises:
        RefusedError: naming the key, what was received and what was expected.
    """
    received = metadata.get("format")
    if type(received) is not int or received not in FORMATS:
        formats = " and ".join(map(str, FORMATS))
        raise rules.RefusedError(
            f"saved-model format {rules.shown(received)}; this version reads {formats}"
        )
    known = {key: value for key, value in metadata.items() if key in {**_METADATA, **_TOLD}}
    check(known, {**_METADATA, **_TOLD}, "its metadata")
    if metadata["height"] * metadata["width"] > MAX_PIXELS:
        raise rules.RefusedError(
            f"its metadata: {metadata['height']}×{metadata['width']} pixels; a model has at most "
            f"{MAX_PIXELS:,}"
        )
    space = metadata["color_space"]
    check(metadata["noise"], _NOISE, "the noise of its metadata", exact=True)
    check(space, _COLOR_SPACE, "the color space of its metadata", exact=True)
    if not space["name"].startswith(f"{space['family']}_"):
        raise rules.RefusedError(
            f"the color space {rules.shown(space['name'])} of its metadata is not of the family "
            f"{space['family']}"
        )
    if has_integrity(metadata):
        integrity = metadata.get("integrity")
        check(integrity, _INTEGRITY, "the integrity of its metadata", exact=True)


def has_integrity(metadata: dict[str, Any]) -> bool:
    """Whether checked metadata hold a checksum and a probe: since format 2."""
    return bool(metadata["format"] > 1)
