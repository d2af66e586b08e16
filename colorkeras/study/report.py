"""What a study found, as Markdown and CSV."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from colorkeras.records.csv_file import csv_text
from colorkeras.report.document import MISSING, Block, Command, Heading, Paragraph, Table
from colorkeras.study.answers import Answer
from colorkeras.study.rates import Difference, Interval, Rate, Raters
from colorkeras.study.study_folder import Study

_FEW_RATERS = 10
_OFF = 0.1  # of the stated time, from which a display is told to be off
_ENDS = ("low", "high")


@dataclass(frozen=True)
class Findings:
    """All that the report tells.

    Attributes:
        study: the study.
        answers: all answers.
        raters: who counts.
        rates: by system.
        differences: by pair.
        width: of the interval that was asked for.
        command: the command line.
    """

    study: Study
    answers: Sequence[Answer]
    raters: Raters
    rates: list[Rate]
    differences: list[Difference]
    width: float
    command: str

    def name(self, key: str) -> str:
        """The name of a system, or "truth"."""
        return self.study.settings.systems.get(key, key)


def blocks(findings: Findings) -> list[Block]:
    """The report."""
    study, form = findings.study, findings.study.form
    seconds = study.settings.seconds
    timed = f", each image for {seconds:g} s" if form.is_timed else ""
    return [
        Heading(f"Blind study {study.id}", 1),
        Command(findings.command),
        Paragraph(f"Form {form.name}{timed}, after {form.source}. Counted: {form.outcome}."),
        Paragraph(" ".join(_about_raters(findings))),
        *_rate_blocks(findings),
        *_difference_blocks(findings),
    ]


def _about_raters(findings: Findings) -> Iterable[str]:
    raters, settings = findings.raters, findings.study.settings
    groups = (raters.counted, raters.failed, raters.constant, raters.unfinished)
    yield f"{_count(sum(map(len, groups)), 'rater')}, {_count(len(raters.counted), 'counted', '')}."
    if settings.checks:
        yield (
            f"Left out: {len(raters.failed)} with fewer than {settings.pass_checks} of "
            f"{settings.checks} attention checks right; {len(raters.constant)} who gave one and "
            f"the same answer throughout; {len(raters.unfinished)} who left before enough checks "
            "were right. These rules were fixed when the study was made."
        )
    else:
        yield (
            f"Left out: {len(raters.constant)} who gave one and the same answer throughout. "
            "The study has no attention checks."
        )
    reloads = len({answer.rater for answer in findings.answers if answer.load > 1})
    if reloads:
        yield f"{_count(reloads, 'rater')} loaded the page more than once, and went on."
    if findings.study.form.is_timed:
        yield _about_times(findings)


def _about_times(findings: Findings) -> str:
    seconds = findings.study.settings.seconds
    times = np.array([ms for answer in findings.answers for ms in answer.shown_ms], np.float64)
    if not times.size:
        return ""
    off = int(np.sum(np.abs(times / (1000 * seconds) - 1) > _OFF))
    return (
        f"Measured time of display: median {np.median(times) / 1000:.3f} s; {off} of {times.size} "
        f"were off by more than {100 * _OFF:.0f} %."
    )


def _rate_blocks(findings: Findings) -> list[Block]:
    rates = findings.rates
    if not rates:
        return [Paragraph("There are no answers of raters who count yet.")]
    rows = [
        [
            findings.name(rate.system),
            _percent(rate.share),
            _interval(rate.wilson),
            _interval(rate.by_rater),
            _interval(rate.by_both),
            str(rate.answers),
            str(rate.raters),
            str(rate.pictures),
            MISSING if rate.effect is None else f"{rate.effect:.2f}",
            _needed(rate),
        ]
        for rate in rates
    ]
    columns = ["system", "passed as real %", "Wilson", "by rater", "by rater and picture"]
    columns += ["answers", "raters", "pictures", "design effect"]
    columns += [f"more answers for ± {50 * findings.width:g} %"]
    texts = [
        "95 % intervals. Wilson: as if all answers were independent, which they are not. By rater: "
        "for other raters and the same pictures; the number of answers is divided by the design "
        "effect, and Student's t takes the place of the normal distribution. By rater and picture: "
        "for other pictures, too.",
        "More answers: for an interval by rater of that width, if the rate and the design effect "
        "stay; in brackets the raters that they take.",
    ]
    if max(rate.raters for rate in rates) < _FEW_RATERS:
        texts.append(f"With fewer than {_FEW_RATERS} raters the clustered intervals are rough.")
    return [Heading("Rates"), Table(columns, rows), *map(Paragraph, texts)]


def _needed(rate: Rate) -> str:
    if rate.more_answers is None:
        return MISSING
    return f"{rate.more_answers} ({rate.more_raters})"


def _difference_blocks(findings: Findings) -> list[Block]:
    if not findings.differences:
        return []
    rows = [
        [
            f"{findings.name(d.first)} less {findings.name(d.second)}",
            f"{100 * d.difference:+.1f}",
            _interval(d.interval, "+"),
            _interval(d.corrected, "+"),
            str(d.pictures),
            f"{findings.name(d.verdict)} higher" if d.verdict else "not told apart",
        ]
        for d in findings.differences
    ]
    columns = ["pair", "difference %", "95 % interval", "corrected", "pictures", "verdict"]
    text = (
        "Over the pictures that were judged with both, for other raters and other pictures; what "
        f"raters and pictures have in common cancels out. Corrected: for all {len(rows)} pairs at "
        "once (Bonferroni); the verdict goes by it."
    )
    return [Heading("Differences"), Table(columns, rows), Paragraph(text)]


def rates_csv(findings: Findings) -> str:
    """One row per system; shares from 0 to 1."""
    header = ["study", "form", "system", "passed", "answers", "raters", "pictures", "share"]
    kinds = ("wilson", "by_rater", "by_rater_and_picture")
    header += [f"{kind}_{end}" for kind in kinds for end in _ENDS]
    header += ["design_effect", "width", "more_answers", "more_raters"]
    study = findings.study
    rows = []
    for r in findings.rates:
        row: list[object] = [study.id, study.form.name, findings.name(r.system), r.passed]
        row += [r.answers, r.raters, r.pictures, r.share]
        for interval in (r.wilson, r.by_rater, r.by_both):
            row += interval or (None, None)
        row += [r.effect, findings.width, r.more_answers, r.more_raters]
        rows.append(row)
    return csv_text(header, rows)


def differences_csv(findings: Findings) -> str:
    """One row per pair of systems."""
    header = ["study", "form", "first", "second", "pictures", "difference", "low", "high"]
    header += ["corrected_low", "corrected_high", "higher"]
    rows = []
    for d in findings.differences:
        row: list[object] = [findings.study.id, findings.study.form.name]
        row += [findings.name(d.first), findings.name(d.second), d.pictures, d.difference]
        row += [*(d.interval or (None, None)), *(d.corrected or (None, None))]
        rows.append([*row, findings.name(d.verdict)])
    return csv_text(header, rows)


def raters_csv(findings: Findings) -> str:
    """One row per rater: whether counted, and if not, why."""
    groups = vars(findings.raters).items()
    rows = [[findings.study.id, rater, group] for group, raters in groups for rater in raters]
    return csv_text(["study", "rater", "group"], rows)


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"


def _interval(interval: Interval | None, sign: str = "") -> str:
    if interval is None:
        return MISSING
    low, high = (f"{100 * end:{sign}.1f}" for end in interval)
    return f"{low} … {high}"


def _count(number: int, singular: str, ending: str = "s") -> str:
    return f"{number} {singular}{'' if number == 1 else ending}"
