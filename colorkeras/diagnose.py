"""Say why the colors of a run are grey, one color or noise: named checks on its records.

python -m colorkeras.diagnose RUN
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colorkeras.console.cli import program_name, run_command
from colorkeras.console.errors import UserError, no_folder
from colorkeras.console.safe_text import printable

if TYPE_CHECKING:
    from colorkeras.diagnosis.checks import Result
    from colorkeras.report.stored_runs import StoredRun


def build_parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog=program_name("colorkeras.diagnose"),
        description="Say why the colors of a run are grey, one color or noise. Its records are "
        "read (run.json, config.toml, the CSV files, sample images), also those of a run that has "
        "not finished. Neither Keras nor TensorFlow is loaded, unless --model is given.",
    )
    parser.add_argument("run", metavar="RUN", nargs="?", help="the folder of a run")
    parser.add_argument(
        "--model",
        action="store_true",
        help="also open model.h5 and color the images of samples/test: is its output layer "
        "saturated?",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object instead")
    parser.add_argument(
        "--rules", action="store_true", help="list the checks, their thresholds and why they are so"
    )
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run the command; return the exit code."""
    return run_command(lambda: _diagnose(build_parser().parse_args(argv)))


def _diagnose(args: argparse.Namespace) -> int:
    from colorkeras.diagnosis.checks import CHECKS, examine
    from colorkeras.diagnosis.facts import facts_of
    from colorkeras.report.stored_runs import load_run

    if args.rules:
        print("\n".join(f"{check.name}\n  {check.rule}." for check in CHECKS))
        return 0
    if not args.run:
        raise UserError(
            "no run given; expected the folder of a run, such as results/varga_cnn/quick, or "
            "--rules."
        )
    run = load_run(_folder(args.run))
    if run.problem:
        raise UserError(
            f"{run.folder}: {run.problem}. Expected a folder that colorkeras run or evaluate wrote."
        )
    head = None
    if args.model:
        from colorkeras.diagnosis.heads import head_outputs

        head = head_outputs(run.folder)
    results = examine(facts_of(run, head))
    if args.json:
        print(json.dumps(_as_json(run, results), indent=2))
    else:
        print("\n".join(printable(line) for line in _lines(run, results)))
    return 0


def _folder(text: str) -> Path:
    folder = Path(text)
    if not folder.is_dir():
        raise UserError(
            f"{folder}: {no_folder(folder)}; expected the folder of a run, such as "
            "results/varga_cnn/quick."
        )
    return folder


def _lines(run: "StoredRun", results: list["Result"]) -> Iterator[str]:
    """The results as lines of text: symptoms, causes, and what could not be checked."""
    from colorkeras.diagnosis.check import CAUSE, SYMPTOM

    steps = run.get("steps")
    yield f"{run.label}: {run.status}{f', {steps} steps' if steps is not None else ''}"
    found = [result for result in results if result.finding]
    for title, kind in (("What is seen", SYMPTOM), ("Why", CAUSE)):
        of_kind = [result for result in found if result.check.kind == kind]
        if of_kind:
            yield f"{title}:"
        for result in of_kind:
            yield from _finding_lines(result)
    checked = [result for result in results if not result.missing]
    if not found:
        yield f"No fault found in {len(checked)} checks."
    elif all(result.check.kind == SYMPTOM for result in found):
        yield "Why: none of the known causes was found."
        if run.get("kind") == "evaluation":
            yield "  This is an evaluation: diagnose the run that trained the model."
    missing: dict[str, list[str]] = {}
    for result in results:
        if result.missing:
            missing.setdefault(result.missing, []).append(result.check.name)
    if missing:
        yield "Not checked:"
    for reason, names in missing.items():
        yield f"  {', '.join(names)}: {reason}"


def _finding_lines(result: "Result") -> Iterator[str]:
    if result.finding:
        yield f"  {result.check.level} {result.check.name}: {result.finding.sentence}"
        yield f"    from {result.finding.evidence}"
        if result.finding.advice:
            yield f"    {result.finding.advice}"


def _as_json(run: "StoredRun", results: list["Result"]) -> dict[str, Any]:
    return {
        "run": str(run.folder),
        "status": run.status,
        "checks": [
            {
                "name": result.check.name,
                "kind": result.check.kind,
                "level": result.check.level,
                "rule": result.check.rule,
                "state": _state(result),
                "missing": result.missing or None,
                "sentence": result.finding.sentence if result.finding else None,
                "evidence": result.finding.evidence if result.finding else None,
                "advice": (result.finding.advice or None) if result.finding else None,
                "numbers": result.finding.numbers if result.finding else {},
            }
            for result in results
        ],
    }


def _state(result: "Result") -> str:
    if result.missing:
        return "not checked"
    return "found" if result.finding else "clear"


if __name__ == "__main__":
    sys.exit(main())
