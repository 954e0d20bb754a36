"""Two axes for a map of vectors: principal components, fitted jointly on all splits.

The first two eigenvectors of the covariance; each axis points so that its largest coefficient is positive, so the same
vectors give the same map. Rows with an undefined value have no place (NaN).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from errata.core.settings import setting
from errata.core.types import Floats

_BLOCK = 1 << 15


@dataclass(frozen=True, slots=True)
class Projection:
    """``mean`` float64 ``(d,)``, ``axes`` float64 ``(d, 2)``; where d or the number of points is too small, axes are 0."""

    mean: Floats
    axes: Floats


def fit_projection(vectors: Floats, points: int | None = None) -> Projection:
    """The projection of ``vectors`` ``(n, d)``; at most ``points`` rows (setting ``map_samples``), evenly spaced."""
    size, width = vectors.shape
    most = int(setting("map_samples")) if points is None else points
    chosen = vectors[np.linspace(0, size - 1, most).astype(np.int64)] if size > most else vectors
    kept = chosen[np.isfinite(chosen).all(axis=1)]
    axes = np.zeros((width, 2))
    if len(kept) < 2:
        return Projection(kept.sum(axis=0, dtype=np.float64), axes)
    mean = kept.mean(axis=0, dtype=np.float64)
    scatter = np.zeros((width, width))
    for start in range(0, len(kept), _BLOCK):
        block = (kept[start : start + _BLOCK] - mean).astype(np.float32)
        scatter += block.T @ block
    values, found = np.linalg.eigh(scatter)
    used = min(2, width)
    best = found[:, ::-1][:, :used] * (values[::-1][:used] > 0)
    signs = np.sign(best[np.abs(best).argmax(axis=0), np.arange(used)])
    axes[:, :used] = best * signs
    return Projection(mean, axes)


def project(projection: Projection, vectors: Floats) -> Floats:
    """Places of ``vectors`` ``(n, d)`` on the map, float32 ``(n, 2)``; NaN where a vector is not finite."""
    places = np.full((len(vectors), 2), np.nan, np.float32)
    for start in range(0, len(vectors), _BLOCK):
        block = vectors[start : start + _BLOCK].astype(np.float64)
        finite = np.isfinite(block).all(axis=1)
        places[start : start + _BLOCK][finite] = (block[finite] - projection.mean) @ projection.axes
    return places
