"""The protocols under which runs were measured: a column or a row for each."""

from colorkeras.report.comparison import ProtocolGroup, differing_fields
from colorkeras.report.document import MISSING, Block, Heading, Paragraph, Table
from colorkeras.report.stored_runs import Value

MOST_COLUMNS = 4  # protocols in columns; more are rows
FIELD_WORDS = {
    "split": "split",
    "data": "data (hash of the image list)",
    "num_images": "images",
    "height": "height (px)",
    "width": "width (px)",
    "resize": "resizing",
    "kernel": "resampling kernel",
    "gamut": "out-of-gamut colors",
    "quantize": "quantized to",
    "chroma": "chroma space",
    "threshold": "threshold of the threshold error",
    "aggregation": "aggregation",
    "metrics_version": "metrics version",
    "format": "protocol format version",
}


def protocol_blocks(groups: list[ProtocolGroup]) -> list[Block]:
    """The section about the protocols: their fields, and how they differ."""
    known = dict.fromkeys(key for group in groups for key in group.fields)
    keys = sorted(known, key=lambda key: [*FIELD_WORDS, key].index(key))
    tables = _protocol_columns(groups, keys)
    if len(groups) > MOST_COLUMNS:
        tables = _protocol_rows(groups, keys)
    blocks: list[Block] = [Heading("Measurement protocol"), *tables]
    if len(groups) > 1:
        blocks.append(Paragraph(_difference(groups)))
    unrecorded = [group.hash for group in groups if not group.fields]
    if unrecorded:
        names = ", ".join(unrecorded)
        blocks.append(Paragraph(f"Only the hash of this protocol was recorded: {names}."))
    return blocks


def _protocol_columns(groups: list[ProtocolGroup], keys: list[str]) -> list[Table]:
    """One table with a column for each protocol."""
    columns = ["Protocol", *(group.hash for group in groups)]
    rows = [
        [FIELD_WORDS.get(key, key), *(_field(group.fields.get(key)) for group in groups)]
        for key in keys
    ]
    rows.append(["runs", *(str(len(group.entries)) for group in groups)])
    return [Table(columns, rows, num_text=99)]


def _protocol_rows(groups: list[ProtocolGroup], keys: list[str]) -> list[Table]:
    """A table of the fields that all protocols share, then one with a row for each protocol."""
    differing = differing_fields(groups)
    shared = [
        [FIELD_WORDS.get(key, key), _field(groups[0].fields.get(key))]
        for key in keys
        if key not in differing
    ]
    rows = [
        [group.hash, *(_field(group.fields.get(key)) for key in differing), str(len(group.entries))]
        for group in groups
    ]
    columns = ["Protocol", *(FIELD_WORDS.get(key, key) for key in differing), "runs"]
    return [
        Table(["All protocols", ""], shared, num_text=99),
        Table(columns, rows, num_text=99),
    ]


def _difference(groups: list[ProtocolGroup]) -> str:
    text = f"{len(groups)} protocols: numbers from different tables cannot be compared."
    if len(groups) > MOST_COLUMNS:
        return text
    fields = []
    for key in differing_fields(groups):
        values = dict.fromkeys(_field(group.fields.get(key)) for group in groups if group.fields)
        fields.append(f"{key}: {' or '.join(values)}")
    return f"{text} They differ in {'; '.join(fields)}." if fields else text


def _field(value: Value) -> str:
    """The value of a field; of a long hash, the start."""
    if value is None:
        return MISSING
    text = str(value)
    return text if len(text) < 64 or " " in text else f"{text[:12]}…"
