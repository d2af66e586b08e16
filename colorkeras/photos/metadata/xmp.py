"""XMP of a photograph → XMP that is true of its result, with the mark."""

import hashlib
import re
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from colorkeras.data.images.mark import mark_lines
from colorkeras.photos.metadata.xmp_packet import RDF, DamagedPacket, Name, Packet, parsed

_TIFF, _EXIF = "http://ns.adobe.com/tiff/1.0/", "http://ns.adobe.com/exif/1.0/"
_BASIC, _PHOTOSHOP = "http://ns.adobe.com/xap/1.0/", "http://ns.adobe.com/photoshop/1.0/"
_CAMERA_RAW = "http://ns.adobe.com/camera-raw-settings/1.0/"
_NOTE = "http://ns.adobe.com/xmp/note/"
_IPTC = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
_OURS = "urn:colorkeras:result:1.0/"
# IPTC NewsCodes, digital source type: partly made by a trained model.
_SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
_STORAGE = (
    "Orientation ImageWidth ImageLength BitsPerSample Compression PhotometricInterpretation "
    "SamplesPerPixel PlanarConfiguration YCbCrSubSampling YCbCrPositioning YCbCrCoefficients "
    "TransferFunction WhitePoint PrimaryChromaticities ReferenceBlackWhite NativeDigest"
)
_CONTRADICTING: frozenset[Name] = frozenset(
    [
        *((_TIFF, name) for name in _STORAGE.split()),
        *((_EXIF, name) for name in ("ColorSpace", "PixelXDimension", "PixelYDimension")),
        *((_EXIF, name) for name in ("ComponentsConfiguration", "Gamma", "NativeDigest")),
        *((_EXIF, name) for name in ("CompressedBitsPerPixel", "InteroperabilityIndex")),
        (_BASIC, "Thumbnails"),
        (_PHOTOSHOP, "ICCProfile"),
        (_PHOTOSHOP, "ColorMode"),
        (_CAMERA_RAW, "ConvertToGrayscale"),
        (_NOTE, "HasExtendedXMP"),
    ]
)
# What describes further images in the file, which results do not have.
_OTHER_IMAGES = (
    "http://ns.google.com/photos/1.0/container/",
    "http://ns.google.com/photos/1.0/camera/",
    "http://ns.google.com/photos/1.0/depthmap/",
    "http://ns.google.com/photos/1.0/image/",
    "http://ns.adobe.com/hdr-gain-map/1.0/",
)
# Places in the photograph before it was turned.
_REGIONS = (
    (_EXIF, "SubjectArea"),
    (_EXIF, "SubjectLocation"),
    ("http://www.metadataworkinggroup.com/schemas/regions/", "Regions"),
    ("http://ns.microsoft.com/photo/1.2/", "RegionInfo"),
)
_HEAD = b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
_TAIL = b'\n<?xpacket end="w"?>'


def cleaned(data: bytes, turned: int) -> tuple[bytes, tuple[str, ...]]:
    """A packet without what would contradict a result, and what else is lost.

    Args:
        data: as read.
        turned: the orientation of the photograph.

    Raises:
        DamagedPacket: when it cannot be read.
    """
    packet = parsed(data)
    regions = _REGIONS if turned > 1 else ()
    kept = without(packet, _CONTRADICTING.union(regions), _OTHER_IMAGES)
    has_regions = any(found.name in regions for found in packet.properties)
    return kept, ("XMP: regions, as the photograph was turned",) if has_regions else ()


def without(packet: Packet, names: frozenset[Name], namespaces: tuple[str, ...] = ()) -> bytes:
    """The packet without the properties that have these names or are of these namespaces."""
    data, end = bytearray(), 0
    for found in sorted(packet.properties, key=lambda found: found.start):
        if found.name in names or found.name[0] in namespaces:
            data += packet.data[end : found.start]
            end = found.end
    return bytes(data + packet.data[end:])


def marked(data: bytes | None, facts: dict[str, Any]) -> bytes:
    """A packet with the mark, in place of the digital source type that it may have.

    Args:
        data: the photograph's packet, cleaned; or None.
        facts: see `mark.mark_lines`.
    """
    if data is None:
        return _new(_description(facts, ""))
    packet = parsed(_unmarked(data))
    description = _description(facts, packet.about)
    if packet.inside is None:
        return _new(description)
    end = packet.inside[1]
    return packet.data[:end] + description + packet.data[end:]


def _new(description: bytes) -> bytes:
    start = f'<x:xmpmeta xmlns:x="adobe:ns:meta/">\n<rdf:RDF xmlns:rdf="{RDF}">\n'.encode()
    return _HEAD + start + description + b"</rdf:RDF>\n</x:xmpmeta>" + _TAIL


def _description(facts: dict[str, Any], about: str) -> bytes:
    sentence, line = mark_lines(facts)
    # In JSON these may be escapes, so that the line is JSON in XML too.
    for character in "&<>":
        line = line.replace(character, f"\\u{ord(character):04x}")
    sentence = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in sentence)
    return (
        f'<rdf:Description xmlns:rdf="{RDF}" rdf:about={quoteattr(about)}\n'
        f' xmlns:colorkeras="{_OURS}"\n xmlns:Iptc4xmpExt="{_IPTC}">\n'
        f"<colorkeras:Description>{escape(sentence)}</colorkeras:Description>\n"
        f"<colorkeras:Result>{line}</colorkeras:Result>\n"
        f"<Iptc4xmpExt:DigitalSourceType>{_SOURCE_TYPE}</Iptc4xmpExt:DigitalSourceType>\n"
        "</rdf:Description>\n"
    ).encode()


def joined(data: bytes, extension: bytes) -> bytes:
    """A packet of a JPEG with the properties of its extension.

    Raises:
        DamagedPacket: when one of them cannot be read.
    """
    packet, more = parsed(data), parsed(extension)
    if packet.inside is None or more.inside is None:
        raise DamagedPacket("no RDF")
    at = packet.inside[1]
    return packet.data[:at] + _descriptions(more, more.inside) + packet.data[at:]


def _descriptions(packet: Packet, inside: tuple[int, int]) -> bytes:
    """The descriptions of a packet; each declares the namespaces that are declared around it."""
    data, (end, last) = bytearray(), inside
    for start, tag_end in packet.descriptions:
        tag = packet.data[start:tag_end]
        name = re.match(rb"<[^\s/>]+", tag)
        at = start + len(name[0] if name else b"")
        data += packet.data[end:at]
        for prefix, uri in packet.namespaces.items():
            attribute = f"xmlns:{prefix}" if prefix else "xmlns"
            if not re.search(rb"\s" + re.escape(attribute.encode()) + rb"\s*=", tag):
                data += f" {attribute}={quoteattr(uri)}".encode()
        end = at
    return bytes(data + packet.data[end:last])


def in_two(data: bytes, facts: dict[str, Any] | None) -> tuple[bytes, bytes, str]:
    """A packet that is too long for one segment of a JPEG, as a short one and its extension.

    Args:
        data: the photograph's packet, cleaned.
        facts: for the mark in the short one; None for no mark.

    Returns:
        (the packet that names its extension, the extension, its name); see XMP specification, part
        3, 1.1.3.1.
    """
    packet = parsed(data if facts is None else _unmarked(data))
    extension = packet.data[slice(*packet.root)]
    name = hashlib.md5(extension, usedforsecurity=False).hexdigest().upper()
    short = _new(
        f'<rdf:Description rdf:about={quoteattr(packet.about)} xmlns:xmpNote="{_NOTE}"'
        f' xmpNote:HasExtendedXMP="{name}"/>\n'.encode()
    )
    return (short if facts is None else marked(short, facts)), extension, name


def _unmarked(data: bytes) -> bytes:
    """The packet without what the mark states."""
    return without(parsed(data), frozenset([(_IPTC, "DigitalSourceType")]), (_OURS,))
