"""95 % bootstrap intervals of F1 over samples.

A bootstrap draw takes as many samples as there are, with replacement. Samples with the same counts are interchangeable,
so a draw is one multinomial over the *distinct* rows of per-sample counts: exact, and milliseconds at any data size.
Interval = 2.5th to 97.5th percentile of the draws; draws without gold and predictions are left out; undefined (NaN)
when nothing was counted. The same seed gives the same interval. Source: Efron 1979, percentile method.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from errata.core.types import Floats, Ints

DRAWS = 1000
TAILS = (0.025, 0.975)
MOST_JOINT_ROWS = 256
Interval = tuple[float, float]
UNDEFINED: Interval = (float("nan"), float("nan"))


@dataclass(frozen=True, slots=True)
class Intervals:
    """(low, high) of the F1 values of one selection; NaN = undefined. ``by`` float64 ``(n_labels, 2)``."""

    micro: Interval
    by: Floats
    macro: Interval = UNDEFINED
    weighted: Interval = UNDEFINED


def bootstrap(
    tp: Ints | Floats, total: Ints | Floats, n: Ints, *, n_samples: int | None = None, draws: int = DRAWS, seed: int = 0
) -> Interval:
    """Interval of F1 = 2 tp / total from rows of per-sample counts.

    ``tp`` ``(r,)`` true positives of a sample, ``total`` ``(r,)`` its gold plus predicted spans, ``n`` ``(r,)`` how many
    samples have this row (rows may repeat). ``n_samples``: all samples of the selection; those not in ``n`` have
    neither gold nor prediction.
    """
    right, counted, times = _distinct(
        np.asarray(tp, np.float64), np.asarray(total, np.float64), np.asarray(n, np.int64)
    )
    filled = counted > 0
    if not filled.any():
        return UNDEFINED
    everything = max(int(times.sum()), n_samples or 0)
    weights = _draw(times[filled], everything, draws, seed)
    return _percentiles(_ratio(weights @ right[filled], weights @ counted[filled]))


def bootstrap_by(
    label: Ints,
    tp: Ints | Floats,
    total: Ints | Floats,
    n: Ints,
    *,
    n_labels: int,
    n_samples: int,
    draws: int = DRAWS,
    seed: int = 0,
) -> Floats:
    """The interval of every label, float64 ``(n_labels, 2)``, from rows (label, tp, total, n) as in ``bootstrap``.

    A row counts the spans of one label in one sample; ``label`` ``(r,)`` codes. NaN where a label does not occur.
    """
    out = np.full((n_labels, 2), np.nan)
    for code in np.unique(label).tolist():
        rows = label == code
        out[code] = bootstrap(tp[rows], total[rows], n[rows], n_samples=n_samples, draws=draws, seed=seed)
    return out


def bootstrap_joint(
    rows: Ints | Floats, n: Ints, *, n_samples: int | None = None, draws: int = DRAWS, seed: int = 0
) -> Intervals:
    """Intervals of micro, macro, weighted and every label from one resampling of whole samples.

    ``rows`` ``(r, n_labels, 3)``: (tp, n_gold, n_pred) per label of samples, or of random groups of samples (see
    ``grouped_rows``); ``n`` ``(r,)`` their multiplicities. Macro is over the labels with gold in the draw.
    """
    counts = np.asarray(rows, np.float64)
    n = np.asarray(n, np.int64)
    n_labels = counts.shape[1]
    weights = _draw(n, max(int(n.sum()), n_samples or 0), draws, seed)
    drawn = (weights @ counts.reshape(len(n), 3 * n_labels)).reshape(draws, n_labels, 3)
    tp, gold = drawn[..., 0], drawn[..., 1]
    total = gold + drawn[..., 2]
    f1 = _ratio(tp, total)
    supported = gold > 0
    kept = np.where(supported, np.nan_to_num(f1), 0.0)
    return Intervals(
        micro=_percentiles(_ratio(tp.sum(1), total.sum(1))),
        by=np.array([_percentiles(f1[:, code]) for code in range(n_labels)]).reshape(n_labels, 2),
        macro=_percentiles(_ratio(kept.sum(1), 2.0 * supported.sum(1))),
        weighted=_percentiles(_ratio((kept * gold).sum(1), 2.0 * gold.sum(1))),
    )


def class_rows(gold: Ints, pred: Ints, n: Ints, n_labels: int) -> tuple[Ints, Ints]:
    """Rows and multiplicities for ``bootstrap_joint`` of single-label classification, one row per (gold, pred) cell.

    ``gold``, ``pred`` codes ``(r,)``, ``n`` ``(r,)`` samples in the cell; cells without gold or prediction (-1) are
    dropped. A row has ``(n_labels, 3)`` counts: memory grows as cells times labels.
    """
    judged = np.flatnonzero((gold >= 0) & (pred >= 0))
    rows = np.zeros((len(judged), n_labels, 3), np.int64)
    each = np.arange(len(judged))
    rows[each, gold[judged], 1] = 1
    rows[each, pred[judged], 2] = 1
    rows[each, gold[judged], 0] = gold[judged] == pred[judged]
    return rows, np.asarray(n, np.int64)[judged]


def grouped_rows(
    sample: Ints, gold: Ints, pred: Ints, correct: Floats, *, n_labels: int, n_samples: int
) -> tuple[Floats, Ints]:
    """Rows and multiplicities for ``bootstrap_joint`` from units ``(n_units,)``.

    ``sample`` positions below ``n_samples``; ``gold``, ``pred`` label codes, -1 = missing; ``correct`` 0 to 1, credited
    to the gold label. At most 256 rows: a sample each where there are no more samples, else groups of samples dealt out
    in turn (a bootstrap over 256 groups has the variance of one over samples, within 5 % of the width).
    """
    n_rows = min(n_samples, MOST_JOINT_ROWS)
    group = np.asarray(sample, np.int64) % max(n_rows, 1)

    def count(label: Ints, weights: Floats | None) -> Floats:
        has = label >= 0
        key = group[has] * n_labels + label[has]
        found = np.bincount(key, None if weights is None else weights[has], minlength=n_rows * n_labels)
        return found.reshape(n_rows, n_labels).astype(np.float64)

    rows = np.stack((count(gold, correct), count(gold, None), count(pred, None)), axis=-1)
    return rows, np.ones(n_rows, np.int64)


def _distinct(tp: Floats, total: Floats, n: Ints) -> tuple[Floats, Floats, Ints]:
    """Equal (tp, total) rows added up: the fewer rows, the cheaper the draw."""
    pairs, inverse = np.unique(np.stack((tp, total), axis=1), axis=0, return_inverse=True)
    return pairs[:, 0], pairs[:, 1], np.bincount(inverse.ravel(), n, minlength=len(pairs)).astype(np.int64)


def _draw(n: Ints, everything: int, draws: int, seed: int) -> Floats:
    """Multiplicities of the rows in each draw, float64 ``(draws, r)``; what is left of ``everything`` counts nothing."""
    if len(n) <= MOST_JOINT_ROWS:
        return _drawn_before(n.tobytes(), everything, draws, seed)
    return _drawn(n, everything, draws, seed)


@lru_cache(maxsize=8)
def _drawn_before(n: bytes, everything: int, draws: int, seed: int) -> Floats:
    """Groups of samples are drawn alike for every filter: the draw costs more than all that is done with it."""
    drawn = _drawn(np.frombuffer(n, np.int64), everything, draws, seed)
    drawn.setflags(write=False)
    return drawn


def _drawn(n: Ints, everything: int, draws: int, seed: int) -> Floats:
    chances = np.append(n, everything - n.sum()) / max(everything, 1)
    drawn = np.random.default_rng(seed).multinomial(everything, chances / chances.sum(), size=draws)
    return drawn[:, :-1].astype(np.float64)


def _ratio(tp: Floats, total: Floats) -> Floats:
    out: Floats = np.full(np.shape(total), np.nan)
    np.divide(2.0 * tp, total, out=out, where=total > 0)
    return out


def _percentiles(values: Floats) -> Interval:
    defined = values[~np.isnan(values)]
    if not len(defined):
        return UNDEFINED
    low, high = np.quantile(defined, TAILS)
    return float(low), float(high)
