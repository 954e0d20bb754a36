"""Scores against worked numbers and plain restatements of their formulas."""

from __future__ import annotations

import numpy as np
import pytest

from errata.analysis.scores import (
    AMBIGUOUS,
    EASY,
    HARD,
    difficulty,
    difficulty_borders,
    mean_margin,
    multilabel_scores,
    sample_losses,
    span_scores,
    token_scores,
    unit_scores,
)

# tags O, B-PER, I-PER, B-LOC, I-LOC; gold PER over tokens 1 and 2
WORKED = np.array(
    [
        [0.90, 0.05, 0.02, 0.02, 0.01],
        [0.10, 0.70, 0.10, 0.05, 0.05],
        [0.30, 0.10, 0.40, 0.10, 0.10],
        [0.05, 0.05, 0.05, 0.80, 0.05],
        [0.20, 0.05, 0.05, 0.10, 0.60],
    ],
    np.float32,
)
GOLD = np.array([0, 1, 2, 0, 0], np.int32)


def random_probs(n: int, k: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).dirichlet(np.full(k, 0.4), n).astype(np.float32)


def test_worked_vector_of_spans() -> None:
    spans = span_scores(token_scores(WORKED, GOLD), np.array([1, 3]), np.array([3, 5]))
    assert spans.dep == pytest.approx([0.45, 0.875], abs=1e-6)
    assert spans.confidence == pytest.approx([0.40, 0.60], abs=1e-6)
    assert spans.p_gold == pytest.approx([0.40, 0.05], abs=1e-6)
    assert spans.loss == pytest.approx([-np.log(0.40), -np.log(0.05)], abs=1e-6)
    assert spans.margin == pytest.approx([0.10, -0.75], abs=1e-6)


def test_tokens_equal_the_formulas() -> None:
    probs = random_probs(70_000, 7)  # more than one block
    gold = np.random.default_rng(1).integers(0, 7, len(probs))
    scores = token_scores(probs, gold)
    rows = np.arange(len(probs))
    others = probs.copy()
    others[rows, gold] = -1
    margin = probs[rows, gold] - others.max(1)
    ordered = np.sort(probs, axis=1)
    np.testing.assert_allclose(scores.margin, margin, atol=1e-7)
    np.testing.assert_allclose(scores.dep, (1 - margin) / 2, atol=1e-7)
    np.testing.assert_array_equal(scores.confidence, probs.max(1))
    np.testing.assert_array_equal(scores.p_gold, probs[rows, gold])
    np.testing.assert_allclose(scores.certainty_ratio, ordered[:, -2] / ordered[:, -1], rtol=1e-6)
    np.testing.assert_allclose(scores.loss, -np.log(np.maximum(probs[rows, gold], 1e-12)), rtol=1e-5, atol=1e-6)
    wrong = probs.argmax(1) != gold
    np.testing.assert_array_equal(scores.dep > 0.5, wrong)


def test_a_gold_tag_unknown_to_the_predictor_has_probability_zero() -> None:
    scores = token_scores(WORKED[:1], np.array([-1]))
    assert scores.p_gold.tolist() == [0]
    assert scores.margin == pytest.approx([-0.9])
    assert scores.loss == pytest.approx([-np.log(1e-12)], rel=1e-6)


def test_without_gold_only_the_prediction_is_scored() -> None:
    scores = token_scores(WORKED, GOLD, has_gold=np.array([True, True, True, True, False]))
    assert np.isnan([scores.p_gold[4], scores.loss[4], scores.margin[4], scores.dep[4]]).all()
    assert scores.confidence[4] == pytest.approx(0.6)
    assert not np.isnan(scores.dep[:4]).any()
    spans = span_scores(scores, np.array([3]), np.array([5]))
    assert np.isnan(spans.dep[0])


def test_margins_are_averaged_over_epochs_before_anything_else() -> None:
    epochs = [random_probs(50, 4, seed) for seed in range(3)]
    gold = np.random.default_rng(3).integers(0, 4, 50)
    expected = np.mean([token_scores(probs, gold).margin for probs in epochs], axis=0)
    np.testing.assert_allclose(mean_margin(epochs, gold), expected, atol=1e-6)
    half = [probs.astype(np.float16) for probs in epochs]
    scores = token_scores(epochs[-1], gold, epoch_probs=half)
    np.testing.assert_allclose(scores.margin, expected, atol=2e-3)
    np.testing.assert_allclose(scores.dep, (1 - scores.margin) / 2)
    np.testing.assert_array_equal(scores.p_gold, epochs[-1][np.arange(50), gold])


def test_a_shifted_unit_counts_every_token_of_both_spans() -> None:
    tokens = token_scores(WORKED, GOLD)
    none = -1
    units = unit_scores(
        tokens,
        np.array([1, 1, none]),
        np.array([3, 3, none]),
        np.array([1, 2, 3]),
        np.array([3, 4, 5]),
    )
    assert units.dep == pytest.approx([0.45, 0.875, 0.875], abs=1e-6)
    assert units.p_gold == pytest.approx([0.40, 0.05, 0.05], abs=1e-6)
    assert units.confidence == pytest.approx([0.40, 0.40, 0.60], abs=1e-6)
    assert units.certainty_ratio[1] == pytest.approx(0.30 / 0.40, abs=1e-6)


def test_an_empty_span_is_undefined() -> None:
    spans = span_scores(token_scores(WORKED, GOLD), np.array([2]), np.array([2]))
    assert np.isnan(spans.dep[0])


def test_multilabel_pairs_are_binary_choices() -> None:
    probs = np.array([[0.9, 0.2], [0.5, 0.6]], np.float32)
    gold = np.array([[True, True], [False, False]])
    scores = multilabel_scores(probs, gold, has_gold=np.array([True, False]))
    assert scores.p_gold[0] == pytest.approx([0.9, 0.2])
    assert scores.dep[0] == pytest.approx([0.1, 0.8])
    assert scores.confidence[0] == pytest.approx([0.9, 0.8])
    assert scores.certainty_ratio[0] == pytest.approx([1 / 9, 0.25])
    assert np.isnan(scores.dep[1]).all()
    averaged = multilabel_scores(probs, gold, epoch_probs=[probs, probs * 0])
    assert averaged.margin[0] == pytest.approx([(0.8 - 1) / 2, (-0.6 - 1) / 2])


def test_difficulty_borders_are_per_split() -> None:
    margin = np.array([1.0, 0.5, -1.0, 0.4, 0.2, np.nan], np.float32)
    split = np.array([0, 0, 0, 1, 1, 1])
    mean, deviation = margin[:3].mean(), margin[:3].std()
    assert difficulty_borders(margin, split)[0] == pytest.approx((mean, mean - deviation))
    assert difficulty(margin, split).tolist() == [EASY, EASY, HARD, EASY, AMBIGUOUS, -1]


def test_losses_of_samples() -> None:
    total, mean, largest = sample_losses(np.array([1, 2, 4, np.nan], np.float32), np.array([0, 2, 2, 3, 4]))
    np.testing.assert_array_equal(total, [3, np.nan, 4, np.nan])
    np.testing.assert_array_equal(mean, [1.5, np.nan, 4, np.nan])
    np.testing.assert_array_equal(largest, [2, np.nan, 4, np.nan])
