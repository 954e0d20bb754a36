"""Reductions of token values over spans and samples given as half-open ranges of token positions."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from errata.analysis.keys import expand
from errata.core.types import Floats, Ints

Reduction = np.ufunc


def reduce_ranges(values: Floats, start: Ints, end: Ints, reduction: Reduction) -> Floats:
    """``reduction`` (``np.minimum``, ``np.maximum``, ``np.add``) of ``values[start[i]:end[i]]`` for each range.

    Ranges may overlap and come in any order. float ``(n,)`` of the dtype of ``values``; NaN for an empty range (0 under
    ``np.add``) and wherever a value in the range is NaN.
    """
    empty: npt.NDArray[Any] = np.full(len(start), 0.0 if reduction is np.add else np.nan, values.dtype)
    filled = np.flatnonzero(end > start)
    if not len(filled):
        return empty
    low, high = start[filled].astype(np.int64), end[filled].astype(np.int64)
    if _is_tiling(low, high):
        empty[filled] = reduction.reduceat(values[: high[-1]], low)
        return empty
    positions, _ = expand(low, high)
    sizes = high - low
    empty[filled] = reduction.reduceat(values[positions], np.cumsum(sizes) - sizes)
    return empty


def argmax_ranges(values: Floats, start: Ints, end: Ints) -> Ints:
    """Position of the largest value in ``values[start[i]:end[i]]``, the first of equals; NaN counts as the smallest.

    int64 ``(n,)``; -1 for an empty range.
    """
    found = np.full(len(start), -1, np.int64)
    filled = np.flatnonzero(end > start)
    if not len(filled):
        return found
    positions, owner = expand(start[filled].astype(np.int64), end[filled].astype(np.int64))
    inside = np.nan_to_num(values[positions], nan=-np.inf, posinf=np.inf, neginf=-np.inf)
    sizes = np.bincount(owner, minlength=len(filled))
    best = np.maximum.reduceat(inside, np.cumsum(sizes) - sizes)
    hits = np.flatnonzero(inside == best[owner])[::-1]
    found[filled[owner[hits]]] = positions[hits]
    return found


def mean_ranges(vectors: Floats, start: Ints, end: Ints) -> Floats:
    """Mean of the rows ``vectors[start[i]:end[i]]``, float32 ``(n, d)``; zeros for an empty range.

    A sparse product, so that only the rows in a range are read.
    """
    sizes = end - start
    ends = np.concatenate(([0], np.cumsum(sizes)))
    rows = np.arange(ends[-1]) + np.repeat(start - ends[:-1], sizes)
    shares = np.repeat((1 / np.maximum(sizes, 1)).astype(np.float32), sizes)
    chosen = csr_array((shares, rows, ends), shape=(len(start), len(vectors)))
    means: Floats = chosen @ vectors.astype(np.float32, copy=False)
    return means


def _is_tiling(low: Ints, high: Ints) -> bool:
    """The ranges follow one another without gap, as samples do."""
    return bool((low[1:] == high[:-1]).all())
