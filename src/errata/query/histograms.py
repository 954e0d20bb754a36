"""How a number column is distributed over the selected units."""

from __future__ import annotations

from typing import Any

import numpy as np

from errata.core.errors import FilterError
from errata.core.filters import Column
from errata.core.types import Floats, Ints
from errata.query.columns import numbers
from errata.query.selection import Selection
from errata.query.tables import Tables
from errata.query.tally import taken

Json = dict[str, Any]
BINS = 20


def histogram(tables: Tables, selection: Selection, column: Column, bins: int = BINS) -> Json:
    """``{"column", "edges", "counts", "n_empty"}`` of a number column over the selected units.

    Edges are those of the whole run, so bars stay where they are when the filter changes; 0 to 1 for shares and
    probabilities. Bin i is [edges[i], edges[i + 1]), the last one closed, exactly as filters compare.
    """
    if column.kind != "number":
        raise FilterError(f"`{column.name}` holds no numbers.", remedy="name a number column, such as dep.")
    edges, place = tables.kept(("bins", column.name, bins), lambda: _bins(tables, column, bins))
    n = np.bincount(taken(place, selection), minlength=bins + 1)
    return {
        "column": column.name,
        "edges": edges.tolist(),
        "counts": n[:bins].tolist(),
        "n_empty": int(n[bins]),
    }


def _bins(tables: Tables, column: Column, bins: int) -> tuple[Floats, Ints]:
    """Edges ``(bins + 1,)`` and each unit's bin, ``bins`` where it has no value."""
    values = numbers(tables.by_unit(column))
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    if low >= 0 and high <= 1 and values.dtype == np.float32:
        low, high = 0.0, 1.0
    elif low == high:
        high = low + 1
    edges = np.array([float(f"{edge:.6g}") for edge in np.linspace(low, high, bins + 1)])
    edges[0], edges[-1] = min(edges[0], low), max(edges[-1], high)
    place = np.searchsorted(edges.astype(values.dtype), values, side="right") - 1
    place = np.where(values == values.dtype.type(edges[-1]), bins - 1, place)
    place = np.where(np.isnan(values), bins, np.clip(place, 0, bins - 1))
    return edges, place.astype(np.uint8)
