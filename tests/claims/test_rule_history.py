"""Whether a rule was committed before the runs that it judges."""

import subprocess

import pytest
from sample_claims import write_claims
from sample_runs import write_run

from colorkeras.claims.claims_file import read_claims
from colorkeras.claims.rule_history import Order, order_of
from colorkeras.report.stored_runs import load_run

RULE = """runs = { a = { preset = "quick", data = "rendered" } }
command = "make it"
conditions = [{ run = "a", metric = "psnr", at_least = %s }]"""
DATES = {"early": "2026-01-01T00:00:00+00:00", "late": "2026-03-01T00:00:00+00:00"}


class Repository:
    """A repository with one experiment; each commit is a day later than the last."""

    def __init__(self, root):
        self.root, self.days = root, 0
        self.git("init", "-q")

    def git(self, *arguments):
        self.days += 1
        date = f"2026-02-{self.days:02d}T12:00:00+00:00"
        names = ("-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false")
        done = subprocess.run(
            ["git", "-C", str(self.root), *names, *arguments],
            check=True, capture_output=True, text=True,
            env={"PATH": "/usr/bin:/bin", "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date},
        )  # fmt: skip
        return done.stdout.strip()

    def state(self, bound, test="We look."):
        file = write_claims(self.root / "tiny", ("so", "result", RULE % bound))
        file.write_text(file.read_text(encoding="utf-8").replace("We look.", test), "utf-8")

    def commit(self):
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "so")
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path):
    return Repository(tmp_path)


def order(repository, **run):
    claim = read_claims(repository.root / "tiny")[0]
    number = len(list(repository.root.glob("results/cnn/*")))
    folder = write_run(repository.root / "results", "cnn", f"r{number}", **run)
    return order_of(claim, [load_run(folder)])


def test_a_rule_that_was_there_before_the_run(repository):
    repository.state(20)
    rule = repository.commit()
    assert order(repository, commit=rule) == Order(rule, True)
    later = repository.commit()
    repository.state(20, test="In other words.")  # no change of the rule
    repository.commit()
    found = order(repository, commit=later)
    assert found == Order(rule, True)
    assert str(found) == f"yes (rule of {rule[:7]})"


def test_a_rule_that_was_changed_after_the_run(repository):
    repository.state(20)
    first = repository.commit()
    repository.state(21)
    second = repository.commit()
    found = order(repository, commit=first)
    assert found == Order(second, False, ("cnn/r0",))
    assert str(found) == f"NO (rule of {second[:7]}; older: cnn/r0)"
    assert order(repository, commit=f"{second}+changes").kept


def test_a_rule_that_was_changed_and_changed_back_is_new(repository):
    repository.state(20)
    first = repository.commit()
    for bound in (21, 20):
        repository.state(bound)
        last = repository.commit()
    assert order(repository, commit=first) == Order(last, False, ("cnn/r0",))


def test_a_rule_that_is_not_committed(repository):
    repository.state(20)
    first = repository.commit()
    repository.state(22)
    assert str(order(repository, commit=first)) == "NO (rule not committed; older: cnn/r0)"


def test_a_rule_that_was_never_committed(repository):
    repository.commit()
    repository.state(20)
    found = order(repository, commit="f" * 40)
    assert str(found) == "NO (rule not committed; older: cnn/r0)"


def test_a_run_that_names_no_commit_is_dated(repository):
    repository.state(20)
    repository.commit()
    assert order(repository, commit="HEAD", started=DATES["early"]).kept is False


@pytest.mark.parametrize(("when", "kept"), [("early", False), ("late", True)])
def test_a_commit_of_another_repository_is_dated(repository, when, kept):
    repository.state(20)
    repository.commit()
    assert order(repository, commit="f" * 40, started=DATES[when]).kept is kept


@pytest.mark.parametrize(("when", "kept"), [("early", False), ("late", True)])
def test_a_run_of_older_code_is_dated(repository, when, kept):
    repository.state(20)
    first = repository.commit()
    repository.state(21)
    second = repository.commit()
    found = order(repository, commit=first, started=DATES[when])
    label = ("cnn/r0",)
    assert found == Order(second, kept, () if kept else label, label if kept else ())
    if kept:
        assert str(found) == f"yes, by date (rule of {second[:7]})"


def test_without_a_repository_nothing_is_known(tmp_path):
    repository = Repository.__new__(Repository)
    repository.root = tmp_path
    repository.state(20)
    found = order(repository, commit="f" * 40)
    assert found == Order()
    assert str(found) == "not known"
