"""What of a photograph's metadata a file format can hold, and what is told to be lost."""

from dataclasses import replace

from colorkeras.photos.metadata import exif
from colorkeras.photos.metadata.metadata import Metadata
from colorkeras.photos.metadata.tiff_store import stored
from colorkeras.photos.metadata.tiff_structure import (
    ASCII,
    EXIF,
    MAKER_NOTE,
    UNDEFINED,
    Directory,
    Structure,
    Value,
    read_structure,
)

SEGMENT = 65_533  # bytes of one segment of a JPEG, without its marker and length
EXIF_PREFIX, PHOTOSHOP_BYTES = b"Exif\0\0", 14 + 12
# PNG's keywords (PNG standard, 11.3.3) that Exif has a tag for.
_TAGS = {
    "Title": exif.DOCUMENT_NAME,
    "Description": exif.DESCRIPTION,
    "Author": exif.ARTIST,
    "Copyright": exif.COPYRIGHT,
    "Software": exif.SOFTWARE,
}
_COMMENT = "Comment"
_COMMENT_BYTES = 60_000  # of a JPEG's comment, which has the mark too
_NAMES = {"png": "PNG", "jpg": "JPEG", "tiff": "TIFF", "webp": "WebP"}


def fitting(metadata: Metadata, form: str) -> Metadata:
    """What a file format can hold of some metadata; `lost` names the rest.

    Args:
        metadata: of a photograph.
        form: a key of `FORMATS`.
    """
    if form == "png":
        return metadata
    metadata = _without_texts(metadata, form)
    if form == "webp":
        return _for_webp(metadata)
    return _for_jpeg(metadata) if form == "jpg" else metadata


def _without_texts(metadata: Metadata, form: str) -> Metadata:
    """Texts become tags of Exif where these are free; JPEG has a place for comments."""
    structure = _structure(metadata)
    main, left, lost = dict(structure.tags), [], []
    for keyword, text in metadata.texts:
        tag = _TAGS.get(keyword)
        if form == "jpg" and keyword == _COMMENT:
            left.append((keyword, text))
        elif keyword == _COMMENT:
            details = main.get(EXIF, {})
            if isinstance(details, Value) or exif.USER_COMMENT in details:
                lost.append(keyword)
            else:
                main[EXIF] = {**details, exif.USER_COMMENT: _comment(structure.order, text)}
        elif tag is None or tag in main:
            lost.append(keyword)
        else:
            main[tag] = Value(ASCII, text.replace("\0", " ").encode("utf-8", "replace") + b"\0")
    return replace(
        metadata,
        exif=_bytes(metadata, structure, main),
        texts=tuple(left),
        lost=metadata.lost + _no_place(lost, form),
    )


def _no_place(keywords: list[str], form: str) -> tuple[str, ...]:
    if not keywords:
        return ()
    names = ", ".join(sorted({keyword[:79] for keyword in keywords}))
    return (f"text {names}: {_NAMES[form]} has no place left for it",)


def _comment(order: str, text: str) -> Value:
    """A UserComment with its character code before it."""
    if text.isascii():
        return Value(UNDEFINED, b"ASCII\0\0\0" + text.encode())
    encoding = "utf-16-le" if order == "<" else "utf-16-be"
    return Value(UNDEFINED, b"UNICODE\0" + text.encode(encoding, "replace"))


def _for_webp(metadata: Metadata) -> Metadata:
    """WebP has no place for IPTC; resolution stands in Exif."""
    structure = _structure(metadata)
    if metadata.dpi and not exif.is_near(exif.dpi(structure), metadata.dpi):
        structure = exif.with_dpi(structure, metadata.dpi)
        metadata = replace(metadata, exif=stored(structure))
    if metadata.iptc is None:
        return metadata
    lost = (*metadata.lost, "IPTC: WebP has no place for it")
    return replace(metadata, iptc=None, lost=lost)


def _for_jpeg(metadata: Metadata) -> Metadata:
    """Exif of JPEG has to be in one segment, and so has IPTC here."""
    lost = list(metadata.lost)
    if metadata.iptc and len(metadata.iptc) + PHOTOSHOP_BYTES > SEGMENT:
        metadata = replace(metadata, iptc=None)
        lost.append("IPTC: longer than JPEG allows")
    if sum(len(text.encode("utf-8", "replace")) for _, text in metadata.texts) > _COMMENT_BYTES:
        metadata = replace(metadata, texts=())
        lost.append("text Comment: longer than JPEG allows")
    most = SEGMENT - len(EXIF_PREFIX)
    if metadata.exif and len(metadata.exif) > most:
        data, dropped = _shortened(_structure(metadata), most)
        metadata = replace(metadata, exif=data)
        lost += [f"{name}: longer than JPEG allows" for name in dropped]
    return replace(metadata, lost=tuple(lost))


def _shortened(structure: Structure, most: int) -> tuple[bytes, list[str]]:
    """A structure of at most so many bytes, and the names of what it lacks for that."""
    tags, dropped = structure.tags, []
    while len(data := stored(replace(structure, tags=tags), keeps_place=False)) > most:
        details = tags.get(EXIF, {})
        if isinstance(details, dict) and MAKER_NOTE in details:
            tags = {**tags, EXIF: _others(details, MAKER_NOTE)}
            dropped.append("maker note")
            continue
        tag = max(tags, key=lambda tag: _size(tags[tag]))
        if tag == EXIF and isinstance(details, dict) and len(details) > 1:
            tag = max(details, key=lambda tag: _size(details[tag]))
            tags = {**tags, EXIF: _others(details, tag)}
        else:
            tags = _others(tags, tag)
        dropped.append(f"EXIF tag {tag:#06x}")
    return data, dropped


def _others(tags: Directory, dropped: int) -> Directory:
    return {tag: value for tag, value in tags.items() if tag != dropped}


def _size(value: Value | Directory) -> int:
    return sum(map(_size, value.values())) if isinstance(value, dict) else len(value.data)


def _structure(metadata: Metadata) -> Structure:
    return read_structure(metadata.exif) if metadata.exif else Structure("<", {})


def _bytes(metadata: Metadata, before: Structure, main: Directory) -> bytes | None:
    return metadata.exif if main == before.tags else stored(replace(before, tags=main))
