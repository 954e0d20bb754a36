"""Columns that the data set brings along: ``meta_*``, as numbers, booleans or strings; nested values as JSON text."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from errata.formats.table import Column, Table

PREFIX = "meta_"
_WHOLE = r"^-?(0|[1-9]\d{0,17})$"
_NUMBER = r"^-?(0|[1-9]\d{0,17})(\.\d+)?([eE][+-]?\d+)?$"


def meta_columns(table: Table, besides: Collection[str], renamed: Mapping[str, str]) -> dict[str, pa.Array]:
    """Every column not in ``besides``, under a name a filter can spell. ``renamed`` columns get the given name."""
    found: dict[str, pa.Array] = {}
    for name, column in table.columns.items():
        if name in renamed:
            found[PREFIX + renamed[name]] = _plain(column)
        elif name not in besides:
            found[_free(_spelled(name), found)] = _plain(column)
    return found


def _spelled(name: str) -> str:
    plain = re.sub(r"\W+", "_", name).strip("_") or "column"
    return plain if plain.startswith(PREFIX) else PREFIX + plain


def _free(name: str, taken: Collection[str]) -> str:
    """``name``, numbered where another column has it; names differ in more than case."""
    lower = {known.lower() for known in taken}
    candidate, copy = name, 2
    while candidate.lower() in lower:
        candidate, copy = f"{name}_{copy}", copy + 1
    return candidate


def _plain(column: Column) -> pa.Array:
    if not isinstance(column, pa.Array):
        return _from_python(column)
    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _numbers(column)
    if pa.types.is_boolean(kind) or pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return column
    if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return _from_python(column.to_pylist())
    return column.cast(pa.string())


def _numbers(column: pa.Array) -> pa.Array:
    """Strings as numbers where all are numbers; empty strings are null then."""
    filled = pc.if_else(pc.equal(column, ""), None, column)
    if filled.null_count == len(filled):
        return column
    for pattern, kind in ((_WHOLE, pa.int64()), (_NUMBER, pa.float64())):
        if pc.all(pc.match_substring_regex(filled, pattern)).as_py():
            return filled.cast(kind)
    return column


def _from_python(values: Sequence[Any]) -> pa.Array:
    kinds = {type(value) for value in values if value is not None}
    try:
        if kinds <= {bool} or kinds <= {str} or kinds <= {int}:
            return pa.array(values)
        if kinds <= {int, float}:
            return pa.array(values, pa.float64())
    except (pa.ArrowException, OverflowError):
        pass  # integers beyond 64 bits
    return pa.array([None if value is None else _text(value) for value in values], pa.string())


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def concat(columns: Sequence[pa.Array | None], lengths: Sequence[int]) -> pa.ChunkedArray:
    """One column from the parts of several sources: null where a source lacks it, text where types differ."""
    kinds = {column.type for column in columns if column is not None and not pa.types.is_null(column.type)}
    if len(kinds) == 1:
        kind = kinds.pop()
    elif kinds and all(pa.types.is_integer(kind) or pa.types.is_floating(kind) for kind in kinds):
        kind = pa.int64() if all(pa.types.is_integer(kind) for kind in kinds) else pa.float64()
    else:
        kind = pa.string()
    parts = [
        pa.nulls(length, kind) if column is None else column.cast(kind, safe=False)
        for column, length in zip(columns, lengths, strict=True)
    ]
    return pa.chunked_array(parts, kind)
