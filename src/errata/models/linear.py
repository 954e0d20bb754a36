"""Logistic regression over sparse rows, trained online; compiled with numba.

One Adagrad step (Duchi, Hazan and Singer 2011) a row on the gradient of the negative log-likelihood, of a softmax over
the labels or of one independent sigmoid a label. Sequential and free of the GIL, so models train side by side in threads.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from errata.core.types import Bools, Ints

Singles = npt.NDArray[np.float32]

FLAT = 1e-3
"""Gradient of a score below which its features are not touched."""
START_SQUARES = 1e-3
"""Where the Adagrad sums of squares begin."""
_FAST = {"contract", "reassoc", "nsz", "arcp"}


@dataclass(frozen=True, slots=True)
class Linear:
    """Weights ``(n_features, n_labels)``, bias, and their Adagrad sums of squares."""

    weights: Singles
    squares: Singles
    bias: Singles
    bias_squares: Singles
    is_softmax: bool

    @classmethod
    def zeros(cls, n_features: int, n_labels: int, *, is_softmax: bool) -> Linear:
        """An untrained model: every label equally likely."""
        return cls(
            np.zeros((n_features, n_labels), np.float32),
            np.full((n_features, n_labels), START_SQUARES, np.float32),
            np.zeros(n_labels, np.float32),
            np.full(n_labels, START_SQUARES, np.float32),
            is_softmax,
        )


def train(model: Linear, rows: csr_array, targets: Bools, order: Ints, step: float) -> None:
    """One pass over the rows ``order``, changing ``model`` in place. ``targets`` bool ``(n_rows, n_labels)``."""
    _train(
        rows.indptr, rows.indices, rows.data, targets, order, np.float32(step), model.is_softmax,
        model.weights, model.squares, model.bias, model.bias_squares,
    )  # fmt: skip


def probabilities(model: Linear, rows: csr_array, chosen: Ints) -> Singles:
    """p(label) of the rows ``chosen``, float32 ``(len(chosen), n_labels)``; softmax rows sum to 1."""
    probs = np.empty((len(chosen), len(model.bias)), np.float32)
    _probabilities(rows.indptr, rows.indices, rows.data, chosen, model.is_softmax, model.weights, model.bias, probs)
    return probs


@numba.njit(cache=True, nogil=True, fastmath=_FAST)
def _respond(starts, columns, values, row, is_softmax, weights, bias, scores):  # type: ignore[no-untyped-def]
    n_labels = len(bias)
    for k in range(n_labels):
        scores[k] = bias[k]
    for f in range(starts[row], starts[row + 1]):
        column, value = columns[f], values[f]
        for k in range(n_labels):
            scores[k] += value * weights[column, k]
    if is_softmax:
        top = scores[0]
        for k in range(1, n_labels):
            top = max(top, scores[k])
        total = np.float32(0.0)
        for k in range(n_labels):
            scores[k] = np.exp(scores[k] - top)
            total += scores[k]
        for k in range(n_labels):
            scores[k] /= total
    else:
        for k in range(n_labels):
            scores[k] = np.float32(1.0) / (np.float32(1.0) + np.exp(-scores[k]))


@numba.njit(cache=True, nogil=True, fastmath=_FAST)
def _train(  # type: ignore[no-untyped-def]
    starts, columns, values, targets, order, step, is_softmax, weights, squares, bias, bias_squares
):
    n_labels = len(bias)
    scores = np.empty(n_labels, np.float32)
    live = np.empty(n_labels, np.int32)
    for row in order:
        _respond(starts, columns, values, row, is_softmax, weights, bias, scores)
        n_live = 0
        for k in range(n_labels):
            scores[k] -= targets[row, k]
            if abs(scores[k]) > FLAT:
                live[n_live] = k
                n_live += 1
        for a in range(n_live):
            k = live[a]
            bias_squares[k] += scores[k] * scores[k]
            bias[k] -= step * scores[k] / np.sqrt(bias_squares[k])
        for f in range(starts[row], starts[row + 1]):
            column, value = columns[f], values[f]
            for a in range(n_live):
                k = live[a]
                slope = scores[k] * value
                squares[column, k] += slope * slope
                weights[column, k] -= step * slope / np.sqrt(squares[column, k])


@numba.njit(cache=True, nogil=True, fastmath=_FAST)
def _probabilities(starts, columns, values, chosen, is_softmax, weights, bias, probs):  # type: ignore[no-untyped-def]
    for i in range(len(chosen)):
        _respond(starts, columns, values, chosen[i], is_softmax, weights, bias, probs[i])
