"""Every sample gets an id of its own."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from errata.formats.sample_ids import sample_ids


def ids(given: list[str | None], split: list[int], index: list[int]) -> tuple[list[str], list[tuple[str, int]]]:
    found, notices = sample_ids(pa.array(given, pa.large_string()), ("train", "test"), np.array(split), np.array(index))
    return found.to_pylist(), [(notice.code, notice.count) for notice in notices]


def test_made_from_split_and_position() -> None:
    assert ids([None, "", None], [0, 0, 1], [0, 1, 0]) == (["train-0", "train-1", "test-0"], [])


def test_own_ids_stay_where_they_are_unique() -> None:
    assert ids(["b", None, "a"], [0, 0, 1], [0, 1, 0]) == (["b", "train-1", "a"], [])


def test_ids_that_count_in_every_split_get_the_split_in_front() -> None:
    assert ids(["0", "1", "0"], [0, 0, 1], [0, 1, 0]) == (["train-0", "train-1", "test-0"], [])


def test_repeated_ids_get_numbers_that_nobody_has() -> None:
    found, notices = ids(["a", "a", "a#2", "a"], [0, 0, 0, 0], [0, 1, 2, 3])
    assert found == ["a", "a#3", "a#2", "a#4"]
    assert notices == [("duplicate_id", 2)]
