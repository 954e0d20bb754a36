"""A table as read from CSV, JSON or Parquet, before it is known what its columns mean."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import pyarrow as pa

from errata.core.types import Ints, Notice, Source

Column: TypeAlias = "Sequence[Any] | pa.Array"
"""Values of one column: Python objects (JSON) or an Arrow array (CSV, Parquet)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """``columns`` of ``n_rows`` values each. ``lines``: 1-based line of each row, where rows are lines.

    ``class_names``: names that a column of codes declares (Hugging Face ``ClassLabel``).
    ``is_headed``: False where the columns are numbered because the file names none.
    """

    source: Source
    n_rows: int
    columns: Mapping[str, Column]
    lines: Ints | None = None
    class_names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    is_headed: bool = True
    notices: tuple[Notice, ...] = ()

    def where(self, row: int) -> str:
        """Name of the source and line or row, for messages."""
        if self.lines is not None:
            return f"{self.source.name}, line {int(self.lines[row])}"
        return f"{self.source.name}, row {row + 1}"

    def values(self, name: str) -> Sequence[Any]:
        """A column as Python objects."""
        column = self.columns[name]
        found: Sequence[Any] = column.to_pylist() if isinstance(column, pa.Array) else column
        return found

    def first(self, name: str, n: int = 100) -> list[Any]:
        """The first values of a column that are not null, as Python objects."""
        column = self.columns[name]
        if isinstance(column, pa.Array):
            column = column.drop_null().slice(0, n).to_pylist()
        return list(itertools.islice((value for value in column if value is not None), n))
