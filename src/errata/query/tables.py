"""An opened run: its tables in DuckDB, for deciding which rows match, and as NumPy columns, for counting them.

DuckDB finds the matching rows of a filter in milliseconds, but its group-by over samples costs 60 to 130 ms per million
units where NumPy, which knows that units are ordered by sample, needs 10 to 20: so counting is done here.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa

from errata.core.filters import Column
from errata.core.types import Bools, Floats, Ints
from errata.query.columns import (
    codes,
    filter_columns,
    flags,
    normalised_samples,
    normalised_units,
    numbers,
    table_column,
)
from errata.query.sql import Database
from errata.query.view import RunView

Made = TypeVar("Made")


class Tables:
    """Units and samples of a run. Columns are made on first use and kept; safe to use from several threads."""

    def __init__(self, view: RunView) -> None:
        self.view = view
        self.units = _by_sample(normalised_units(view))
        self.samples = normalised_samples(view)
        self.columns = filter_columns(self.units, self.samples)
        self.labels: tuple[str, ...] = tuple(self.dictionary("gold"))
        self.database = Database()
        self.database.add("units", self.units)
        self.database.add("samples", self.samples)
        self.database.seal()
        self._made: dict[Any, Any] = {}
        self._lock = threading.RLock()

    @property
    def n_units(self) -> int:
        return int(self.units.num_rows)

    @property
    def n_samples(self) -> int:
        return int(self.samples.num_rows)

    def kept(self, key: Any, make: Callable[[], Made]) -> Made:
        """``make()``, called once per key."""
        with self._lock:
            if key not in self._made:
                self._made[key] = make()
            made: Made = self._made[key]
            return made

    def array(self, column: Column) -> pa.Array:
        """The values of a filter column, one per row of its table."""
        return table_column(column, self.units, self.samples)

    def unit(self, name: str) -> pa.Array:
        """A column of the units as Arrow."""
        return self._arrow(self.units, name)

    def sample(self, name: str) -> pa.Array:
        """A column of the samples as Arrow."""
        return self._arrow(self.samples, name)

    def dictionary(self, name: str) -> list[str]:
        """The names behind the codes of a category of the units."""
        names: list[str] = self.unit(name).dictionary.to_pylist()
        return names

    def unit_codes(self, name: str) -> Ints:
        """Codes of a category, int32 ``(n_units,)``, -1 = null."""
        return self.kept(("unit codes", name), lambda: codes(self.unit(name)))

    def unit_numbers(self, name: str) -> Floats:
        """A number column of the units, ``(n_units,)``, NaN = null."""
        return self.kept(("unit numbers", name), lambda: numbers(self.unit(name)))

    def unit_flags(self, name: str) -> Bools:
        """A boolean column of the units, ``(n_units,)``; null is False."""
        return self.kept(("unit flags", name), lambda: flags(self.unit(name)))

    def unit_sample(self) -> Ints:
        """Position of each unit's sample, int32 ``(n_units,)``, never falling."""
        return self.kept("unit sample", lambda: np.asarray(self.unit("sample"), np.int32))

    def first_units(self) -> Ints:
        """First unit of each sample and the end of the last, ``(n_samples + 1,)``."""
        return self.kept(
            "first units", lambda: np.searchsorted(self.unit_sample(), np.arange(self.n_samples + 1)).astype(np.int64)
        )

    def split_codes(self) -> Ints:
        """Code of each sample's split, int32 ``(n_samples,)``."""
        return self.kept("split codes", lambda: codes(self.sample("split")))

    def splits(self) -> list[str]:
        """Names of the splits, in the order of the samples."""
        names: list[str] = self.sample("split").unique().to_pylist()
        return names

    def has_gold(self) -> Bools:
        """The sample is annotated, bool ``(n_samples,)``."""
        return self.kept("has gold", lambda: flags(self.sample("has_gold")))

    def is_judged(self) -> Bools:
        """The sample is annotated and the predictor spoke of it, bool ``(n_samples,)``: it counts in metrics."""
        if "has_pred" not in self.samples.column_names:
            return self.has_gold()
        return self.kept("is judged", lambda: self.has_gold() & flags(self.sample("has_pred")))

    def by_unit(self, column: Column) -> pa.Array:
        """A filter column with one row per unit, also when it belongs to the samples."""
        array = self.array(column)
        if column.table == "units":
            return array
        return self.kept(("by unit", column.name), lambda: array.take(pa.array(self.unit_sample())))

    def tokens_of(self, position: int) -> pa.Table | None:
        """The tokens of a sample, in order; None for texts. The token table is loaded on first need."""
        load = self.view.tokens
        if load is None:
            return None
        table, first = self.kept("tokens", lambda: _with_first(load(), self.n_samples))
        return table.slice(first[position], first[position + 1] - first[position])

    @staticmethod
    def _arrow(table: pa.Table, name: str) -> pa.Array:
        column = table[name]
        return column.chunk(0) if column.num_chunks else pa.array([], column.type)


def _by_sample(units: pa.Table) -> pa.Table:
    """The units ordered by sample, as every count relies on."""
    owner = np.asarray(units["sample"])
    if (owner[1:] >= owner[:-1]).all():
        return units
    return units.take(pa.array(np.argsort(owner, kind="stable"))).combine_chunks()


def _with_first(tokens: pa.Table, n_samples: int) -> tuple[pa.Table, list[int]]:
    """The tokens, ordered by sample, and where each sample's begin."""
    first = np.searchsorted(np.asarray(tokens["sample"]), np.arange(n_samples + 1))
    return tokens, first.tolist()
