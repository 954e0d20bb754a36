"""Units of offsets, surfaces, and spans that must be looked for."""

from __future__ import annotations

import re
from typing import Any

import pytest

from errata.formats.span_values import ReadSpans, Texts, read_spans


def spans(texts: list[str], rows: list[Any], *, made_of_words: bool = False) -> ReadSpans:
    def words(sample: int) -> list[tuple[int, int]]:
        return [match.span() for match in re.finditer(r"\S+", texts[sample])]

    return read_spans(rows, Texts(texts, words, made_of_words), lambda sample: f"row {sample}")


def chars(found: ReadSpans) -> list[tuple[int, int]]:
    return list(zip(found.spans.char_start.tolist(), found.spans.char_end.tolist(), strict=True))


@pytest.mark.parametrize(
    "span",
    [
        {"start": 3, "end": 7, "label": "X"},
        {"begin": 3, "stop": 7, "type": "X"},
        {"start_char": 3, "end_char": 7, "entity_group": "X"},
        {"start_offset": 3, "end_offset": 7, "labels": ["X"]},
        [3, 7, "X"],
        (3, 7, "X"),
        {"text": "Oslo", "type": "X"},
        {"token_start": 1, "token_end": 2, "text": "Oslo", "label": "X"},
    ],
)
def test_spans_as_people_write_them(span: Any) -> None:
    found = spans(["in Oslo now"], [[span]])
    assert (chars(found), found.names) == ([(3, 7)], ("X",))


def test_surfaces_tell_the_unit_of_the_whole_file() -> None:
    row = [{"start": 0, "end": 1, "label": "X", "text": "a"}]
    assert spans(["a b"], [row]).unit == "char"
    by_word = [{"start": 1, "end": 2, "label": "X", "text": "Oslo"}]
    assert spans(["a b", "in Oslo"], [row, by_word]).unit == "token"
    assert spans(["in Oslo"], [by_word]).unit == "token"


def test_without_surfaces_borders_tell_the_unit() -> None:
    assert spans(["in Oslo now"], [[[3, 7, "X"]]]).unit == "char"
    assert spans(["seven words of a text are here"], [[[1, 3, "X"], [4, 6, "X"]]]).unit == "token"
    assert spans(["a b c"], [[[0, 1, "X"]]]).unit == "char"
    assert spans(["a b c"], [[[0, 1, "X"]]], made_of_words=True).unit == "token"


def test_surfaces_that_differ_are_counted_and_offsets_win() -> None:
    found = spans(
        ["in Oslo"],
        [[{"start": 3, "end": 7, "label": "X", "text": "oslo"}, {"start": 0, "end": 2, "label": "X", "text": "in"}]],
    )
    assert chars(found) == [(3, 7), (0, 2)]
    assert [(n.code, n.count) for n in found.notices] == [("surface_mismatch", 1)]


def test_spans_without_offsets_are_looked_for_in_order() -> None:
    row = [{"text": "US", "type": "X"}, {"text": "US", "type": "Y"}, {"text": "EU", "type": "X"}]
    found = spans(["the USA, the US and the US"], [row])
    assert chars(found) == [(13, 15), (24, 26)]
    assert [(n.code, n.count, n.examples) for n in found.notices] == [("span_not_found", 1, ("row 0: 'EU'",))]


def test_ambiguous_surfaces_are_counted() -> None:
    found = spans(["US and US"], [[{"text": "US", "type": "X"}]])
    assert chars(found) == [(0, 2)]
    assert [(n.code, n.count) for n in found.notices] == [("ambiguous_span", 1)]


def test_scores_stay() -> None:
    found = spans(["a b"], [[{"start": 0, "end": 1, "label": "X", "score": 0.25}, [2, 3, "X"]], None])
    assert found.spans.score is not None
    assert found.spans.score[0] == 0.25
    assert found.spans.score[1] != found.spans.score[1]
