"""Objects in memory → bytes per split. Other libraries' objects are known by what they can do, never imported."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from errata.core.errors import UsageError


@dataclass(frozen=True, slots=True)
class Encoded:
    """A table as the bytes of a file; ``format`` is parquet, or jsonl where Arrow cannot hold the values."""

    format: str
    content: bytes


def encoded_splits(obj: Any, default: str) -> dict[str, Encoded]:
    """Bytes by split name; ``default`` names the split of a single table that has no name. Raises UsageError."""
    if isinstance(obj, Mapping) and obj and all(_is_table(part) for part in obj.values()):
        return {str(split): encoded(part) for split, part in obj.items()}
    return {_own_split(obj) or default: encoded(obj)}


def encoded(obj: Any) -> Encoded:
    """A table as the bytes of a file."""
    if hasattr(obj, "iloc") and hasattr(obj, "to_dict"):  # pandas
        try:
            return parquet(pa.Table.from_pandas(obj, preserve_index=False).replace_schema_metadata(None))
        except (pa.ArrowException, TypeError):
            return _jsonl(obj.to_dict("records"))
    if hasattr(obj, "to_parquet") and hasattr(obj, "features"):  # datasets.Dataset
        buffer = io.BytesIO()
        obj.to_parquet(buffer)
        return Encoded("parquet", buffer.getvalue())
    if hasattr(obj, "to_arrow"):  # polars
        obj = obj.to_arrow()
    if isinstance(obj, pa.Table):
        return parquet(obj)
    if isinstance(obj, Mapping) and obj and all(hasattr(column, "__len__") for column in obj.values()):
        try:
            return parquet(pa.table(dict(obj)))
        except (pa.ArrowException, TypeError):
            return _jsonl([dict(zip(obj, row, strict=True)) for row in zip(*obj.values(), strict=True)])
    if _is_rows(obj):
        return _jsonl(obj)
    raise UsageError(
        f"data of type {type(obj).__name__} cannot be read.",
        remedy="pass a path, a DataFrame, a datasets.Dataset, an Arrow table, a list of dicts, or a dict of splits.",
    )


def parquet(table: pa.Table) -> Encoded:
    """An Arrow table as Parquet."""
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd")
    return Encoded("parquet", sink.getvalue())


def _jsonl(rows: Iterable[Mapping[str, Any]]) -> Encoded:
    lines = [json.dumps(dict(row), ensure_ascii=False, default=_plain) for row in rows]
    try:
        return Encoded("jsonl", "".join(f"{line}\n" for line in lines).encode())
    except UnicodeEncodeError as error:
        raise UsageError(
            f"the data hold a lone surrogate, half a character ({error.object[error.start]!r}).",
            remedy="replace it: text.encode(errors='replace').decode().",
        ) from None


def _plain(value: Any) -> Any:
    """NumPy scalars and arrays, sets and dates, as JSON can hold them."""
    if hasattr(value, "tolist"):
        return value.tolist()
    return sorted(value) if isinstance(value, set | frozenset) else str(value)


def _is_rows(obj: Any) -> bool:
    return (
        isinstance(obj, Sequence) and not isinstance(obj, str | bytes) and all(isinstance(row, Mapping) for row in obj)
    )


def _is_table(obj: Any) -> bool:
    from_library = any(hasattr(obj, name) for name in ("iloc", "to_arrow", "to_parquet"))
    return from_library or isinstance(obj, pa.Table | Mapping) or _is_rows(obj)


def _own_split(obj: Any) -> str | None:
    """The split that a ``datasets.Dataset`` says it is."""
    split = getattr(obj, "split", None)
    return str(split).partition("[")[0] if type(split).__name__ == "NamedSplit" else None
