"""Confusion matrices ``[gold, pred]``: row is gold, column is pred, the last of each is "nothing".

Of units: the last column counts missed gold spans, the last row ghost predictions. Of tokens: the last row and column
are ``O``. Of texts: the last row and column stay empty.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from errata.core.types import Floats, Ints


def confusion(gold: Ints, pred: Ints, n_labels: int, n: Ints | None = None) -> Ints:
    """Counts int64 ``(n_labels + 1, n_labels + 1)`` from label codes ``(r,)``, -1 = nothing, each row ``n`` times."""
    size = n_labels + 1
    row, column = np.where(gold < 0, n_labels, gold), np.where(pred < 0, n_labels, pred)
    cells = np.bincount(row * size + column, n, minlength=size * size)
    return cells.astype(np.int64).reshape(size, size)


def row_shares(matrix: Ints, *, without_diagonal: bool = False) -> Floats:
    """Each cell's share of its row, float64; NaN in an empty row. ``without_diagonal`` counts errors only."""
    counts = matrix.astype(np.float64)
    if without_diagonal:
        np.fill_diagonal(counts, 0.0)
    total = counts.sum(axis=1, keepdims=True)
    shares: Floats = np.full(counts.shape, np.nan)
    np.divide(counts, total, out=shares, where=total > 0)
    return shares


def top_confusions(matrix: Ints, at_most: int = 5) -> list[tuple[int, int, int]]:
    """The most frequent (gold, pred, count) off the diagonal, missed and ghost included; equal counts by position."""
    counts = matrix.copy()
    np.fill_diagonal(counts, 0)
    order = np.argsort(-counts, axis=None, kind="stable")[:at_most]
    cells = [(int(k) // len(counts), int(k) % len(counts)) for k in order]
    return [(row, column, int(counts[row, column])) for row, column in cells if counts[row, column]]


def confusion_json(matrix: Ints, labels: Sequence[str]) -> dict[str, Any]:
    """``{"labels", "cells": [[gold, pred, n], …], "missed": [n per gold], "ghost": [n per pred]}``; empty cells omitted."""
    inner = matrix[:-1, :-1]
    rows, columns = np.nonzero(inner)
    return {
        "labels": list(labels),
        "cells": np.stack((rows, columns, inner[rows, columns]), axis=1).tolist(),
        "missed": matrix[:-1, -1].tolist(),
        "ghost": matrix[-1, :-1].tolist(),
    }
