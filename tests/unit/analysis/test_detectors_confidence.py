"""Detectors of label issues against their formulas on single rows."""

from __future__ import annotations

import math

import numpy as np
import pytest

from errata.analysis.detectors_confidence import (
    DETECTORS,
    confident_sums,
    confident_thresholds,
    confidently_other,
    label_columns,
    margin,
    merge_tags,
    noise_weighted,
    self_confidence,
    suggest,
)
from errata.core.errors import InputError
from errata.formats.tagging import tag_set

TAGS = tag_set(["O", "B-PER", "I-PER", "B-LOC", "I-LOC"])
PER, LOC = TAGS.labels.index("PER"), TAGS.labels.index("LOC")
MERGED = np.zeros((3, 3), np.float32)  # columns: the two labels, then O
MERGED[:, PER] = [0.7, 0.1, 0.05]
MERGED[:, LOC] = [0.2, 0.1, 0.90]
MERGED[:, -1] = [0.1, 0.8, 0.05]
GOLD = np.array([PER, -1, -1])


def test_prefixes_are_merged_by_adding() -> None:
    probs = np.array([[0.1, 0.3, 0.2, 0.25, 0.15]], np.float32)
    merged = merge_tags(probs, label_columns(TAGS), 2)
    assert merged[0, [PER, LOC, -1]] == pytest.approx([0.5, 0.4, 0.1])


def test_columns_follow_the_given_labels() -> None:
    columns = label_columns(TAGS, ("ORG", "PER", "LOC"))
    assert [int(columns[TAGS.names.index(name)]) for name in ("O", "B-PER", "I-LOC")] == [-1, 1, 2]
    with pytest.raises(InputError, match="LOC"):
        label_columns(TAGS, ("PER",))


def test_formulas() -> None:
    assert self_confidence(MERGED, GOLD) == pytest.approx([0.3, 0.2, 0.95], abs=1e-6)
    assert margin(MERGED, GOLD) == pytest.approx([-0.5, -0.7, 0.85], abs=1e-6)
    expected = [math.log((0.03 * 0.1 + 0.1 * 0.2) / 0.7), math.log(0.2 / 0.8), math.log(0.95 / 0.05)]
    assert noise_weighted(MERGED, GOLD, floor=0.0) == pytest.approx(expected, abs=1e-5)
    other = noise_weighted(MERGED, GOLD, (1.0, 0.5, 0.1), 0.01)
    assert other[0] == pytest.approx(math.log((0.1 * 0.11 + 0.5 * 0.21) / 0.71), abs=1e-5)
    assert other[1] == pytest.approx(math.log(0.21 / 0.81), abs=1e-5)


def test_a_certain_predictor_stays_finite() -> None:
    certain = np.array([[0, 0, 1], [0, 0, 1], [1, 0, 0]], np.float32)
    for detector in DETECTORS.values():
        assert np.isfinite(detector(certain, np.array([0, -1, -1]))).all()


def test_suggestions_are_the_best_other_label() -> None:
    label, probability = suggest(MERGED, GOLD)
    assert label.tolist() == [LOC, min(PER, LOC), LOC]
    assert probability == pytest.approx([0.2, 0.1, 0.9])
    assert suggest(MERGED, np.array([-1, PER, LOC]))[0].tolist() == [PER, -1, -1]


def test_confident_learning_flags_what_beats_its_own_mean() -> None:
    merged = np.array([[0.9, 0.0, 0.1], [0.5, 0.0, 0.5], [0.8, 0.0, 0.2], [0.1, 0.0, 0.9]], np.float32)
    gold = np.array([0, 0, -1, -1])
    thresholds = confident_thresholds(confident_sums(merged, gold))
    assert thresholds[0] == pytest.approx([0.7, np.inf, 0.55])
    assert confidently_other(merged, gold, thresholds).tolist() == [False, False, True, False]


def test_groups_have_thresholds_of_their_own_and_parts_add_up() -> None:
    rng = np.random.default_rng(0)
    merged = rng.dirichlet([1, 1, 1], 200).astype(np.float32)
    gold, group = rng.integers(-1, 2, 200), np.repeat([0, 1], 100)
    parts = [confident_sums(merged[k : k + 50], gold[k : k + 50], group[k : k + 50], 2) for k in range(0, 200, 50)]
    thresholds = confident_thresholds(np.sum(parts, axis=0))
    np.testing.assert_allclose(thresholds, confident_thresholds(confident_sums(merged, gold, group, 2)))
    alone = confident_thresholds(confident_sums(merged[100:], gold[100:]))
    np.testing.assert_allclose(thresholds[1], alone[0])
    np.testing.assert_array_equal(
        confidently_other(merged, gold, thresholds, group)[100:],
        confidently_other(merged[100:], gold[100:], alone),
    )
