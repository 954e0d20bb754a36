"""The map of the units for the console: places and columns as typed arrays, which units a filter selects, and what a
few units say.

A message is a little-endian uint32 with the length of a header, the header (JSON, padded with spaces so that the arrays
begin at a multiple of 8), then the arrays, each beginning at a multiple of 8. Row ``i`` is unit ``i`` of the run.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from errata.core.errors import FilterError, NotFound, UsageError
from errata.core.filters import Column
from errata.core.types import Floats
from errata.query.columns import codes, numbers, require_column
from errata.query.selection import Selection
from errata.query.tables import Tables

Json = dict[str, Any]
Numbers = np.ndarray[Any, Any]
_ALIGNED = 8
_CONTEXT = 60
_LONGEST = 240
_SHOWN = ("unit_id", "gold", "pred", "error_type", "is_error", "dep")


def points(tables: Tables, names: Sequence[str], *, places: bool = True) -> bytes:
    """The message with ``x``, ``y`` (float32, NaN where a unit has no place) and one array per column of ``names``.

    A category is uint8 (uint16 from 255 values on) codes into the ``values`` of its header entry, the largest code
    meaning null; yes-or-no columns are categories of two. A number is float32, NaN meaning null. Raises FilterError.
    """
    entries: list[Json] = []
    arrays: list[Numbers] = []
    if places:
        for axis in ("x", "y"):
            entries.append({"name": axis, "kind": "number", "values": None})
            arrays.append(_place(tables, axis))
    for name in names:
        column = require_column(name, tables.columns, kinds=("category", "boolean", "number"))
        entry, array = _column(tables, column)
        entries.append(entry)
        arrays.append(array)
    n_placed = int(np.count_nonzero(np.isfinite(arrays[0]) & np.isfinite(arrays[1]))) if places else None
    return _message({"n": tables.n_units, "n_placed": n_placed, "projection": "pca"}, entries, arrays)


def mask(tables: Tables, selection: Selection) -> bytes:
    """One bit per unit of the run, the first in the lowest bit of the first byte: 1 = selected."""
    chosen = np.zeros(tables.n_units, np.bool_)
    chosen[selection.units] = True
    return np.packbits(chosen, bitorder="little").tobytes()


def units_at(tables: Tables, positions: Sequence[int]) -> list[Json]:
    """What the units at some positions say: text with its surroundings, labels, DEP. Raises NotFound."""
    for position in positions:
        if not 0 <= position < tables.n_units:
            raise NotFound(f"There is no unit at position {position}.", remedy="load the map again.")
    chosen = pa.array(positions, pa.int64())
    shown = {name: tables.unit(name).take(chosen).to_pylist() for name in (*_SHOWN, "text", "char_start", "char_end")}
    owner = pa.array(tables.unit_sample()[np.asarray(positions, np.int64)])
    samples = {name: tables.sample(name).take(owner).to_pylist() for name in ("sample_id", "split", "text")}
    found = []
    for row, position in enumerate(positions):
        start, end, text = shown["char_start"][row], shown["char_end"][row], samples["text"][row]
        is_span = start is not None and end is not None
        found.append(
            {
                "position": position,
                **{name: shown[name][row] for name in _SHOWN},
                "sample_id": samples["sample_id"][row],
                "split": samples["split"][row],
                "before": text[max(0, start - _CONTEXT) : start] if is_span else "",
                "text": (shown["text"][row] if is_span else text)[:_LONGEST],
                "after": text[end : end + _CONTEXT] if is_span else "",
            }
        )
    return found


def positions_of(written: str, most: int) -> list[int]:
    """The numbers of a comma list. Raises UsageError when it is none, or longer than ``most``."""
    parts = [part.strip() for part in written.split(",") if part.strip()]
    if len(parts) > most or not all(part.isascii() and part.isdigit() and len(part) < 10 for part in parts):
        raise UsageError("The positions cannot be read.", remedy=f"write up to {most} numbers, like 0,17,4.")
    return [int(part) for part in parts]


def _place(tables: Tables, axis: str) -> Numbers:
    if axis not in tables.columns:
        return np.full(tables.n_units, np.nan, np.float32)
    return _number(tables.unit_numbers(axis))


def _number(values: Floats) -> Numbers:
    with np.errstate(over="ignore"):
        return np.ascontiguousarray(values, "<f4")


def _column(tables: Tables, column: Column) -> tuple[Json, Numbers]:
    values = tables.by_unit(column)
    if column.kind == "number":
        return {"name": column.name, "kind": "number", "values": None}, _number(numbers(values))
    if column.kind == "boolean":
        found = values.cast(pa.int8()).fill_null(-1).to_numpy(zero_copy_only=False)
        names: list[Any] = [False, True]
    else:
        found, names = codes(values), values.dictionary.to_pylist()
    if len(names) >= 2**16:
        raise FilterError(
            f"`{column.name}` has {len(names):,} values, too many for colours.", remedy="name a column with fewer."
        )
    kind = "<u1" if len(names) < 2**8 else "<u2"
    written = found.astype(kind)  # -1 becomes the largest code
    return {"name": column.name, "kind": column.kind, "values": names}, written


def _message(head: Json, entries: Sequence[Json], arrays: Sequence[Numbers]) -> bytes:
    columns, parts, at = [], [], 0
    for entry, array in zip(entries, arrays, strict=True):
        content = array.tobytes()
        content += b"\0" * (-len(content) % _ALIGNED)
        columns.append({**entry, "type": f"{array.dtype.kind}{array.dtype.itemsize}", "offset": at})
        parts.append(content)
        at += len(content)
    header = json.dumps({**head, "columns": columns}, ensure_ascii=False).encode("utf-8", "replace")
    header += b" " * (-(len(header) + 4) % _ALIGNED)
    return b"".join((struct.pack("<I", len(header)), header, *parts))
