"""Decoding against seqeval, and round trips, on random tag sequences of every scheme."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from seqeval.metrics.sequence_labeling import get_entities
from seqeval.scheme import BILOU, IOB1, IOB2, IOBES, Entities

from errata.core.types import Spans, TagSet
from errata.formats.tagging import (
    decode,
    encode,
    illegal_transitions,
    outermost,
    overlapping,
    scheme_tag_set,
    strict_mask,
)

checked = settings(max_examples=60, deadline=None)

LABELS = ("PER", "creative-work", "X")
SCHEMES = ("IO", "IOB1", "BIO", "BIOES", "BILOU")
ORACLE = {"IOB1": IOB1, "BIO": IOB2, "BIOES": IOBES, "BILOU": BILOU, "IO": IOB1}


def sequences(scheme: str) -> st.SearchStrategy[list[list[int]]]:
    n_tags = len(scheme_tag_set(LABELS, scheme).names)
    return st.lists(st.lists(st.integers(0, n_tags - 1), max_size=12), min_size=1, max_size=5)


def columns(samples: list[list[int]]) -> tuple[np.ndarray, np.ndarray]:
    codes = np.array([code for sample in samples for code in sample], np.int32)
    return codes, np.cumsum([0, *(len(sample) for sample in samples)])


def rows(spans: Spans, tags: TagSet) -> list[tuple[int, str, int, int]]:
    parts = zip(spans.sample, spans.label, spans.start, spans.end, strict=True)
    return [(int(sample), tags.labels[label], int(start), int(end)) for sample, label, start, end in parts]


def names(samples: list[list[int]], tags: TagSet) -> list[list[str]]:
    return [[tags.names[code] for code in sample] for sample in samples]


def as_bioes(name: str) -> str:
    return (
        name.replace("L-", "E-", 1)
        if name.startswith("L-")
        else name.replace("U-", "S-", 1)
        if name.startswith("U-")
        else name
    )


@pytest.mark.parametrize("scheme", SCHEMES)
@checked
@given(data=st.data())
def test_conlleval_is_seqevals_get_entities(scheme: str, data: st.DataObject) -> None:
    samples = data.draw(sequences(scheme))
    tags = scheme_tag_set(LABELS, scheme)
    codes, offsets = columns(samples)
    expected = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # seqeval warns of tags it knows by other letters
        for number, sample in enumerate(names(samples, tags)):
            found = get_entities([as_bioes(name) if scheme == "BILOU" else name for name in sample])
            expected += [(number, label, start, end + 1) for label, start, end in found]
    assert rows(decode(tags, codes, offsets), tags) == expected


@pytest.mark.parametrize("scheme", SCHEMES)
@checked
@given(data=st.data())
def test_strict_is_seqevals_strict_mode(scheme: str, data: st.DataObject) -> None:
    samples = data.draw(sequences(scheme))
    tags = scheme_tag_set(LABELS, scheme)
    codes, offsets = columns(samples)
    found = Entities(names(samples, tags), ORACLE[scheme]).entities
    expected = [
        (number, entity.tag, entity.start, entity.end) for number, sample in enumerate(found) for entity in sample
    ]
    strict = rows(decode(tags, codes, offsets, "strict"), tags)
    assert strict == expected
    lenient = decode(tags, codes, offsets)
    mask = strict_mask(lenient, tags, codes, offsets)
    assert [row in set(strict) for row in rows(lenient, tags)] == mask.tolist()


@st.composite
def flat_spans(draw: st.DrawFn, *, adjacent_same: bool = True) -> tuple[Spans, np.ndarray]:
    lengths = draw(st.lists(st.integers(0, 12), min_size=1, max_size=5))
    found = []
    for sample, length in enumerate(lengths):
        at, before = 0, -1
        while at < length:
            size = draw(st.integers(1, 3))
            label = draw(st.integers(-1, len(LABELS) - 1))
            if label >= 0 and at + size <= length and (adjacent_same or label != before):
                found.append((sample, at, at + size, label))
                before = label
            else:
                before = -1
            at += size
    return spans_of(found), np.cumsum([0, *lengths])


def spans_of(found: list[tuple[int, int, int, int]]) -> Spans:
    table = np.array(sorted(found), np.int32).reshape(-1, 4)
    none = np.full(len(table), -1, np.int32)
    return Spans(table[:, 0], table[:, 1], table[:, 2], none, none, table[:, 3])


@pytest.mark.parametrize("scheme", SCHEMES)
@checked
@given(data=st.data())
def test_spans_survive_tags(scheme: str, data: st.DataObject) -> None:
    spans, offsets = data.draw(flat_spans(adjacent_same=scheme != "IO"))
    tags = scheme_tag_set(LABELS, scheme)
    codes = encode(spans, offsets, tags)
    assert rows(decode(tags, codes, offsets), tags) == rows(spans, tags)
    assert len(illegal_transitions(tags, codes, offsets)) == 0
    assert strict_mask(spans, tags, codes, offsets).all() or scheme == "IOB1"


@pytest.mark.parametrize("scheme", ["BIO", "BIOES", "BILOU"])
@checked
@given(data=st.data())
def test_tags_without_illegal_transitions_are_strict(scheme: str, data: st.DataObject) -> None:
    samples = data.draw(sequences(scheme))
    tags = scheme_tag_set(LABELS, scheme)
    codes, offsets = columns(samples)
    lenient, strict = decode(tags, codes, offsets), decode(tags, codes, offsets, "strict")
    assert (len(illegal_transitions(tags, codes, offsets)) == 0) == (rows(lenient, tags) == rows(strict, tags))


@st.composite
def any_spans(draw: st.DrawFn) -> Spans:
    span = st.tuples(st.integers(0, 2), st.integers(0, 8), st.integers(1, 5), st.integers(0, 2))
    return spans_of([(sample, at, at + size, label) for sample, at, size, label in draw(st.lists(span, max_size=10))])


def greedy(found: list[tuple[int, int, int, int]]) -> list[int]:
    kept: list[int] = []
    for position in sorted(range(len(found)), key=lambda p: (-(found[p][2] - found[p][1]), p)):
        sample, start, end, _ = found[position]
        if all(found[k][0] != sample or found[k][2] <= start or found[k][1] >= end for k in kept):
            kept.append(position)
    return sorted(kept)


@checked
@given(any_spans())
def test_the_outermost_of_overlapping_spans_is_tagged(spans: Spans) -> None:
    found = list(zip(*(column.tolist() for column in (spans.sample, spans.start, spans.end, spans.label)), strict=True))
    assert outermost(spans).tolist() == greedy(found)
    expected = [
        any(
            a != b and found[a][0] == found[b][0] and found[a][1] < found[b][2] and found[b][1] < found[a][2]
            for b in range(len(found))
        )
        for a in range(len(found))
    ]
    chained = overlapping(spans).tolist()
    assert chained == expected
