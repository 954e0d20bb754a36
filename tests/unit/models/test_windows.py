"""Windows and who speaks for which subword, against loops."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from errata.models.windows import Windows, cut, overlap, owners, ranges, word_stretches
from tests.oracles import inference as oracle

LENGTHS = st.lists(st.integers(0, 70), max_size=8)


def offsets_of(lengths: list[int]) -> np.ndarray:
    return np.cumsum([0, *lengths]).astype(np.int64)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 5)), max_size=10))
def test_ranges(pairs: list[tuple[int, int]]) -> None:
    expected = [start + step for start, count in pairs for step in range(count)]
    starts, counts = np.array(pairs, np.int64).reshape(-1, 2).T
    assert ranges(starts, counts).tolist() == expected


@given(LENGTHS, st.integers(1, 20))
def test_windows_are_those_of_each_sample_by_itself(lengths: list[int], size: int) -> None:
    offsets = offsets_of(lengths)
    found = cut(offsets, size)
    expected = [
        (offsets[sample] + low, offsets[sample] + high, sample)
        for sample, length in enumerate(lengths)
        if length
        for low, high in oracle.windows(length, size)
    ]
    assert list(zip(found.start, found.stop, found.sample, strict=True)) == expected


@given(st.integers(1, 3000), st.integers(1, 600))
def test_every_subword_sees_enough_on_both_sides(length: int, size: int) -> None:
    found = cut(offsets_of([length]), size)
    assert found.start[0] == 0
    assert found.stop[-1] == length
    assert found.lengths().max() <= size
    assert len(set(found.lengths().tolist())) == 1
    assert (found.stop[:-1] - found.start[1:] >= overlap(size)).all()
    at = np.arange(length)
    owner = owners(found, at, at + 1)
    before, after = at - found.start[owner], found.stop[owner] - 1 - at
    enough = overlap(size) // 2 - 1
    assert ((before >= enough) | (found.start[owner] == 0)).all()
    assert ((after >= enough) | (found.stop[owner] == length)).all()


def test_empty_samples_have_a_window_when_asked_for() -> None:
    found = cut(offsets_of([0, 3, 0]), 2, keep_empty=True)
    assert found.sample.tolist() == [0, 1, 1, 2]
    assert found.lengths().tolist() == [0, 2, 2, 0]


@given(
    st.lists(st.lists(st.integers(0, 24), max_size=14), max_size=5),
    st.integers(1, 20),
)
def test_every_subword_belongs_to_the_window_where_its_word_is_most_central(
    samples: list[list[int]], size: int
) -> None:
    words = offsets_of([count for sample in samples for count in sample])
    offsets = words[offsets_of([len(sample) for sample in samples])]
    windows = cut(offsets, size)
    shared = overlap(size)
    owner = owners(windows, *word_stretches(words, shared))
    assert (np.diff(owner) >= 0).all()
    flat = list(zip(windows.start.tolist(), windows.stop.tolist(), strict=True))
    for low, high in pairwise(words.tolist()):
        for at in range(low, high):
            whole = (low, high) if high - low <= shared else (at, at + 1)
            assert owner[at] == oracle.most_central(flat, *whole)


@pytest.mark.parametrize("size", [1, 2, 510])
def test_no_samples(size: int) -> None:
    found = cut(np.zeros(1, np.int64), size)
    assert len(found) == 0
    none = np.empty(0, np.int64)
    assert len(owners(found, none, none)) == 0
    assert isinstance(found, Windows)
