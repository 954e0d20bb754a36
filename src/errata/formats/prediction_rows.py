"""Rows of a file of predictions, and the samples they belong to."""

from __future__ import annotations

import io
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from errata.core.errors import InputError
from errata.core.types import DataSet, Ints, ReadOptions, Source
from errata.formats.delimited import read_delimited
from errata.formats.json_rows import read_json
from errata.formats.parquet import read_parquet
from errata.formats.roles import ID
from errata.formats.table import Table

_NUMPY = b"\x93NUMPY"
_ZIP = b"PK\x03\x04"
_DAMAGED = (  # what NumPy and zipfile raise, depending on where the damage is
    *(ValueError, OSError, LookupError, EOFError, TypeError, RuntimeError, SyntaxError, MemoryError, OverflowError),
    *(zipfile.BadZipFile, zlib.error, struct.error, tokenize.TokenError),
)


def read_arrays(source: Source) -> dict[str, npt.NDArray[np.generic]] | None:
    """The arrays of an ``.npy`` (named ``probs``) or ``.npz`` file; None for any other file. Pickles are refused."""
    if not source.content.startswith((_NUMPY, _ZIP)):
        return None
    try:
        found = np.load(io.BytesIO(source.content), allow_pickle=False)
        return {"probs": found} if isinstance(found, np.ndarray) else {name: found[name] for name in found.files}
    except _DAMAGED as error:
        raise InputError(
            source.name,
            found=f"an array file that cannot be read ({error})",
            expected="numbers saved by numpy.save or numpy.savez",
            remedy="save it again with allow_pickle=False.",
        ) from None


def read_table(source: Source) -> Table:
    """The rows of a JSON, CSV, TSV or Parquet file."""
    if source.format in ("json", "jsonl"):
        return read_json(source)
    return read_parquet(source) if source.format == "parquet" else read_delimited(source, ReadOptions())


def matched(table: Table, data: DataSet, rows: Ints, options: ReadOptions) -> tuple[Table, Ints]:
    """The rows of the table that belong to samples, and the sample of each, among the samples ``rows`` of a split.

    With ``--limit`` the file may speak of samples that were not read; these rows are left out. Raises InputError where
    rows and samples do not fit.
    """
    samples: list[int] = rows.tolist()
    split = table.source.split
    name = next((column for column in table.columns if column.lower() in ID), None)
    if name is not None:
        given = [str(value) for value in table.values(name)]
        known: dict[str, int] = dict(zip(data.samples["sample_id"].take(rows).to_pylist(), samples, strict=True))
        found = [known.get(value, known.get(f"{split}-{value}", -1)) for value in given]
        if any(position >= 0 for position in found):
            return _once(table, found, [f"the id {value!r}" for value in given], "an id of the data set", options)
    if "index" in table.columns:
        at: dict[int, int] = dict(zip(data.samples["index"].take(rows).to_pylist(), samples, strict=True))
        shown = [str(value) for value in table.values("index")]
        found = [at.get(int(value), -1) if value.isdecimal() else -1 for value in shown]
        return _once(table, found, [f"the index {value}" for value in shown], f"0 to {len(rows) - 1}", options)
    if options.limit is not None and table.n_rows > len(rows):
        table = _taken(table, range(len(rows)))
    require_length(table.source.name, table.n_rows, len(rows), "rows", "samples")
    return table, rows


def _once(table: Table, found: list[int], shown: list[str], expected: str, options: ReadOptions) -> tuple[Table, Ints]:
    seen: dict[int, int] = {}
    kept = []
    for row, position in enumerate(found):
        if position < 0 and options.limit is not None:
            continue
        if position < 0 or position in seen:
            what = shown[row] if position < 0 else f"{shown[row]} again, after {table.where(seen[position])}"
            raise InputError(
                table.where(row),
                found=what,
                expected=f"{expected} (split {table.source.split}), once",
                remedy="correct the file, or leave ids out if the rows are in the order of the data.",
            )
        seen[position] = row
        kept.append(row)
    return _taken(table, kept), np.array([found[row] for row in kept], np.int64)


def _taken(table: Table, rows: Sequence[int]) -> Table:
    if len(rows) == table.n_rows:
        return table
    columns = {}
    for name in table.columns:
        values = table.values(name)
        columns[name] = [values[row] for row in rows]
    lines = None if table.lines is None else table.lines[list(rows)]
    return replace(table, n_rows=len(rows), columns=columns, lines=lines)


def require_length(name: str, found: int, expected: int, what: str, of: str) -> None:
    """Raise InputError unless a file has as many ``what`` as the split has ``of``."""
    if found != expected:
        raise InputError(
            name,
            found=f"{found:,} {what}",
            expected=f"{expected:,}, one for each of the split's {of}",
            remedy="predict the split as it is, or give every row the id of its sample.",
        )
