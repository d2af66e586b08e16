"""Reading claims.toml: what it gives, and what it refuses by name."""

import pytest
from sample_claims import write_claims

from colorkeras.claims.claims_file import read_claims, rule_of
from colorkeras.claims.definition import (
    LayerShape,
    Measurement,
    ParameterCount,
    RunSelector,
    Setting,
)
from colorkeras.console.errors import UserError

A = '{ preset = "small", data = "photographs", set = { "model.head" = "tanh" } }'
B = '{ experiment = "other", preset = "quick", data = "rendered" }'
RUNS = f'runs = {{ a = {A}, b = {B} }}\ncommand = "make it"\n'
USED = '{ run = "a", metric = "psnr", above = "b", margin = 0.2 }'
CHECK = 'compared_with = "source"\n'


def read(tmp_path, rest, kind="result"):
    write_claims(tmp_path, ("so", kind, rest))
    return read_claims(tmp_path)[0]


def refused(tmp_path, rest, kind="result"):
    with pytest.raises(UserError) as error:
        read(tmp_path, rest, kind)
    message = str(error.value)
    prefix = f"{tmp_path / 'claims.toml'}: claim so: "
    assert message.startswith(prefix)
    return message.removeprefix(prefix)


def test_conditions_on_networks_and_settings(tmp_path):
    claim = read(
        tmp_path,
        """preset = "small"
        compared_with = "count"
        conditions = [
          { parameters = "generator", equals = 54409858 },
          { layer = "generator/d1", shape = [2, 2, 512] },
          { config = "optimizer.generator.learning_rate", equals = 0.0002 },
        ]""",
        kind="architecture",
    )
    assert claim.conditions == (
        ParameterCount("generator", 54409858),
        LayerShape("generator", "d1", (2, 2, 512)),
        Setting("optimizer.generator.learning_rate", 0.0002),
    )
    assert (claim.id, claim.kind, claim.preset) == ("so", "architecture", "small")
    assert claim.compared_with == "count"
    assert claim.source == "A and B, A Title, section 1"
    assert claim.needs(LayerShape)
    assert not claim.needs(Measurement)


def test_conditions_on_runs(tmp_path):
    claim = read(
        tmp_path,
        RUNS
        + """conditions = [
          { run = "a", metric = "chroma_rmse", below = "b", margin = 1 },
          { run = "a", metric = "ciede2000", below_method = "grey", margin = 0.5 },
          { run = "b", metric = "diversity", at_least = 1.0 },
          { run = "b", column = "loss_D", near = 0.4565, tolerance = 0.1, epoch = 101 },
        ]""",
    )
    assert claim.conditions == (
        Measurement("a", "metric", "chroma_rmse", "model", None, "below", "b", 1.0),
        Measurement("a", "metric", "ciede2000", "model", None, "below_method", "grey", 0.5),
        Measurement("b", "metric", "diversity", "model", None, "at_least", 1.0, 0.0),
        Measurement("b", "column", "loss_D", "model", 101, "near", 0.4565, 0.1),
    )
    assert claim.runs == {
        "a": RunSelector(tmp_path.name, "small", "photographs", {"model.head": "tanh"}),
        "b": RunSelector("other", "quick", "rendered", {}),
    }
    assert claim.command == "make it"
    assert claim.preset == "paper"


def test_no_conditions_but_a_reason(tmp_path):
    claim = read(tmp_path, 'conditions = []\nwhy = "needs human raters"')
    assert claim.conditions == ()
    assert claim.why == "needs human raters"


@pytest.mark.parametrize(
    ("rest", "message"),
    [
        ("", "no conditions; where no test is possible"),
        ("conditions = []", "no conditions and no why"),
        ("conditions = 3", "conditions: received 3, expected a list."),
        ('why = ""\nconditions = []', "why: received an empty string"),
        ('tset = "x"\nconditions = []', "unknown key tset. Did you mean test?"),
        (f'{RUNS}conditions = [{USED}]\nwhy = "x"', "why is for claims without conditions"),
        (f"runs = {{ a = {A}, b = {B} }}\nconditions = [{USED}]", "no command; expected"),
        (f"runs = {{ a = 3 }}\nconditions = [{USED}]", "runs.a: received 3, expected a table."),
        (f"{CHECK}{RUNS}conditions = [{USED}]", "compared_with does not go with results"),
        (
            RUNS.replace(B, A) + 'conditions = [{ run = "a", column = "x", near_sum_of = ["y", "z"]'
            ", tolerance = 1 }]",
            "near_sum_of is a check of one run, not a result",
        ),
        (
            f'{RUNS}conditions = [{{ run = "a", metric = "psnr", at_least = 1 }}]',
            "runs.b: no condition uses it",
        ),
    ],
)
def test_refused_claims(tmp_path, rest, message):
    assert message in refused(tmp_path, rest)


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("3", "received 3, expected a table."),
        ("{}", ": received none of parameters, layer, config, metric, column; expected exactly"),
        ('{ metrc = "psnr" }', "exactly one. Did you mean metric?"),
        ('{ metric = "psnr", column = "x" }', "received metric and column of parameters"),
        ('{ parameters = "generator" }', "no equals; the condition needs one."),
        ('{ parameters = "g", equals = 1.5 }', ".equals: received 1.5, expected an integer."),
        ('{ parameters = "g", equal = 1 }', "unknown key equal in a condition on parameters. Did"),
        ('{ layer = "d1", shape = [2] }', """received 'd1', expected "network/layer\""""),
        ('{ layer = "g/d1", shape = [2.0] }', ".shape: received [2.0]"),
        ('{ layer = "g/d1", shape = [] }', ".shape: received []"),
        ('{ config = "train.epochs" }', "no equals"),
        ('{ run = "c", metric = "psnr", above = "b" }', ".run: received 'c', expected one of a, b"),
        ('{ run = "a", metric = "pnsr", above = "b" }', ".metric: received 'pnsr', expected one"),
        ('{ run = "a", metric = "psnr", above = "c" }', ".above: received 'c', expected one of a"),
        ('{ run = "a", metric = "psnr", above = "a" }', "received 'a', which is the value itself"),
        ('{ run = "a", metric = "psnr", above_method = "gray" }', "Did you mean grey?"),
        ('{ run = "a", metric = "psnr", above_method = "model" }', "which is the value itself"),
        ('{ run = "a", metric = "psnr" }', "received none of below, above, below_method"),
        ('{ run = "a", metric = "psnr", at_least = 1, at_most = 2 }', "at_least and at_most of"),
        (
            '{ run = "a", metric = "psnr", above = "b" }',
            "no margin; the condition needs one",
        ),
        ('{ run = "a", metric = "psnr", near = 1 }', "no tolerance; the condition needs one."),
        ('{ run = "a", metric = "psnr", near = 1, tolerance = -1 }', "expected at least 0."),
        ('{ run = "a", metric = "psnr", near = 1, margin = 1 }', "margin does not go with near"),
        ('{ run = "a", metric = "psnr", at_least = 1, margin = 1 }', "does not go with at_least"),
        ('{ run = "a", metric = "psnr", at_least = nan }', "expected a finite number."),
        ('{ run = "a", metric = "psnr", epoch = 3, at_least = 1 }', "unknown key epoch in a cond"),
        ('{ run = "a", column = "loss", epoch = 0, at_least = 1 }', ".epoch: received 0, expected"),
        ('{ run = "a", column = "loss", below_method = "grey" }', "unknown key below_method"),
        ('{ run = "a", metric = "psnr", method = "x", above = "b" }', ".method: received 'x'"),
    ],
)
def test_refused_conditions(tmp_path, condition, message):
    error = refused(tmp_path, f"{RUNS}conditions = [{USED}, {condition}]")
    assert error.startswith("conditions[1]")
    assert message in error


def test_architecture_is_tested_without_runs(tmp_path):
    error = refused(tmp_path, f"{CHECK}{RUNS}conditions = [{USED}]", kind="architecture")
    assert error.startswith("an architecture claim is tested without runs, but has a condition on")


def test_checks_say_what_they_compare_with(tmp_path):
    condition = '[{ config = "train.epochs", equals = 3 }]'
    error = refused(tmp_path, f"conditions = {condition}", kind="training")
    assert error == "compared_with: received '', expected one of source, twin, count."
    error = refused(tmp_path, f"{CHECK}{RUNS}conditions = [{USED}]", kind="training")
    assert error.startswith('above compares what was measured; expected the kind "result".')


def test_the_rule_is_what_decides_and_not_how_it_is_worded():
    table = {"kind": "result", "conditions": [{"metric": "psnr"}], "test": "so", "runs": {"a": {}}}
    assert rule_of(table) == rule_of({**table, "test": "in other words", "command": "make it"})
    for change in ({"conditions": []}, {"runs": {"a": {"preset": "x"}}}, {"preset": "small"}):
        assert rule_of(table) != rule_of({**table, **change})


def test_kinds_and_ids(tmp_path):
    assert "kind: received 'layout', expected one of architecture, training, result" in refused(
        tmp_path, "conditions = []", kind="layout"
    )
    write_claims(tmp_path, ("Not Kebab", "result", 'conditions = []\nwhy = "x"'))
    with pytest.raises(UserError, match="claim Not Kebab: id: received 'Not Kebab', expected"):
        read_claims(tmp_path)
    one = ("so", "result", 'conditions = []\nwhy = "x"')
    write_claims(tmp_path, one, one)
    with pytest.raises(UserError, match="claim so: 2 claims have this id"):
        read_claims(tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no claims; expected at least one table"),
        ("claims = 3", "claims: received 3, expected a list."),
        ("claims = [3]", "claim number 1: received 3, expected a table."),
        ("[[claim]]\nid = 'a'", "unknown table claim. Did you mean claims?"),
        ("[[claims]]\nclaim = 'a'", "claim number 1: no id; every claim has one."),
        ("[[claims]", "not valid TOML"),
    ],
)
def test_refused_files(tmp_path, text, message):
    file = tmp_path / "claims.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as error:
        read_claims(tmp_path)
    assert str(error.value).startswith(f"{file}: ")
    assert message in str(error.value)


def test_folder_without_claims(tmp_path):
    with pytest.raises(UserError, match=r"no claims\.toml here\. Expected an experiment folder"):
        read_claims(tmp_path)
