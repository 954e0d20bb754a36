"""Votes of equal strings and contexts, equal to counting in plain Python; samples say nothing about themselves."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from errata.analysis import occurrences as module
from errata.analysis.occurrences import LabelledTokens, context_votes, cover, occurrences, word_codes
from errata.core.types import Spans
from tests.oracles import occurrences as oracle

WORDS = ["a", "B", "b", "New", "york"]


def labelled(
    sentences: list[oracle.Sentence], spans: list[list[oracle.Span]], group: list[int] | None = None
) -> LabelledTokens:
    rows = sorted((at, *span) for at, part in enumerate(spans) for span in part)
    columns = np.array(rows, np.int32).reshape(-1, 4).T
    sample, start, end, label = columns
    words = [word for sentence in sentences for word, _ in sentence]
    return LabelledTokens(
        word_codes(pa.array(words, pa.large_string())),
        np.concatenate(([0], np.cumsum([len(sentence) for sentence in sentences]))).astype(np.int64),
        np.array([label for sentence in sentences for _, label in sentence], np.int32),
        Spans(sample, start, end, start, end, label),
        np.arange(len(sentences)) if group is None else np.array(group),
        3,
    )


@st.composite
def corpora(draw: st.DrawFn) -> tuple[list[oracle.Sentence], list[list[oracle.Span]]]:
    sentences, spans = [], []
    for _ in range(draw(st.integers(1, 6))):
        words = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=7))
        labels, part, at = [-1] * len(words), [], 0
        while at < len(words):
            size = draw(st.integers(0, 3))
            if size and at + size <= len(words):
                label = draw(st.integers(0, 2))
                part.append((at, at + size, label))
                labels[at : at + size] = [label] * size
            at += max(size, 1)
        sentences.append(list(zip(words, labels, strict=True)))
        spans.append(part)
    return sentences, spans


@settings(max_examples=60, deadline=None)
@given(corpora(), st.sampled_from([(), (-1,), (1,), (-1, 1), (-2, 2)]))
def test_contexts_vote_as_counted_by_hand(corpus, around) -> None:
    sentences, spans = corpus
    found = context_votes(labelled(sentences, spans), around)
    expected = oracle.context_votes(sentences, around)
    assert list(zip(found.total.tolist(), found.same.tolist(), found.outside.tolist(), strict=True)) == expected


@settings(max_examples=60, deadline=None)
@given(corpora(), st.sampled_from([1, 1 << 23]))
def test_occurrences_vote_as_counted_by_hand(corpus, cells) -> None:
    sentences, spans = corpus
    tokens = labelled(sentences, spans)
    module._BLOCK_CELLS, kept = cells, module._BLOCK_CELLS
    try:
        found = occurrences(tokens)
    finally:
        module._BLOCK_CELLS = kept
    expected = oracle.places(sentences, spans, module.LONGEST)
    sample = tokens.sample()
    assert len(found.start) == len(expected)
    for row in range(len(found.start)):
        at = int(sample[found.start[row]])
        first = int(tokens.offsets[at])
        label, others = expected[at, int(found.start[row]) - first, int(found.end[row]) - first]
        assert found.label[row] == label
        assert found.total[row] == others.total()
        assert found.same[row] == others[label]
        rivals = {code: count for code, count in others.items() if code != label}
        assert found.rival_votes[row] == max(rivals.values(), default=0)
        if rivals:
            best = [code for code, count in rivals.items() if count == found.rival_votes[row]]
            assert found.rival[row] == min(best, key=lambda code: (code < 0, code))


def test_copies_and_unannotated_samples_do_not_vote() -> None:
    sentences = [[("Rome", 0)], [("rome", -1)], [("ROME", 1)], [("Rome", 2)]]
    spans = [[(0, 1, 0)], [], [(0, 1, 1)], [(0, 1, 2)]]
    found = occurrences(labelled(sentences, spans, [0, 0, 1, -1]))
    assert found.total.tolist() == [1, 1, 2]
    assert found.rival.tolist() == [1, 1, 0]
    votes = context_votes(labelled(sentences, spans, [0, 0, 1, -1]), ())
    assert votes.total.tolist() == [1, 1, 2, 0]


def test_cover_takes_the_highest_then_the_first() -> None:
    start, end = np.array([0, 1, 3, 3]), np.array([2, 3, 4, 4])
    assert cover(start, end, np.array([0.5, 0.7, 0.2, 0.2]), 6).tolist() == [0, 1, 1, 2, -1, -1]
    assert cover(start[:0], end[:0], np.empty(0), 2).tolist() == [-1, -1]


def test_nothing_annotated_has_no_occurrences() -> None:
    assert len(occurrences(labelled([[("a", -1), ("b", -1)]], [[]])).start) == 0
    empty = labelled([], [])
    assert len(occurrences(empty).start) == len(context_votes(empty, (1,)).total) == 0
