"""A selection as a file to download: units as CSV or JSON lines, samples with their tags as CoNLL columns.

The exact export of a corrected data set is ``jobs.export``'s; this is what a filter shows, for a spreadsheet or a
script. CSV is written exactly: no cell is altered, so a spreadsheet may read ``=1+1`` as a formula.
"""

from __future__ import annotations

import io
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from errata.core.errors import UsageError
from errata.core.types import Ints
from errata.query.selection import Selection
from errata.query.tables import Tables

PART = 8192
_MEDIA = {"csv": "text/csv", "jsonl": "application/x-ndjson", "conll": "text/plain"}


@dataclass(frozen=True, slots=True)
class Download:
    """``parts`` are made while they are read. ``name`` is made of our own words only."""

    name: str
    media_type: str
    parts: Iterator[bytes]


def download(tables: Tables, selection: Selection, format: str) -> Download:
    """The selection as ``csv`` or ``jsonl`` (units) or ``conll`` (samples). Raises UsageError."""
    if format not in _MEDIA:
        raise UsageError(f"there is no download format `{format}`.", remedy="choose csv, jsonl or conll.")
    if format == "conll":
        if tables.view.tokens is None:
            raise UsageError("texts have no tokens, so no CoNLL file.", remedy="choose csv or jsonl.")
        return Download("errata-samples.conll", _MEDIA[format], _conll(tables, selection.samples))
    make = _csv if format == "csv" else _jsonl
    return Download(f"errata-units-exact.{format}", _MEDIA[format], make(tables, selection.units))


def _parts(tables: Tables, units: Ints) -> Iterator[pa.Table]:
    names = [name for name in tables.view.units.column_names if tables.units[name].null_count < tables.n_units]
    for start in range(0, max(len(units), 1), PART):
        yield tables.units.select(names).take(pa.array(units[start : start + PART]))


def _csv(tables: Tables, units: Ints) -> Iterator[bytes]:
    for number, part in enumerate(_parts(tables, units)):
        flat = [column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column for column in part.columns]
        buffer = io.BytesIO()
        options = pyarrow.csv.WriteOptions(include_header=number == 0)
        pyarrow.csv.write_csv(pa.table(flat, names=part.column_names), buffer, options)
        yield buffer.getvalue()


def _jsonl(tables: Tables, units: Ints) -> Iterator[bytes]:
    for part in _parts(tables, units):
        lines = (json.dumps({name: _plain(value) for name, value in unit.items()}) for unit in part.to_pylist())
        yield "".join(f"{line}\n" for line in lines).encode()


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _conll(tables: Tables, samples: Ints) -> Iterator[bytes]:
    """Token, gold tag and predicted tag between tabs, ``-`` where there is none; a blank line after each sample."""
    for position in samples.tolist():
        tokens = tables.tokens_of(position)
        if tokens is None:
            continue
        text = pc.replace_substring_regex(tokens["text"], r"[\t\n\v\f\r\x{85}\x{2028}\x{2029}]", " ")
        columns = [text, *(tokens[name].cast(pa.large_string()).fill_null("-") for name in ("gold_tag", "pred_tag"))]
        lines = zip(*(column.to_pylist() for column in columns), strict=True)
        yield "".join(f"{token}\t{gold}\t{pred}\n" for token, gold, pred in lines).encode() + b"\n"
