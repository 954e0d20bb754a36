"""JSON: one object a line, an array of objects, or an object of objects by id."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from errata.core.errors import InputError
from errata.core.types import Source
from errata.formats.contents import utf8
from errata.formats.table import Table

_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]", re.ASCII)
KEY = "id"
"""Column that the keys of an object of objects become."""


def read_json(source: Source) -> Table:
    """Rows of a JSONL or JSON file; columns in order of appearance, null where a row lacks one.

    Raises InputError, with the line, for what is no JSON object and for lone surrogates.
    """
    content, notices = utf8(source)
    if _is_one_document(content):
        rows, lines = _document(source.name, content), None
    else:
        rows, numbers = _by_line(source.name, content)
        lines = np.array(numbers, np.int64)
    if not rows:
        raise InputError(source.name, found="no objects", expected="samples", remedy="check the file.")
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = {name: [row.get(name) for row in rows] for name in names}
    table = Table(source=source, n_rows=len(rows), columns=columns, lines=lines, notices=notices)
    if _SURROGATE.search(content):
        _refuse_surrogates(table, rows)
    return table


def _is_one_document(content: bytes) -> bool:
    """Whether the file is one JSON value rather than one a line."""
    first, _, rest = content.lstrip().partition(b"\n")
    if first.startswith(b"["):
        return True
    try:
        value = json.loads(first)
    except (ValueError, RecursionError):
        return first.rstrip().endswith((b"{", b"[", b","))  # laid out over several lines
    return isinstance(value, dict) and not rest.strip() and _holds_rows(value)


def _holds_rows(value: dict[str, Any]) -> bool:
    """Whether an object is a table itself: its values are all objects, or it has one list of objects."""
    values = list(value.values())
    return bool(values) and (
        all(isinstance(entry, dict) for entry in values)
        or (len(values) == 1 and isinstance(values[0], list) and all(isinstance(entry, dict) for entry in values[0]))
    )


def _by_line(name: str, content: bytes) -> tuple[list[dict[str, Any]], list[int]]:
    rows, numbers = [], []
    for number, line in enumerate(content.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise _no_json(f"{name}, line {number}", error) from None
        if not isinstance(row, dict):
            raise InputError(
                f"{name}, line {number}",
                found=f"a JSON {_kind(row)}",
                expected="a JSON object per line",
                remedy='write each sample as {"text": …, "label": …}.',
            )
        rows.append(row)
        numbers.append(number)
    return rows, numbers


def _document(name: str, content: bytes) -> list[dict[str, Any]]:
    try:
        value = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise _no_json(name, error) from None
    if isinstance(value, dict):
        if len(value) == 1 and isinstance(next(iter(value.values())), list):
            value = next(iter(value.values()))
        elif all(isinstance(row, dict) for row in value.values()):
            value = [{KEY: key, **row} for key, row in value.items()]
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise InputError(
            name,
            found=f"a JSON {_kind(value)} that is no list of objects",
            expected="an array of objects, or one object per line",
            remedy='write the samples as [{"text": …, "label": …}, …].',
        )
    return value


def _no_json(where: str, error: Exception) -> InputError:
    at = ""
    if isinstance(error, json.JSONDecodeError):
        at = f" (line {error.lineno}, column {error.colno})" if error.lineno > 1 else f" (column {error.colno})"
    why = error.msg if isinstance(error, json.JSONDecodeError) else str(error) or "nested too deeply"
    return InputError(
        where,
        found=f"no valid JSON: {why}{at}",
        expected="JSON",
        remedy="correct the file, or pass --format if it is no JSON.",
    )


def _kind(value: Any) -> str:
    names = {dict: "object", list: "array", str: "string", bool: "boolean", type(None): "null"}
    return names.get(type(value), "number")


def _refuse_surrogates(table: Table, rows: Sequence[dict[str, Any]]) -> None:
    for number, row in enumerate(rows):
        try:
            json.dumps(row, ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            code = ord(error.object[error.start])
            raise InputError(
                table.where(number),
                found=f"the lone surrogate \\u{code:04x}, half a character",
                expected="whole characters",
                remedy="write the pair (\\ud83d\\ude00) or the character itself.",
            ) from None
