"""Many integer columns as one sortable integer, so that joins and sorts need a single pass."""

from __future__ import annotations

import numpy as np

from errata.core.types import Ints

_LARGEST = 2**62


def combine(*columns: Ints) -> Ints:
    """One int64 key per row that orders and equals as the tuple of ``columns`` does, the first column first.

    Columns ``(n,)`` of integers, any sign. Where the value ranges do not fit 62 bits together, the key so far is
    replaced by its dense rank, so the result is exact for every input.
    """
    key = np.zeros(len(columns[0]), np.int64)
    if not len(key):
        return key
    width = 1
    for column in columns:
        values = column.astype(np.int64)
        low, high = int(values.min()), int(values.max())
        size = high - low + 1
        if width * size > _LARGEST:
            key = np.unique(key, return_inverse=True)[1].astype(np.int64)
            width = int(key.max()) + 1
            if width * size > _LARGEST:
                values, low = np.unique(values, return_inverse=True)[1].astype(np.int64), 0
                size = int(values.max()) + 1
        key = key * size + (values - low)
        width *= size
    return key


def pair_equal(left: Ints, right: Ints) -> tuple[Ints, Ints]:
    """Positions ``(i, j)`` with ``left[i] == right[j]``, each position at most once, as many pairs as possible."""
    order_left, order_right = np.argsort(left, kind="stable"), np.argsort(right, kind="stable")
    sorted_left, sorted_right = left[order_left], right[order_right]
    nth = np.arange(len(left)) - np.searchsorted(sorted_left, sorted_left, side="left")
    partner = np.searchsorted(sorted_right, sorted_left, side="left") + nth
    found = partner < np.searchsorted(sorted_right, sorted_left, side="right")
    return order_left[found], order_right[partner[found]]


def expand(low: Ints, high: Ints) -> tuple[Ints, Ints]:
    """All integers of the ranges ``low[i]:high[i]``, end to end, and for each the range ``i`` it belongs to."""
    sizes = np.maximum(high - low, 0).astype(np.int64)
    owner = np.repeat(np.arange(len(low), dtype=np.int64), sizes)
    before = np.cumsum(sizes) - sizes
    return np.arange(len(owner), dtype=np.int64) - before[owner] + low[owner], owner
