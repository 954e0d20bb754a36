"""Training dynamics: how the probability of the gold label moved over the epochs.

Over E epochs, with p the probability of gold::

    confidence   = mean p                                    0 to 1
    variability  = deviation of p                            0 to 0.5 (population; ddof=1 available)
    correctness  = share of epochs in which gold was best    0 to 1
    forgetting   = times it was right and wrong in the next  0 to E - 1
    largest_drop = largest fall of p from one epoch to the next, 0 if it never fell

A span has the p of its weakest token in each epoch and is right when all its tokens are. Items without gold are
undefined: NaN, and -1 for forgetting. An item that was never right has forgetting 0 and correctness 0.
Sources: Swayamdipta et al. 2020 (data maps; argmax correctness, population deviation), Toneva et al. 2019 (forgetting).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from errata.core.types import Bools, Floats, Ints


@dataclass(frozen=True, slots=True)
class Dynamics:
    """Parallel columns ``(n,)``, formulas above; float32, ``forgetting`` int16."""

    confidence: Floats
    variability: Floats
    correctness: Floats
    forgetting: Ints
    largest_drop: Floats


def epoch_gold(epoch_probs: Sequence[Floats], gold: Ints) -> tuple[Floats, Bools]:
    """Per epoch the probability of gold, float32 ``(E, n)``, and whether gold was the best label, bool ``(E, n)``.

    ``epoch_probs``: one ``(n, k)`` array per epoch; ``gold`` ``(n,)`` columns, -1 = unknown to the predictor: p 0, wrong.
    """
    rows = np.arange(len(gold))
    known = gold >= 0
    column = np.maximum(gold, 0)
    p_gold = np.zeros((len(epoch_probs), len(gold)), np.float32)
    is_best = np.zeros(p_gold.shape, np.bool_)
    for epoch, probs in enumerate(epoch_probs):
        p_gold[epoch] = np.where(known, probs[rows, column], 0)
        is_best[epoch] = known & (probs.argmax(axis=1) == column)
    return p_gold, is_best


def dynamics(p_gold: Floats, is_best: Bools | None = None, *, ddof: int = 0) -> Dynamics:
    """Dynamics of n items from ``p_gold`` ``(E, n)``, NaN = no gold.

    ``is_best`` bool ``(E, n)``: gold was the best label; None takes p >= 0.5 instead. ``ddof`` 1: the sample deviation,
    undefined with one epoch.
    """
    defined = ~np.isnan(p_gold).any(axis=0)
    right = p_gold >= 0.5 if is_best is None else is_best
    epochs = len(p_gold)
    mean = p_gold.mean(axis=0, dtype=np.float64)
    squares = ((p_gold - mean) ** 2).sum(axis=0, dtype=np.float64)
    variability = np.sqrt(squares / (epochs - ddof)) if epochs > ddof else np.full(len(mean), np.nan)
    fall = (p_gold[:-1] - p_gold[1:]).max(axis=0, initial=0.0)
    forgetting = (right[:-1] & ~right[1:]).sum(axis=0)
    return Dynamics(
        confidence=mean.astype(np.float32),
        variability=variability.astype(np.float32),
        correctness=np.where(defined, right.mean(axis=0), np.nan).astype(np.float32),
        forgetting=np.where(defined, forgetting, -1).astype(np.int16),
        largest_drop=np.where(defined, fall, np.nan).astype(np.float32),
    )
