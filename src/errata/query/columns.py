"""The tables of a run as the query layer reads them, and the columns that filters, sorts and facets may name.

Undefined is null everywhere (a NaN becomes null), every category is one dictionary, and metadata of types that have no
filter operators (dates, lists, …) is read as text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from errata.core.errors import FilterError, near_names
from errata.core.filters import Column, quoted
from errata.core.schema import DIFFICULTIES, ERROR_TYPES, SAMPLES, UNITS, column_doc, column_kind
from errata.core.types import Bools, Floats, Ints
from errata.query.view import RunView

SHARED = ("sample", "sample_id", "split")
"""Columns of units that say something of their sample: filters read them from the samples."""

MOST_VALUES = 500
FEW_VALUES = 200
"""Text metadata with at most this many different values is a category."""


def normalised_units(view: RunView) -> pa.Table:
    """The units with the conventions above; label codes point into ``view.labels``, then labels only they know."""
    names = _label_names(view)
    orders = {"gold": names, "pred": names, "error_type": ERROR_TYPES, "difficulty": DIFFICULTIES}
    return _normalised(view.units, {**orders, "suggested_label": view.labels})


def normalised_samples(view: RunView) -> pa.Table:
    """The samples with the conventions above."""
    return _normalised(view.samples, {})


def filter_columns(units: pa.Table, samples: pa.Table) -> dict[str, Column]:
    """Every name a filter may use. ``text`` is the unit's surface, ``sample_text`` the whole text."""
    found = {}
    for position, field in enumerate(units.schema):
        if field.name not in SHARED:
            found[field.name] = _column(field, field.name, "units", position)
    for position, field in enumerate(samples.schema):
        name = "sample_text" if field.name == "text" else field.name
        found.setdefault(name, _column(field, name, "samples", position))
    return found


def table_column(column: Column, units: pa.Table, samples: pa.Table) -> pa.Array:
    """The values of a filter column, one per row of its table."""
    name = "text" if column.name == "sample_text" else column.name
    table = units if column.table == "units" else samples
    return table[name].chunk(0) if table.num_rows else pa.array([], table.schema.field(name).type)


def require_column(name: str, columns: Mapping[str, Column], *, kinds: Sequence[str] = ()) -> Column:
    """The column ``name``, of one of ``kinds``. Raises FilterError."""
    if name not in columns:
        raise FilterError(f"no column `{name}`.", near=near_names(name, columns), remedy="name a documented column.")
    column = columns[name]
    if kinds and column.kind not in kinds:
        raise FilterError(
            f"`{name}` is a {column.kind} column; expected {' or '.join(kinds)}.", remedy="name another column."
        )
    return column


def split_names(names: str) -> list[str]:
    """A comma list of column names. Names with commas, spaces or quotes stand in double quotes, as in filters."""
    found, name, inside = [], "", False
    for character in names:
        if character == '"':
            inside = not inside
        if character == "," and not inside:
            found.append(name)
            name = ""
        else:
            name += character
    found.append(name)
    return [_unquoted(part.strip()) for part in found if part.strip()]


def _unquoted(name: str) -> str:
    sign = "-" if name.startswith("-") else ""
    rest = name.removeprefix("-")
    if len(rest) > 1 and rest[0] == rest[-1] == '"':
        return sign + rest[1:-1].replace('""', '"')
    return name


def column_info(column: Column, values: pa.Array) -> dict[str, Any]:
    """What the console needs to know of a column: kind, documentation, values or range."""
    low = high = None
    if column.kind == "number" and len(values) > values.null_count:
        extremes = pc.min_max(values).as_py()
        low, high = float(extremes["min"]), float(extremes["max"])
    names = values.dictionary.to_pylist()[:MOST_VALUES] if column.kind == "category" else None
    return {
        "name": column.name,
        "quoted": quoted(column.name),
        "table": column.table,
        "kind": column.kind,
        "doc": column.doc,
        "values": names,
        "min": low,
        "max": high,
    }


def _column(field: pa.Field, name: str, table: Any, position: int) -> Column:
    documented = (UNITS if table == "units" else SAMPLES).get_field_index(field.name)
    source = (UNITS if table == "units" else SAMPLES).field(documented) if documented >= 0 else field
    return Column(
        name=name,
        table=table,
        kind=column_kind(field),
        sql=f"{table[0]}.c{position}",
        doc=column_doc(source),
        single=bool(pa.types.is_float32(field.type)),
    )


def _label_names(view: RunView) -> tuple[str, ...]:
    found = dict.fromkeys(view.labels)
    for name in ("gold", "pred"):
        column = view.units[name]
        values = column.unify_dictionaries().chunk(0).dictionary if column.num_chunks else pa.array([], pa.string())
        found.update(dict.fromkeys(value for value in values.to_pylist() if value is not None))
    return tuple(found)


def _normalised(table: pa.Table, orders: Mapping[str, Sequence[str]]) -> pa.Table:
    names = table.column_names
    columns = [_normalised_column(name, table[name], orders.get(name, ())) for name in names]
    return pa.table(columns, names=names)


def _normalised_column(name: str, column: pa.ChunkedArray, order: Sequence[str]) -> pa.Array:
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _category(column, order)
    if pa.types.is_floating(kind):
        wide = column.cast(pa.float32()) if pa.types.is_float16(kind) else column
        return _whole(pc.if_else(pc.is_nan(wide), pa.scalar(None, wide.type), wide))
    if pa.types.is_boolean(kind) or pa.types.is_integer(kind):
        return _whole(column)
    text = _text(column)
    if name.startswith("meta_") and pc.count_distinct(text).as_py() <= FEW_VALUES:
        values = sorted(value for value in text.unique().to_pylist() if value is not None)
        return _category(text.dictionary_encode(), values)
    return _whole(text)


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    try:
        return column.cast(pa.large_string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        written = [None if value is None else str(value) for value in column.to_pylist()]
        return pa.chunked_array([written], pa.large_string())


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _category(column: pa.ChunkedArray, order: Sequence[str]) -> pa.Array:
    """One dictionary: first the values of ``order``, then the others as they come."""
    array = _whole(column.unify_dictionaries()) if column.num_chunks else pa.array([], column.type)
    known = array.dictionary.cast(pa.string()).to_pylist()
    names = list(dict.fromkeys([*order, *(value for value in known if value is not None)]))
    at = {name: code for code, name in enumerate(names)}
    places = pa.array([None if value is None else at[value] for value in known], pa.int32())
    return pa.DictionaryArray.from_arrays(places.take(array.indices), pa.array(names, pa.string()))


def codes(array: pa.Array) -> Ints:
    """Codes of a category into its dictionary, int32; -1 where null."""
    found: Ints = array.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32, copy=False)
    return found


def numbers(array: pa.Array) -> Floats:
    """Values of a number or boolean column as float32 or float64; NaN where null."""
    narrow = pa.types.is_float32(array.type) or pa.types.is_boolean(array.type)
    wide = array.cast(pa.float32() if narrow else pa.float64())
    found: Floats = wide.fill_null(float("nan")).to_numpy(zero_copy_only=False)
    return found


def flags(array: pa.Array) -> Bools:
    """Values of a boolean column; null counts as False."""
    found: Bools = array.fill_null(False).to_numpy(zero_copy_only=False)
    return found
