"""Metrics against the libraries whose numbers they claim to be."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nervaluate.entities import Entity
from nervaluate.strategies import EntityTypeEvaluation, ExactEvaluation, PartialEvaluation, StrictEvaluation
from seqeval.metrics import accuracy_score as tag_accuracy
from seqeval.metrics import classification_report as seqeval_report
from seqeval.scheme import IOB2, IOBES
from sklearn.metrics import accuracy_score, classification_report

from errata.analysis.conventions import UnitCounts, convention_counts
from errata.analysis.matching import match
from errata.analysis.metrics import Counts, averages, class_counts, multilabel_counts, prf, subset_accuracy
from errata.core.types import Spans
from errata.formats.tagging import decode, scheme_tag_set, strict_mask

LABELS = ("LOC", "MISC", "PER")
SEQEVAL_SCHEMES = {"BIO": IOB2, "BIOES": IOBES}
NEAR = {"rel": 0, "abs": 1e-12}
shapes = st.tuples(st.lists(st.integers(1, 12), min_size=1, max_size=6), st.integers(0, 2**32 - 1))
Shape = tuple[list[int], int]


def draw_tags(shape: Shape, n_tags: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gold codes, codes of predictions that are near them, and the offsets of the samples."""
    lengths, seed = shape
    rng = np.random.default_rng(seed)
    offsets = np.cumsum([0, *lengths])
    gold = rng.integers(0, n_tags, offsets[-1])
    pred = np.where(rng.random(offsets[-1]) < 0.7, gold, rng.integers(0, n_tags, offsets[-1]))
    return gold, pred, offsets


def on_tokens(spans: Spans) -> Spans:
    return replace(spans, char_start=spans.start, char_end=spans.end)


def check_report(counts: Counts, report: dict[str, Any], names: tuple[str, ...]) -> None:
    """Every label, micro and weighted; macro over the labels with support, as ``labels=`` of the libraries gives."""
    for name, *values, support in zip(names, *prf(counts), counts.n_gold.tolist(), strict=True):
        expected = report.get(name, {"precision": 0, "recall": 0, "f1-score": 0, "support": 0})
        theirs = [expected[key] for key in ("precision", "recall", "f1-score")]
        assert np.nan_to_num(values).tolist() == pytest.approx(theirs, **NEAR)
        assert support == expected["support"]
    found = averages(counts)
    for name in ("micro", "weighted"):
        if f"{name} avg" in report:
            ours = [found[name].precision, found[name].recall, found[name].f1]
            theirs = [report[f"{name} avg"][key] for key in ("precision", "recall", "f1-score")]
            assert np.nan_to_num(ours).tolist() == pytest.approx(theirs, **NEAR)
    supported = [report[name]["f1-score"] for name in names if name in report and report[name]["support"]]
    if supported:
        assert found["macro"].f1 == pytest.approx(float(np.mean(supported)), **NEAR)
    reported = [name for name in names if name in report]
    if reported and all(report[name]["support"] for name in reported):
        assert found["macro"].f1 == pytest.approx(report["macro avg"]["f1-score"], **NEAR)


@pytest.mark.parametrize("scheme", ["BIO", "BIOES"])
@pytest.mark.parametrize("convention", ["conlleval", "strict"])
@given(shape=shapes)
def test_spans_equal_seqeval(scheme: str, convention: str, shape: Shape) -> None:
    tags = scheme_tag_set(LABELS, scheme)
    gold_codes, pred_codes, offsets = draw_tags(shape, len(tags.names))
    gold, pred = on_tokens(decode(tags, gold_codes, offsets)), on_tokens(decode(tags, pred_codes, offsets))
    strict = [
        np.append(strict_mask(spans, tags, codes, offsets), False)
        for spans, codes in ((gold, gold_codes), (pred, pred_codes))
    ]
    units = match(gold, pred)
    rows = UnitCounts.of_units(
        np.append(gold.label, -1)[units.gold],
        np.append(pred.label, -1)[units.pred],
        units.error_type,
        strict[0][units.gold],
        strict[1][units.pred],
    )

    def names(codes: np.ndarray) -> list[list[str]]:
        return [[tags.names[code] for code in part] for part in np.split(codes, offsets[1:-1])]

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mode = {"mode": "strict", "scheme": SEQEVAL_SCHEMES[scheme]} if convention == "strict" else {}
        sides = (names(gold_codes), names(pred_codes))
        empty = convention == "strict" and not any(mask.any() for mask in strict)
        report = {} if empty else seqeval_report(*sides, output_dict=True, zero_division=0, **mode)
    check_report(convention_counts(rows, len(LABELS), convention), report, LABELS)
    assert tag_accuracy(*sides) == (gold_codes == pred_codes).mean()


@given(shape=shapes)
def test_texts_equal_scikit_learn(shape: Shape) -> None:
    gold, pred, _ = draw_tags(shape, len(LABELS))
    counts = class_counts(gold, pred, len(LABELS))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        report = classification_report(
            gold, pred, labels=[0, 1, 2], target_names=LABELS, output_dict=True, zero_division=0
        )
    check_report(counts, report, LABELS)
    assert averages(counts)["micro"].f1 == pytest.approx(accuracy_score(gold, pred), **NEAR)


@given(st.integers(1, 30), st.integers(0, 2**32 - 1))
def test_multilabel_equals_scikit_learn(size: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    gold, pred = rng.random((size, 3)) < 0.4, rng.random((size, 3)) < 0.4
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        report = classification_report(gold, pred, target_names=LABELS, output_dict=True, zero_division=0)
    check_report(multilabel_counts(gold, pred), report, LABELS)
    assert subset_accuracy(gold, pred) == pytest.approx(accuracy_score(gold, pred), **NEAR)


# At most one gold and one pred span overlap, so every library must pair them alike.
side = st.tuples(st.integers(0, 6), st.integers(1, 3), st.integers(0, 2)) | st.none()


@given(st.lists(st.tuples(side, side), min_size=1, max_size=12))
def test_spans_equal_nervaluate_where_pairing_is_unambiguous(slots: list[tuple[Any, Any]]) -> None:
    def spans(which: int) -> Spans:
        rows = [(10 * k + s[which][0], s[which][1], s[which][2]) for k, s in enumerate(slots) if s[which] is not None]
        start, width, label = np.array(rows, np.int32).reshape(len(rows), 3).T
        none = np.zeros(len(rows), np.int32)
        return Spans(none, start, start + width, start, start + width, label)

    gold, pred = spans(0), spans(1)
    units = match(gold, pred)
    yes = np.ones(len(units), np.bool_)
    rows = UnitCounts.of_units(
        np.append(gold.label, -1)[units.gold], np.append(pred.label, -1)[units.pred], units.error_type, yes, yes
    )
    theirs = [
        [
            Entity(LABELS[label], int(start), int(end) - 1)
            for start, end, label in zip(s.start, s.end, s.label, strict=True)
        ]
        for s in (gold, pred)
    ]
    strategies = {
        "conlleval": StrictEvaluation(),
        "boundary": ExactEvaluation(),
        "type": EntityTypeEvaluation(),
        "partial": PartialEvaluation(),
    }
    for convention, strategy in strategies.items():
        expected, _ = strategy.evaluate(*theirs, list(LABELS))
        micro = averages(convention_counts(rows, len(LABELS), convention))["micro"]
        ours = np.nan_to_num([micro.precision, micro.recall, micro.f1]).tolist()
        assert ours == pytest.approx([expected.precision, expected.recall, expected.f1], **NEAR), convention
