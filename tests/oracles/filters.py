"""Filters evaluated row by row in plain Python, with SQL's three truth values; None is "empty".

A filter is a tuple tree, written by ``spell`` as a person would and judged by ``judge`` without any of the product's
code: ``("cmp", column, op, value)``, ``("cols", column, op, column)``, ``("in", column, values, negated)``,
``("between", column, low, high, negated)``, ``("like", column, pattern, negated)``, ``("null", column, negated)``,
``("flag", column)``, ``("const", bool)``, ``("call", name, argument)``, ``("not", tree)``, ``("and" | "or", trees)``.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

Truth = bool | None
SINGLE = frozenset({"dep", "loss", "loss_sum"})  # stored as 32-bit floats: values are rounded like them
_OPS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "==": operator.eq,
    "<>": operator.ne,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def judge(tree: tuple, row: Mapping[str, Any]) -> Truth:
    """Whether the row matches."""
    kind, *rest = tree
    if kind == "and":
        found = [judge(part, row) for part in rest[0]]
        return False if False in found else None if None in found else True
    if kind == "or":
        found = [judge(part, row) for part in rest[0]]
        return True if True in found else None if None in found else False
    if kind == "not":
        inner = judge(rest[0], row)
        return None if inner is None else not inner
    if kind == "const":
        return rest[0]
    if kind == "null":
        return (row[rest[0]] is None) != rest[1]
    if kind == "flag":
        return row[rest[0]]
    if kind == "call":
        return _call(rest[0], rest[1], row)
    if kind == "cols":
        return _compare(rest[1], row[rest[0]], row[rest[2]])
    return _about(kind, rest, row)


def _about(kind: str, rest: list[Any], row: Mapping[str, Any]) -> Truth:
    name, value = rest[0], row[rest[0]]
    if kind == "cmp":
        return _compare(rest[1], value, _stored(name, rest[2]))
    if value is None:
        return None
    if kind == "in":
        return any(value == _stored(name, one) for one in rest[1]) != rest[2]
    if kind == "between":
        return (_stored(name, rest[1]) <= value <= _stored(name, rest[2])) != rest[3]
    pattern = "".join({"%": ".*", "_": "."}.get(letter, re.escape(letter)) for letter in rest[1])
    return bool(re.fullmatch(pattern, value, re.DOTALL)) != rest[2]


def _compare(op: str, left: Any, right: Any) -> Truth:
    return None if left is None or right is None else bool(_OPS[op](left, right))


def _stored(name: str, value: Any) -> Any:
    return float(np.float32(value)) if name in SINGLE and abs(value) < 3e38 else value


def _call(name: str, argument: str, row: Mapping[str, Any]) -> Truth:
    if name == "text_contains":
        return argument.lower() in row["sample_text"].lower()
    if name == "text_matches":
        return bool(re.search(argument, row["sample_text"]))
    return bool(re.search(rf"(?i)(?<!\w){re.escape(argument)}(?!\w)", row["text"]))


def columns_in(tree: tuple) -> set[str]:
    """Columns a filter names, those its functions read included."""
    kind, *rest = tree
    if kind in ("and", "or"):
        return set().union(*(columns_in(part) for part in rest[0]))
    if kind == "not":
        return columns_in(rest[0])
    if kind == "const":
        return set()
    if kind == "call":
        return {"text"} if rest[0] == "has_word" else {"sample_text"}
    return {rest[0], rest[2]} if kind == "cols" else {rest[0]}


def spell(tree: tuple) -> str:
    """The filter as text."""
    kind, *rest = tree
    if kind in ("and", "or"):
        return f" {kind.upper()} ".join(f"({spell(part)})" for part in rest[0])
    if kind == "not":
        return f"not ({spell(rest[0])})"
    if kind == "const":
        return str(rest[0])
    if kind == "null":
        return f"{name_of(rest[0])} IS {'NOT ' if rest[1] else ''}NULL"
    if kind == "flag":
        return name_of(rest[0])
    if kind == "call":
        return f"{rest[0]}({value_of(rest[1])})"
    if kind == "cols":
        return f"{name_of(rest[0])} {rest[1]} {name_of(rest[2])}"
    if kind == "cmp":
        return f'{name_of(rest[0])}{rest[1]}{value_of(rest[2])} /* it\'s a "comment" */'
    negated = "NOT " if rest[-1] else ""
    if kind == "in":
        return f"{name_of(rest[0])} {negated}IN ({', '.join(map(value_of, rest[1]))})"
    if kind == "between":
        return f"{name_of(rest[0])} {negated}between {value_of(rest[1])} AND\n{value_of(rest[2])}"
    return f"{name_of(rest[0])} {negated}LIKE {value_of(rest[1])}"


def name_of(name: str) -> str:
    """A column name, quoted unless it is plain."""
    return name if re.fullmatch(r"[a-z_][a-z0-9_]*", name) else '"' + name.replace('"', '""') + '"'


def value_of(value: Any) -> str:
    """A value as SQL writes it."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return repr(value)
