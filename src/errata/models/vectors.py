"""Vectors for the map and for neighbours where there is no model: latent semantic analysis of the baseline's features.

TF-IDF rows are projected on the leading right singular vectors of a sample of them (Deerwester et al. 1990). One BLAS
thread is used, so the same data and seed give the same bits on any number of processors.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from sklearn.utils.extmath import randomized_svd
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from errata.core.types import Bools, Ints
from errata.models.token_features import TokenFeatures

Singles = npt.NDArray[np.float32]

TEXT_DIMENSIONS = 64
TOKEN_DIMENSIONS = 32
FITTED_ROWS = 40_000
FITTED_COLUMNS = 50_000
_CHUNK_ROWS = 1 << 18


def text_vectors(rows: csr_array, seed: int) -> Singles:
    """Vectors float32 ``(n_samples, TEXT_DIMENSIONS)`` of TF-IDF rows; texts without a known word are at the origin."""
    axes = _axes(rows, _spread(np.arange(rows.shape[0])), TEXT_DIMENSIONS, seed)
    return np.ascontiguousarray(rows @ axes, dtype=np.float32)


def token_vectors(features: TokenFeatures, is_span: Bools, seed: int) -> Singles:
    """Vectors float32 ``(n_tokens, TOKEN_DIMENSIONS)`` of tokens in their context.

    ``is_span`` ``(n_tokens,)``: tokens inside spans. The axes are fitted half on them and half on the others, so that
    the map has room for what tells spans apart, and not only for common words.
    """
    n = len(is_span)
    count = np.bincount(features.columns, minlength=features.n_columns)
    weight = np.log((n + 1) / (count + 1)).astype(np.float32)
    inside, outside = np.flatnonzero(is_span), np.flatnonzero(~is_span)
    chosen = np.sort(np.concatenate([_spread(inside, FITTED_ROWS // 2), _spread(outside, FITTED_ROWS // 2)]))
    axes = _axes(_token_rows(features, chosen, weight), np.arange(len(chosen)), TOKEN_DIMENSIONS, seed)
    vectors = np.empty((n, TOKEN_DIMENSIONS), np.float32)
    for start in range(0, n, _CHUNK_ROWS):
        stop = min(start + _CHUNK_ROWS, n)
        vectors[start:stop] = _token_rows(features, np.arange(start, stop), weight) @ axes
    return vectors


def _token_rows(features: TokenFeatures, tokens: Ints, weight: Singles) -> csr_array:
    """Weighted features of ``tokens``, each row of length 1."""
    sizes = np.diff(features.starts)[tokens]
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
    place = np.arange(int(offsets[-1])) + np.repeat(features.starts[:-1][tokens] - offsets[:-1], sizes)
    columns = features.columns[place]
    values = weight[columns]
    row = np.repeat(np.arange(len(tokens)), sizes)
    length = np.sqrt(np.bincount(row, values.astype(np.float64) ** 2, len(tokens))).astype(np.float32)
    values /= np.maximum(length, np.float32(1e-9))[row]
    return csr_array((values, columns, offsets), shape=(len(tokens), features.n_columns))


def _axes(rows: csr_array, fitted: Ints, dimensions: int, seed: int) -> Singles:
    """Leading right singular vectors ``(n_columns, dimensions)`` of the rows ``fitted``; zero where there are fewer."""
    axes = np.zeros((rows.shape[1], dimensions), np.float32)
    part = rows[fitted]
    count = np.bincount(part.indices, minlength=rows.shape[1])
    used = np.sort(np.argsort(-count, kind="stable")[: min(FITTED_COLUMNS, int((count > 0).sum()))])
    k = min(dimensions, len(fitted), len(used))
    if k:
        with threadpool_limits(1):
            _, _, leading = randomized_svd(part.tocsc()[:, used].tocsr(), k, n_iter=4, random_state=seed)
        axes[used, :k] = leading.T
    return axes


def _spread(positions: Ints, at_most: int = FITTED_ROWS) -> Ints:
    """At most so many of the positions, evenly spaced."""
    if len(positions) <= at_most:
        return positions
    return positions[np.linspace(0, len(positions) - 1, at_most).astype(np.int64)]
