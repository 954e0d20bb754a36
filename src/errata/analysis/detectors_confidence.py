"""Detectors of label issues whose only evidence is the predictor's probabilities.

All share one signature: ``merged`` float ``(n, n_labels + 1)``, probabilities per label with the last column for "no
label" (``O``; zeros for texts), and ``gold`` int ``(n,)`` label codes, -1 = ``O``. They give ``(n,)``, higher = more
suspicious. Probabilities should be out of sample. Scores rank; they are no probabilities of an error.

===================  ==================================================================  ===========================
detector             formula                                                             range
===================  ==================================================================  ===========================
``self_confidence``  1 - p(gold)                                                         0 to 1
``margin``           max over other labels of p - p(gold); ranks as the normalised       -1 to 1
                     margin does
``entropy_weighted`` entropy of p / (ln of the number of labels x p(gold))               0 upwards
``prior_weighted``   logit(1 - p(gold)) + ln of the share of the gold label              about -50 to 28
``noise_weighted``   log-odds weighted by how often annotators make that kind of error;  about -9.3 to 5.8
                     the default for NER
===================  ==================================================================  ===========================

B- and I- are merged by adding: a wrong prefix is not a wrong label. Sources: Northcutt et al. 2021 (self-confidence,
confident joint), Kuan and Mueller 2022 (entropy), Wang and Mueller 2022 (tokens); noise weights from counts of known errors in public NER data sets.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from errata.core.errors import InputError
from errata.core.types import Bools, Floats, Ints, TagSet

SMALLEST = np.float32(1e-12)
NOISE_RATES = (1.0, 0.1, 0.03)
"""Relative rates of missed spans, wrong labels and invented spans."""
NOISE_FLOOR = 0.003
"""Added to the probabilities of outside, the gold label and the other labels: no certainty is taken at its word."""
Detector = Callable[[Floats, Ints], Floats]


def label_columns(tags: TagSet, labels: Sequence[str] | None = None) -> Ints:
    """Per tag its column after merging, int64 ``(n_tags,)``: the label's code in ``labels``, -1 for ``O``.

    ``labels`` None: ``tags.labels``. Raises InputError when a label of the tags is not among them.
    """
    names = list(tags.labels if labels is None else labels)
    missing = [name for name in tags.labels if name not in names]
    if missing:
        raise InputError(
            "the predictor's tags",
            found=f"label {missing[0]!r}",
            expected=f"one of {', '.join(names)}",
            remedy="pass the labels of the predictions, which hold the data set's and the predictor's.",
        )
    codes = np.array([names.index(name) for name in tags.labels] + [-1], np.int64)
    columns: Ints = codes[tags.label]
    return columns


def merge_tags(probs: Floats, columns: Ints, n_labels: int) -> Floats:
    """Tag probabilities ``(n, n_tags)`` added up per label: float32 ``(n, n_labels + 1)``, the last column ``O``."""
    merged: Floats = np.zeros((n_labels + 1, len(probs)), np.float32)
    for tag, column in enumerate(columns.tolist()):
        merged[column] += probs[:, tag]
    return merged.T


def of_gold(merged: Floats, gold: Ints) -> Floats:
    """Probability of the gold label, ``(n,)``."""
    picked: Floats = merged[np.arange(len(gold)), gold]
    return picked


def self_confidence(merged: Floats, gold: Ints) -> Floats:
    """1 - p(gold), 0 to 1."""
    doubt: Floats = 1 - of_gold(merged, gold)
    return doubt


def margin(merged: Floats, gold: Ints) -> Floats:
    """Best other probability minus p(gold), -1 to 1; above 0 = the predictor prefers another label."""
    _, best = suggest(merged, gold)
    return best - of_gold(merged, gold)


def entropy_weighted(merged: Floats, gold: Ints) -> Floats:
    """Entropy of the prediction, normalised, over p(gold): uncertain and against gold, from 0 upwards."""
    used = merged if merged[:, -1].any() else merged[:, :-1]
    floored = np.maximum(used, SMALLEST)
    entropy = -(used * np.log(floored)).sum(axis=1) / np.log(max(used.shape[1], 2))
    weighted: Floats = entropy / np.maximum(of_gold(merged, gold), SMALLEST)
    return weighted


def prior_weighted(merged: Floats, gold: Ints) -> Floats:
    """Log-odds that gold is wrong plus the log share of the gold label: doubts about common labels first."""
    p_gold = of_gold(merged, gold)
    counts = np.bincount(np.where(gold < 0, merged.shape[1] - 1, gold), minlength=merged.shape[1])
    share = (counts / max(1, len(gold)))[gold]
    odds = np.log(np.maximum(1 - p_gold, SMALLEST)) - np.log(np.maximum(p_gold, SMALLEST))
    weighted: Floats = (odds + np.log(np.maximum(share, SMALLEST))).astype(np.float32)
    return weighted


def noise_weighted(
    merged: Floats, gold: Ints, rates: tuple[float, float, float] = NOISE_RATES, floor: float = NOISE_FLOOR
) -> Floats:
    """Log-odds that the gold label is wrong, weighted by the kind of error that would make it so.

    With relative rates m, f, s of missed spans, wrong labels and invented spans, and p_O, p_g and p_r the probabilities
    of outside, of the gold label and of all other labels together, each plus ``floor``: gold ``O``:
    ln(m p_r / p_O); gold label g: ln((s p_O + f p_r) / p_g). Only the ratios of the rates matter. The floor keeps an
    overconfident predictor's most certain disagreements from outranking everything else.
    """
    missing, flipped, invented = (np.float32(rate) for rate in rates)
    least = np.float32(max(floor, float(SMALLEST)))
    outside, p_gold = merged[:, -1], of_gold(merged, gold)
    inside = merged[:, :-1].sum(axis=1)
    others = np.maximum(inside - np.where(gold < 0, 0, p_gold), 0) + least
    wrong = np.where(gold < 0, missing * others, invented * (outside + least) + flipped * others)
    score: Floats = np.log(wrong) - np.log(p_gold + least)
    return score


DETECTORS: dict[str, Detector] = {
    "noise_weighted": noise_weighted,
    "self_confidence": self_confidence,
    "margin": margin,
    "entropy_weighted": entropy_weighted,
    "prior_weighted": prior_weighted,
}


def suggest(merged: Floats, gold: Ints) -> tuple[Ints, Floats]:
    """The most probable label other than gold, int32 ``(n,)``, -1 = ``O``, and its probability float32 ``(n,)``.

    Of equals ``O`` first, then the smaller code.
    """
    n_labels = merged.shape[1] - 1
    label = np.full(len(gold), -1, np.int32)
    best = np.full(len(gold), -1, np.float32)
    for code in (-1, *range(n_labels)):
        better = (gold != code) & (merged[:, code] > best)
        label[better] = code
        best = np.where(better, merged[:, code], best)
    return label, np.maximum(best, 0)


def confident_sums(merged: Floats, gold: Ints, group: Ints | None = None, n_groups: int = 1) -> Floats:
    """Sum of p(gold) and number of items per gold label, float64 ``(n_groups, n_labels + 1, 2)``; parts add up.

    ``group`` ``(n,)``, for example the split: groups keep thresholds of their own.
    """
    width = merged.shape[1]
    key = np.where(gold < 0, width - 1, gold) + (0 if group is None else group.astype(np.int64) * width)
    size = n_groups * width
    sums: Floats = np.empty((size, 2))
    sums[:, 0] = np.bincount(key, of_gold(merged, gold), size)
    sums[:, 1] = np.bincount(key, minlength=size)
    return sums.reshape(n_groups, width, 2)


def confident_thresholds(sums: Floats) -> Floats:
    """Mean p(gold) of the items of each label, ``(n_groups, n_labels + 1)``; infinite for a label without items."""
    thresholds: Floats = np.full(sums.shape[:2], np.inf)
    np.divide(sums[..., 0], sums[..., 1], out=thresholds, where=sums[..., 1] > 0)
    return thresholds


def confidently_other(merged: Floats, gold: Ints, thresholds: Floats, group: Ints | None = None) -> Bools:
    """Items whose gold label is suspected wrong by confident learning, bool ``(n,)``.

    True where some other label is more probable than gold *and* at least as probable as the mean over the items that
    carry it (``thresholds`` of the item's group).
    """
    p_gold = of_gold(merged, gold)
    flagged = np.zeros(len(gold), np.bool_)
    for code in (-1, *range(merged.shape[1] - 1)):
        border = thresholds[0, code] if group is None else thresholds[group, code]
        flagged |= (gold != code) & (merged[:, code] >= border) & (merged[:, code] > p_gold)
    return flagged
