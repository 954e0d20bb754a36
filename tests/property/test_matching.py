"""Span matching against a plain restatement of its rules, and the laws that hold for any spans."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from errata.analysis.matching import Units, match
from errata.core.schema import ERROR_TYPES
from errata.core.types import Spans
from tests.oracles.matching import Bounds, match_sample

LABELS = ("LOC", "ORG", "PER")

span = st.tuples(st.integers(0, 12), st.integers(1, 6), st.sampled_from(LABELS)).map(
    lambda drawn: (drawn[0], drawn[0] + drawn[1], drawn[2])
)
sample = st.tuples(st.lists(span, max_size=7), st.lists(span, max_size=7))
corpus = st.lists(sample, min_size=1, max_size=4)
Corpus = list[tuple[list[Bounds], list[Bounds]]]


def to_spans(samples: list[list[Bounds]]) -> Spans:
    rows = [(i, start, end, LABELS.index(label)) for i, spans in enumerate(samples) for start, end, label in spans]
    columns = np.array(rows, np.int32).reshape(len(rows), 4).T
    return Spans(columns[0], columns[1], columns[2], columns[1], columns[2], columns[3])


def units_of(drawn: Corpus) -> tuple[Spans, Spans, Units]:
    gold, pred = to_spans([sides[0] for sides in drawn]), to_spans([sides[1] for sides in drawn])
    return gold, pred, match(gold, pred)


def rows_of(drawn: Corpus, swap: bool = False) -> list[tuple[object, ...]]:
    gold, pred, units = units_of([(b, a) for a, b in drawn] if swap else drawn)

    def bounds(spans: Spans, index: int) -> Bounds | None:
        if index < 0:
            return None
        return int(spans.char_start[index]), int(spans.char_end[index]), LABELS[spans.label[index]]

    return [
        (
            int(gold.sample[g] if g >= 0 else pred.sample[p]),
            bounds(gold, g),
            bounds(pred, p),
            ERROR_TYPES[units.error_type[k]],
            bool(units.is_split[k]),
            bool(units.is_merged[k]),
        )
        for k, (g, p) in enumerate(zip(units.gold.tolist(), units.pred.tolist(), strict=True))
    ]


@given(corpus)
def test_equals_the_plain_rules(drawn: Corpus) -> None:
    expected = [(i, *row) for i, (gold, pred) in enumerate(drawn) for row in match_sample(gold, pred)]
    assert sorted(rows_of(drawn), key=repr) == sorted(expected, key=repr)


@given(corpus)
def test_every_span_is_in_exactly_one_unit_and_counts_add_up(drawn: Corpus) -> None:
    gold, pred, units = units_of(drawn)
    assert sorted(units.gold[units.gold >= 0].tolist()) == list(range(len(gold)))
    assert sorted(units.pred[units.pred >= 0].tolist()) == list(range(len(pred)))
    paired = int(((units.gold >= 0) & (units.pred >= 0)).sum())
    assert len(units) == len(gold) + len(pred) - paired
    assert not (units.is_split & units.is_merged).any()
    assert not ((units.is_split | units.is_merged) & (units.gold >= 0) & (units.pred >= 0)).any()


@given(corpus, st.randoms(use_true_random=False))
def test_independent_of_the_order_of_the_input(drawn: Corpus, random: object) -> None:
    shuffled = []
    for gold, pred in drawn:
        gold, pred = list(gold), list(pred)
        random.shuffle(gold)  # type: ignore[attr-defined]
        random.shuffle(pred)  # type: ignore[attr-defined]
        shuffled.append((gold, pred))
    assert rows_of(shuffled) == rows_of(drawn)


@given(corpus)
def test_swapping_gold_and_pred_swaps_missed_and_ghost(drawn: Corpus) -> None:
    other = {"missed_span": "ghost_span", "ghost_span": "missed_span"}
    mirrored = Counter(
        (i, pred, gold, other.get(kind, kind), merged, split) for i, gold, pred, kind, split, merged in rows_of(drawn)
    )
    assert Counter(rows_of(drawn, swap=True)) == mirrored


@given(st.lists(st.integers(1, 5), min_size=2, max_size=8))
def test_touching_is_not_overlapping(widths: list[int]) -> None:
    ends = np.cumsum([0, *widths]).tolist()
    tiles = [(start, end, "LOC") for start, end in itertools.pairwise(ends)]
    kinds = [row[3] for row in rows_of([(tiles[::2], tiles[1::2])])]
    assert Counter(kinds) == Counter({"missed_span": len(tiles[::2]), "ghost_span": len(tiles[1::2])})


@given(corpus)
def test_ordered_by_sample_then_start(drawn: Corpus) -> None:
    starts = [(row[0], (row[1] or row[2])[0]) for row in rows_of(drawn)]  # type: ignore[index]
    assert starts == sorted(starts)
