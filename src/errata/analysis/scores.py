"""How hard each token, span, text or (sample, label) pair is for the predictor, from its probabilities.

For probabilities p over tags (or classes) and the gold tag g::

    confidence      = max_k p[k]                               0 to 1
    p_gold          = p[g]                                     0 to 1
    loss            = -ln max(p[g], 1e-12)                     0 to 27.63
    margin          = p[g] - max_{k != g} p[k]                 -1 to 1; over epochs: the mean margin (AUM)
    dep             = (1 - margin) / 2                         0 to 1; above 0.5 = misclassified
    certainty_ratio = second largest p / largest p             0 to 1; near 1 = on the boundary

A span takes its worst token: loss, dep and certainty_ratio the largest, confidence, p_gold and margin the smallest,
always against the *gold* tags, also for a predicted span: a confident ghost span has a DEP near 1. A gold tag that the
predictor does not know has p_gold 0. Without gold, p_gold, loss, margin and dep are undefined (NaN).

Source: data error potential as published by Galileo (margin on probabilities, averaged over epochs, largest token of a
span); AUM after Pleiss et al. 2020, on probabilities instead of logits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from errata.analysis.segments import reduce_ranges
from errata.core.schema import DIFFICULTIES
from errata.core.types import Bools, Floats, Ints

SMALLEST_PROBABILITY = 1e-12
_BLOCK = 1 << 16
EASY, AMBIGUOUS, HARD = range(len(DIFFICULTIES))


@dataclass(frozen=True, slots=True)
class Scores:
    """Parallel float32 columns of one shape; ranges and formulas above. NaN = undefined."""

    confidence: Floats
    p_gold: Floats
    loss: Floats
    margin: Floats
    dep: Floats
    certainty_ratio: Floats

    def take(self, index: Ints | Bools) -> Scores:
        """The scores at ``index`` (positions or mask)."""
        return Scores(*(getattr(self, field.name)[index] for field in fields(self)))


def token_scores(
    probs: Floats, gold: Ints, *, has_gold: Bools | None = None, epoch_probs: Sequence[Floats] | None = None
) -> Scores:
    """Scores of tokens or of single-label texts.

    ``probs`` ``(n, k)``, rows summing to 1; ``gold`` ``(n,)`` columns of ``probs``, -1 = a tag the predictor does not
    know; ``has_gold`` ``(n,)``: False where nothing is annotated. ``epoch_probs``: one array like ``probs`` per epoch;
    margin and dep are then of the mean margin over the epochs. Needs memory for its six columns and one block only.
    """
    size = len(gold)
    columns = [np.empty(size, np.float32) for _ in range(4)]
    confidence, p_gold, margin, ratio = columns
    for part in _blocks(size):
        first, second, of_gold = _top_two(probs[part], gold[part])
        confidence[part], p_gold[part] = first, of_gold
        margin[part] = _margin(first, second, of_gold)
        ratio[part] = np.divide(second, first, out=np.zeros_like(first), where=first > 0)
    if epoch_probs:
        margin = mean_margin(epoch_probs, gold)
    if has_gold is not None:
        p_gold[~has_gold] = np.nan
        margin[~has_gold] = np.nan
    return _from_margin(confidence, p_gold, margin, ratio)


def mean_margin(epoch_probs: Sequence[Floats], gold: Ints) -> Floats:
    """Margin averaged over epochs (AUM), float32 ``(n,)``; ``epoch_probs`` one ``(n, k)`` array per epoch."""
    total = np.zeros(len(gold), np.float32)
    for probs in epoch_probs:
        for part in _blocks(len(gold)):
            total[part] += _margin(*_top_two(probs[part], gold[part]))
    return total / np.float32(len(epoch_probs))


def multilabel_scores(
    probs: Floats, gold: Bools, *, has_gold: Bools | None = None, epoch_probs: Sequence[Floats] | None = None
) -> Scores:
    """Scores of (sample, label) pairs, each a choice of its own between p and 1 - p; columns ``(n, n_labels)``.

    ``probs`` ``(n, n_labels)`` independent probabilities, ``gold`` bool of the same shape, ``has_gold`` ``(n,)``.
    ``p_gold`` = p where the label is gold, else 1 - p; the margin is 2 p_gold - 1.
    """
    present = np.asarray(probs, np.float32)
    p_gold = np.where(gold, present, 1 - present)
    confidence = np.maximum(present, 1 - present)
    margin = 2 * p_gold - 1
    if epoch_probs:
        total = np.zeros_like(margin)
        for epoch in epoch_probs:
            total += 2 * np.where(gold, epoch, 1 - np.asarray(epoch, np.float32)) - 1
        margin = total / np.float32(len(epoch_probs))
    if has_gold is not None:
        p_gold[~has_gold] = np.nan
        margin[~has_gold] = np.nan
    return _from_margin(confidence, p_gold, margin, (1 - confidence) / confidence)


def span_scores(tokens: Scores, start: Ints, end: Ints) -> Scores:
    """Each span ``start[i]:end[i]`` (token positions over *all* tokens) takes the value of its worst token."""
    return Scores(
        confidence=reduce_ranges(tokens.confidence, start, end, np.minimum),
        p_gold=reduce_ranges(tokens.p_gold, start, end, np.minimum),
        loss=reduce_ranges(tokens.loss, start, end, np.maximum),
        margin=reduce_ranges(tokens.margin, start, end, np.minimum),
        dep=reduce_ranges(tokens.dep, start, end, np.maximum),
        certainty_ratio=reduce_ranges(tokens.certainty_ratio, start, end, np.maximum),
    )


def unit_scores(tokens: Scores, gold_start: Ints, gold_end: Ints, pred_start: Ints, pred_end: Ints) -> Scores:
    """Scores of NER units from token positions over *all* tokens; a side's start is -1 where it is missing.

    p_gold, loss, margin and dep: the worst token of gold *and* pred span, so that a shifted span has a DEP above 0.5
    wherever one of its tokens is misclassified. confidence and certainty_ratio speak of the prediction: the tokens of
    the pred span, of the gold span where there is none.
    """
    has_gold, has_pred = gold_start >= 0, pred_start >= 0
    low = np.where(has_gold & has_pred, np.minimum(gold_start, pred_start), np.maximum(gold_start, pred_start))
    high = np.maximum(np.where(has_gold, gold_end, -1), np.where(has_pred, pred_end, -1))
    whole = span_scores(tokens, low, high)
    shifted = np.flatnonzero(has_gold & has_pred & ((gold_start != pred_start) | (gold_end != pred_end)))
    own = span_scores(tokens, pred_start[shifted], pred_end[shifted])
    confidence, ratio = whole.confidence.copy(), whole.certainty_ratio.copy()
    confidence[shifted], ratio[shifted] = own.confidence, own.certainty_ratio
    return replace(whole, confidence=confidence, certainty_ratio=ratio)


def sample_losses(loss: Floats, offsets: Ints) -> tuple[Floats, Floats, Floats]:
    """Sum, mean and largest token loss of each sample, float32 ``(n_samples,)``; NaN without tokens or gold."""
    start, end = offsets[:-1], offsets[1:]
    sizes = (end - start).astype(np.float64)
    total = reduce_ranges(loss.astype(np.float64), start, end, np.add)
    total[sizes == 0] = np.nan
    mean = np.divide(total, sizes, out=np.full(len(sizes), np.nan), where=sizes > 0)
    return total.astype(np.float32), mean.astype(np.float32), reduce_ranges(loss, start, end, np.maximum)


def difficulty_borders(margin: Floats, split: Ints) -> dict[int, tuple[float, float]]:
    """Per split code: (easy above, hard below) in margins = (mean, mean - sd), population sd; undefined splits left out."""
    defined = ~np.isnan(margin)
    values, codes = margin[defined].astype(np.float64), split[defined]
    borders = {}
    for code in np.unique(codes).tolist():
        part = values[codes == code]
        borders[code] = (float(part.mean()), float(part.mean() - part.std()))
    return borders


def difficulty(margin: Floats, split: Ints) -> Ints:
    """Codes into ``schema.DIFFICULTIES``, int8 ``(n,)``; -1 where the margin is undefined.

    Per split over all its units: easy above the mean margin, hard below mean - sd (population), else ambiguous.
    Source: Galileo's DEP thresholds.
    """
    codes = np.full(len(margin), -1, np.int8)
    codes[~np.isnan(margin)] = AMBIGUOUS
    for code, (easy, hard) in difficulty_borders(margin, split).items():
        here = split == code
        codes[here & (margin > easy)] = EASY
        codes[here & (margin < hard)] = HARD
    return codes


def _blocks(size: int) -> Iterator[slice]:
    return (slice(start, min(start + _BLOCK, size)) for start in range(0, size, _BLOCK))


def _top_two(probs: Floats, gold: Ints) -> tuple[Floats, Floats, Floats]:
    """Largest, second largest and gold probability of a block of rows, float32."""
    rows = np.ascontiguousarray(probs.T, np.float32)
    first, second = np.zeros(len(gold), np.float32), np.zeros(len(gold), np.float32)
    for row in rows:
        np.maximum(second, np.minimum(first, row), out=second)
        np.maximum(first, row, out=first)
    of_gold = rows[np.maximum(gold, 0), np.arange(len(gold))] if len(rows) else first
    return first, second, np.where(gold >= 0, of_gold, np.float32(0))


def _margin(first: Floats, second: Floats, of_gold: Floats) -> Floats:
    return of_gold - np.where(of_gold >= first, second, first)


def _from_margin(confidence: Floats, p_gold: Floats, margin: Floats, ratio: Floats) -> Scores:
    loss = -np.log(np.maximum(p_gold, np.float32(SMALLEST_PROBABILITY)))
    return Scores(confidence, p_gold, np.maximum(loss, np.float32(0)), margin, (1 - margin) / 2, ratio)
