"""Progress as a log file and as a terminal sees it, on a clock of our own."""

import io
from types import SimpleNamespace

import pytest
from rich.console import Console

from colorkeras.console import progress
from colorkeras.console.progress import PLAIN_SECONDS, ProgressReport


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until told: `clock.now`."""
    clock = SimpleNamespace(now=1000.0)
    monkeypatch.setattr(progress.time, "monotonic", lambda: clock.now)
    return clock


@pytest.fixture
def log():
    return Console(file=io.StringIO(), force_terminal=False, width=40, highlight=False)


def lines(console):
    text = console.file.getvalue()
    assert all(character.isprintable() or character == "\n" for character in text)
    return text.splitlines()


def test_quick_work_is_silent(clock, log):
    with ProgressReport("training", 10, console=log) as report:
        for step in range(1, 11):
            clock.now += 1
            report.update(step, "loss 0.5")
    assert lines(log) == []


def test_a_line_now_and_then(clock, log):
    with ProgressReport("training", 100, console=log) as report:
        for step in range(1, 51):
            clock.now += 1
            report.update(step, f"loss {step}")
    # One second a step: after 15 of 100 steps, 85 s are left. The last line tells where it ended.
    assert lines(log) == [
        "training: step 15/100 · 1:25 left · loss 15",
        "training: step 30/100 · 1:10 left · loss 30",
        "training: step 45/100 · 0:55 left · loss 45",
        "training: step 50/100 · 0:50 left",
    ]


def test_finished_work_has_no_time_left(clock, log):
    with ProgressReport("evaluating", 2, unit="image", console=log) as report:
        clock.now += PLAIN_SECONDS
        report.update(1)
        clock.now += 1
        report.update(2)
    assert lines(log) == ["evaluating: image 1/2 · 0:15 left", "evaluating: image 2/2"]


def test_the_last_step_is_not_told_twice(clock, log):
    with ProgressReport("evaluating", 2, unit="image", console=log) as report:
        clock.now += PLAIN_SECONDS
        report.update(2)
    assert lines(log) == ["evaluating: image 2/2"]


def test_resumed_work_is_timed_from_where_it_began(clock, log):
    with ProgressReport("training", 100, done=80, console=log) as report:
        clock.now += 20
        report.update(90)
    # Ten steps took 20 s, so the last ten take 20 s.
    assert lines(log) == ["training: step 90/100 · 0:20 left"]


def test_hours_are_minutes(clock, log):
    with ProgressReport("training", 1001, console=log) as report:
        clock.now += 60.5
        report.update(1)
    assert lines(log) == ["training: step 1/1001 · 1008:20 left"]


def test_number_of_steps_that_is_told_later(clock, log):
    with ProgressReport("checking", unit="image", console=log) as report:
        clock.now += PLAIN_SECONDS
        report.update_of(5, 20)
    assert lines(log) == ["checking: image 5/20 · 0:45 left"]


def test_number_of_steps_that_is_never_told(clock, log):
    with ProgressReport("checking", unit="image", console=log) as report:
        clock.now += PLAIN_SECONDS
        report.update(5, "a.png")
    assert lines(log) == ["checking: image 5 · a.png"]


def test_text_is_neither_wrapped_nor_read_as_markup(clock, log):
    report = ProgressReport("training", 10, console=log)
    report.print("[bold]epoch 1[/bold]: " + "x" * 60)
    clock.now += PLAIN_SECONDS
    report.update(1, "[red]loss[/red] " + "y" * 60)
    assert lines(log) == [
        "[bold]epoch 1[/bold]: " + "x" * 60,
        "training: step 1/10 · 2:15 left · [red]loss[/red] " + "y" * 60,
    ]


def test_failure_inside_passes_through(clock, log):
    with pytest.raises(ZeroDivisionError), ProgressReport("training", 10, console=log):
        raise ZeroDivisionError
    assert lines(log) == []


def test_bar_on_a_terminal(clock):
    console = Console(file=io.StringIO(), force_terminal=True, width=100, highlight=False)
    with ProgressReport("training", 10, done=2, console=console) as report:
        report.update(7, "loss 0.25")
        report.print("epoch 1")
    text = console.file.getvalue()
    assert "\x1b[" in text
    assert "training" in text
    assert "7/10" in text
    assert "loss 0.25" in text
    assert "epoch 1\n" in text


def test_bar_of_unknown_length(clock):
    console = Console(file=io.StringIO(), force_terminal=True, width=100, highlight=False)
    with ProgressReport("checking", console=console) as report:
        report.update(3)
        report.update_of(4, 8)
    assert "4/8" in console.file.getvalue()


def test_detail_on_a_terminal_is_not_markup(clock):
    console = Console(file=io.StringIO(), force_terminal=True, width=100, highlight=False)
    with ProgressReport("training", 10, console=console) as report:
        report.update(1, "photo[1].png [/x]")
    assert "photo[1].png [/x]" in console.file.getvalue()


def test_errors_stream_by_default(clock, capsys):
    report = ProgressReport("training", 10)
    report.print("hello")
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "hello\n")
