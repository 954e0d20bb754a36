"""How many labels are wrong, how sure that is, and how likely each item is to be one of them, from a person's verdicts.

Scores rank; they do not count. Predictors learn the systematic errors of their labels along with the labels, so that
sums of their doubts are ten times too low on natural noise. A few verdicts mend this, if they are spread over the whole
ranking: ``review_ladder`` says which items to look at.

The ranking is cut into bands of 50, 50, 100, 200, 400, … items. Within each band the share of errors has a Beta
posterior: its prior is what a logistic curve over the log rank, fitted to all verdicts, expects there, and weighs
STRENGTH verdicts; its data are the band's own verdicts. The number of errors is what was found plus, for every band, the
unseen items times that share. Below LEAST verdicts everything is undefined (None).

Measured on twelve public sets with 4 to 61 % errors (20 draws of verdicts each): with 100 verdicts the estimate is
within a factor of 1.5 in 94 % of the draws, and the interval holds the truth in 96 %; with 200 in 98 and 94 %.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from errata.core.types import Bools, Floats, Ints

Doubles = npt.NDArray[np.float64]

LEAST = 20
"""Verdicts below which nothing is estimated."""
FIRST_BAND = 50
STRENGTH = 10.0
CURVE_MEAN, CURVE_DEVIATION = np.array([-3.0, 1.0]), np.array([3.0, 1.0])
"""Prior of the curve: log-odds at the end of the ranking, and their gain per unit of -ln(rank / n)."""
DRAWS = 1000


@dataclass(frozen=True, slots=True)
class Count:
    """A number of errors with its 95 % interval: posterior median, and percentiles rounded outwards to whole errors."""

    median: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class NoiseEstimate:
    """``whole``: errors in all items. ``found``: of them confirmed. ``probability`` float64 ``(n,)``: of each item.

    ``first`` gives the errors among any number of the highest-ranked items.
    """

    whole: Count
    found: int
    probability: Doubles
    _shares: Doubles
    _rank: Ints
    _confirmed: Bools
    _is_open: Bools

    def first(self, k: int) -> Count:
        """Errors among the ``k`` most suspicious items, seen or not."""
        inside = self._rank < k
        unseen = np.bincount(_band_of(self._rank[inside & self._is_open]), minlength=self._shares.shape[1])
        return _count(_drawn(unseen, self._shares) + self._confirmed[inside].sum())


def review_ladder(score: Floats, n: int, seed: int = 0) -> Ints:
    """Positions of ``n`` items to look at, the most suspicious first: as many from each band, drawn at random.

    ``score`` ``(n_items,)``, higher = more suspicious, NaN last. Fewer where there are not so many items.
    """
    order = _order(score)
    bands = list(_bands(len(order)))
    chosen: list[int] = []
    rng = np.random.default_rng(seed)
    room = min(n, len(order))
    for left, (low, high) in zip(
        range(len(bands), 0, -1), sorted(bands, key=lambda band: band[1] - band[0]), strict=True
    ):
        share = min((room - len(chosen)) // left, high - low)
        chosen += (low + rng.choice(high - low, share, replace=False)).tolist()
    return order[np.sort(np.array(chosen, np.int64))]


def estimate_errors(score: Floats, reviewed: Ints, is_wrong: Bools, seed: int = 0) -> NoiseEstimate | None:
    """Number of wrong labels among the items with a score, from verdicts; None with fewer than LEAST.

    ``score`` ``(n_items,)``; ``reviewed`` positions, each once; ``is_wrong`` bool, one a verdict. Verdicts may come from
    anywhere, but bands without any are guessed from the curve alone, and the interval says so.
    """
    order = _order(score)
    rank = np.full(len(score), len(order), np.int64)
    rank[order] = np.arange(len(order))
    kept = rank[reviewed] < len(order)
    reviewed, is_wrong = reviewed[kept], np.asarray(is_wrong, np.bool_)[kept]
    if len(reviewed) < LEAST:
        return None
    confirmed, is_open = np.zeros(len(score), np.bool_), rank < len(order)
    confirmed[reviewed], is_open[reviewed] = is_wrong, False
    rungs = np.column_stack((np.ones(len(order)), -np.log((np.arange(len(order)) + 0.5) / len(order))))
    centre, spread = _curve(rungs[rank[reviewed]], is_wrong)
    rng = np.random.default_rng(seed)
    curves = rng.multivariate_normal(centre, spread, DRAWS)
    shares, wanted = [], np.full(len(score), np.nan)
    band_of_verdict = _band_of(rank[reviewed])
    for number, (low, high) in enumerate(_bands(len(order))):
        expected = _logistic(curves @ rungs[low:high].T).mean(axis=1)
        seen = is_wrong[band_of_verdict == number]
        share = rng.beta(
            STRENGTH * expected + seen.sum() + 1e-3, STRENGTH * (1 - expected) + len(seen) - seen.sum() + 1e-3
        )
        shares.append(share)
        curve = _logistic(rungs[low:high] @ centre)
        wanted[order[low:high]] = np.clip(curve * share.mean() / max(curve.mean(), 1e-12), 0, 1)
    wanted[reviewed] = is_wrong
    drawn = np.column_stack(shares)
    unseen = np.bincount(_band_of(rank[is_open]), minlength=len(shares))
    whole = _count(_drawn(unseen, drawn) + is_wrong.sum())
    return NoiseEstimate(whole, int(is_wrong.sum()), wanted, drawn, rank, confirmed, is_open)


def _drawn(unseen: Ints, shares: Doubles) -> Ints:
    """Errors among the ``unseen`` items of each band, one possible number a draw of the shares, int64 ``(DRAWS,)``."""
    counted: Ints = np.random.default_rng(len(shares)).binomial(unseen, shares).sum(axis=1)
    return counted


def _count(draws: Ints) -> Count:
    low, median, high = np.percentile(draws, [2.5, 50, 97.5])
    return Count(float(median), float(np.floor(low)), float(np.ceil(high)))


def _order(score: Floats) -> Ints:
    """Positions of the defined scores, highest first, of equals the earlier."""
    defined = np.flatnonzero(~np.isnan(score))
    return defined[np.argsort(-score[defined], kind="stable")]


def _bands(n: int) -> Iterator[tuple[int, int]]:
    low, width = 0, FIRST_BAND
    while low < n:
        yield low, min(low + width, n)
        low, width = low + width, max(FIRST_BAND, low + width)


def _band_of(rank: Ints) -> Ints:
    """Number of the band of each rank: 0 below 50, 1 below 100, 2 below 200, …"""
    return np.where(rank < FIRST_BAND, 0, 1 + np.floor(np.log2(np.maximum(rank, 1) / FIRST_BAND)).astype(np.int64))


def _curve(rungs: Doubles, is_wrong: Bools) -> tuple[Doubles, Doubles]:
    """Most probable logistic curve through the verdicts, and its covariance (Laplace); Newton with halved steps."""
    precision = 1 / CURVE_DEVIATION**2
    at: Doubles = CURVE_MEAN.copy()

    def cost(point: Doubles) -> float:
        odds = rungs @ point
        return float(np.logaddexp(0, odds).sum() - odds[is_wrong].sum() + 0.5 * precision @ (point - CURVE_MEAN) ** 2)

    now = cost(at)
    for _ in range(100):
        share = _logistic(rungs @ at)
        slope = rungs.T @ (share - is_wrong) + precision * (at - CURVE_MEAN)
        bend = (rungs * (share * (1 - share))[:, None]).T @ rungs + np.diag(precision)
        step = np.linalg.solve(bend, slope)
        while cost(at - step) > now and np.abs(step).max() > 1e-9:
            step = step / 2
        at, before, now = at - step, now, cost(at - step)
        if before - now < 1e-10:
            break
    share = _logistic(rungs @ at)
    bend = (rungs * (share * (1 - share))[:, None]).T @ rungs + np.diag(precision)
    return at, np.asarray(np.linalg.inv(bend), np.float64)


def _logistic(odds: Doubles) -> Doubles:
    return 1 / (1 + np.exp(-np.clip(odds, -500, 500)))
