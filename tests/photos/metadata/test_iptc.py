"""IPTC records, alone and among Photoshop's resources."""

import struct

import photos_with_metadata as samples
import pytest

from colorkeras.photos.metadata.iptc import as_photoshop, of_photoshop, records

LONG = b"\x1c\x02\x78\x80\x04" + struct.pack(">I", 40_000) + bytes(40_000)  # a caption


@pytest.mark.parametrize("data", [samples.IPTC, LONG, samples.IPTC + LONG])
def test_whole_records(data):
    assert records(data) == (data, True)
    assert records(data + bytes(3)) == (data, True)
    assert of_photoshop(as_photoshop(data)) == data


def test_records_in_the_wrong_byte_order():
    padded = samples.IPTC + bytes(-len(samples.IPTC) % 4)
    turned = b"".join(padded[at : at + 4][::-1] for at in range(0, len(padded), 4))
    assert records(turned) == (samples.IPTC, True)


@pytest.mark.parametrize(
    ("data", "kept"),
    [
        (b"", b""),
        (b"nonsense", b""),
        (samples.IPTC[:-1], samples.IPTC[:8]),
        (samples.IPTC + b"\x1c\x02", samples.IPTC),
        (b"\x1c\x02\x78\xff\xff", b""),
    ],
)
def test_damaged_records(data, kept):
    assert records(data) == (kept, not data)


def test_other_resources():
    named = b"8BIM\x04\x22\x05names\0\0\0\x03abc\0"[:12] + struct.pack(">I", 3) + b"abc\0"
    assert of_photoshop(named + as_photoshop(samples.IPTC)) == samples.IPTC
    for damaged in (b"", b"8BIM", b"8BIM\x04\x04\0\0\0", named, named[:-3], b"x" * 20):
        assert of_photoshop(damaged) in (None, b"")
