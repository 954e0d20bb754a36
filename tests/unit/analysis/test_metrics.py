"""Metrics where something is undefined, and the exact shape of their JSON."""

from __future__ import annotations

import math

import numpy as np
import pytest

from errata.analysis.conventions import UnitCounts, convention_counts, ner_metrics_json, token_counts
from errata.analysis.intervals import Intervals
from errata.analysis.matching import GHOST_SPAN, MISSED_SPAN, NONE, SPAN_SHIFT, WRONG_TAG
from errata.analysis.metrics import (
    Counts,
    averages,
    class_counts,
    entry,
    metrics_json,
    multilabel_counts,
    prf,
    subset_accuracy,
)
from errata.core.errors import UsageError

COUNTS = Counts(tp=np.array([8, 0, 0, 0]), n_gold=np.array([10, 5, 0, 0]), n_pred=np.array([16, 0, 4, 0]))


def units() -> UnitCounts:
    """Labels PER 0, LOC 1: two right PER (one not well formed), a wrong tag, a shift, a missed and three ghosts."""
    gold = np.array([0, 0, 0, 1, 1, -1])
    pred = np.array([0, 0, 1, 1, -1, 0])
    kind = np.array([NONE, NONE, WRONG_TAG, SPAN_SHIFT, MISSED_SPAN, GHOST_SPAN])
    gold_is_strict = np.array([True, True, True, True, True, False])
    pred_is_strict = np.array([True, False, True, True, False, True])
    return UnitCounts(gold, pred, kind, gold_is_strict, pred_is_strict, np.array([1, 1, 1, 1, 1, 3]))


def test_undefined_is_not_zero() -> None:
    precision, recall, f1 = prf(COUNTS)
    np.testing.assert_array_equal(precision, [0.5, np.nan, 0, np.nan])
    np.testing.assert_array_equal(recall, [0.8, 0, np.nan, np.nan])
    np.testing.assert_array_equal(f1, [16 / 26, 0, np.nan, np.nan])


def test_averages_are_over_labels_with_support() -> None:
    found = averages(COUNTS)
    assert (found["micro"].precision, found["micro"].recall) == (8 / 20, 8 / 15)
    assert found["macro"].f1 == pytest.approx(16 / 26 / 2)
    assert found["macro"].precision == 0.25  # a label that is never predicted counts 0
    assert found["weighted"].f1 == pytest.approx(16 / 26 * 10 / 15)
    assert {value.support for value in found.values()} == {15}


def test_nothing_at_all_is_undefined() -> None:
    nothing = np.zeros(2, np.int64)
    for value in averages(Counts(nothing, nothing, nothing)).values():
        assert all(math.isnan(part) for part in (value.precision, value.recall, value.f1))
        assert entry(value) == dict.fromkeys(("precision", "recall", "f1", "f1_low", "f1_high")) | {"support": 0}


@pytest.mark.parametrize(
    ("convention", "tp", "n_gold", "n_pred", "tp_pred"),
    [
        ("conlleval", [2, 0], [3, 2], [5, 2], None),
        ("strict", [1, 0], [3, 2], [4, 2], None),
        ("boundary", [3, 0], [3, 2], [5, 2], [2, 1]),
        ("type", [2, 1], [3, 2], [5, 2], None),
        ("partial", [3, 0.5], [3, 2], [5, 2], [2, 1.5]),
    ],
)
def test_each_convention_counts_what_it_says(
    convention: str, tp: list[float], n_gold: list[int], n_pred: list[int], tp_pred: list[float] | None
) -> None:
    counts = convention_counts(units(), 2, convention)
    assert counts.tp.tolist() == tp
    assert counts.n_gold.tolist() == n_gold
    assert counts.n_pred.tolist() == n_pred
    assert (None if counts.tp_pred is None else counts.tp_pred.tolist()) == tp_pred


def test_f1_with_two_labels_is_the_harmonic_mean() -> None:
    precision, recall, f1 = prf(convention_counts(units(), 2, "boundary"))
    np.testing.assert_allclose(precision, [2 / 5, 1 / 2])
    np.testing.assert_allclose(recall, [1, 0])
    np.testing.assert_allclose(f1, [2 * 0.4 / 1.4, 0])


def test_units_that_are_not_judged_count_nowhere() -> None:
    unjudged = UnitCounts(
        np.array([0]), np.array([-1]), np.array([-1]), np.array([True]), np.array([False]), np.array([1])
    )
    for convention in ("strict", "conlleval", "boundary", "type", "partial"):
        counts = convention_counts(unjudged, 1, convention)
        assert counts.n_gold.tolist() == counts.n_pred.tolist() == [0]


def test_an_unknown_convention_is_refused_by_name() -> None:
    with pytest.raises(UsageError, match="strict, conlleval"):
        convention_counts(units(), 2, "lenient")


def test_groups_count_like_their_units() -> None:
    whole = units()
    repeated = np.repeat(np.arange(6), whole.n)
    single = UnitCounts.of_units(
        *(part[repeated] for part in (whole.gold, whole.pred, whole.error_type)),
        whole.gold_is_strict[repeated],
        whole.pred_is_strict[repeated],
    )
    for convention in ("strict", "conlleval", "boundary", "type", "partial"):
        left, right = convention_counts(whole, 2, convention), convention_counts(single, 2, convention)
        np.testing.assert_array_equal(left.tp, right.tp)
        np.testing.assert_array_equal(left.n_pred, right.n_pred)


def test_json_of_spans_has_the_documented_shape() -> None:
    tokens = token_counts(np.array([0, 0, -1, 1]), np.array([0, -1, -1, 1]), 2)
    intervals = Intervals((0.1, 0.4), np.array([[0.2, 0.5], [np.nan, np.nan]]))
    out = ner_metrics_json(
        split="test", where="gold = 'PER'", convention="conlleval", n_samples=7, labels=("PER", "LOC"), units=units(),
        tokens=tokens, token_accuracy=0.75, intervals=intervals,
    )  # fmt: skip
    assert list(out) == [
        "split", "where", "convention", "n_samples", "n_units", "overall", "by", "conventions", "error_types",
    ]  # fmt: skip
    assert (out["n_samples"], out["n_units"], out["overall"]["accuracy"]) == (7, 8, 0.75)
    assert out["overall"]["micro"] == {
        "precision": 2 / 7, "recall": 2 / 5, "f1": 4 / 12, "support": 5, "f1_low": 0.1, "f1_high": 0.4,
    }  # fmt: skip
    assert out["by"]["PER"]["f1_high"] == 0.5
    assert out["by"]["LOC"] == {
        "precision": 0, "recall": 0, "f1": 0, "support": 2, "f1_low": None, "f1_high": None,
    }  # fmt: skip
    assert list(out["conventions"]) == ["strict", "conlleval", "boundary", "type", "partial", "token"]
    assert out["conventions"]["token"] == {"precision": 1, "recall": 2 / 3, "f1": 0.8}
    assert out["error_types"] == {"span_shift": 1, "wrong_tag": 1, "missed_span": 1, "ghost_span": 3}


def test_json_without_token_counts_says_null() -> None:
    out = ner_metrics_json(
        split=None, where=None, convention="token", n_samples=0, labels=("PER", "LOC"), units=units()
    )
    assert out["conventions"]["token"] == {"precision": None, "recall": None, "f1": None}
    assert out["overall"]["micro"]["f1"] is None


def test_json_of_texts_has_neither_conventions_nor_error_types() -> None:
    counts = class_counts(np.array([0, 1, 1, -1]), np.array([0, 0, 1, 1]), 2)
    out = metrics_json(
        split="test", where=None, convention=None, n_samples=4, n_units=4, labels=("a", "b"), counts=counts,
        accuracy=2 / 3,
    )  # fmt: skip
    assert list(out) == ["split", "where", "convention", "n_samples", "n_units", "overall", "by"]
    assert out["overall"]["accuracy"] == out["overall"]["micro"]["f1"] == 2 / 3
    assert list(out["by"]["a"]) == ["precision", "recall", "f1", "support", "f1_low", "f1_high"]


def test_multilabel_counts_and_subset_accuracy() -> None:
    gold = np.array([[True, False], [True, True], [False, False]])
    pred = np.array([[True, False], [True, False], [False, True]])
    counts = multilabel_counts(gold, pred)
    assert (counts.tp.tolist(), counts.n_gold.tolist(), counts.n_pred.tolist()) == ([2, 0], [2, 1], [2, 1])
    assert subset_accuracy(gold, pred) == 1 / 3
    assert math.isnan(subset_accuracy(gold[:0], pred[:0]))
