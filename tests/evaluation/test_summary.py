"""The table at the end of a run."""

import io

import pytest
from rich.console import Console

from colorkeras.evaluation.summary import print_summary, verdict
from colorkeras.metrics.protocol import Protocol

METRICS = (
    *("psnr", "ssim", "ciede2000", "chroma_rmse"),
    *("colorfulness_ratio", "threshold_error", "auc"),
)


def row(*values):
    return dict(zip(METRICS, values, strict=True))


@pytest.fixture
def summary():
    return {
        "model": row(22.256, 0.93751, 8.125, 11.5, 0.5, 0.4375, 0.93759),
        "grey": row(20.5, 0.9, 12.5, 16.25, 0.0, 0.75, 0.875),
        "mean_chroma": row(21.0, 0.905, 11.0, 15.0, 0.25, 0.625, 0.9),
        "half_saturated": row(26.5, 0.975, 6.25, 8.125, 0.5, 0.25, 0.95),
        "something_new": row(0, 0, 0, 0, 0, 0, 0),
    }


@pytest.fixture
def protocol():
    return Protocol(
        data="d" * 64,
        num_images=128,
        height=160,
        width=256,
        split="test",
        resize="crop",
        gamut="clip",
    )


def printed(summary, protocol):
    console = Console(file=io.StringIO(), width=140, highlight=False)
    print_summary(summary, protocol, console)
    return [line.split() for line in console.file.getvalue().splitlines() if line.strip()]


def test_rows_in_order_with_ours_last(summary, protocol):
    lines = printed(summary, protocol)
    assert " ".join(lines[0]) == f"test · 128 images · 160×256 · protocol {protocol.hash}"
    rows = [line for line in lines[1:] if line[-1].replace(".", "").isdigit()]
    assert rows == [
        ["grey", "20.50", "0.9000", "12.50", "16.25", "0.00", "0.750", "0.8750"],
        ["mean", "chroma", "21.00", "0.9050", "11.00", "15.00", "0.25", "0.625", "0.9000"],
        ["half-saturated", "truth", "26.50", "0.9750", "6.25", "8.12", "0.50", "0.250", "0.9500"],
        ["ours", "22.26", "0.9375", "8.12", "11.50", "0.50", "0.438", "0.9376"],
    ]


def test_best_reachable_where_it_is_known(summary, protocol):
    summary["best_reachable"] = row(30, 1, 1, 1, 1, 0, 1)
    labels = [" ".join(line) for line in printed(summary, protocol)]
    assert "best reachable 30.00 1.0000 1.00 1.00 1.00 0.000 1.0000" in labels
    assert not any("something" in label for label in labels)


def test_ends_with_the_verdict(summary, protocol):
    last = [" ".join(line) for line in printed(summary, protocol)[-2:]]
    assert last == verdict(summary).splitlines()


def test_verdict(summary):
    assert verdict(summary) == (
        "The model beats grey in PSNR (22.26 against 20.50) and ΔE2000 (8.12 against 12.50).\n"
        "It beats mean chroma in PSNR (22.26 against 21.00) and ΔE2000 (8.12 against 11.00)."
    )


@pytest.mark.parametrize(
    ("psnr", "ciede2000", "expected"),
    [
        (20.5, 12.5, "does not beat grey in PSNR (20.50 against 20.50) or ΔE2000 (12.50 against 1"),
        (20.0, 8.0, "beats grey in ΔE2000 (8.00 against 12.50), but not in PSNR (20.00 against "),
        (21.0, 13.0, "beats grey in PSNR (21.00 against 20.50), but not in ΔE2000 (13.00 against"),
        (float("nan"), float("nan"), "does not beat grey in PSNR (nan against 20.50) or ΔE2000"),
    ],
)
def test_verdict_where_not_all_is_better(summary, psnr, ciede2000, expected):
    summary["model"] |= {"psnr": psnr, "ciede2000": ciede2000}
    assert verdict(summary).startswith(f"The model {expected}")
