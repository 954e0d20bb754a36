"""Class labels as tables hold them — names, numbers, lists, one column per label — made into codes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from errata.core.errors import InputError
from errata.core.types import Bools, Ints, Notice, ReadOptions
from errata.formats.delimited import is_codes
from errata.formats.notices import finding
from errata.formats.roles import Roles, from_json, kinds
from errata.formats.strings import large
from errata.formats.table import Table
from errata.formats.tagging import encode_names

_SEPARATORS = ("|", ";", ",")
_TRUE = frozenset({"1", "true", "yes", "1.0"})


@dataclass(frozen=True, slots=True)
class Classes:
    """Codes into ``names``: one per row (-1 = none) or, with ``offsets`` ``(n_rows + 1,)``, any number."""

    names: tuple[str, ...]
    codes: Ints
    offsets: Ints | None
    has_gold: Bools
    declared: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()

    @classmethod
    def none(cls, n_rows: int) -> Classes:
        return cls((), np.full(n_rows, -1, np.int32), None, np.zeros(n_rows, bool))


def read_classes(table: Table, roles: Roles, options: ReadOptions) -> Classes:
    """The classes of every row. Numbers are positions in the declared names (``--label-names``, ``ClassLabel``)."""
    if len(roles.labels) > 1:
        return _one_column_each(table, roles.labels)
    (name,) = roles.labels
    declared = options.label_names or table.class_names.get(name, ())
    classes = _many(table, name) if roles.task == "multilabel" else _single(table, name)
    return with_names(classes, declared, table.where, are_numbers=bool(kinds(table, name) & {"number", "numbers"}))


def _single(table: Table, name: str) -> Classes:
    column = table.columns[name]
    if not isinstance(column, pa.Array) or pa.types.is_nested(column.type):
        column = large([_label(table, row, value) for row, value in enumerate(table.values(name))])
    elif not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        column = large([_label(table, row, value) for row, value in enumerate(column.to_pylist())])
    names, codes = encode_names(large(column))
    if "" in names:
        codes = np.where(codes == names.index(""), -1, codes)
    return Classes(names, codes, None, codes >= 0)


def _label(table: Table, row: int, value: Any) -> str | None:
    """A label as a string: 1 and 1.0 are ``1``; null and not-a-number are no label."""
    if value is None or value != value:
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, bool | int | float):
        return str(value)
    raise InputError(
        table.where(row),
        found=f"a {type(value).__name__} as the label",
        expected="a string or a number",
        remedy="name the column of the label with --label; lists need --task multilabel.",
    )


def _many(table: Table, name: str) -> Classes:
    values = [from_json(value) for value in table.values(name)]
    strings = [value for value in values if isinstance(value, str)]
    separator = None
    if strings and all(is_codes(value) for value in strings if value):
        separator = ","
    elif strings:
        separator = next((mark for mark in _SEPARATORS if any(mark in value for value in strings)), None)
    rows: list[list[str]] = []
    has_gold = np.zeros(len(values), bool)
    for row, value in enumerate(values):
        has_gold[row] = value is not None and value != ""
        parts: Sequence[Any] = value if isinstance(value, list) else [value]
        if isinstance(value, str) and separator:
            parts = value.split(separator)
        found = (_label(table, row, part) for part in parts)
        rows.append([label.strip() for label in dict.fromkeys(found) if label and label.strip()])
    names, codes = encode_names(large([label for found_labels in rows for label in found_labels]))
    return Classes(names, codes, _offsets(rows), has_gold)


def _one_column_each(table: Table, labels: tuple[str, ...]) -> Classes:
    """A label per column, held by the rows where the column is 1, true or yes."""
    columns = [
        np.array([str(value).strip().lower() in _TRUE for value in table.values(label)], bool) for label in labels
    ]
    given = [np.array([value is not None and value != "" for value in table.values(label)], bool) for label in labels]
    matrix = np.stack(columns, axis=1)
    codes = np.nonzero(matrix)[1].astype(np.int32)
    offsets = np.append(0, np.cumsum(matrix.sum(axis=1))).astype(np.int64)
    return Classes(labels, codes, offsets, np.logical_or.reduce(given), declared=labels)


def _offsets(rows: Sequence[Sequence[str]]) -> Ints:
    return np.append(0, np.cumsum([len(row) for row in rows])).astype(np.int64)


def with_names(
    classes: Classes, declared: tuple[str, ...], where: Callable[[int], str], *, are_numbers: bool = False
) -> Classes:
    """Numbers replaced by the declared names they stand for; other names stay, and are counted.

    A declared name that is itself a number stays too, unless the source has numbers and no strings (``are_numbers``).
    """
    if not declared:
        return classes
    names = []
    unknown = []
    for code, name in enumerate(classes.names):
        is_number = name.removeprefix("-").isdecimal() and (are_numbers or name not in declared)
        number = int(name) if is_number else None
        if number is None:
            names.append(name)
            if name and name not in declared:
                unknown.append(name)
        elif number == -1 or 0 <= number < len(declared):
            names.append("" if number == -1 else declared[number])
        else:
            first = int(np.flatnonzero(classes.codes == code)[0])
            row = first if classes.offsets is None else int(np.searchsorted(classes.offsets, first, side="right")) - 1
            raise InputError(
                where(row),
                found=f"the label {number}",
                expected=f"a number from 0 to {len(declared) - 1} (there are {len(declared)} label names)",
                remedy="pass --label-names FILE with one name a line, in the order of the numbers.",
            )
    notices: tuple[Notice, ...] = ()
    if unknown:
        message = "Labels that are not among the label names"
        notices = (finding("unknown_label", message, map(repr, unknown), len(unknown)),)
    kept, codes = _without_empty(tuple(names), classes.codes)
    has_gold = classes.has_gold if classes.offsets is not None else codes >= 0
    return Classes(kept, codes, classes.offsets, has_gold, declared, notices)


def _without_empty(names: tuple[str, ...], codes: Ints) -> tuple[tuple[str, ...], Ints]:
    """Equal names share a code, and the empty name is -1."""
    order = {name: position for position, name in enumerate(dict.fromkeys(name for name in names if name))}
    table = np.array([order.get(name, -1) for name in names] + [-1], np.int32)
    return tuple(order), table[codes]
