"""Training dynamics against numbers worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from errata.analysis.dynamics import dynamics, epoch_gold

THREE = np.array([[0.45, 0.9, np.nan], [0.48, 0.2, np.nan], [0.49, 0.7, np.nan]], np.float32)


def test_population_deviation_is_the_default() -> None:
    found = dynamics(THREE)
    assert found.confidence[:2] == pytest.approx([0.4733, 0.6], abs=1e-4)
    assert found.variability[0] == pytest.approx(0.0170, abs=1e-4)
    assert dynamics(THREE, ddof=1).variability[0] == pytest.approx(0.0208, abs=1e-4)


def test_correctness_by_best_label_or_by_one_half() -> None:
    is_best = np.array([[True, True, False], [True, False, False], [True, True, False]])
    assert dynamics(THREE, is_best).correctness[:2] == pytest.approx([1, 2 / 3])
    assert dynamics(THREE).correctness[:2] == pytest.approx([0, 2 / 3])


def test_forgetting_and_largest_drop() -> None:
    found = dynamics(THREE)
    assert found.forgetting.tolist() == [0, 1, -1]
    assert found.largest_drop[:2] == pytest.approx([0, 0.7])


def test_without_gold_everything_is_undefined() -> None:
    found = dynamics(THREE)
    columns = (found.confidence, found.variability, found.correctness, found.largest_drop)
    assert all(np.isnan(column[2]) for column in columns)


def test_one_epoch_never_varies() -> None:
    found = dynamics(THREE[:1])
    assert found.variability[0] == 0
    assert found.largest_drop[0] == 0
    assert np.isnan(dynamics(THREE[:1], ddof=1).variability[0])


def test_gold_of_each_epoch() -> None:
    epochs = [np.array([[0.7, 0.3], [0.4, 0.6], [0.5, 0.5]]), np.array([[0.2, 0.8], [0.1, 0.9], [0.5, 0.5]])]
    p_gold, is_best = epoch_gold([epoch.astype(np.float16) for epoch in epochs], np.array([0, 1, -1]))
    np.testing.assert_allclose(p_gold, [[0.7, 0.6, 0], [0.2, 0.9, 0]], atol=1e-3)
    assert is_best.tolist() == [[True, True, False], [False, True, False]]
