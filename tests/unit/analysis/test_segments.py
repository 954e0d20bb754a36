"""Range reductions against slices."""

from __future__ import annotations

import numpy as np
import pytest

from errata.analysis.segments import argmax_ranges, mean_ranges, reduce_ranges


@pytest.mark.parametrize("reduction", [np.minimum, np.maximum, np.add])
def test_equals_slices_for_ranges_in_any_order(reduction: np.ufunc) -> None:
    rng = np.random.default_rng(0)
    values = rng.random(200)
    start = rng.integers(0, 190, 500)
    end = start + rng.integers(1, 10, 500)
    expected = [reduction.reduce(values[low:high]) for low, high in zip(start, end, strict=True)]
    np.testing.assert_allclose(reduce_ranges(values, start, end, reduction), expected)


def test_tiling_ranges_with_empty_ones() -> None:
    offsets = np.array([0, 2, 2, 5, 5])
    values = np.array([1.0, 3, 2, 9, 4])
    np.testing.assert_array_equal(reduce_ranges(values, offsets[:-1], offsets[1:], np.maximum), [3, np.nan, 9, np.nan])
    np.testing.assert_array_equal(reduce_ranges(values, offsets[:-1], offsets[1:], np.add), [4, 0, 15, 0])


def test_argmax_is_the_first_of_equals_and_skips_undefined() -> None:
    values = np.array([np.nan, 3, 3, -np.inf, np.nan])
    start, end = np.array([0, 1, 3, 2, 4]), np.array([3, 3, 4, 2, 5])
    assert argmax_ranges(values, start, end).tolist() == [1, 1, 3, -1, 4]


def test_mean_ranges_is_the_plain_mean() -> None:
    vectors = np.random.default_rng(0).normal(size=(50, 4)).astype(np.float32)
    start, end = np.array([0, 3, 3, 49, 10]), np.array([5, 4, 20, 50, 10])
    found = mean_ranges(vectors, start, end)
    for row, (low, high) in enumerate(zip(start, end, strict=True)):
        expected = vectors[low:high].mean(axis=0) if high > low else np.zeros(4)
        np.testing.assert_allclose(found[row], expected, rtol=1e-5, atol=1e-6)
