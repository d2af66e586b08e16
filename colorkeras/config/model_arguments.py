"""The tables `[model]` and `[objectives]`: arguments of the two functions in `model.py`."""

import ast
from pathlib import Path
from typing import Any

from colorkeras.config.toml import TOML_TYPES, require
from colorkeras.console.errors import UserError, suggest


def read_arguments(
    code: Path, function: str, values: object, file: Path, name: str
) -> dict[str, Any]:
    """Check a table against the keyword-only arguments of a function; fill in its defaults.

    The source is parsed, not executed: importing it would import Keras, which takes seconds.

    Args:
        code: the experiment's `model.py`.
        function: `build_model` or `build_objectives`.
        values: the table, as read from TOML.
        file: the file that contains it, for messages.
        name: of the table, "model" or "objectives".

    Returns:
        A value for each keyword-only argument.

    Raises:
        UserError: when `model.py` cannot be parsed or has no such function, or the table has a key
            that is no argument, or a value of a type that is not the default's.
    """
    table = require(values, dict, f"{file}: {name}")
    defaults = _keyword_defaults(code, function)
    checked = {}
    for key, value in table.items():
        if key not in defaults:
            raise UserError(
                f"{file}: unknown key {name}.{key}.{suggest(key, defaults)} "
                f"{function}() takes: {', '.join(defaults) or 'no options'}."
            )
        checked[key] = require(value, type(defaults[key]), f"{file}: {name}.{key}")
    return {**defaults, **checked}


def _keyword_defaults(file: Path, function: str) -> dict[str, Any]:
    try:
        tree = ast.parse(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UserError(
            f"{file}: cannot be read ({error.strerror}); every experiment folder needs one."
        ) from error
    except SyntaxError as error:
        raise UserError(f"{file}: line {error.lineno}: {error.msg}.") from error
    except (ValueError, RecursionError, MemoryError) as error:  # not UTF-8, or 1,000 brackets
        raise UserError(f"{file}: not valid Python: {error}.") from error
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            pairs = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
            return {
                argument.arg: _literal(default, f"{file}: {function}: {argument.arg}")
                for argument, default in pairs
            }
    raise UserError(f"{file}: no function {function}; an experiment must define it.")


def _literal(node: ast.expr | None, where: str) -> Any:
    """The default value of an argument, which must be a literal of a type that TOML has."""
    try:
        value = None if node is None else ast.literal_eval(node)
    except (ValueError, TypeError):
        value = None
    if type(value) not in TOML_TYPES:
        raise UserError(
            f"{where} needs a literal default of a type that TOML has: a number, a string, "
            "True or False, a list or a dict."
        )
    return value
