"""The metadata chunks of a PNG, also those after its pixels, which Pillow reads only with these."""

import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

from colorkeras.data.images.png import SIGNATURE

XMP_KEYWORD = "XML:com.adobe.xmp"
_RAW_PROFILE = "Raw profile type "  # of ImageMagick: a length, and hexadecimal digits
_KINDS = (b"eXIf", b"tEXt", b"zTXt", b"iTXt")
_MOST_BYTES = 2**24  # of one chunk, and of all texts together once inflated


@dataclass
class PngTexts:
    """What the chunks say.

    Attributes:
        exif: of eXIf; None without one.
        texts: (keyword, text) of the others.
        raw: name → content of the raw profiles, such as "exif" and "iptc".
        lost: what was dropped and why.
    """

    exif: bytes | None = None
    texts: list[tuple[str, str]] = field(default_factory=list)
    raw: dict[str, bytes] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)


def read_texts(stream: IO[bytes]) -> PngTexts:
    """Read the chunks of a PNG.

    Args:
        stream: the file; its position afterwards is undefined.
    """
    found, left = PngTexts(), _MOST_BYTES
    for kind, content in _chunks(stream):
        if content is None:
            found.lost.append(f"{kind.decode()} of the PNG: damaged or too long")
            continue
        if kind == b"eXIf":
            found.exif = found.exif or content
            continue
        keyword = content.partition(b"\0")[0].decode("latin-1")
        try:
            text = _text(kind, content, left)
        except (ValueError, zlib.error):
            found.lost.append(f"text {keyword[:79]!r}: damaged or too long")
            continue
        left -= len(text)
        if not keyword.startswith(_RAW_PROFILE):
            found.texts.append((keyword, text))
        elif (raw := _raw_profile(text)) is not None:
            found.raw[keyword.removeprefix(_RAW_PROFILE)] = raw
        else:
            found.lost.append(f"{keyword!r}: damaged")
    return found


def raw_profile(name: str, data: bytes) -> tuple[str, str]:
    """(keyword, text) of a raw profile, as ImageMagick writes it."""
    digits = data.hex()
    lines = [digits[at : at + 72] for at in range(0, len(digits), 72)]
    return _RAW_PROFILE + name, "\n".join(["", name, f"{len(data):8}", *lines, ""])


def text_chunk(keyword: str, text: str) -> tuple[bytes, bytes]:
    """(kind, content) of the chunk for a text: tEXt where Latin-1 has all its characters."""
    key = keyword.encode("latin-1", "replace")[:79] or b"Comment"
    text = text.replace("\0", " ")
    try:
        content = text.encode("latin-1")
    except UnicodeEncodeError:
        return b"iTXt", key + b"\0\0\0\0\0" + text.encode("utf-8", "replace")
    if len(content) > 1000 or keyword.startswith(_RAW_PROFILE):
        return b"zTXt", key + b"\0\0" + zlib.compress(content)
    return b"tEXt", key + b"\0" + content


def xmp_chunk(packet: bytes) -> tuple[bytes, bytes]:
    """(kind, content) of the chunk for XMP."""
    return b"iTXt", XMP_KEYWORD.encode() + b"\0\0\0\0\0" + packet


def _chunks(stream: IO[bytes]) -> Iterator[tuple[bytes, bytes | None]]:
    """(kind, content) of each metadata chunk; None for one that is damaged or too long."""
    stream.seek(len(SIGNATURE))
    while len(start := stream.read(8)) == 8:
        length, kind = struct.unpack(">I4s", start)
        if kind == b"IEND":
            return
        if kind not in _KINDS or length > _MOST_BYTES:
            stream.seek(length + 4, os.SEEK_CUR)
            if kind in _KINDS:
                yield kind, None
            continue
        content, checksum = stream.read(length), stream.read(4)
        is_right = checksum == struct.pack(">I", zlib.crc32(content, zlib.crc32(kind)))
        yield kind, content if is_right else None


def _text(kind: bytes, content: bytes, most: int) -> str:
    """The text of a chunk.

    Raises:
        ValueError: when it is damaged, or has more than `most` bytes.
        zlib.error: when its compressed data are damaged.
    """
    _, _, rest = content.partition(b"\0")
    if kind == b"tEXt":
        return rest[:most].decode("latin-1")
    if kind == b"zTXt":
        return _inflated(rest[1:], most).decode("latin-1")
    is_compressed = rest[:1] == b"\1"
    _, _, text = rest[2:].split(b"\0", 2)  # language, translated keyword
    return (_inflated(text, most) if is_compressed else text).decode()


def _inflated(data: bytes, most: int) -> bytes:
    inflater = zlib.decompressobj()
    text = inflater.decompress(data, max(1, most))
    if not inflater.eof:
        raise ValueError("too long or truncated")
    return text


def _raw_profile(text: str) -> bytes | None:
    """The content of a raw profile; None where it is damaged."""
    lines = text.strip().splitlines()
    try:
        return bytes.fromhex("".join(lines[2:]))[: int(lines[1])]
    except (IndexError, ValueError):
        return None
