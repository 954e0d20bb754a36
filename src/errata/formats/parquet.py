"""Parquet, with the class names that Hugging Face keeps in its schema."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from errata.core.errors import InputError
from errata.core.settings import setting
from errata.core.types import Source
from errata.formats.table import Table

MAGIC = b"PAR1"
_ROWS_AT_ONCE = 1024
_METADATA = b"huggingface"


def read_parquet(source: Source) -> Table:
    """Rows of a Parquet file. Stops with InputError when they decode to more than ``max_file_bytes``."""
    limit = int(setting("max_file_bytes"))
    try:
        file = pq.ParquetFile(pa.BufferReader(source.content))
        batches = []
        size = 0
        for batch in file.iter_batches(batch_size=_ROWS_AT_ONCE):
            size += sum(map(_decoded_bytes, batch.columns))
            if size > limit:
                raise InputError(
                    source.name,
                    found=f"more than {limit} bytes once decoded",
                    expected="at most the setting max_file_bytes",
                    remedy="split the file, or raise the limit: export ERRATA_MAX_FILE_BYTES=<bytes>.",
                )
            batches.append(batch)
        table = pa.Table.from_batches(batches, file.schema_arrow)
        table.validate(full=True)
    except (pa.ArrowException, OSError) as error:
        raise InputError(
            source.name,
            found=f"Parquet that cannot be read ({error})",
            expected="a complete Parquet file",
            remedy="write or copy the file again.",
        ) from None
    if not table.num_rows:
        raise InputError(source.name, found="no rows", expected="samples", remedy="check the file.")
    columns = {name: _plain(table[number]) for number, name in enumerate(table.column_names)}
    return Table(source=source, n_rows=table.num_rows, columns=columns, class_names=class_names(table.schema))


def _decoded_bytes(array: pa.Array) -> int:
    """Size of a column once its dictionary is resolved."""
    if not pa.types.is_dictionary(array.type) or not _is_binary(array.dictionary.type):
        return int(array.nbytes)
    return int(pc.sum(pc.binary_length(array.dictionary).take(array.indices)).as_py() or 0)


def _is_binary(kind: pa.DataType) -> bool:
    return any(
        test(kind)
        for test in (pa.types.is_string, pa.types.is_large_string, pa.types.is_binary, pa.types.is_large_binary)
    )


def _plain(column: pa.ChunkedArray) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        kind = column.type.value_type
        column = column.cast(pa.large_string() if pa.types.is_string(kind) else kind)
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)


def class_names(schema: pa.Schema) -> dict[str, tuple[str, ...]]:
    """Column → names of its codes, for columns that Hugging Face calls ``ClassLabel`` (also in lists)."""
    try:
        features = json.loads((schema.metadata or {}).get(_METADATA, b"{}"))["info"]["features"]
    except (ValueError, KeyError, TypeError):
        return {}
    found = {}
    for name, feature in features.items() if isinstance(features, dict) else ():
        for part in _nested(feature):
            names = part.get("names")
            if part.get("_type") == "ClassLabel" and isinstance(names, list):
                found[name] = tuple(map(str, names))
                break
    return found


def _nested(feature: Any) -> Iterator[dict[str, Any]]:
    """A feature and what it is a list of."""
    while True:
        if isinstance(feature, list) and feature:
            feature = feature[0]
        if not isinstance(feature, dict):
            return
        yield feature
        feature = feature.get("feature")


def metadata(features: dict[str, Any]) -> dict[bytes, bytes]:
    """Schema metadata that makes ``datasets`` read columns with these features."""
    return {_METADATA: json.dumps({"info": {"features": features}}).encode()}
