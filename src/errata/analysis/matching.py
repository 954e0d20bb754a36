"""Which predicted span answers which gold span, and what kind of error is left.

One-to-one per sample, on character offsets, independent of the order of the input. Pairs are taken greedily in this
order, each span at most once:

1. larger intersection over union of the two bounds (identical bounds have 1, so they come first);
2. same label;
3. earlier start, then earlier end, then smaller label code (symmetric in gold and pred).

========================================================  ================================================
pair or leftover                                          error type
========================================================  ================================================
same bounds, same label                                   ``none``
same bounds, other label                                  ``wrong_tag``
overlapping bounds                                        ``span_shift``
leftover gold span over a pred span that is paired        ``span_shift``, ``is_merged`` (one pred, many golds)
leftover pred span over a gold span that is paired        ``span_shift``, ``is_split`` (one gold, many preds)
leftover gold span that overlaps nothing                  ``missed_span``
leftover pred span that overlaps nothing                  ``ghost_span``
========================================================  ================================================

Touching is not overlapping: ``(1, 5)`` and ``(5, 9)`` are a missed and a ghost span. ``is_split`` and ``is_merged``
stand on the leftover's own row only, never on the pair's: the pair may be right, and each flag counts one surplus span.
Every span is in exactly one unit; swapping gold and pred swaps missed with ghost and split with merged.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from errata.analysis.keys import combine, expand, pair_equal
from errata.core.schema import ERROR_TYPES
from errata.core.types import Bools, Ints, Spans

NONE, SPAN_SHIFT, WRONG_TAG, MISSED_SPAN, GHOST_SPAN = range(len(ERROR_TYPES))


@dataclass(frozen=True, slots=True)
class Units:
    """Matched pairs and leftovers as parallel columns ``(n_units,)``, ordered by sample, then ``char_start``.

    ``gold``, ``pred`` int32: positions in the spans that were matched, -1 where that side is missing. ``error_type``
    int8: code into ``schema.ERROR_TYPES``, -1 in samples that are not judged. ``is_split``, ``is_merged`` bool.
    """

    gold: Ints
    pred: Ints
    error_type: Ints
    is_split: Bools
    is_merged: Bools

    def __len__(self) -> int:
        return len(self.gold)


def match(gold: Spans, pred: Spans, judged: Bools | None = None) -> Units:
    """Units of the two sets of spans; rules and error types above.

    Labels of both must be codes into the same names. ``judged`` bool ``(n_samples,)``: False where gold or prediction
    is unknown; spans there keep their own rows without error type. O(n log n) plus the number of overlapping pairs.
    """
    exact_gold, exact_pred = _exact(gold, pred)
    left_gold, left_pred = _left(len(gold), exact_gold), _left(len(pred), exact_pred)
    over_gold = _overlaps(gold, left_gold, pred, np.arange(len(pred)))
    over_pred = _overlaps(gold, np.arange(len(gold)), pred, left_pred)
    free_pred = np.zeros(len(pred), np.bool_)
    free_pred[left_pred] = True
    both_free = free_pred[over_gold[1]]
    shift_gold, shift_pred = _greedy(gold, pred, over_gold[0][both_free], over_gold[1][both_free])

    paired_gold = np.concatenate((exact_gold, shift_gold))
    paired_pred = np.concatenate((exact_pred, shift_pred))
    alone_gold, alone_pred = _left(len(gold), paired_gold), _left(len(pred), paired_pred)
    merged, split = _member(len(gold), over_gold[0])[alone_gold], _member(len(pred), over_pred[1])[alone_pred]

    same_bounds = (gold.char_start[paired_gold] == pred.char_start[paired_pred]) & (
        gold.char_end[paired_gold] == pred.char_end[paired_pred]
    )
    same_label = gold.label[paired_gold] == pred.label[paired_pred]
    error_type = np.concatenate(
        (
            np.where(same_bounds, np.where(same_label, NONE, WRONG_TAG), SPAN_SHIFT),
            np.where(merged, SPAN_SHIFT, MISSED_SPAN),
            np.where(split, SPAN_SHIFT, GHOST_SPAN),
        )
    ).astype(np.int8)
    units = Units(
        np.concatenate((paired_gold, alone_gold, np.full(len(alone_pred), -1))).astype(np.int32),
        np.concatenate((paired_pred, np.full(len(alone_gold), -1), alone_pred)).astype(np.int32),
        error_type,
        np.concatenate((np.zeros(len(paired_gold) + len(alone_gold), np.bool_), split)),
        np.concatenate((np.zeros(len(paired_gold), np.bool_), merged, np.zeros(len(alone_pred), np.bool_))),
    )
    return _ordered(units, gold, pred, judged)


def _exact(gold: Spans, pred: Spans) -> tuple[Ints, Ints]:
    """Pairs with the same sample, bounds and label."""
    key = combine(
        np.concatenate((gold.sample, pred.sample)),
        np.concatenate((gold.char_start, pred.char_start)),
        np.concatenate((gold.char_end - gold.char_start, pred.char_end - pred.char_start)),
        np.concatenate((gold.label, pred.label)),
    )
    return pair_equal(key[: len(gold)], key[len(gold) :])


def _left(size: int, taken: Ints) -> Ints:
    free = np.ones(size, np.bool_)
    free[taken] = False
    return np.flatnonzero(free)


def _member(size: int, positions: Ints) -> Bools:
    found = np.zeros(size, np.bool_)
    found[positions] = True
    return found


def _overlaps(gold: Spans, some_gold: Ints, pred: Spans, some_pred: Ints) -> tuple[Ints, Ints]:
    """All pairs (gold, pred) of the named spans that share a code point of the same sample."""
    nothing = np.empty(0, np.int64)
    if not len(some_gold) or not len(some_pred):
        return nothing, nothing
    stride = max(int(gold.char_end.max()), int(pred.char_end.max())) + 1
    base_gold = gold.sample[some_gold].astype(np.int64) * stride
    base_pred = pred.sample[some_pred].astype(np.int64) * stride
    start_gold, end_gold = base_gold + gold.char_start[some_gold], base_gold + gold.char_end[some_gold]
    start_pred, end_pred = base_pred + pred.char_start[some_pred], base_pred + pred.char_end[some_pred]

    by_pred, by_gold = np.argsort(start_pred, kind="stable"), np.argsort(start_gold, kind="stable")
    starts = start_pred[by_pred]
    inner, owner = expand(np.searchsorted(starts, start_gold), np.searchsorted(starts, end_gold))
    first_gold, first_pred = owner, by_pred[inner]  # the pred span begins inside the gold span
    starts = start_gold[by_gold]
    inner, owner = expand(np.searchsorted(starts, start_pred, side="right"), np.searchsorted(starts, end_pred))
    then_gold, then_pred = by_gold[inner], owner  # the gold span begins inside the pred span, after its start

    pair_gold, pair_pred = np.concatenate((first_gold, then_gold)), np.concatenate((first_pred, then_pred))
    filled = (end_gold > start_gold)[pair_gold] & (end_pred > start_pred)[pair_pred]
    return some_gold[pair_gold[filled]], some_pred[pair_pred[filled]]


def _greedy(gold: Spans, pred: Spans, pair_gold: Ints, pair_pred: Ints) -> tuple[Ints, Ints]:
    """The greedy one-to-one choice among candidate pairs, the best pair first.

    A pair that is the best one left for both its spans is what the greedy loop would take, so each round takes all of
    them at once.
    """
    order = _preference(gold, pred, pair_gold, pair_pred)
    golds, left = np.unique(pair_gold[order], return_inverse=True)
    preds, right = np.unique(pair_pred[order], return_inverse=True)
    taken_gold, taken_pred = [left[:0]], [right[:0]]
    best_left, best_right = np.empty(len(golds), np.int64), np.empty(len(preds), np.int64)
    free_left, free_right = np.ones(len(golds), np.bool_), np.ones(len(preds), np.bool_)
    while len(left):
        rank = np.arange(len(left))
        best_left[left[::-1]] = rank[::-1]  # of repeated positions the last assignment stays: the best rank
        best_right[right[::-1]] = rank[::-1]
        taken = (best_left[left] == rank) & (best_right[right] == rank)
        taken_gold.append(left[taken])
        taken_pred.append(right[taken])
        free_left[left[taken]] = False
        free_right[right[taken]] = False
        keep = free_left[left] & free_right[right]
        left, right = left[keep], right[keep]
    return golds[np.concatenate(taken_gold)], preds[np.concatenate(taken_pred)]


def _preference(gold: Spans, pred: Spans, pair_gold: Ints, pair_pred: Ints) -> npt.NDArray[np.intp]:
    """Order of the candidate pairs, the best first; symmetric in gold and pred."""

    def ends(left: Ints, right: Ints) -> tuple[Ints, Ints]:
        return np.minimum(left[pair_gold], right[pair_pred]), np.maximum(left[pair_gold], right[pair_pred])

    low_start, high_start = ends(gold.char_start, pred.char_start)
    low_end, high_end = ends(gold.char_end, pred.char_end)
    low_label, high_label = ends(gold.label, pred.label)
    overlap = (low_end - high_start) / (high_end - low_start)
    return np.lexsort(
        (high_label, low_label, high_end, low_end, high_start, low_start, low_label != high_label, -overlap)
    )


def _ordered(units: Units, gold: Spans, pred: Spans, judged: Bools | None) -> Units:
    def column(of_gold: Ints, of_pred: Ints) -> Ints:
        """The gold span's value, else the pred span's."""
        out = np.empty(len(units), np.int64)
        has_gold = units.gold >= 0
        out[has_gold] = of_gold[units.gold[has_gold]]
        out[~has_gold] = of_pred[units.pred[~has_gold]]
        return out

    def side(values: Ints, index: Ints) -> Ints:
        return np.append(values, -1)[index].astype(np.int64)

    sample = column(gold.sample, pred.sample)
    start, end = column(gold.char_start, pred.char_start), column(gold.char_end, pred.char_end)
    labels = side(gold.label, units.gold), side(pred.label, units.pred)
    key = combine(sample, start, end, *labels)
    order = np.argsort(key, kind="stable")
    if (np.diff(key[order]) == 0).any():  # several spans with the same bounds and labels: pred bounds decide
        order = np.lexsort((side(pred.char_end, units.pred), side(pred.char_start, units.pred), key))
    error_type = units.error_type
    if judged is not None:
        error_type = np.where(judged[sample], error_type, np.int8(-1))
    return Units(units.gold[order], units.pred[order], error_type[order], units.is_split[order], units.is_merged[order])
