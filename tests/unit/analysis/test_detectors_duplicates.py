"""Conflicting copies, equal to counting by hand."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from errata.analysis.detectors_duplicates import conflicts, in_conflict


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), max_size=30))
def test_conflicts_as_counted_by_hand(items: list[tuple[int, int]]) -> None:
    group = np.array([group for group, _ in items], np.int64)
    label = np.array([label for _, label in items], np.int64)
    score, flag = conflicts(group, label), in_conflict(group, label)
    for at, (own_group, own) in enumerate(items):
        others = Counter(other for k, (there, other) in enumerate(items) if there == own_group and k != at)
        rival = max((count for other, count in others.items() if other != own), default=0)
        expected = max(rival - others[own], 0) / (others.total() + 1)
        assert score[at] == np.float32(expected)
        assert flag[at] == (rival > 0)


def test_the_odd_one_out_is_the_suspect() -> None:
    score = conflicts(np.array([7, 7, 7, 8]), np.array([1, 1, 2, 2]))
    assert score.tolist() == [0, 0, np.float32(2 / 3), 0]
