"""The model card: a page for people, of the record of a published model and a text by hand."""

from collections.abc import Iterator
from typing import Any

from colorkeras.report.shown_metrics import SHOWN_METRICS, Metric

MEGABYTE = 10**6
_MISSING = "–"


def card(record: dict[str, Any], by_hand: str) -> str:
    """Write the card; every number in it is one of the record.

    Args:
        record: of the model.
        by_hand: what the record cannot say, such as what the model is bad at, in Markdown with
            headings from level 2; may be empty.

    Returns:
        Markdown text.
    """
    parts = [_head(record), _data(record), _cost(record), *map(_metrics, record["metrics"])]
    if len(record["seeds"]) > 1:
        parts.append(_seeds(record["seeds"]))
    parts += [by_hand.strip()] if by_hand.strip() else []
    return "\n\n".join([*parts, _origin(record)]) + "\n"


def _head(record: dict[str, Any]) -> str:
    name, apart = record["name"], record["rounding"]
    size = f"{record['bytes'] / MEGABYTE:.1f} MB"
    return (
        f"# {name}\n\n{record['title']}. Colors are a guess of the model: plausible, not "
        f"historical fact.\n\n```\ncolorkeras colorize --model {name} PHOTO -o OUT\n```\n\n"
        f"- **File**: `{name}.h5`, {size}, SHA-256 `{record['sha256']}`\n"
        f"- **Licence of the weights**: {record['licence']}\n"
        f"- **Input**: luminance at {record['height']}×{record['width']} pixels; the chroma is "
        "enlarged to the size of the image\n"
        f"- **Trainable parameters**: {_parameters(record)}\n"
        f"- **Rounding**: kernels have {apart['mantissa_bits']} bits of mantissa. On "
        f"{apart['images']} fixed images the colors differ from those of the unrounded weights by "
        f"{apart['mean']:.3f} of 255 levels on average, {apart['largest']:.1f} at most."
    )


def _parameters(record: dict[str, Any]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in record["parameters"].items())


def _data(record: dict[str, Any]) -> str:
    data, domain = record["data"], record["domain"]
    text = (
        f"## Training data\n\n{domain[:1].upper()}{domain[1:]}. Training {data['train']:,}, "
        f"validation {data['val']:,}, test {data['test']:,} images; SHA-256 of the manifest "
        f"`{data['manifest']}`."
    )
    if not data["licences"]:
        return text
    rows = [
        f"| {_cell(x['source'])} | {x['images']:,} | {_cell(x['licence'])} |"
        for x in data["licences"]
    ]
    head = "| source | training images | licence, as the source states it |\n|---|---:|---|"
    return "\n".join([text, "", head, *rows])


def _cost(record: dict[str, Any]) -> str:
    cost = record["cost"]
    machine = ", ".join(cost["gpus"]) or f"{cost['cpu']}, {cost['cores']} cores, no GPU"
    return (
        f"## Cost\n\n{cost['seconds']:,.0f} seconds, of which training "
        f"{cost['train_seconds']:,.0f}, for {_count(cost['images_seen'])} images seen (with "
        f"repetition). Trained on {machine}."
    )


def _metrics(measured: dict[str, Any]) -> str:
    rows = list(_metric_rows(measured["values"]))
    return "\n".join(
        [
            f"## Measured on {measured['data']}, {measured['split']}: {measured['images']:,} "
            "images\n",
            "Means over the images (of the colorfulness ratio, the ratio of the means); in "
            "brackets 95 % intervals (paired bootstrap over the images). "
            f"Protocol `{measured['protocol']}`.\n",
            "| metric | model | grey | mean chroma | model − grey | model − mean chroma |",
            "|---|---:|---:|---:|---:|---:|",
            *rows,
        ]
    )


def _metric_rows(values: dict[str, Any]) -> Iterator[str]:
    for metric in SHOWN_METRICS:
        if found := values.get(metric.key):
            cells = [
                f"{metric.format(found['model'])} {_interval(metric, found['interval'])}",
                *(metric.format(found.get(method)) for method in ("grey", "mean_chroma")),
                *(_over(metric, found.get(f"over_{name}")) for name in ("grey", "mean_chroma")),
            ]
            yield f"| {metric.heading} | {' | '.join(cells)} |"


def _over(metric: Metric, over: list[float] | None) -> str:
    if over is None:
        return _MISSING
    return f"{over[0]:+.{metric.decimals}f} {_interval(metric, over[1:], '+')}"


def _interval(metric: Metric, ends: list[float], sign: str = "") -> str:
    low, high = (f"{end:{sign}.{metric.decimals}f}" for end in ends)
    return f"[{low}, {high}]"


def _seeds(seeds: list[dict[str, Any]]) -> str:
    rows = [
        f"| {run['run']} | {run['seed']} | "
        + " | ".join(metric.format(run.get(metric.key)) for metric in SHOWN_METRICS)
        + " |"
        for run in seeds
    ]
    headings = " | ".join(metric.heading for metric in SHOWN_METRICS)
    return "\n".join(
        [
            "## Other seeds\n",
            "The same configuration with other random numbers, on the same test images; the first "
            "is the published one.\n",
            f"| run | seed | {headings} |",
            f"|---|---|{'---:|' * len(SHOWN_METRICS)}",
            *rows,
        ]
    )


def _origin(record: dict[str, Any]) -> str:
    return (
        f"## Origin\n\nExperiment `{record['experiment']}`, run `{record['run']}`, commit "
        f"`{record['commit']}`:\n\n```\n{record['command']}\n```"
    )


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _count(number: object) -> str:
    return f"{number:,}" if isinstance(number, int) else _MISSING
