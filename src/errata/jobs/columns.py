"""Arrays → Arrow tables of the stored schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

import numpy as np
import pyarrow as pa

from errata.core.types import Ints


def category(codes: Ints, names: Sequence[str]) -> pa.DictionaryArray:
    """Codes into ``names`` as a dictionary column; negative codes are null."""
    indices = pa.array(codes, pa.int32(), mask=np.asarray(codes) < 0)
    return pa.DictionaryArray.from_arrays(indices, pa.array(list(names), pa.string()))


def number(values: Any, kind: pa.DataType | None = None) -> pa.Array:
    """Floats as float32 with NaN as null."""
    values = np.asarray(values, np.float32)
    return pa.array(values, kind or pa.float32(), mask=np.isnan(values))


def optional(values: Ints, present: Any) -> pa.Array:
    """Integers as int32, null where not ``present``."""
    return pa.array(np.asarray(values, np.int32), pa.int32(), mask=~np.asarray(present, bool))


def table(schema: pa.Schema, columns: Mapping[str, Any], extra: pa.Table | None = None) -> pa.Table:
    """Columns in the order and types of ``schema``; those not given are null. ``extra`` columns follow."""
    size = len(next(iter(columns.values())))
    unknown = set(columns) - set(schema.names)
    if unknown:
        raise KeyError(f"not in the schema: {sorted(unknown)}")
    arrays = []
    for field in schema:
        given = columns.get(field.name)
        array = pa.nulls(size, field.type) if given is None else given
        if not isinstance(array, pa.Array | pa.ChunkedArray):
            array = pa.array(array)
        arrays.append(array if array.type == field.type else array.cast(field.type))
    made = pa.Table.from_arrays(arrays, schema=schema)
    if extra is not None:
        for field, column in zip(extra.schema, extra.columns, strict=True):
            made = made.append_column(field, column)
    return made


def surfaces(texts: pa.ChunkedArray, sample: Ints, start: Ints, end: Ints) -> pa.Array:
    """``text[start:end]`` of each row's sample, large_string; only the texts that are needed are decoded."""
    needed, at = np.unique(sample, return_inverse=True)
    pool = texts.take(pa.array(needed)).to_pylist()
    rows = zip(at.tolist(), np.asarray(start).tolist(), np.asarray(end).tolist(), strict=True)
    return pa.array([pool[text][low:high] for text, low, high in rows], pa.large_string())


def join(parts: Sequence[Any]) -> Any:
    """Dataclasses of arrays, end to end."""
    kind = type(parts[0])
    return kind(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(kind)))
