"""Detectors of label issues from copies: near-duplicate texts with conflicting labels.

``group`` int ``(n,)`` is equal for copies and near copies, ``label`` int ``(n,)`` any codes. Copies are rare, so most
items score 0; where they exist, few signals are as strong. Fails where the difference between near copies is the very
thing the label is about (a negation, a number). Source: Larson et al. 2020.
"""

from __future__ import annotations

import numpy as np

from errata.analysis.keys import combine
from errata.core.types import Bools, Floats, Ints


def conflicts(group: Ints, label: Ints) -> Floats:
    """(o - r) / (m + 1) where o > r, else 0; float32 ``(n,)``, 0 to 1.

    m other items in the group, r of them with this label, o with the most frequent other one.
    """
    counted = _Counts.of(group, label)
    lead = counted.rival - counted.same
    score: Floats = np.where(lead > 0, lead / (counted.total + 1), 0).astype(np.float32)
    return score


def in_conflict(group: Ints, label: Ints) -> Bools:
    """Items whose group holds another label, bool ``(n,)``."""
    counted = _Counts.of(group, label)
    found: Bools = counted.total > counted.same
    return found


class _Counts:
    """Per item, the other items of its group: all, those with its label, those with the most frequent other label."""

    def __init__(self, total: Ints, same: Ints, rival: Ints) -> None:
        self.total, self.same, self.rival = total, same, rival

    @classmethod
    def of(cls, group: Ints, label: Ints) -> _Counts:
        pairs, pair, size = np.unique(combine(group, label), return_inverse=True, return_counts=True)
        first = np.zeros(len(pairs), np.int64)
        first[pair[::-1]] = np.arange(len(group))[::-1]
        _, owner = np.unique(group[first], return_inverse=True) if len(pairs) else (None, first)
        total = np.bincount(owner, size, minlength=1).astype(np.int64)
        # the two most frequent labels of each group, so that an item's own can be passed over
        order = np.lexsort((-size, owner))
        begins = np.flatnonzero(np.diff(owner[order], prepend=-1))
        best = np.full(len(total), -1, np.int64)
        second = np.zeros(len(total), np.int64)
        best[owner[order[begins]]] = order[begins]
        later = np.setdiff1d(begins + 1, np.append(begins, len(order)))
        second[owner[order[later]]] = size[order[later]]
        top = best[owner[pair]]
        return cls(
            total[owner[pair]] - 1,
            size[pair] - 1,
            np.where(top == pair, second[owner[pair]], size[top]) if len(pairs) else first,
        )
