"""Rows of every kind become samples, or are refused by line."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from errata.core.errors import InputError
from errata.core.types import DataSet, ReadOptions, Source
from errata.formats.objects import encoded
from errata.formats.read import read


def load(rows: list[dict[str, Any]], format: str = "jsonl", **options: Any) -> DataSet:
    if format == "parquet":
        made = encoded(pa.Table.from_pylist(rows))
        return read([Source("train", "a.parquet", made.content, made.format)], ReadOptions(**options))
    content = "".join(json.dumps(row) + "\n" for row in rows).encode()
    return read([Source("train", "a.jsonl", content, "jsonl")], ReadOptions(**options))


def spans(data: DataSet) -> list[tuple[Any, ...]]:
    found = data.gold_spans
    assert found is not None
    columns = (found.sample, found.start, found.end, found.char_start, found.char_end)
    return [(*row, data.labels[code]) for *row, code in zip(*(c.tolist() for c in columns), found.label, strict=True)]


@pytest.mark.parametrize("format", ["jsonl", "parquet"])
def test_words_with_tags_as_strings_and_as_numbers(format: str) -> None:
    rows = [{"tokens": ["Ada", "B", "sat"], "ner_tags": ["B-PER", "I-PER", "O"]}, {"tokens": ["x"], "ner_tags": None}]
    data = load(rows, format)
    assert spans(data) == [(0, 0, 2, 0, 5, "PER")]
    assert data.has_gold.tolist() == [True, False]
    numbers = [{"tokens": ["Ada", "B", "sat"], "ner_tags": [1, 2, 0]}]
    assert spans(load(numbers, format, label_names=("O", "B-PER", "I-PER"))) == spans(load(rows[:1], format))
    with pytest.raises(InputError, match="found the tag 1 and no names of the tags"):
        load(numbers, format)
    with pytest.raises(InputError, match="found the tag 2; expected a number from 0 to 1"):
        load(numbers, format, label_names=("O", "B-PER"))


def test_words_and_tags_in_strings() -> None:
    data = load([{"text": "Ada B sat", "word_labels": "B-PER I-PER O"}])
    assert spans(data) == [(0, 0, 2, 0, 5, "PER")]


def test_words_are_found_in_their_text() -> None:
    data = load([{"text": "  Ada, B.", "tokens": ["Ada", "B"], "tags": ["B-PER", "I-PER"]}])
    assert data.samples["text"].to_pylist() == ["  Ada, B."]
    assert spans(data) == [(0, 0, 2, 2, 8, "PER")]
    misfit = load([{"text": "Ada", "tokens": ["Ada", "B"], "tags": ["B-PER", "I-PER"]}])
    assert misfit.samples["text"].to_pylist() == ["Ada B"]
    assert [n.code for n in misfit.notices] == ["tokens_not_in_text"]


def test_words_as_objects_keep_their_places() -> None:
    tokens = [{"text": "a", "start": 2, "end": 3, "id": 0}, {"text": "b", "start": 4, "end": 5, "id": 1}]
    data = load([{"text": "a a b", "tokens": tokens, "spans": [{"start": 2, "end": 5, "label": "X"}]}])
    assert spans(data) == [(0, 0, 2, 2, 5, "X")]


def test_spans_in_characters_in_words_and_without_offsets() -> None:
    assert spans(load([{"text": "in New York", "spans": [{"start": 3, "end": 11, "label": "LOC"}]}])) == [
        (0, 1, 3, 3, 11, "LOC")
    ]
    by_word = [
        {"tokens": ["in", "New", "York"], "spans": [{"span_text": "New York", "start": 1, "end": 3, "label": "LOC"}]}
    ]
    assert spans(load(by_word)) == [(0, 1, 3, 3, 11, "LOC")]
    by_space = [{"text": "in  New York", "spans": [{"span_text": "New York", "start": 1, "end": 3, "label": "LOC"}]}]
    assert spans(load(by_space)) == [(0, 1, 3, 4, 12, "LOC")]
    assert spans(load([{"text": "in New York", "entities": [{"text": "New York", "type": "LOC"}]}])) == [
        (0, 1, 3, 3, 11, "LOC")
    ]


def test_rows_without_spans_are_not_annotated() -> None:
    data = load([{"text": "a b", "spans": [[0, 1, "X"]]}, {"text": "c", "spans": []}, {"text": "d", "spans": None}])
    assert data.has_gold.tolist() == [True, True, False]


def test_spans_of_white_space_are_left_out() -> None:
    data = load([{"text": "a  b", "spans": [[1, 2, "X"], [0, 1, "X"]]}])
    assert spans(data) == [(0, 0, 1, 0, 1, "X")]
    assert [(n.code, n.count) for n in data.notices] == [("span_without_token", 1)]


def test_equal_spans_are_read_once() -> None:
    data = load([{"text": "a b", "spans": [[0, 1, "X"], [0, 1, "X"], [0, 1, "Y"]]}])
    assert [row[-1] for row in spans(data)] == ["X", "Y"]
    assert [(n.code, n.count) for n in data.notices] == [("repeated_span", 1)]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"text": "abc", "spans": [[0, 4, "X"]]}, r"a.jsonl, line 2: found the span \[0, 4\)"),
        ({"text": "abc", "spans": [[2, 2, "X"]]}, r"found the span \[2, 2\)"),
        ({"text": "abc", "spans": [[-1, 2, "X"]]}, "as a span"),
        ({"text": "abc", "spans": [[0, 1]]}, "as a span"),
        ({"text": "abc", "spans": [{"start": 0, "label": "X"}]}, "as a span"),
        ({"text": "abc", "spans": [{"start": 0, "end": 2}]}, "as a span"),
        ({"text": ["abc"], "spans": []}, "found a list in column 'text'"),
    ],
)
def test_spans_that_do_not_fit_are_refused(row: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says):
        load([{"text": "abc", "spans": [[0, 1, "X"]]}, row], text="text", spans="spans")


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"tokens": ["a"], "tags": ["O", "O"]}, "line 2: found 2 tags for 1 tokens"),
        ({"tokens": ["a", 3], "tags": ["O", "O"]}, "line 2: found 3 in the list of tokens"),
        ({"tokens": 5, "tags": ["O"]}, "line 2: found 5 in column 'tokens'"),
    ],
)
def test_words_that_do_not_fit_are_refused(row: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says):
        load([{"tokens": ["a"], "tags": ["O"]}, row], tokens="tokens", tags="tags")


def test_other_columns_are_metadata() -> None:
    rows = [
        {"text": "a", "label": "x", "n": 1, "is it": True, "nested": {"k": [1]}, "mixed": 1},
        {"text": "b", "label": "y", "n": 2.5, "is it": None, "nested": None, "mixed": "z"},
    ]
    samples = load(rows, annotator="n").samples
    assert samples.column_names == [
        "sample_id",
        "split",
        "index",
        "text",
        "meta_annotator",
        "meta_is_it",
        "meta_nested",
        "meta_mixed",
    ]
    assert samples["meta_annotator"].to_pylist() == [1.0, 2.5]
    assert samples["meta_nested"].to_pylist() == ['{"k": [1]}', None]
    assert samples["meta_mixed"].to_pylist() == ["1", "z"]


def test_texts_that_are_null_are_empty_and_numbers_are_written_out() -> None:
    data = load([{"text": None, "label": "x"}, {"text": "a", "label": "y"}])
    assert data.samples["text"].to_pylist() == ["", "a"]
    assert load([{"body": 5, "label": "x"}], text="body").samples["text"].to_pylist() == ["5"]


def test_large_offsets_are_refused_not_wrapped() -> None:
    with pytest.raises(InputError, match="as a span"):
        load([{"text": "abc", "spans": [[0, 2**40, "X"]]}])
    assert load([{"text": "abc", "spans": [[0.0, 2.0, "X"]]}]).gold_spans is not None
    assert np.iinfo(np.int32).max < 2**40
