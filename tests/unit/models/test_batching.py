"""Batches: every window once, within the budget, padded as the tokenizer frames a text."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from errata.models.batching import Frame, Readings, pad, token_budget
from errata.models.windows import Windows

FRAME = Frame(prefix=(101,), suffix=(102, 103), prefix_types=(5,), suffix_types=(6, 7), content_type=1, pad=9)


@given(st.lists(st.integers(1, 60), max_size=40), st.integers(1, 200))
def test_each_window_once_longest_first_within_budget(lengths: list[int], budget: int) -> None:
    batches = token_budget(np.array(lengths, np.int64), budget)
    assert sorted(at for batch in batches for at in batch) == list(range(len(lengths)))
    in_order = [lengths[at] for batch in batches for at in batch]
    assert in_order == sorted(lengths, reverse=True)
    for batch in batches:
        assert len(batch) == 1 or len(batch) * max(lengths[at] for at in batch) <= budget


def test_alone() -> None:
    assert [batch.tolist() for batch in token_budget(np.array([2, 3, 3]), 100, alone=True)] == [[1], [2], [0]]


def test_padding() -> None:
    ids = np.arange(1, 8, dtype=np.int32)
    windows = Windows(np.array([0, 3, 4]), np.array([3, 3, 7]), np.array([0, 1, 2]))
    batch = pad(ids, windows, np.array([2, 1]), FRAME)
    assert batch.ids.tolist() == [[101, 5, 6, 7, 102, 103], [101, 102, 103, 9, 9, 9]]
    assert batch.mask.tolist() == [[1] * 6, [1, 1, 1, 0, 0, 0]]
    assert batch.types.tolist() == [[5, 1, 1, 1, 6, 7], [5, 6, 7, 0, 0, 0]]


def test_readings_point_at_the_subwords_cells() -> None:
    ids = np.arange(1, 8, dtype=np.int32)
    windows = Windows(np.array([0, 3, 4]), np.array([3, 3, 7]), np.array([0, 1, 2]))
    readings = Readings.by_window(np.array([0, 2, 5]), np.array([10, 11, 12]), np.array([0, 0, 2]), 3)
    batch = pad(ids, windows, np.array([2, 1, 0]), FRAME)
    cells, target = readings.of(batch, windows)
    assert batch.ids.ravel()[cells].tolist() == [6, 1, 3]
    assert target.tolist() == [12, 10, 11]
