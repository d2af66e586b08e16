"""Show what is in a model file, and whether it can be opened; nothing of it is built.

python -m colorkeras.inspect model.h5
"""

import argparse
import json
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colorkeras.console.cli import EXIT_USER_ERROR, program_name, run_command
from colorkeras.console.errors import UserError
from colorkeras.console.safe_text import printable, shortened
from colorkeras.inference.model_file.rules import add_max_memory
from colorkeras.inference.published_models import choose_model

if TYPE_CHECKING:
    from colorkeras.inference.model_file.checks import ModelFile
    from colorkeras.inference.model_file.description import Layer

_LONGEST = 300  # characters of one value of the metadata


def build_parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog=program_name("colorkeras.inspect"),
        description="Show what is in a model file: its checks, metadata and layers. The file is "
        "read as data: neither Keras nor TensorFlow is loaded. Exit code 2 if a check fails.",
    )
    parser.add_argument(
        "model", metavar="MODEL", help="the model.h5 of a run, or the name of a published model"
    )
    add_max_memory(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead")
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run the command; return the exit code."""
    return run_command(lambda: _inspect(build_parser().parse_args(argv)))


def _inspect(args: argparse.Namespace) -> int:
    from colorkeras.inference.model_file.checks import GIB, ModelFile

    # Of a file that is none, the report says so.
    path = Path(args.model) if Path(args.model).suffix else choose_model(args.model).file
    file = ModelFile(path, args.max_memory * GIB)
    report = {"file": args.model, **examine(file)}
    if args.json:
        print(json.dumps(report, indent=2))
    else:
        print("\n".join(map(printable, _lines(report))))
    has_failed = any(check["passed"] is False for check in report["checks"])
    return EXIT_USER_ERROR if has_failed else 0


def examine(file: "ModelFile") -> dict[str, Any]:
    """Check a file, up to the first check that fails, and describe what is known then.

    Args:
        file: a new `ModelFile`.

    Returns:
        JSON-able dict: checks (name, passed true, false or null: not reached, reason), metadata,
        layers (name, class, output shapes, parameters), parameters, GiB for one image.
    """
    from colorkeras.inference.model_file.checks import CHECKS, GIB, opened, run_check
    from colorkeras.inference.model_file.metadata import has_integrity

    checks: list[dict[str, Any]] = [{"name": name, "passed": None, "reason": ""} for name in CHECKS]
    try:
        with opened(file) as handle:
            for entry in checks:
                run_check(CHECKS[entry["name"]], file, handle)
                entry["passed"] = True
    except UserError as error:
        failed = next(entry for entry in checks if entry["passed"] is None)
        failed.update(passed=False, reason=str(error))
    if checks[-1]["passed"] and not has_integrity(file.metadata):
        checks[-1].update(passed=None, reason="written by an earlier version, without one")
    report: dict[str, Any] = {"checks": checks, "metadata": file.metadata or None}
    if file.network:
        layers = [row for layer in file.network.layers.values() for row in _rows(layer)]
        report |= {
            "layers": layers,
            "parameters": sum(row["parameters"] for row in layers),
            "gib_for_one_image": file.memory() / GIB,
            "multiply_adds_for_one_image": file.network.cost.work,
        }
    return report


def _rows(layer: "Layer", prefix: str = "") -> Iterator[dict[str, Any]]:
    """A layer, or those of the network that it is."""
    name = f"{prefix}{layer.name}"
    if layer.network:
        for inner in layer.network.layers.values():
            yield from _rows(inner, f"{name}/")
        return
    yield {
        "name": name,
        "class": layer.class_name,
        "output": layer.output,
        "parameters": sum(map(math.prod, (layer.weights or {}).values())),
    }


def _lines(report: dict[str, Any]) -> Iterator[str]:
    """The report as lines of text."""
    yield f"{report['file']}"
    yield "checks"
    for check in report["checks"]:
        word = {True: "passed", False: "FAILED", None: "not checked"}[check["passed"]]
        yield f"  {check['name']:<10} {word}{': ' if check['reason'] else ''}{check['reason']}"
    if report["metadata"]:
        yield "metadata"
        for name, value in report["metadata"].items():
            text = value if isinstance(value, str) else json.dumps(value)
            yield f"  {name:<12} {shortened(text, _LONGEST)}"
    if "layers" not in report:
        return
    yield "layers"
    for row in report["layers"]:
        shapes = ", ".join("×".join(map(str, shape)) for shape in row["output"])
        yield f"  {row['name']:<24} {row['class']:<22} {shapes:<16} {row['parameters']:>12,}"
    yield (
        f"{report['parameters']:,} parameters; one image takes about "
        f"{report['gib_for_one_image']:.3g} GiB and "
        f"{report['multiply_adds_for_one_image']:.3g} multiply-adds"
    )


if __name__ == "__main__":
    sys.exit(main())
