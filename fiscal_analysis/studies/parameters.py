"""What parameters a study takes, and the strict check of those given to it, before anything runs."""

from __future__ import annotations

import ast
import math
import os
import re
import tokenize
from collections.abc import Mapping
from functools import lru_cache
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

from fiscal_analysis.errors import ContractError
from fiscal_analysis.studies.catalogue import closest, file_state, find_study, read_notebook

__all__ = ["Parameter", "check_parameters", "parameters_of", "read_parameters"]


class Parameter(NamedTuple):
    """A parameter of a study, as its parameter cell defines it.

    `type` is one of ``str``, ``int``, ``float``, ``bool``, ``file``, ``list[str]``, ``list[int]``; `optional` says
    whether None may be given; `choices` are the values allowed (empty: any); `help` is the comment behind the
    assignment; `lowest` and `highest` are the ends of the range allowed (None: open). The cell declares choices as
    ``Literal["a", "b"]``, a range as ``Annotated[float, (0, 0.5)]``, and a file as ``Annotated[str | None, "file"]``.

    The value of a file is its path, text for the notebook as any other. Given by a caller, a relative path is relative
    to the current directory, and in a batch file to the folder of that; as a default, to the project. The file must be
    there, its content counts among what a report is made from, and the report tells its name without the folder.
    """

    name: str
    default: Any
    type: str
    optional: bool
    choices: tuple[str, ...]
    help: str
    lowest: float | None = None
    highest: float | None = None


_LITERAL = re.compile(r"(?P<list>list\[)?Literal\[(?P<values>[^\[\]]+)\](?(list)\])")
_TYPES = ("str", "int", "float", "bool", "list[str]", "list[int]")
_FILE = "file"


def parameters_of(name: str) -> dict[str, Parameter]:
    """Return the parameters of a study by name, read from its cell tagged ``parameters``.

    Parameters
    ----------
    name : str
        A study's name, ``subsidy_cost``.

    Returns
    -------
    dict of str to Parameter
        In the order of the cell.

    Raises
    ------
    ContractError
        If there is no such study, or its parameter cell holds something else than assignments of plain values.
    """
    return dict(_parameters_in(file_state(find_study(name).path)))


@lru_cache(maxsize=256)
def _parameters_in(state: tuple[str, int, int, int]) -> dict[str, Parameter]:
    path = Path(state[0])
    for cell in read_notebook(path)["cells"]:
        if "parameters" in cell.get("metadata", {}).get("tags", []):
            return read_parameters(cell["source"], f"{path.name}, cell “parameters”")
    return {}


def read_parameters(source: str, place: str) -> dict[str, Parameter]:
    """Read the parameters of a cell's source; `place` is where it stands, for error messages."""
    comments = {
        token.start[0]: token.string.lstrip("# ").strip()
        for token in tokenize.generate_tokens(StringIO(source).readline)
        if token.type == tokenize.COMMENT
    }
    found: dict[str, Parameter] = {}
    for statement in ast.parse(source).body:
        annotation: ast.expr | None = None
        target: ast.expr
        if isinstance(statement, ast.AnnAssign) and statement.value is not None:
            target, value, annotation = statement.target, statement.value, statement.annotation
        elif isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target, value = statement.targets[0], statement.value
        else:
            raise ContractError(f"{place}, line {statement.lineno}: only assignments `name = value` are expected here")
        if not isinstance(target, ast.Name):
            raise ContractError(f"{place}, line {statement.lineno}: only a plain name can be a parameter")
        try:
            default = ast.literal_eval(value)
        except ValueError:
            raise ContractError(
                f"{place}: the default of `{target.id}` is to be a plain value, not an expression"
            ) from None
        annotation, is_file, ends = _annotated(annotation, f"{place}: `{target.id}`")
        kind, optional, choices = _kind(annotation, default, f"{place}: `{target.id}`")
        if is_file and (kind != "str" or choices):
            raise ContractError(f"{place}: `{target.id}`: a file is text, {_AS_FILE}")
        kind = _FILE if is_file else kind
        found[target.id] = Parameter(
            target.id,
            default,
            kind,
            optional,
            choices,
            comments.get(statement.end_lineno or statement.lineno, ""),
            *ends,
        )
    return found


_AS_FILE = 'such as `Annotated[str | None, "file"]`'


def _annotated(
    annotation: ast.expr | None, place: str
) -> tuple[ast.expr | None, bool, tuple[float | None, float | None]]:
    """Return the type inside of ``Annotated[type, ...]``, whether it is a file, and its range (lowest, highest)."""
    if not (isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value) == "Annotated"):
        return annotation, False, (None, None)
    try:
        kind, said = annotation.slice.elts  # type: ignore[attr-defined]
        if (ends := ast.literal_eval(said)) == _FILE:
            return kind, True, (None, None)
        if isinstance(ends, str):
            raise ValueError(ends)
        lowest, highest = ends
    except (AttributeError, TypeError, ValueError):
        raise ContractError(
            f"{place}: a type and a range (lowest, highest) are expected, such as `Annotated[float, (0, 0.5)]`, or a "
            f"file, {_AS_FILE}"
        ) from None
    return kind, False, (lowest, highest)


def _kind(annotation: ast.expr | None, default: Any, place: str) -> tuple[str, bool, tuple[str, ...]]:
    """Return a parameter's type, whether it may be None, and the values allowed."""
    if annotation is None:
        kind = type(default).__name__
        if isinstance(default, list):
            kind = "list[int]" if default and all(isinstance(item, int) for item in default) else "list[str]"
        if kind not in _TYPES:
            raise ContractError(f"{place} needs a type, such as `int | None`: its default {default!r} does not tell it")
        return kind, False, ()
    text = ast.unparse(annotation)
    parts = [part.strip() for part in text.split("|")]
    optional = "None" in parts
    rest = [part for part in parts if part != "None"]
    if len(rest) == 1 and (found := _LITERAL.fullmatch(rest[0])):
        choices = ast.literal_eval(f"({found['values']},)")
        return "list[str]" if found["list"] else "str", optional, tuple(choices)
    if len(rest) != 1 or rest[0] not in _TYPES:
        raise ContractError(f"{place}: the type `{text}` is not one of {', '.join(_TYPES)}, with or without `| None`")
    return rest[0], optional, ()


def check_parameters(name: str, given: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the parameters given to a study with the types that the study declares.

    Text is read as the declared type, so that a command line can pass everything as text: ``"2023"`` becomes 2023 for a
    number, and ``"110106"`` stays text for a code. The path of a file becomes absolute. Nothing else is converted.

    Parameters
    ----------
    name : str
        A study's name.
    given : mapping
        Names and values.

    Returns
    -------
    dict
        The same names, in the order of the parameter cell.

    Raises
    ------
    ContractError
        For an unknown name (with the closest known one and the list), a wrong type, a value that is not among the
        study's choices or not in its range, a file that cannot be read, or a first (``year_from``) that is after the
        last (``year_to``). Nothing has run then.
    """
    known = parameters_of(name)
    wrong: list[str] = []
    checked: dict[str, Any] = {}
    for key, value in (given or {}).items():
        if key not in known:
            listed = ", ".join(known) or "none"
            wrong.append(f"there is no parameter “{key}”{closest(key, known) or ';'} parameters: {listed}")
            continue
        try:
            checked[key] = convert(known[key], value)
        except ValueError as error:
            wrong.append(str(error))
    wrong += _reversed(known, checked)
    if wrong:
        raise ContractError(f"study “{name}”: " + "; ".join(wrong))
    return {key: checked[key] for key in known if key in checked}


def _reversed(known: Mapping[str, Parameter], given: Mapping[str, Any]) -> list[str]:
    """Return complaints on parameters ``X_from`` that are greater than ``X_to``."""
    values = {key: given.get(key, parameter.default) for key, parameter in known.items()}
    wrong: list[str] = []
    for first in (key for key in known if key.endswith("_from")):
        last = first.removesuffix("_from") + "_to"
        low, high = values[first], values.get(last)
        if low is not None and high is not None and low > high:
            wrong.append(f"parameter “{first}” is {low} and “{last}” is {high}: the first is after the last")
    return wrong


def convert(parameter: Parameter, value: Any) -> Any:
    """Return `value` as the parameter's type.

    Raises
    ------
    ValueError
        If it is not of that type; the message says what was expected.
    """
    if value is None or (parameter.optional and isinstance(value, str) and value.lower() in ("", "none", "null")):
        if parameter.optional:
            return None
        raise ValueError(f"parameter “{parameter.name}” is to be {_words(parameter)}, got nothing")
    if parameter.type.startswith("list"):
        if isinstance(value, str):
            value = [part.strip() for part in value.split(",") if part.strip()]
        if not isinstance(value, list | tuple):
            raise ValueError(_complaint(parameter, value))
        item = parameter._replace(type=parameter.type[5:-1], optional=False)
        return [_scalar(item, part) for part in value]
    return _scalar(parameter, value)


def _readable(parameter: Parameter, value: Any) -> str:
    """Return the path of a file from the root on."""
    if not isinstance(value, str | os.PathLike):
        raise ValueError(_complaint(parameter, value))
    try:
        path = Path(value).expanduser().absolute()
        with path.open("rb"):
            return str(path)
    except (OSError, ValueError, RuntimeError) as error:
        said = f"{path}: {error.strerror}" if isinstance(error, OSError) else str(error)
        raise ValueError(
            f"parameter “{parameter.name}” is to be a file that can be read, got {str(value)[:200]!r}: {said[:500]}; a "
            "relative path is relative to the current directory, in a batch file to the folder of that"
        ) from None


def _scalar(parameter: Parameter, value: Any) -> Any:
    if parameter.type == _FILE:
        return _readable(parameter, value)
    converted: Any = None
    if parameter.type == "str" and isinstance(value, str):
        converted = value
    elif parameter.type == "bool":
        words = {"true": True, "yes": True, "false": False, "no": False}
        converted = value if isinstance(value, bool) else words.get(value.lower()) if isinstance(value, str) else None
    elif isinstance(value, bool):
        converted = None
    elif parameter.type == "int":
        converted = _number(int, value) if isinstance(value, str | int) else None
    elif parameter.type == "float":
        converted = _number(float, value) if isinstance(value, str | int | float) else None
        if converted is not None and not math.isfinite(converted):
            converted = None
    if converted is None:
        raise ValueError(_complaint(parameter, value))
    if parameter.choices and converted not in parameter.choices:
        raise ValueError(
            f"parameter “{parameter.name}” is to be one of {', '.join(parameter.choices)}, got {converted!r}"
        )
    low, high = parameter.lowest, parameter.highest
    if (low is not None and converted < low) or (high is not None and converted > high):
        ends = [f"at least {low:g}"] if low is not None else []
        ends += [f"at most {high:g}"] if high is not None else []
        raise ValueError(f"parameter “{parameter.name}” is to be {' and '.join(ends)}, got {converted!r}")
    return converted


def _number(kind: type[int] | type[float], value: str | int | float) -> int | float | None:
    if isinstance(value, str) and not (value.isascii() and "_" not in value):
        return None
    try:
        return kind(value)
    except ValueError:
        return None


def _complaint(parameter: Parameter, value: Any) -> str:
    hint = ""
    if parameter.type.endswith("str]") or parameter.type == "str":
        hint = f'; write it in quotes: "{value}"' if isinstance(value, int | float) else ""
    return f"parameter “{parameter.name}” is to be {_words(parameter)}, got {value!r} ({type(value).__name__}){hint}"


def _words(parameter: Parameter) -> str:
    words = {
        "str": "text",
        "int": "a whole number",
        "float": "a number",
        "bool": "true or false",
        _FILE: "a file",
        "list[str]": "a list of text",
        "list[int]": "a list of whole numbers",
    }[parameter.type]
    return f"{words}{' or nothing' if parameter.optional else ''} (by default {parameter.default!r})"
