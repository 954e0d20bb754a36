"""Detectors of label issues from a second opinion: another predictor, or other annotators.

Probabilities are float ``(n, n_labels + 1)`` with outside last (zeros for texts), labels are codes with -1 = outside and
-2 = not annotated. Where several people annotated, their agreement is stronger than any model; where two predictors
were trained on the same labels, they also share the labels' systematic errors.

=====================  =======================================================================  ===================
function               formula                                                                  range
=====================  =======================================================================  ===================
``disagreement``       1 - sqrt(p(gold) q(gold)) for the probabilities p, q of both predictors  0 to 1
``annotator_doubt``    annotators with another label / (annotators + 1)                         0 to 1
``annotators_first``   items on which annotators differ first, each group by the score of one   log-odds, + 1000
                       annotator alone + ln of the odds that the other is right
``pooled``             weighted geometric mean of two predictors' probabilities                 0 to 1
=====================  =======================================================================  ===================
"""

from __future__ import annotations

import numpy as np

from errata.core.types import Floats, Ints

DIFFERS = 1000.0
"""Added where another annotator differs: any of these goes before all others."""
OTHER_ANNOTATES, OWN_ANNOTATES, LABELS_DIFFER = 0.0, float(np.log(0.1)), float(np.log(0.5))
"""Log-odds that the other annotator is right: it has a span where this one has none; the reverse; labels differ."""
FLOOR = 1e-3
MODEL_SHARE = 0.6


def pooled(model: Floats, baseline: Floats, share: float = MODEL_SHARE) -> Floats:
    """Geometric mean of a model's and the baseline's out-of-sample probabilities, float32 ``(n, k)``, rows sum to 1.

    ``share``: weight of the model. The two err differently: on CoNLL++ their mean ranks better than either.
    """
    logs = share * np.log(np.asarray(model, np.float32) + np.float32(FLOOR))
    logs += (1 - share) * np.log(np.asarray(baseline, np.float32) + np.float32(FLOOR))
    odds = np.exp(logs - logs.max(axis=1, keepdims=True))
    probs: Floats = odds / odds.sum(axis=1, keepdims=True)
    return probs


def disagreement(first: Floats, second: Floats, column: Ints) -> Floats:
    """How far two predictors are from both giving gold, float32 ``(n,)``: 1 - sqrt(p(gold) q(gold)).

    1 where either is sure of something else. ``column`` ``(n,)``: the column of gold.
    """
    rows = np.arange(len(column))
    both = np.asarray(first[rows, column], np.float64) * np.asarray(second[rows, column], np.float64)
    return (1 - np.sqrt(np.clip(both, 0, 1))).astype(np.float32)


def annotator_doubt(annotators: Ints, gold: Ints) -> Floats:
    """Share of the annotators that differ from gold, shrunk by one vote for it, float32 ``(n,)``; 0 without any.

    ``annotators`` int ``(n, n_annotators)``; an annotator whose labels *are* the gold counts as agreeing.
    """
    asked = annotators > -2
    differ = (asked & (annotators != gold[:, None])).sum(axis=1)
    doubt: Floats = (differ / (asked.sum(axis=1) + 1)).astype(np.float32)
    return doubt


def annotators_first(own: Ints, other: Ints, alone: Floats) -> Floats:
    """How suspicious one annotator's labels are beside another's, float64 ``(n,)``.

    ``own``, ``other`` ``(n,)`` label codes; ``alone`` ``(n,)``: score of ``own`` without the other, best from the pooled
    (see ``pooled``) out-of-sample probabilities of two predictors, one trained on either. Items on which both agree keep
    their score; where the other was not asked (-2), too.
    """
    prior = np.where(own < 0, OTHER_ANNOTATES, np.where(other < 0, OWN_ANNOTATES, LABELS_DIFFER))
    differs = (other > -2) & (own != other)
    score: Floats = alone + np.where(differs, DIFFERS + prior, 0.0)
    return score
