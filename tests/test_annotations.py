"""A module has all its types or none, so that what mypy says of it is the whole truth."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in ("colorkeras", "data_prep")
    for path in (ROOT / folder).rglob("*.py")
)


def annotations_of(function):
    """The types of a function's parameters (but self and cls) and of what it returns."""
    arguments = function.args
    named = arguments.posonlyargs + arguments.args + arguments.kwonlyargs
    parameters = [argument for argument in named if argument.arg not in ("self", "cls")]
    parameters += [argument for argument in (arguments.vararg, arguments.kwarg) if argument]
    return [argument.annotation for argument in parameters] + [function.returns]


@pytest.mark.parametrize("module", MODULES)
def test_module_is_annotated_whole_or_not_at_all(module):
    tree = ast.parse((ROOT / module).read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    annotations = [found for function in functions for found in annotations_of(function)]
    assert all(annotations) or not any(annotations)
