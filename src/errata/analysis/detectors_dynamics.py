"""Detectors of label issues from training dynamics: how the probability of gold moved over the epochs.

All take ``epochs``, one float ``(n, k)`` array an epoch, and ``column`` int ``(n,)``, the column of gold; they give
float ``(n,)``, higher = more suspicious. The probabilities should be of models that never saw the item, or of early
epochs: a model that has learnt its training labels by heart is sure of the wrong ones too.

==================  ==========================================================================  =============
detector            formula                                                                     range
==================  ==========================================================================  =============
``aum``             minus the mean over epochs of (p(gold) - best other p)                      -1 to 1
``data_map_doubt``  1 - mean over epochs of p(gold)                                             0 to 1
``variability``     population deviation of p(gold) over epochs                                 0 to 0.5
``forgetting``      times gold was best and no longer in the next epoch; E where it never was   0 to E
==================  ==========================================================================  =============

DEP is (1 + aum) / 2, so it ranks as ``aum`` does. Sources: Pleiss et al. 2020 (AUM, here on probabilities), Swayamdipta
et al. 2020 (data maps), Toneva et al. 2019 (forgetting). Variability alone marks hard items, right or wrong; forgetting
needs many epochs.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from errata.analysis.dynamics import dynamics, epoch_gold
from errata.analysis.scores import mean_margin
from errata.core.types import Floats, Ints


def aum(epochs: Sequence[Floats], column: Ints) -> Floats:
    """Minus the area under the margin, -1 to 1."""
    return -mean_margin(epochs, column)


def data_map_doubt(epochs: Sequence[Floats], column: Ints) -> Floats:
    """1 - mean p(gold), 0 to 1."""
    p_gold, _ = epoch_gold(epochs, column)
    return 1 - dynamics(p_gold).confidence


def variability(epochs: Sequence[Floats], column: Ints) -> Floats:
    """Deviation of p(gold) over epochs, 0 to 0.5; 0 with one epoch."""
    p_gold, _ = epoch_gold(epochs, column)
    return dynamics(p_gold).variability


def forgetting(epochs: Sequence[Floats], column: Ints) -> Floats:
    """Forgetting events; the number of epochs for an item that was never learnt."""
    p_gold, is_best = epoch_gold(epochs, column)
    events = dynamics(p_gold, is_best).forgetting.astype(np.float32)
    return np.where(is_best.any(axis=0), events, np.float32(len(p_gold)))
