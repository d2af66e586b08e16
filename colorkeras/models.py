"""List the models that the package brings along, or show the card of one.

python -m colorkeras.models [NAME]

Keras is not loaded.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from typing import Any

from colorkeras.console.cli import program_name, run_command
from colorkeras.console.safe_text import printable
from colorkeras.inference.published_models import (
    PublishedModel,
    published_model,
    published_models,
)

MEGABYTE = 10**6
# (key of the record's metrics, how it is written)
_SHOWN = (("psnr", "PSNR {:.2f} dB"), ("ciede2000", "ΔE2000 {:.2f}"))


def build_parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog=program_name("colorkeras.models"),
        description="List the published models: name, size, SHA-256, licence, metrics, and what "
        "they were trained on. With NAME, show the model card.",
    )
    parser.add_argument("name", nargs="?", metavar="NAME", help="a published model: show its card")
    parser.add_argument("--json", action="store_true", help="print the records as JSON instead")
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run the command; return the exit code."""
    return run_command(lambda: _models(build_parser().parse_args(argv)))


def _models(args: argparse.Namespace) -> None:
    if args.name is not None:
        model = published_model(args.name)
        print(_as_json(model.record) if args.json else model.card.rstrip("\n"))
        return
    models = published_models()
    if args.json:
        print(_as_json([model.record for model in models]))
        return
    lines = [line for model in models for line in _lines(model)] or [_none()]
    print("\n".join(map(printable, lines)))


def _none() -> str:
    return (
        "No model is published with this version of colorkeras. "
        f"{program_name('colorkeras.run')} EXPERIMENT trains one."
    )


def _as_json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _lines(model: PublishedModel) -> Iterator[str]:
    record = model.record
    default = " (default)" if model.is_default else ""
    size = f"{record['bytes'] / MEGABYTE:.1f} MB"
    yield f"{model.name}{default}  {size}  SHA-256 {record['sha256'][:12]}…  {record['licence']}"
    yield f"  {record['title']}"
    yield f"  trained on {record['domain']}"
    for measured in record["metrics"]:
        yield f"  {measured['data']}, {measured['images']:,} images: {_values(measured['values'])}"


def _values(values: dict[str, Any]) -> str:
    cells = []
    for key, words in _SHOWN:
        own = values.get(key, {})
        if own.keys() >= {"model", "grey", "mean_chroma"}:
            cells.append(
                f"{words.format(own['model'])} (grey {own['grey']:.2f}, "
                f"mean chroma {own['mean_chroma']:.2f})"
            )
    ratio = values.get("colorfulness_ratio", {}).get("model")
    return ", ".join(cells + ([f"colorfulness ratio {ratio:.2f}"] if ratio is not None else []))


if __name__ == "__main__":
    sys.exit(main())
