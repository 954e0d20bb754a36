"""From token scores to units, regions, samples and reasons."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from errata.analysis.detectors_confidence import confident_thresholds, merge_tags, noise_weighted
from errata.analysis.posterior import log_odds, posterior
from errata.analysis.ranking import (
    Hints,
    Ranking,
    gold_labels,
    rank_multilabel,
    rank_ranges,
    rank_texts,
    rank_tokens,
    reasons,
    regions,
    sample_scores,
    token_sums,
)
from errata.analysis.surface import surface_facts
from errata.core.types import Spans
from errata.formats.tagging import tag_set

TAGS = tag_set(["O", "B-PER", "I-PER", "B-LOC", "I-LOC"])
LABELS = ("ORG", "PER", "LOC")
PER, LOC = 1, 2


def probs(*rows: tuple[float, float]) -> np.ndarray:
    """Rows (p of PER, p of LOC), shared between B- and I-."""
    return np.array([(1 - per - loc, per / 2, per / 2, loc / 2, loc / 2) for per, loc in rows], np.float32)


# two samples: [John] met Mary Ann | in [Paris] Texas
TOKENS = probs((0.95, 0.01), (0.02, 0.02), (0.8, 0.1), (0.7, 0.2), (0.1, 0.1), (0.6, 0.3), (0.05, 0.3))
GOLD = np.array([1, 0, 0, 0, 0, 3, 0])
OFFSETS = np.array([0, 4, 7])
SPANS = Spans(*np.array([[0, 1], [0, 1], [1, 2], [0, 3], [4, 8], [PER, LOC]], np.int32))


def ranked() -> Ranking:
    return rank_tokens(TOKENS, TAGS, GOLD, labels=LABELS)


def test_codes_point_into_the_given_labels() -> None:
    tokens = ranked()
    assert tokens.suggested.tolist() == [-1, PER, PER, PER, PER, PER, LOC]
    assert gold_labels(TAGS, GOLD, LABELS).tolist() == [PER, -1, -1, -1, -1, LOC, -1]
    own = rank_tokens(TOKENS, TAGS, GOLD)
    assert [TAGS.labels[code] for code in own.suggested] == [LABELS[code] for code in tokens.suggested]
    np.testing.assert_array_equal(own.score, tokens.score)


def test_the_default_is_noise_weighted() -> None:
    columns = np.array([-1, PER, PER, LOC, LOC])
    merged = merge_tags(TOKENS, columns, 3)
    np.testing.assert_array_equal(ranked().score, noise_weighted(merged, gold_labels(TAGS, GOLD, LABELS)))


def test_hints_add_to_scores_and_may_change_the_suggestion() -> None:
    gold = gold_labels(TAGS, GOLD, LABELS)
    score = np.array([0, 1, 2, np.nan, 0, 0, 0])
    hints = Hints(score, np.array([-1, LOC, -1, LOC, LOC, LOC, -1]), np.array([0, 1, 0, 0, 1, 1, 0], np.float32))
    plain, found = ranked(), rank_tokens(TOKENS, TAGS, GOLD, labels=LABELS, hints=hints, weight=0.5)
    np.testing.assert_allclose(found.score, plain.score + 0.5 * np.nan_to_num(score), atol=1e-6)
    assert gold[5] == LOC  # a rival equal to gold is none
    assert found.suggested.tolist() == [-1, LOC, PER, PER, LOC, PER, LOC]
    assert found.p_suggested[1] == pytest.approx(0.02)


def test_unknown_gold_is_neither_scored_nor_suggested() -> None:
    has_gold = np.array([True] * 4 + [False] * 3)
    tokens = rank_tokens(TOKENS, TAGS, np.where(GOLD == 1, -1, GOLD), labels=LABELS, has_gold=has_gold)
    assert np.isnan(tokens.score).tolist() == [True, False, False, False, True, True, True]
    assert tokens.suggested[[0, 4, 5, 6]].tolist() == [-1] * 4
    assert not tokens.label_issue.any()
    np.testing.assert_array_equal(np.isnan(sample_scores(tokens.score, OFFSETS)), [False, True])
    assert regions(tokens, gold_labels(TAGS, GOLD, LABELS), OFFSETS, SPANS).gold_span.tolist() == [0, -1, 1]


def test_thresholds_from_parts_flag_the_same_tokens() -> None:
    sums = token_sums(TOKENS[:3], TAGS, GOLD[:3], labels=LABELS) + token_sums(TOKENS[3:], TAGS, GOLD[3:], labels=LABELS)
    np.testing.assert_allclose(sums, token_sums(TOKENS, TAGS, GOLD, labels=LABELS))
    tokens = rank_tokens(TOKENS, TAGS, GOLD, labels=LABELS, thresholds=confident_thresholds(sums))
    assert tokens.label_issue.tolist() == [False] * 7  # PER must reach .95 to be certain
    lower = np.minimum(confident_thresholds(sums), 0.65)
    tokens = rank_tokens(TOKENS, TAGS, GOLD, labels=LABELS, thresholds=lower)
    assert tokens.label_issue.tolist() == [False, False, True, True, False, False, False]


def test_a_range_is_as_suspicious_as_its_worst_token() -> None:
    tokens = ranked()
    units = rank_ranges(tokens, np.array([0, 2, 5, 1]), np.array([1, 4, 7, 1]))
    assert units.score[:3].tolist() == [tokens.score[0], tokens.score[2], max(tokens.score[5:7])]
    assert units.p_suggested[1] == pytest.approx(0.8)
    assert np.isnan(units.score[3])
    assert units.suggested[3] == -1


def test_every_sample_takes_its_worst_token() -> None:
    tokens = ranked()
    expected = [tokens.score[:4].max(), tokens.score[4:].max()]
    assert sample_scores(tokens.score, OFFSETS).tolist() == expected
    assert np.isnan(sample_scores(tokens.score, np.array([0, 0, 7]))[0])


def test_regions_are_gold_spans_and_runs_that_look_like_spans() -> None:
    found = regions(ranked(), gold_labels(TAGS, GOLD, LABELS), OFFSETS, SPANS)
    rows = zip(found.sample, found.start, found.end, found.gold, found.ranking.suggested, strict=True)
    assert [tuple(int(value) for value in row) for row in rows] == [
        (0, 0, 1, PER, -1),
        (0, 2, 4, -1, PER),
        (1, 1, 2, LOC, PER),
        (1, 2, 3, -1, LOC),  # below one half, but above the border
    ]
    assert found.gold_span.tolist() == [0, -1, 1, -1]
    fewer = regions(ranked(), gold_labels(TAGS, GOLD, LABELS), OFFSETS, SPANS, min_score=0.0)
    assert fewer.gold.tolist() == [PER, -1, LOC]


def test_runs_end_at_the_sample_and_where_the_suggestion_changes() -> None:
    tokens = rank_tokens(probs((0.9, 0), (0.9, 0), (0.9, 0), (0, 0.9)), TAGS, np.zeros(4, np.int64), labels=LABELS)
    found = regions(tokens, np.full(4, -1), np.array([0, 2, 4]), Spans.empty())
    assert list(zip(found.sample.tolist(), found.start.tolist(), found.end.tolist(), strict=True)) == [
        (0, 0, 2), (1, 0, 1), (1, 1, 2),
    ]  # fmt: skip
    nothing = regions(rank_tokens(TOKENS[:0], TAGS, GOLD[:0], labels=LABELS), GOLD[:0], np.array([0]), Spans.empty())
    assert len(nothing.sample) == 0


def test_texts_are_ranked_by_their_posterior() -> None:
    classes = np.array([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6], [0.2, 0.2, 0.6]], np.float32)
    gold = np.array([0, 1, -1])
    found = rank_texts(classes, gold, thresholds=np.array([[0.9, 0.9, 0.6, np.inf]]))
    expected = log_odds(posterior(classes[:2], gold[:2]), gold[:2])
    np.testing.assert_array_equal(found.score, [*expected, np.nan])
    plain = rank_texts(classes, gold, detector="self_confidence")
    np.testing.assert_allclose(plain.score, [0.3, 0.7, np.nan], atol=1e-6)
    assert found.suggested.tolist() == [1, 2, -1]
    assert found.label_issue.tolist() == [False, True, False]


def test_multilabel_decisions_are_ranked_one_by_one() -> None:
    chances = np.array([[0.9, 0.2], [0.8, 0.6], [0.1, 0.1]], np.float32)
    gold = np.array([[True, True], [False, False], [False, False]])
    found = rank_multilabel(chances, gold, np.array([True, True, False]))
    np.testing.assert_allclose(found.score, [[0.1, 0.8], [0.8, 0.6], [np.nan, np.nan]], atol=1e-6)
    assert found.suggested.tolist() == [[-1, -1], [0, 1], [-1, -1]]
    assert found.label_issue.tolist() == [[False, True], [False, True], [False, False]]


def test_reasons_are_facts_about_the_top_rows() -> None:
    tokens = ranked()
    found = regions(tokens, gold_labels(TAGS, GOLD, LABELS), OFFSETS, SPANS)
    text = pa.array(["John", "Mary Ann", "Paris", "Texas", *["Paris"] * 3])
    gold = np.concatenate((found.gold, [PER, LOC, PER]))
    facts = surface_facts(text, gold, gold, np.arange(7) >= 2, 3)
    taken = type(facts)(*(getattr(facts, name)[:4] for name in facts.__slots__))
    written = reasons(found.ranking, found.gold, LABELS, "baseline", taken, at_most=3).to_pylist()
    assert written[1] == ["baseline gives PER .80, no label .10"]
    assert written[2] == ["baseline gives PER .60, LOC .30", "tagged PER 2 of 3 times in train"]
    assert sum(bool(row) for row in written) == 3
    beside = {2: "Paris is LOC 9 of 9 times elsewhere", 1: ""}
    told = reasons(found.ranking, found.gold, LABELS, "baseline", taken, at_most=3, beside=beside).to_pylist()
    assert told[2][1:] == ["Paris is LOC 9 of 9 times elsewhere"]
    assert told[1] == written[1]
