"""Protocols: one hash per way of measuring, strict records, differences by name."""

import subprocess
import sys
from dataclasses import fields, replace

import pytest

from colorkeras.metrics.protocol import Protocol

PROTOCOL = Protocol(data="0123456789ab", num_images=100, height=160, width=256)


def test_hash_is_stable():
    assert PROTOCOL.hash == "8ba2821d2c75"
    assert Protocol.from_dict(PROTOCOL.to_dict()).hash == PROTOCOL.hash
    assert replace(PROTOCOL, threshold=10).hash == PROTOCOL.hash


def test_every_field_changes_the_hash_and_is_named():
    other_values = {
        "split": "val",
        "resize": "stretch",
        "gamut": "desaturate",
        "chroma": "CIELAB ab, D50",
        "aggregation": "pooled pixels",
        "data": "other",
    }
    for field in fields(Protocol):
        value = getattr(PROTOCOL, field.name)
        if field.name in ("kernel", "quantize"):  # one choice only, so far
            continue
        other = replace(PROTOCOL, **{field.name: other_values.get(field.name) or value + 1})
        assert other.hash != PROTOCOL.hash
        assert len(PROTOCOL.differences(other)) == 1
        assert PROTOCOL.differences(other)[0].startswith(f"{field.name}: {value} against ")


def test_differences_reads_as_a_sentence():
    assert PROTOCOL.differences(PROTOCOL) == []
    other = replace(PROTOCOL, height=64, width=64)
    assert PROTOCOL.differences(other) == ["height: 160 against 64", "width: 256 against 64"]


def test_dict_round_trip():
    assert PROTOCOL.to_dict()["format"] == 1
    assert Protocol.from_dict(PROTOCOL.to_dict()) == PROTOCOL


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 2}, "format 2: expected 1"),
        ({"crop": True}, r"keys .*'crop'.*: expected"),
        ({"resize": "pad"}, r"resize 'pad': expected one of"),
        ({"height": "160"}, "height '160': expected int"),
        ({"width": 0}, "width 0: expected a positive number"),
        ({"threshold": float("nan")}, "threshold nan: expected a positive number"),
    ],
)
def test_from_dict_is_strict(change, message):
    with pytest.raises(ValueError, match=message):
        Protocol.from_dict(PROTOCOL.to_dict() | change)


def test_from_dict_names_missing_keys():
    data = PROTOCOL.to_dict()
    del data["height"]
    with pytest.raises(ValueError, match=r"expected .*'height'"):
        Protocol.from_dict(data)


def test_importing_the_protocol_loads_no_deep_learning_library():
    code = (
        "import sys, colorkeras.metrics.protocol\n"
        "sys.exit(any(name in sys.modules for name in ('keras', 'tensorflow', 'numpy')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
