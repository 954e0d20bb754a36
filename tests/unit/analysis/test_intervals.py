"""Bootstrap intervals against a plain resampling of samples."""

from __future__ import annotations

import numpy as np
import pytest

from errata.analysis.intervals import bootstrap, bootstrap_by, bootstrap_joint, class_rows, grouped_rows


def samples(n: int, seed: int = 0) -> np.ndarray:
    """Per sample and label (tp, n_gold, n_pred), int ``(n, 3 labels, 3)``; some samples have nothing."""
    rng = np.random.default_rng(seed)
    tp = rng.binomial(2, [0.6, 0.3, 0.05], (n, 3))
    return np.stack((tp, tp + rng.binomial(2, 0.2, (n, 3)), tp + rng.binomial(2, 0.1, (n, 3))), axis=-1)


def plain(counts: np.ndarray, draws: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    """(low, high) of micro and macro F1 by drawing samples one by one."""
    rng = np.random.default_rng(7)
    drawn = counts[rng.integers(0, len(counts), (draws, len(counts)))].sum(axis=1)
    total = drawn[..., 1] + drawn[..., 2]
    micro = 2 * drawn[..., 0].sum(1) / total.sum(1)
    macro = (2 * drawn[..., 0] / total).mean(1)
    return np.quantile(micro, [0.025, 0.975]), np.quantile(macro, [0.025, 0.975])


def test_equals_plain_resampling() -> None:
    counts = samples(200)
    expected, expected_macro = plain(counts)
    tp, total = counts[..., 0].sum(1), counts[..., 1:].sum((1, 2))
    assert bootstrap(tp, total, np.ones(200, np.int64), draws=4000) == pytest.approx(expected, abs=0.006)
    joint = bootstrap_joint(counts, np.ones(200, np.int64), draws=4000)
    assert joint.micro == pytest.approx(expected, abs=0.006)
    assert joint.macro == pytest.approx(expected_macro, abs=0.01)
    label, row = np.tile(np.arange(3), 200), counts.reshape(-1, 3)
    by = bootstrap_by(
        label, row[:, 0], row[:, 1:].sum(1), np.ones(600, np.int64), n_labels=4, n_samples=200, draws=4000
    )
    np.testing.assert_allclose(by[:3], joint.by, atol=0.03)
    assert np.isnan(by[3]).all()


def test_distinct_rows_give_the_same_interval_as_their_repetitions() -> None:
    tp, total, n = np.array([0, 1, 2]), np.array([1, 2, 5]), np.array([40, 100, 30])
    repeated = np.repeat(np.arange(3), n)
    together = bootstrap(tp, total, n, n_samples=300, seed=3)
    assert together == bootstrap(tp[repeated], total[repeated], np.ones(170, np.int64), n_samples=300, seed=3)
    assert together != bootstrap(tp, total, n, n_samples=300, seed=4)


def test_undefined_without_anything_counted() -> None:
    nothing = np.zeros(0, np.int64)
    assert np.isnan(bootstrap(nothing, nothing, nothing, n_samples=10)).all()
    assert np.isnan(bootstrap(np.array([0]), np.array([0]), np.array([5]))).all()
    empty = bootstrap_joint(np.zeros((0, 2, 3)), nothing, n_samples=5)
    assert np.isnan([*empty.micro, *empty.macro, *empty.weighted]).all()
    assert empty.by.shape == (2, 2)


def test_a_perfect_label_has_no_width() -> None:
    assert bootstrap(np.array([1]), np.array([2]), np.array([50])) == (1.0, 1.0)


def test_groups_of_samples_are_as_wide_as_samples() -> None:
    counts = samples(3000, seed=1)
    alone = bootstrap_joint(counts, np.ones(3000, np.int64), draws=3000)
    sample, gold, pred, correct = [], [], [], []
    for label in range(3):
        tp, n_gold, n_pred = counts[:, label].T
        for number, left, right, credit in (
            (tp, label, label, 1),
            (n_gold - tp, label, -1, 0),
            (n_pred - tp, -1, label, 0),
        ):
            rows = np.repeat(np.arange(3000), number)
            sample.append(rows)
            gold.append(np.full(len(rows), left))
            pred.append(np.full(len(rows), right))
            correct.append(np.full(len(rows), credit, np.float64))
    columns = [np.concatenate(part) for part in (sample, gold, pred, correct)]
    rows, n = grouped_rows(*columns, n_labels=3, n_samples=3000)
    assert len(rows) == 256
    np.testing.assert_array_equal(rows.sum(0), counts.sum(0))
    grouped = bootstrap_joint(rows, n, draws=3000)
    for left, right in ((alone.micro, grouped.micro), (alone.macro, grouped.macro), (alone.weighted, grouped.weighted)):
        assert right[1] - right[0] == pytest.approx(left[1] - left[0], rel=0.2)


def test_cells_of_a_confusion_matrix_are_rows() -> None:
    gold, pred, n = np.array([0, 0, 1, -1]), np.array([0, 1, 1, 1]), np.array([60, 20, 20, 9])
    rows, times = class_rows(gold, pred, n, 2)
    np.testing.assert_array_equal((rows * times[:, None, None]).sum(0), [[60, 80, 60], [20, 20, 40]])
    low, high = bootstrap_joint(rows, times, draws=4000).micro  # accuracy 0.8 of 100 samples
    deviation = np.sqrt(0.8 * 0.2 / 100)
    assert (low, high) == pytest.approx((0.8 - 1.96 * deviation, 0.8 + 1.96 * deviation), abs=0.012)
