"""Whether a confidence of 0.8 is right eight times in ten.

Confidences fall into equally wide bins, the upper edge included (0 belongs to the first). Per bin: how many, their mean
confidence, the share that is right. Expected calibration error (ECE) = mean over items of |share right - mean
confidence| of their bin, 0 to 1, 0 best. Empty bins and an empty selection are undefined (NaN). Source: Guo et al. 2017.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from errata.core.types import Bools, Floats, Ints

BINS = 10


@dataclass(frozen=True, slots=True)
class Reliability:
    """``edges`` ``(bins + 1,)``; ``count``, ``confidence`` and ``accuracy`` ``(bins,)``, NaN in empty bins; ``ece``."""

    edges: Floats
    count: Ints
    confidence: Floats
    accuracy: Floats
    ece: float


def reliability(confidence: Floats, is_right: Bools, bins: int = BINS) -> Reliability:
    """Reliability of n predictions; items whose confidence is undefined (NaN) are left out."""
    defined = ~np.isnan(confidence)
    values, right = confidence[defined].astype(np.float64), is_right[defined]
    place = np.clip(np.ceil(values * bins).astype(np.int64) - 1, 0, bins - 1)
    count = np.bincount(place, minlength=bins)
    return reliability_of_bins(count, np.bincount(place, values, bins), np.bincount(place, right, bins))


def reliability_of_bins(count: Ints, confidence_sum: Ints | Floats, n_right: Ints | Floats) -> Reliability:
    """Reliability from per-bin sums ``(bins,)``: items, their summed confidence, how many are right."""
    filled = count > 0
    confidence: Floats = np.full(len(count), np.nan)
    accuracy: Floats = np.full(len(count), np.nan)
    np.divide(confidence_sum, count, out=confidence, where=filled)
    np.divide(n_right, count, out=accuracy, where=filled)
    total = int(count.sum())
    gap = np.abs(accuracy - confidence)[filled] @ count[filled]
    ece = float(gap / total) if total else math.nan
    return Reliability(np.linspace(0, 1, len(count) + 1), count, confidence, accuracy, ece)
