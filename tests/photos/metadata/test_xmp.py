"""XMP is changed in places: what is around them stays as it is, byte by byte."""

import photos_with_metadata as samples
import pytest

from colorkeras.photos.metadata import xmp
from colorkeras.photos.metadata.xmp_packet import DamagedPacket, parsed

FACTS = {"experiment": "tiny", "run": "first"}
RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
TIFF, DC = "http://ns.adobe.com/tiff/1.0/", "http://purl.org/dc/elements/1.1/"


def packet(inside, attributes=""):
    description = f'<rdf:Description rdf:about="" {attributes}>{inside}</rdf:Description>'
    return f"<rdf:RDF {RDF}>{description}</rdf:RDF>".encode()


def names(data):
    return sorted(found.name[1] for found in parsed(data).properties)


def test_only_the_contradictions_are_cut_out():
    expected = samples.XMP.replace(b'\n tiff:Orientation="6"', b"")
    at, end = expected.index(b"<xmp:Thumb"), expected.index(b"</xmp:Thumbnails>") + 17
    assert xmp.cleaned(samples.XMP, 1) == (expected[:at] + expected[end:], ())


@pytest.mark.parametrize(
    ("inside", "attributes"),
    [
        ("<t:Orientation>6</t:Orientation>", f'xmlns:t="{TIFF}"'),
        ("<Orientation xmlns='http://ns.adobe.com/tiff/1.0/'>6</Orientation>", ""),
        ("<t:Orientation rdf:value='6'/>", f"xmlns:t = '{TIFF}'"),
        ("", f"xmlns:t='{TIFF}' t:Orientation = '>\"6'"),
        ("", f't:Orientation="6" xmlns:t="{TIFF}" t:ImageWidth="5"'),
    ],
)
def test_properties_in_every_form(inside, attributes):
    data = packet(f"{inside}<d:title xmlns:d='{DC}'>6</d:title>", attributes)
    assert names(xmp.cleaned(data, 1)[0]) == ["title"]
    assert b"Orientation" not in xmp.cleaned(data, 1)[0]


@pytest.mark.parametrize(
    "inside",
    [
        f"<x:Orientation xmlns:x='{DC}'>6</x:Orientation>",
        f"<d:x xmlns:d='{DC}' rdf:parseType='Resource'><t:Orientation>6</t:Orientation></d:x>",
        "<!-- <t:Orientation>6</t:Orientation> -->",
        f"<d:x xmlns:d='{DC}'><![CDATA[<t:Orientation>6</t:Orientation>]]></d:x>",
        f"<d:x xmlns:d='{DC}'>t:Orientation=&quot;6&quot;</d:x>",
    ],
)
def test_what_only_looks_like_a_property_stays(inside):
    data = packet(inside, f'xmlns:t="{TIFF}"')
    assert xmp.cleaned(data, 1)[0] == data


def test_sixteen_bits_and_filling():
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"):
        data = samples.XMP.decode().encode(encoding) + bytes(8)
        assert xmp.cleaned(data, 1) == xmp.cleaned(samples.XMP, 1)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<a/>",
        b"\xff\xfe<",
        samples.XMP[:-40].replace(b"</x:xmpmeta>", b""),
        b"<!DOCTYPE a [<!ENTITY b 'c'>]>" + packet("&b;"),
        b"<!DOCTYPE a SYSTEM 'http://localhost/x'>" + packet(""),
        packet("<a:b/>"),
        packet("<rdf:a/>" * 200_000),
        b"<!--" + b"x" * 2**24 + b"-->" + packet(""),
    ],
)
def test_damaged_and_hostile_packets(data):
    with pytest.raises(DamagedPacket):
        parsed(data)


def test_deep_packets_take_linear_time():
    deep = "<rdf:a>" * 100_000 + "</rdf:a>" * 100_000
    assert len(parsed(packet(deep)).properties) == 1


def test_the_mark_stands_beside_what_is_there():
    data = xmp.marked(samples.XMP, FACTS)
    at = samples.XMP.index(b"</rdf:RDF>")
    assert data.startswith(samples.XMP[:at])
    assert data.endswith(samples.XMP[at:])
    assert b'rdf:about="uuid:1"' in data[at:]
    assert names(data) == sorted(
        [*names(samples.XMP), "Description", "DigitalSourceType", "Result"]
    )


def test_the_mark_is_there_once():
    once = xmp.marked(samples.XMP, FACTS)
    assert names(xmp.marked(once, FACTS)) == names(once)
    namespace = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
    captured = packet("", f'xmlns:i="{namespace}" i:DigitalSourceType="digitalCapture"')
    assert names(xmp.marked(captured, FACTS)).count("DigitalSourceType") == 1


@pytest.mark.parametrize("data", [None, f"<r:RDF {RDF.replace('rdf', 'r', 1)}/>".encode()])
def test_the_mark_alone(data):
    marked = xmp.marked(data, {"run": "\x1b<&>\udcff", "experiment": "x"})
    assert names(marked) == ["Description", "DigitalSourceType", "Result"]
    assert "(x, run \ufffd&lt;&amp;&gt;?)" in marked.decode()


def test_an_extension_is_joined_with_the_namespaces_around_it():
    extension = (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/" xmlns:d="{DC}"><r:RDF xmlns:r="{RDF[11:-1]}">'
        '<r:Description r:about=""><d:source>here</d:source></r:Description>'
        '<r:Description r:about="" xmlns:d="urn:other"><d:b/></r:Description></r:RDF></x:xmpmeta>'
    ).encode()
    data = xmp.joined(packet("", f'xmlns:t="{TIFF}" t:Make="x"'), extension)
    found = {found.name for found in parsed(data).properties}
    assert found == {(TIFF, "Make"), (DC, "source"), ("urn:other", "b")}


def test_further_images_are_not_announced():
    camera = "http://ns.google.com/photos/1.0/camera/"
    data = packet("", f'xmlns:G="{camera}" G:MotionPhoto="1"')
    assert names(xmp.cleaned(data, 1)[0]) == []
