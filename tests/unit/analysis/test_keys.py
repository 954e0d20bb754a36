"""Combined keys order like tuples, also where the values do not fit 64 bits together."""

from __future__ import annotations

import numpy as np
import pytest

from errata.analysis.keys import combine, expand, pair_equal


@pytest.mark.parametrize("largest", [5, 2**40, 2**62 - 1])
def test_orders_like_tuples(largest: int) -> None:
    rng = np.random.default_rng(largest % 97)
    columns = [rng.integers(-largest, largest, 300) for _ in range(4)]
    columns[0] = columns[0] % 3
    rows = list(zip(*(column.tolist() for column in columns), strict=True))
    assert np.argsort(combine(*columns), kind="stable").tolist() == sorted(range(300), key=lambda i: rows[i])


def test_equal_keys_are_paired_once_each() -> None:
    left, right = np.array([4, 7, 4, 9]), np.array([4, 4, 4, 7])
    i, j = pair_equal(left, right)
    assert sorted(left[i].tolist()) == [4, 4, 7]
    np.testing.assert_array_equal(left[i], right[j])
    assert len(set(j.tolist())) == 3


def test_expand() -> None:
    values, owner = expand(np.array([3, 8, 5]), np.array([5, 8, 6]))
    assert values.tolist() == [3, 4, 5]
    assert owner.tolist() == [0, 0, 2]
