"""CSV and TSV: quotes, line breaks inside quotes, with and without a header."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from errata.core.errors import InputError
from errata.core.settings import setting
from errata.core.types import ReadOptions, Source
from errata.formats.contents import utf8
from errata.formats.strings import large
from errata.formats.table import Table

DELIMITERS = (",", "\t", ";", "|")
_QUOTED_CELL = re.compile(r'(?:^|(?<=[\t\r\n]))"[^"]*(?:""[^"]*)*"(?=[\t\r\n]|\Z)')
_NAMES = {",": "commas", "\t": "tabs", ";": "semicolons", "|": "bars"}


def read_delimited(source: Source, options: ReadOptions) -> Table:
    """Rows of a CSV or TSV file, all values as strings.

    Quotes count in TSV only where they are used as such throughout. Without ``--no-header`` the first row names the
    columns, unless one of its cells is a number in a column of numbers: then no name was given and columns are called
    1, 2, 3 …. Raises InputError, with the line, for a row of another length and for unbalanced quotes.
    """
    content, notices = utf8(source)
    text = content.decode()
    delimiter = sniff(text, source.format)
    rows, lines = _parse(source.name, text, delimiter)
    if not rows:
        raise InputError(source.name, found="no rows", expected="samples", remedy="check the file.")
    is_headed = options.header and not _is_plain_row(rows)
    _check_width(source.name, rows, lines, delimiter)
    names = _unique(rows[0]) if is_headed else [str(number) for number in range(1, len(rows[0]) + 1)]
    body, body_lines = (rows[1:], lines[1:]) if is_headed else (rows, lines)
    if not body:
        raise InputError(
            source.name, found="a header and no rows", expected="samples", remedy="check the file, or pass --no-header."
        )
    columns: dict[str, pa.Array] = dict(zip(names, map(large, zip(*body, strict=True)), strict=True))
    return Table(
        source=source,
        n_rows=len(body),
        columns=columns,
        lines=np.array(body_lines, np.int64),
        is_headed=is_headed,
        notices=notices,
    )


def sniff(text: str, format: str = "") -> str:
    """The delimiter: tab for ``tsv``, else the one that cuts the first line into most cells."""
    if format == "tsv":
        return "\t"
    first = text[: text.find("\n") + 1] or text
    found = max(DELIMITERS, key=first.count)
    return found if first.count(found) else ","


def _parse(name: str, text: str, delimiter: str) -> tuple[list[list[str]], list[int]]:
    """Rows that are not blank, and the 1-based line each begins on."""
    if delimiter == "\t" and not _quotes_cells(text):
        cut = [
            (number, line.removesuffix("\r").split("\t"))
            for number, line in enumerate(text.split("\n"), 1)
            if line.strip("\r")
        ]
        return [row for _, row in cut], [number for number, _ in cut]
    csv.field_size_limit(max(csv.field_size_limit(), int(setting("max_line_bytes"))))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows, lines = [], []
    before = 0
    try:
        for row in reader:
            if row:
                rows.append(row)
                lines.append(before + 1)
            before = reader.line_num
    except csv.Error as error:
        raise InputError(
            f"{name}, line {before + 1}",
            found=f"a row that cannot be read ({error})",
            expected='balanced quotes, and "" for a quote inside quotes',
            remedy="correct the quotes, or save the file as TSV or JSONL.",
        ) from None
    return rows, lines


def _quotes_cells(text: str) -> bool:
    """Whether quotes in a TSV quote cells: each stands around a whole cell, or doubled inside one that is quoted."""
    return '"' in text and '"' not in _QUOTED_CELL.sub("", text)


def _is_plain_row(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row is data: a number stands where the other rows have numbers too."""
    if len(rows) < 2:
        return False
    numbered = [number for number, cell in enumerate(rows[0]) if is_codes(cell)]
    return any(all(len(row) > number and is_codes(row[number]) for row in rows[1:1000]) for number in numbered)


def is_codes(cell: str) -> bool:
    """Whether a cell is an integer or integers with commas between: ``27``, ``8,20``."""
    return bool(cell) and all(part.strip().isdecimal() for part in cell.split(","))


def _check_width(name: str, rows: Sequence[Sequence[str]], lines: Sequence[int], delimiter: str) -> None:
    width = len(rows[0])
    for row, line in zip(rows, lines, strict=True):
        if len(row) != width:
            raise InputError(
                f"{name}, line {line}",
                found=f"{len(row)} column{'s' * (len(row) != 1)}",
                expected=f"{width}, as on line {lines[0]} (separated by {_NAMES[delimiter]})",
                remedy="quote cells that hold the separator or a line break, or pass --format.",
            )


def _unique(names: Sequence[str]) -> list[str]:
    """Header names, the unnamed called ``column N``, repeated ones numbered."""
    found: dict[str, None] = {}
    for number, name in enumerate(names, 1):
        plain = name.strip() or f"column {number}"
        candidate, copy = plain, 2
        while candidate in found:
            candidate, copy = f"{plain} {copy}", copy + 1
        found[candidate] = None
    return list(found)
