"""What is written and read again is the same data set, whatever texts, words and labels hold."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from errata.core.types import DataSet, Predictions, ReadOptions, Source
from errata.formats.read import read
from errata.formats.write import write

checked = settings(max_examples=20, deadline=None)

CHARACTERS = st.characters(exclude_categories=("Cs",))
HOSTILE = (
    *(
        "O",
        "B-X",
        "-",
        "a-b",
        "_",
        "PER",
        "person name",
        "1",
        "01",
        "-3",
        "O'Brien",
        '"',
        '","',
        "<b>",
        "=1+1",
        "'; --",
    ),
    *(
        "null",
        "[]",
        "{}",
        "é",
        "e\u0301",
        "שם",
        "😀",
        "a\tb",
        "a\nb",
        "\r",
        "\x00",
        "\ufeff",
        "x" * 300,
        "label",
        "NaN",
    ),
)
labels = st.one_of(st.sampled_from(HOSTILE), st.text(CHARACTERS, min_size=1, max_size=4))
texts = st.one_of(st.sampled_from(HOSTILE), st.text(CHARACTERS, max_size=12), st.text("ab \"'\t\n\r,;|[]", max_size=12))
words = st.one_of(
    st.sampled_from(HOSTILE), st.text(CHARACTERS, min_size=1, max_size=5), st.text("ab#=:\"' ", min_size=1, max_size=4)
)


@st.composite
def classified(draw: st.DrawFn, *, many: bool) -> list[dict[str, object]]:
    known = draw(
        st.lists(
            labels.filter(lambda name: name.strip() == name if many else True), min_size=1, max_size=4, unique=True
        )
    )
    gold = st.lists(st.sampled_from(known), max_size=3, unique=True) if many else st.sampled_from([*known, None])
    rows = draw(st.lists(st.tuples(texts, gold), min_size=1, max_size=5))
    return [{"text": text, "labels" if many else "label": value} for text, value in rows]


@st.composite
def tagged(
    draw: st.DrawFn, word: st.SearchStrategy[str], label: st.SearchStrategy[str], *, nested: bool
) -> list[dict[str, object]]:
    known = draw(st.lists(label, min_size=1, max_size=3, unique=True))
    rows = []
    for tokens in draw(st.lists(st.lists(word, min_size=1, max_size=6), min_size=1, max_size=4)):
        bound = st.integers(0, len(tokens))
        found = draw(st.lists(st.tuples(bound, bound, st.sampled_from(known)), max_size=4))
        spans: list[tuple[int, int, str]] = []
        for first, last, name in found:
            start, end = sorted((first, last))
            clear = all(end <= a or b <= start for a, b, _ in spans)
            if start < end and (nested or clear) and (start, end, name) not in spans:
                spans.append((start, end, name))
        rows.append({"tokens": tokens, "spans": [list(span) for span in spans]})
    return rows


def data_set(rows: list[dict[str, object]], **options: object) -> DataSet:
    content = "".join(json.dumps(row) + "\n" for row in rows).encode()
    return read([Source("train", "a.jsonl", content, "jsonl")], ReadOptions(**options))  # type: ignore[arg-type]


def again(data: DataSet, format: str, content: bytes, **options: object) -> DataSet:
    stored = "parquet" if format == "huggingface" else format
    return read([Source("train", "b", content, stored)], ReadOptions(**options))  # type: ignore[arg-type]


def assert_same(one: DataSet, other: DataSet) -> None:
    assert other.samples["text"].to_pylist() == one.samples["text"].to_pylist()
    assert other.samples["sample_id"].to_pylist() == one.samples["sample_id"].to_pylist()
    assert other.has_gold.tolist() == one.has_gold.tolist()
    if one.gold_labels is not None:
        assert other.gold_labels is not None
        assert named(other) == named(one)
    if one.tokens is not None:
        assert other.tokens is not None
        assert other.tokens.text.to_pylist() == one.tokens.text.to_pylist()
        assert other.tokens.offsets.tolist() == one.tokens.offsets.tolist()
        assert other.tokens.char_start.tolist() == one.tokens.char_start.tolist()
        assert rows_of(other) == rows_of(one)


def named(data: DataSet) -> list[object]:
    assert data.gold_labels is not None
    if data.gold_labels.ndim == 2:
        return [{data.labels[code] for code in np.flatnonzero(row)} for row in data.gold_labels]
    return [data.labels[code] if code >= 0 else None for code in data.gold_labels]


def rows_of(data: DataSet) -> set[tuple[int, int, int, int, int, str]]:
    spans = data.gold_spans
    assert spans is not None
    columns = (spans.sample, spans.start, spans.end, spans.char_start, spans.char_end)
    return {
        (*bounds, data.labels[label])
        for *bounds, label in zip(*(c.tolist() for c in columns), spans.label, strict=True)
    }


@pytest.mark.parametrize("format", ["jsonl", "json", "csv", "tsv", "parquet", "huggingface"])
@checked
@given(rows=classified(many=False))
def test_classes_survive(format: str, rows: list[dict[str, object]]) -> None:
    data = data_set(rows, task="classification", text="text", label="label")
    content = write(data, "train", format)
    assert_same(data, again(data, format, content, task="classification", text="text", label="label"))


@pytest.mark.parametrize("format", ["jsonl", "json", "csv", "tsv", "parquet", "huggingface"])
@checked
@given(rows=classified(many=True))
def test_sets_of_classes_survive(format: str, rows: list[dict[str, object]]) -> None:
    data = data_set(rows, task="multilabel", text="text", label="labels")
    content = write(data, "train", format)
    assert_same(data, again(data, format, content, task="multilabel", text="text", label="labels"))


@pytest.mark.parametrize("format", ["jsonl", "json", "csv", "tsv", "parquet"])
@checked
@given(rows=tagged(words, labels, nested=True))
def test_nested_spans_survive(format: str, rows: list[dict[str, object]]) -> None:
    data = data_set(rows)
    content = write(data, "train", format)
    assert_same(data, again(data, format, content))


def fits(value: str) -> bool:
    return bool(value.strip(" ")) and value == value.strip(" ") and not any(mark in value for mark in "\t\n\r")


def is_no_comment(value: str) -> bool:
    """A token with a hash and white space before more of it: the one thing a line of tags cannot tell from a comment."""
    return not (value.startswith("#") and any(mark.isspace() for mark in value))


@pytest.mark.parametrize("scheme", ["IOB1", "BIO", "BIOES", "BILOU"])
@checked
@given(rows=tagged(words.filter(fits).filter(is_no_comment), labels.filter(fits), nested=True))
def test_columns_of_tags_survive(scheme: str, rows: list[dict[str, object]]) -> None:
    data = data_set(rows)
    content = write(data, "train", "conll", scheme=scheme)
    width = content.decode().removeprefix("\ufeff").split("\n")[0].count("\t")
    tags = ",".join(str(number) for number in range(2, width + 2))
    assert_same(data, again(data, "conll", content, scheme=scheme, tags=tags, tokens="1"))


@checked
@given(rows=tagged(words, labels, nested=False))
def test_tags_survive_in_hugging_face_parquet(rows: list[dict[str, object]]) -> None:
    data = data_set(rows)
    assert_same(data, again(data, "huggingface", write(data, "train", "huggingface")))


@checked
@given(
    rows=tagged(
        words.filter(lambda word: fits(word) and len(word.split()) == 1), st.sampled_from(["A", "b-c"]), nested=False
    )
)
def test_inline_tags_survive(rows: list[dict[str, object]]) -> None:
    data = data_set(rows)
    assert_same(data, again(data, "inline", write(data, "train", "inline"), scheme="BIO"))


@checked
@given(rows=classified(many=False))
def test_predictions_are_written_beside_gold(rows: list[dict[str, object]]) -> None:
    data = data_set(rows, task="classification", text="text", label="label")
    pred = np.zeros(len(data), np.int32)
    predictions = Predictions(labels=(*data.labels, "only predicted"), class_pred=pred + np.int32(len(data.labels)))
    lines = write(data, "train", "jsonl", predictions=predictions).decode().split("\n")[:-1]
    assert [json.loads(line)["pred"] for line in lines] == ["only predicted"] * len(data)
