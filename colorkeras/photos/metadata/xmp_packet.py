"""Where the parts of an XMP packet are, so that it can be changed without writing it anew.

expat parses it. It fetches nothing, and a packet with a document type, which could define entities,
is refused: XMP has none (ISO 16684-1, 7.1).
"""

import re
from dataclasses import dataclass, field
from xml.parsers import expat

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_MOST_BYTES, _MOST_ELEMENTS = 2**24, 200_000
_ENCODINGS = {
    b"\xff\xfe": "utf-16-le",
    b"\xfe\xff": "utf-16-be",
    b"<\0": "utf-16-le",
    b"\0<": "utf-16-be",
}
_TAG = re.compile(rb"""<(?:[^"'>]|"[^"]*"|'[^']*')*>""")
_ATTRIBUTE = re.compile(rb"""\s+([^\s=]+)\s*=\s*("[^"]*"|'[^']*')""")

Name = tuple[str, str]  # namespace and local name


class DamagedPacket(Exception):  # noqa: N818 - it describes bytes, as `UnusableImage` does
    """Bytes that are not an XMP packet."""


@dataclass(frozen=True)
class Property:
    """A property: an element, or an attribute of a description.

    Attributes:
        name: of it.
        start, end: where its bytes are.
    """

    name: Name
    start: int
    end: int


@dataclass
class Packet:
    """A packet and where its parts are.

    Attributes:
        data: UTF-8.
        about: what all its descriptions are about.
        descriptions: where the start tag of each begins and ends.
        properties: at the top level.
        root: where the outermost element begins and ends.
        inside: where the content of `rdf:RDF` begins and ends; None where it is an empty tag.
        namespaces: prefix and namespace of each that is known inside of `rdf:RDF`.
    """

    data: bytes
    about: str = ""
    descriptions: list[tuple[int, int]] = field(default_factory=list)
    properties: list[Property] = field(default_factory=list)
    root: tuple[int, int] = (0, 0)
    inside: tuple[int, int] | None = None
    namespaces: dict[str, str] = field(default_factory=dict)


def parsed(data: bytes) -> Packet:
    """Find the parts of a packet.

    Args:
        data: a packet, in UTF-8 or UTF-16.

    Raises:
        DamagedPacket: when it is too long, or not well-formed, or has no RDF.
    """
    data = _utf8(data)
    if len(data) > _MOST_BYTES:
        raise DamagedPacket("too long")
    scan = _Scan(data)
    try:
        scan.parser.Parse(data, True)
    except (expat.ExpatError, ValueError) as error:
        raise DamagedPacket(str(error)) from error
    if not scan.has_rdf:
        raise DamagedPacket("no RDF")
    return scan.packet


def _utf8(data: bytes) -> bytes:
    data = data.removeprefix(b"\xef\xbb\xbf")
    encoding = _ENCODINGS.get(data[:2], "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise DamagedPacket(str(error)) from error
    return text.strip("\0 \t\r\n\ufeff").encode()


class _Scan:
    """What expat reports, as a packet."""

    def __init__(self, data: bytes) -> None:
        self.packet, self.has_rdf = Packet(data), False
        self._depth, self._count = 0, 0  # of rdf:RDF, and of elements
        self._open: list[tuple[Name, int, re.Match[bytes]]] = []
        self._prefixes: dict[str, list[str]] = {}
        self.parser = parser = expat.ParserCreate("utf-8", " ")
        parser.StartDoctypeDeclHandler = self._refuse
        parser.StartNamespaceDeclHandler = self._declare
        parser.EndNamespaceDeclHandler = self._forget
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end

    def _refuse(self, *_: object) -> None:
        raise DamagedPacket("a document type")

    def _declare(self, prefix: str | None, uri: str | None) -> None:
        self._prefixes.setdefault(prefix or "", []).append(uri or "")

    def _forget(self, prefix: str | None) -> None:
        self._prefixes[prefix or ""].pop()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        at, data = self.parser.CurrentByteIndex, self.packet.data
        tag = _TAG.match(data, at)
        self._count += 1
        if tag is None or self._count > _MOST_ELEMENTS:
            raise DamagedPacket("an element without a tag, or too many")
        self._open.append((_split(name), at, tag))
        if self._open[-1][0] == (RDF, "RDF") and not self.has_rdf:
            self.has_rdf, self._depth = True, len(self._open)
            self.packet.namespaces = {p: uris[-1] for p, uris in self._prefixes.items() if uris}
        elif self.has_rdf and len(self._open) == self._depth + 1:
            self.packet.descriptions.append(tag.span())
            about = attributes.get(f"{RDF} about", attributes.get("about", ""))
            self.packet.about = self.packet.about or about
            self._add_attributes(tag)

    def _add_attributes(self, tag: re.Match[bytes]) -> None:
        for found in _ATTRIBUTE.finditer(self.packet.data, tag.start(), tag.end()):
            prefix, colon, local = found[1].decode().partition(":")
            uris = self._prefixes.get(prefix)
            if colon and prefix != "xmlns" and uris and uris[-1] != RDF:
                name = (uris[-1], local)
                self.packet.properties.append(Property(name, found.start(), found.end()))

    def _end(self, _: str) -> None:
        name, start, tag = self._open.pop()
        at, data = self.parser.CurrentByteIndex, self.packet.data
        is_empty = tag[0].endswith(b"/>")
        end = tag.end() if is_empty else data.index(b">", at) + 1
        if not self._open:
            self.packet.root = (start, end)
        if not self.has_rdf:
            return
        if len(self._open) == self._depth + 1:
            self.packet.properties.append(Property(name, start, end))
        elif len(self._open) == self._depth - 1 and name == (RDF, "RDF") and not is_empty:
            self.packet.inside = (tag.end(), at)


def _split(name: str) -> Name:
    uri, _, local = name.rpartition(" ")
    return uri, local
