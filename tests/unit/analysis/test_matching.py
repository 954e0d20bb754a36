"""Named cases of span matching: each error type, what touches, what is split or merged, what is not judged."""

from __future__ import annotations

import numpy as np
import pytest

from errata.analysis.matching import Units, match
from errata.core.schema import ERROR_TYPES
from errata.core.types import Spans

PER, LOC = 0, 1


def spans(*rows: tuple[int, int, int] | tuple[int, int, int, int]) -> Spans:
    """Rows (start, end, label) or (sample, start, end, label)."""
    full = [row if len(row) == 4 else (0, *row) for row in rows]
    sample, start, end, label = np.array(full, np.int32).reshape(len(full), 4).T
    return Spans(sample, start, end, start, end, label)


def kinds(units: Units) -> list[str]:
    return [ERROR_TYPES[code] for code in units.error_type]


@pytest.mark.parametrize(
    ("gold", "pred", "expected"),
    [
        (spans((1, 5, PER)), spans((1, 5, PER)), ["none"]),
        (spans((1, 5, PER)), spans((1, 5, LOC)), ["wrong_tag"]),
        (spans((1, 5, PER)), spans((4, 9, PER)), ["span_shift"]),
        (spans((1, 5, PER)), spans((4, 9, LOC)), ["span_shift"]),
        (spans((1, 5, PER)), spans((5, 9, PER)), ["missed_span", "ghost_span"]),
        (spans((1, 5, PER)), spans(), ["missed_span"]),
        (spans(), spans((1, 5, PER)), ["ghost_span"]),
        (spans((0, 1, 5, PER)), spans((1, 1, 5, PER)), ["missed_span", "ghost_span"]),
        (spans(), spans(), []),
    ],
)
def test_error_types(gold: Spans, pred: Spans, expected: list[str]) -> None:
    assert kinds(match(gold, pred)) == expected


def test_one_prediction_over_two_gold_spans_is_merged_once() -> None:
    units = match(spans((0, 4, PER), (5, 12, PER)), spans((0, 12, PER)))
    assert kinds(units) == ["span_shift", "span_shift"]
    assert units.pred.tolist() == [-1, 0]  # the longer gold span has the larger overlap
    assert units.is_merged.tolist() == [True, False]
    assert not units.is_split.any()


def test_two_predictions_in_one_gold_span_are_split_once() -> None:
    units = match(spans((0, 12, PER)), spans((0, 4, PER), (5, 12, PER)))
    assert kinds(units) == ["span_shift", "span_shift"]
    assert units.pred[units.gold == 0].tolist() == [1]  # the longer part
    assert units.is_split.tolist() == [True, False]
    assert not units.is_merged.any()


def test_a_right_pair_stays_right_beside_a_nested_prediction() -> None:
    units = match(spans((0, 12, PER)), spans((0, 12, PER), (0, 4, LOC)))
    assert kinds(units) == ["span_shift", "none"]
    assert units.is_split.tolist() == [True, False]


def test_exact_bounds_win_over_a_shared_label() -> None:
    units = match(spans((0, 4, PER)), spans((0, 4, LOC), (0, 5, PER)))
    assert [(int(g), int(p)) for g, p in zip(units.gold, units.pred, strict=True)] == [(0, 0), (-1, 1)]
    assert kinds(units) == ["wrong_tag", "span_shift"]


def test_same_label_decides_between_equal_overlaps() -> None:
    units = match(spans((2, 6, LOC)), spans((0, 4, PER), (4, 8, LOC)))
    assert units.pred[units.gold == 0].tolist() == [1]


def test_duplicated_spans_are_paired_one_to_one() -> None:
    units = match(spans((0, 4, PER), (0, 4, PER)), spans((0, 4, PER)))
    assert kinds(units) == ["none", "span_shift"] or kinds(units) == ["span_shift", "none"]
    assert int(units.is_merged.sum()) == 1


def test_samples_that_are_not_judged_have_no_error_type() -> None:
    units = match(spans((1, 0, 4, PER)), spans((0, 0, 4, PER), (1, 0, 4, PER)), np.array([False, True]))
    assert units.error_type.tolist() == [-1, 0]


def test_offsets_beyond_32_bits_together() -> None:
    far = 2_000_000_000
    units = match(spans((far, far, far + 5, PER)), spans((far, far, far + 5, PER), (far, far + 2, far + 9, LOC)))
    assert kinds(units) == ["none", "span_shift"]
