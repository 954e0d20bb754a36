"""Calibration against numbers worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from errata.analysis.calibration import reliability, reliability_of_bins


def test_bins_means_and_expected_error() -> None:
    confidence = np.array([0.0, 0.1, 0.95, 0.85, 1.0, 0.9, np.nan])
    found = reliability(confidence, np.array([False, True, True, False, True, True, True]))
    assert found.count.tolist() == [2, 0, 0, 0, 0, 0, 0, 0, 2, 2]  # an upper edge belongs to its bin
    assert found.confidence[[0, 8, 9]] == pytest.approx([0.05, 0.875, 0.975])
    assert found.accuracy[[0, 8, 9]] == pytest.approx([0.5, 0.5, 1.0])
    assert found.ece == pytest.approx((2 * 0.45 + 2 * 0.375 + 2 * 0.025) / 6)
    assert np.isnan(found.accuracy[1:8]).all()
    assert found.edges == pytest.approx(np.arange(11) / 10)


def test_sums_per_bin_give_the_same() -> None:
    rng = np.random.default_rng(0)
    confidence, right = rng.random(500), rng.random(500) < 0.6
    place = np.minimum((confidence * 10).astype(int), 9)
    sums = [np.bincount(place, weights, 10) for weights in (None, confidence, right)]
    assert reliability_of_bins(sums[0].astype(np.int64), sums[1], sums[2]).ece == pytest.approx(
        reliability(confidence, right).ece
    )


def test_nothing_is_undefined() -> None:
    assert math.isnan(reliability(np.zeros(0), np.zeros(0, np.bool_)).ece)
