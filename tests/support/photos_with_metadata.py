"""Photographs with metadata of every kind, made by Pillow, and what is expected of results."""

import io
import struct

import numpy as np
from PIL import ExifTags, Image, PngImagePlugin, TiffImagePlugin
from PIL.TiffImagePlugin import IFDRational

WIDTH, HEIGHT = 24, 16  # as stored; orientation 6 turns them
COPYRIGHT = "© 1931 Größe & Söhne"
GPS = {1: "N", 2: (52.0, 30.0, 59.5), 3: "E", 4: (13.0, 22.0, 40.0), 29: "1931:12:15"}
DATE, MAKER_NOTE = "1931:12:15 10:30:00", b"Maker\0\1\2\3" * 20
COMMENT = b"UNICODE\0" + "Straße №5".encode("utf-16-be")  # Pillow writes big-endian Exif here
IPTC = b"\x1c\x01\x5a\x00\x03\x1b%G" + b"\x1c\x02\x50\x00\x0b" + "Jörg Müll".encode()
XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="uuid:1" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 tiff:Orientation="6" xmp:Rating='4'>
 <dc:title><rdf:Alt><rdf:li xml:lang="x-default">Fähre im Hafen, 東京</rdf:li></rdf:Alt></dc:title>
 <xmp:Thumbnails><rdf:Alt><rdf:li>AAAA</rdf:li></rdf:Alt></xmp:Thumbnails>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>""".encode()


def exif(**more):
    """Exif as Pillow has it, in big-endian order, for orientation 6."""
    result = Image.Exif()
    result.endian = ">"
    result[ExifTags.Base.Orientation] = 6
    result[ExifTags.Base.Make], result[ExifTags.Base.Model] = "Leica", "I"
    result[ExifTags.Base.XResolution] = IFDRational(300)
    result[ExifTags.Base.YResolution] = IFDRational(150)
    result[ExifTags.Base.ResolutionUnit] = 2
    result[ExifTags.Base.Copyright] = COPYRIGHT.encode()
    result[ExifTags.Base.Compression] = 6
    details = result.get_ifd(ExifTags.IFD.Exif)
    details[ExifTags.Base.DateTimeOriginal] = DATE
    details[ExifTags.Base.UserComment] = COMMENT
    details[ExifTags.Base.MakerNote] = MAKER_NOTE
    details[ExifTags.Base.ExposureTime] = IFDRational(1, 250)
    details[ExifTags.Base.ColorSpace] = 0xFFFF
    details[ExifTags.Base.ExifImageWidth] = WIDTH
    details[ExifTags.Base.ExifImageHeight] = HEIGHT
    details[ExifTags.IFD.Interop] = {1: "R03", 2: b"0100"}
    result.get_ifd(ExifTags.IFD.GPSInfo).update(GPS)
    for tag, value in more.items():
        details[ExifTags.Base[tag]] = value
    return result


def pixels(channels=3, depth=8, height=HEIGHT, width=WIDTH):
    random = np.random.default_rng(height)
    return random.integers(0, 2**depth, (height, width, channels), dtype=f"uint{depth}")


def jpeg(**options):
    """A JPEG with everything: Exif, XMP, IPTC among Photoshop's resources, two comments, JFIF."""
    data = saved("JPEG", **{"exif": exif(), "xmp": XMP, "dpi": (300, 150), **options})
    resources = b"8BIM\x03\xed\0\0\0\0\0\2\0\0" + b"8BIM\x04\x04\0\0" + struct.pack(">I", len(IPTC))
    return with_segments(
        data,
        (0xED, b"Photoshop 3.0\0" + resources + IPTC + bytes(len(IPTC) % 2)),
        (0xFE, "Größe".encode()),
        (0xFE, b"second\0"),
    )


def with_segments(data, *segments):
    """A JPEG with more segments after its first one."""
    end = 4 + int.from_bytes(data[4:6], "big")
    parts = [struct.pack(">BBH", 255, marker, len(c) + 2) + c for marker, c in segments]
    return data[:end] + b"".join(parts) + data[end:]


def png(**options):
    """A PNG with everything; its IPTC is as ImageMagick writes it."""
    text = PngImagePlugin.PngInfo()
    text.add_text("Title", "A ferry")
    text.add_itxt("Author", "東京")
    text.add_text("Long", "x" * 3000, zip=True)
    text.add_itxt("XML:com.adobe.xmp", XMP.decode())
    digits = IPTC.hex()
    text.add_text("Raw profile type iptc", f"\niptc\n{len(IPTC):8}\n{digits}\n", zip=True)
    return saved("PNG", pnginfo=text, **{"exif": exif(), "dpi": (300, 150), **options})


def webp():
    return saved("WEBP", exif=exif(), xmp=XMP)


def gif():
    return saved("GIF", comment=b"a ferry")


def tiff(**tags):
    """A TIFF with everything, of 118.11 pixels per cm across and half of that down."""
    info = TiffImagePlugin.ImageFileDirectory_v2()
    info[274] = 6
    info[269], info[285], info[270] = "Album", "Page 3", "A ferry"
    info[33432] = COPYRIGHT.encode()
    info.tagtype[33432] = 2
    info[282], info[283], info[296] = IFDRational(11811, 100), IFDRational(11811, 200), 3
    info[700], info[33723] = XMP, IPTC
    info.tagtype[700], info.tagtype[33723] = 1, 7
    original = exif()
    details = original.get_ifd(ExifTags.IFD.Exif)
    info[34665], info[34853] = dict(details), dict(original.get_ifd(ExifTags.IFD.GPSInfo))
    return saved("TIFF", tiffinfo=info, **tags)


def saved(kind, **options):
    stream = io.BytesIO()
    Image.fromarray(pixels()).save(stream, kind, **options)
    return stream.getvalue()
