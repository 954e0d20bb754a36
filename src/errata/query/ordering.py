"""Sorting a selection by several keys and taking one page, without sorting what is not shown.

Ascending or descending, empty values come last; equal rows keep the order of the data. The random order follows from
sample id and seed alone, so it is the same on every machine and filter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from errata.core.filters import Column
from errata.core.types import Floats, Ints
from errata.query.columns import codes, numbers, require_column, split_names
from errata.query.selection import Selection
from errata.query.tables import Tables

RANDOM = "random"
Key = Floats | Ints


@dataclass(frozen=True, slots=True)
class SortKey:
    column: Column
    descending: bool


def sort_keys(tables: Tables, sort: str) -> list[SortKey | str]:
    """The keys of a sort: column names, ``-`` before a descending one, or ``random``. Raises FilterError."""
    return [
        name
        if name == RANDOM
        else SortKey(require_column(name.removeprefix("-"), tables.columns), name.startswith("-"))
        for name in split_names(sort)
    ]


def unit_page(tables: Tables, selection: Selection, sort: str, seed: int, start: int, stop: int) -> Ints:
    """Positions of the selected units in places ``start:stop`` of the order."""
    owner = tables.unit_sample()[selection.units]
    keys: list[Key] = []
    for key in sort_keys(tables, sort):
        if isinstance(key, str):
            keys.append(_random(tables, seed)[owner])
        else:
            values = sortable(tables, key.column)
            at = selection.units if key.column.table == "units" else owner
            keys.append(_directed(values[at], key.descending))
    return selection.units[page(keys, selection.n_units, start, stop)]


def sample_page(tables: Tables, selection: Selection, sort: str, seed: int, start: int, stop: int) -> Ints:
    """Positions of the selected samples in places ``start:stop`` of the order.

    A column of units counts with its largest value among the sample's selected units when descending, else with its
    smallest.
    """
    keys: list[Key] = []
    for key in sort_keys(tables, sort):
        if isinstance(key, str):
            keys.append(_random(tables, seed)[selection.samples])
        elif key.column.table == "samples":
            keys.append(_directed(sortable(tables, key.column)[selection.samples], key.descending))
        else:
            values = sortable(tables, key.column)[selection.units]
            keys.append(_directed(_reduced(tables, selection, values, key.descending), key.descending))
    return selection.samples[page(keys, selection.n_samples, start, stop)]


def page(keys: Sequence[Key], size: int, start: int, stop: int) -> Ints:
    """Which of ``size`` rows take the places ``start:stop`` when sorted by ``keys``, ties by position; in order.

    O(size) however deep the page: rows that sort before or after it are only partitioned away.
    """
    return _page(keys, np.arange(size), max(start, 0), min(stop, size))


def sortable(tables: Tables, column: Column) -> Floats:
    """A column as numbers that sort like it, one per row of its table; NaN = empty. Text sorts by code point."""
    return tables.kept(("sortable", column.name), lambda: _sortable(tables.array(column), column))


def _page(keys: Sequence[Key], rows: Ints, start: int, stop: int) -> Ints:
    if start >= stop:
        return rows[:0]
    if not keys:
        return rows[start:stop]
    key = keys[0][rows]
    first, last = np.partition(key, (start, stop - 1))[[start, stop - 1]]
    before = int(np.count_nonzero(_less(key, first)))
    inside = np.flatnonzero(~_less(key, first) & ~_less(last, key))
    key, rows, start, stop = key[inside], rows[inside], start - before, stop - before
    if len(rows) <= 4 * (stop - start) + 4096:
        order = np.lexsort([part[rows] for part in reversed(keys)])
        return rows[order[start:stop]]
    low, high = _same(key, first), _same(key, last)
    if low.all():
        return _page(keys[1:], rows, start, stop)
    middle = ~low & ~high
    n_low, n_middle = int(np.count_nonzero(low)), int(np.count_nonzero(middle))
    between = rows[middle]
    return np.concatenate(
        (
            _page(keys[1:], rows[low], start, n_low),
            between[np.lexsort([part[between] for part in reversed(keys)])],
            _page(keys[1:], rows[high], 0, stop - n_low - n_middle),
        )
    )


def _less(left: Key, right: Key) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """``left < right`` in sort order, in which NaN is the largest value."""
    found: np.ndarray[tuple[int, ...], np.dtype[np.bool_]] = (left < right) | (np.isnan(right) & ~np.isnan(left))
    return found


def _same(left: Key, right: Key) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    found: np.ndarray[tuple[int, ...], np.dtype[np.bool_]] = (left == right) | (np.isnan(left) & np.isnan(right))
    return found


def _directed(values: Floats, descending: bool) -> Floats:
    return -values if descending else values


def _reduced(tables: Tables, selection: Selection, values: Floats, largest: bool) -> Floats:
    """One value per selected sample from those of its selected units; NaN without any."""
    out: Floats = np.full(selection.n_samples, np.nan, values.dtype)
    starts = selection.starts()
    if len(starts):
        best: Floats = (np.fmax if largest else np.fmin).reduceat(values, starts)
        if len(starts) == selection.n_samples:
            return best
        owner = tables.unit_sample()[selection.units[starts]]
        out[np.searchsorted(selection.samples, owner)] = best
    return out


def _sortable(array: pa.Array, column: Column) -> Floats:
    if column.kind == "category":
        found = codes(array).astype(np.float64)
        found[found < 0] = np.nan
        return found
    if column.kind == "text":
        ranks = pc.rank(array, sort_keys="ascending", tiebreaker="dense")
        found = np.asarray(ranks).astype(np.float64)
        found[np.asarray(array.is_null())] = np.nan
        return found
    return numbers(array)


def _random(tables: Tables, seed: int) -> Ints:
    """A number per sample, uint64 ``(n_samples,)``, mixed from its id and the seed (splitmix64)."""
    ids = tables.kept("id hashes", lambda: _id_hashes(tables.sample("sample_id").to_pylist()))
    with np.errstate(over="ignore"):
        mixed = ids + np.uint64(seed) * np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ mixed >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ mixed >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
        return np.asarray(mixed ^ mixed >> np.uint64(31))


def _id_hashes(ids: Sequence[str]) -> Ints:
    return np.fromiter((crc32(name.encode()) for name in ids), np.uint64, len(ids))
