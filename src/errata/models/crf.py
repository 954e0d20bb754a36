"""Linear-chain conditional random field over binary features, trained online; compiled with numba.

The model is p(y | x) proportional to exp(start[y_1] + end[y_n] + sum_t sum_f W[f, y_t] + sum_t A[y_t, y_{t+1}])
(Lafferty, McCallum and Pereira 2001). Training takes one Adagrad step (Duchi, Hazan and Singer 2011) a sentence on the
gradient of its negative log-likelihood, got by the scaled forward-backward recursion. Every function is sequential and
releases the GIL: several models train side by side in threads, each the same to the bit however many there are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt

from errata.core.types import Ints
from errata.models.token_features import TokenFeatures

Singles = npt.NDArray[np.float32]

NEGLIGIBLE = 1e-7
"""Filtered probability below which a tag is left out of the next step of the recursion."""
FLAT = 1e-3
"""Gradient of a score below which its features are not touched."""
START_SQUARES = 1e-3
"""Where the Adagrad sums of squares begin."""
_LEAST = np.float32(1e-30)
_FAST = {"contract", "reassoc", "nsz", "arcp"}


@dataclass(frozen=True, slots=True)
class Crf:
    """Weights and their Adagrad sums of squares. ``chain`` ``(n_tags + 2, n_tags)``: transitions, then start, then end."""

    weights: Singles
    weight_squares: Singles
    chain: Singles
    chain_squares: Singles

    @classmethod
    def zeros(cls, n_features: int, n_tags: int) -> Crf:
        """An untrained model: every tag sequence equally likely."""
        shape, chain = (n_features, n_tags), (n_tags + 2, n_tags)
        return cls(
            np.zeros(shape, np.float32),
            np.full(shape, START_SQUARES, np.float32),
            np.zeros(chain, np.float32),
            np.full(chain, START_SQUARES, np.float32),
        )


def train(model: Crf, features: TokenFeatures, offsets: Ints, codes: Ints, order: Ints, step: float) -> None:
    """One pass over the sentences ``order``, changing ``model`` in place.

    ``offsets`` ``(n_samples + 1,)`` and ``codes`` ``(n_tokens,)`` (tags, 0 to n_tags - 1) are those of all sentences.
    """
    _train(
        features.starts, features.columns, offsets, codes, order, step,
        model.weights, model.weight_squares, model.chain, model.chain_squares,
    )  # fmt: skip


def marginals(model: Crf, features: TokenFeatures, offsets: Ints, samples: Ints) -> Singles:
    """p(tag | sentence) of every token of the sentences ``samples``, end to end, float32 ``(n, n_tags)``."""
    probs = np.empty((int(np.diff(offsets)[samples].sum()), model.weights.shape[1]), np.float32)
    _marginals(features.starts, features.columns, offsets, samples, model.weights, model.chain, probs)
    return probs


@numba.njit(cache=True, nogil=True, fastmath=_FAST)
def _scores(starts, columns, first, n, weights, scores):  # type: ignore[no-untyped-def]
    n_tags = weights.shape[1]
    for t in range(n):
        for k in range(n_tags):
            scores[t, k] = 0.0
        for f in range(starts[first + t], starts[first + t + 1]):
            column = columns[f]
            for k in range(n_tags):
                scores[t, k] += weights[column, k]


@numba.njit(cache=True, nogil=True, fastmath=_FAST)
def _forward(n, scores, odds, alpha, active):  # type: ignore[no-untyped-def]
    """Turn ``scores[:n]`` into odds, and into ``alpha`` p(tag | tokens so far).

    ``active[t]`` lists the tags that are not negligible there, their number last.
    """
    n_tags = scores.shape[1]
    for t in range(n):
        top = scores[t, 0]
        for k in range(1, n_tags):
            top = max(top, scores[t, k])
        for k in range(n_tags):
            scores[t, k] = np.exp(scores[t, k] - top)
        if t == 0:
            for k in range(n_tags):
                alpha[0, k] = odds[n_tags, k]
        else:
            for k in range(n_tags):
                alpha[t, k] = 0.0
            for a in range(active[t - 1, n_tags]):
                j = active[t - 1, a]
                mass = alpha[t - 1, j]
                for k in range(n_tags):
                    alpha[t, k] += mass * odds[j, k]
        total = _LEAST
        for k in range(n_tags):
            alpha[t, k] *= scores[t, k]
            total += alpha[t, k]
        n_active = 0
        for k in range(n_tags):
            alpha[t, k] /= total
            if alpha[t, k] > NEGLIGIBLE:
                active[t, n_active] = k
                n_active += 1
        active[t, n_tags] = n_active


@numba.njit(cache=True, nogil=True, fastmath=_FAST)
def _backward(n, scores, odds, odds_back, alpha, beta, active, pairs, touched):  # type: ignore[no-untyped-def]
    """After ``_forward``: fill ``beta``, so that alpha x beta is proportional to the marginals.

    Expected transitions are added to ``pairs`` and their rows marked ``touched``, unless ``pairs`` has no rows.
    ``odds_back`` is ``odds`` transposed.
    """
    n_tags = scores.shape[1]
    for k in range(n_tags):
        beta[n - 1, k] = odds[n_tags + 1, k]
    for t in range(n - 1, -1, -1):
        total = _LEAST
        for k in range(n_tags):
            total += alpha[t, k] * beta[t, k]
        for k in range(n_tags):
            beta[t, k] /= total
        if t == 0:
            break
        # odds x beta is the factor that both the step back and the expected transitions need
        top = _LEAST
        for k in range(n_tags):
            scores[t, k] *= beta[t, k]
            top = max(top, scores[t, k])
            beta[t - 1, k] = 0.0
        for k in range(n_tags):
            if scores[t, k] > NEGLIGIBLE * top:
                for j in range(n_tags):
                    beta[t - 1, j] += odds_back[k, j] * scores[t, k]
        if pairs.shape[0] > 0:
            norm = _LEAST
            for j in range(n_tags):
                norm += alpha[t - 1, j] * beta[t - 1, j]
            for a in range(active[t - 1, n_tags]):
                j = active[t - 1, a]
                touched[j] = True
                share = alpha[t - 1, j] / norm
                for k in range(n_tags):
                    pairs[j, k] += share * odds[j, k] * scores[t, k]


@numba.njit(cache=True, nogil=True, fastmath=_FAST)
def _combine(n, scores, alpha, beta):  # type: ignore[no-untyped-def]
    """Turn ``scores[:n]`` into the marginals."""
    n_tags = scores.shape[1]
    for t in range(n):
        total = np.float32(0.0)
        for k in range(n_tags):
            scores[t, k] = alpha[t, k] * beta[t, k]
            total += scores[t, k]
        for k in range(n_tags):
            scores[t, k] = scores[t, k] / total if total > _LEAST else np.float32(1.0) / n_tags


@numba.njit(cache=True, nogil=True, fastmath=_FAST)
def _train(  # type: ignore[no-untyped-def]
    starts, columns, offsets, codes, order, step, weights, weight_squares, chain, chain_squares
):
    n_tags = weights.shape[1]
    longest = 1
    for s in order:
        longest = max(longest, offsets[s + 1] - offsets[s])
    scores = np.empty((longest, n_tags), np.float32)
    alpha = np.empty((longest, n_tags), np.float32)
    beta = np.empty((longest, n_tags), np.float32)
    active = np.empty((longest, n_tags + 1), np.int32)
    pairs = np.zeros((n_tags + 2, n_tags), np.float32)
    touched = np.zeros(n_tags + 2, np.bool_)
    live = np.empty(n_tags, np.int32)
    odds = np.exp(chain)
    odds_back = odds.T.copy()
    for s in order:
        first, n = offsets[s], offsets[s + 1] - offsets[s]
        if n == 0:
            continue
        _scores(starts, columns, first, n, weights, scores)
        _forward(n, scores, odds, alpha, active)
        _backward(n, scores, odds, odds_back, alpha, beta, active, pairs, touched)
        _combine(n, scores, alpha, beta)
        for k in range(n_tags):
            pairs[n_tags, k] += scores[0, k]
            pairs[n_tags + 1, k] += scores[n - 1, k]
        touched[n_tags] = True
        touched[n_tags + 1] = True
        for t in range(n):
            gold = codes[first + t]
            scores[t, gold] -= np.float32(1.0)
            row = n_tags if t == 0 else codes[first + t - 1]
            pairs[row, gold] -= np.float32(1.0)
            touched[row] = True
            n_live = 0
            for k in range(n_tags):
                if abs(scores[t, k]) > FLAT:
                    live[n_live] = k
                    n_live += 1
            for f in range(starts[first + t], starts[first + t + 1]):
                column = columns[f]
                for a in range(n_live):
                    k = live[a]
                    slope = scores[t, k]
                    weight_squares[column, k] += slope * slope
                    weights[column, k] -= step * slope / np.sqrt(weight_squares[column, k])
        pairs[n_tags + 1, codes[first + n - 1]] -= np.float32(1.0)
        for row in range(n_tags + 2):
            if not touched[row]:
                continue
            touched[row] = False
            for k in range(n_tags):
                slope = pairs[row, k]
                pairs[row, k] = 0.0
                if abs(slope) > FLAT:
                    chain_squares[row, k] += slope * slope
                    chain[row, k] -= step * slope / np.sqrt(chain_squares[row, k])
                    odds[row, k] = np.exp(chain[row, k])
                    odds_back[k, row] = odds[row, k]


@numba.njit(cache=True, nogil=True, fastmath=_FAST)
def _marginals(starts, columns, offsets, samples, weights, chain, probs):  # type: ignore[no-untyped-def]
    n_tags = weights.shape[1]
    longest = 1
    for s in samples:
        longest = max(longest, offsets[s + 1] - offsets[s])
    alpha = np.empty((longest, n_tags), np.float32)
    beta = np.empty((longest, n_tags), np.float32)
    active = np.empty((longest, n_tags + 1), np.int32)
    pairs = np.zeros((0, n_tags), np.float32)
    touched = np.zeros(1, np.bool_)
    odds = np.exp(chain)
    odds_back = odds.T.copy()
    done = 0
    for s in samples:
        first, n = offsets[s], offsets[s + 1] - offsets[s]
        if n == 0:
            continue
        scores = probs[done : done + n]
        _scores(starts, columns, first, n, weights, scores)
        _forward(n, scores, odds, alpha, active)
        _backward(n, scores, odds, odds_back, alpha, beta, active, pairs, touched)
        _combine(n, scores, alpha, beta)
        done += n
