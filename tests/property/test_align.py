"""Every surface stands in its text, whatever is in it: words, spans, and texts that come without either."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from errata.core.types import DataSet, ReadOptions, Source
from errata.formats.align import char_to_token, locate, surfaces, token_to_char, tokenise, tokenise_all
from errata.formats.read import read

checked = settings(max_examples=40, deadline=None)

PIECES = (
    *("a", "Ada", "O", "B-X", "x:y", "1", "3.5", "'", '"', "#", "# a = b", "-DOCSTART-", "[1]", "{}", "null"),
    *("é", "e\u0301", "Ọ̀rẹ́", "नमस्ते", "क्\u200dष", "สวัสดี", "한국어"),
    *("中", "文字", "ひらがな", "カタカナ", "𠀋", "שלום", "مرحبا", "\u200f", "\u202e"),
    *(
        "😀",
        "👍🏽",
        "👨\u200d👩\u200d👧",
        "🇩🇪",
        "x\ufe0f\u20e3",
        "\ufffd",
        "\ufeff",
        "\x00",
        "\x1f",
        "\x85",
        "\xa0",
        "\u2028",
    ),
)
WHITE = (" ", "  ", "\t", "\n", "\r\n", "\r", "\u3000", "\xa0")

words = st.lists(
    st.one_of(st.sampled_from(PIECES), st.characters(exclude_categories=("Cs",))), min_size=1, max_size=3
).map("".join)
texts = st.lists(st.one_of(words, st.sampled_from(WHITE)), max_size=10).map("".join)
fields = words.filter(
    lambda word: word.strip(" ") and not any(mark in word for mark in "\t\n\r") and "-DOCSTART-" not in word
)


def assert_surfaces(data: DataSet) -> None:
    """Words and spans stand where they say, in order."""
    assert data.tokens is not None
    assert data.gold_spans is not None
    text = data.samples["text"].to_pylist()
    bounds = zip(
        data.tokens.sample(), data.tokens.char_start, data.tokens.char_end, data.tokens.text.to_pylist(), strict=True
    )
    assert all(text[sample][start:end] == word for sample, start, end, word in bounds)
    assert (np.diff(data.tokens.char_start)[np.diff(data.tokens.sample()) == 0] > 0).all()
    for sample, start, end, first, last in zip(
        data.gold_spans.sample,
        data.gold_spans.start,
        data.gold_spans.end,
        data.gold_spans.char_start,
        data.gold_spans.char_end,
        strict=True,
    ):
        base = data.tokens.offsets[sample]
        assert start < end
        assert first < data.tokens.char_end[base + start]
        assert data.tokens.char_start[base + end - 1] < last


@checked
@given(texts)
def test_words_cover_everything_but_white_space(text: str) -> None:
    bounds = tokenise(text)
    inside = [False] * len(text)
    for start, end in bounds:
        assert start < end
        assert not any(inside[start:end])
        inside[start:end] = [True] * (end - start)
    assert all(used or character.isspace() for used, character in zip(inside, text, strict=True))
    assert not any(inside[at] and text[at].isspace() for at in range(len(text)))
    assert locate([text[start:end] for start, end in bounds], text) is not None


@checked
@given(st.lists(texts, max_size=4))
def test_words_of_all_texts_are_the_words_of_each(many: list[str]) -> None:
    tokens = tokenise_all(pa.array(many, pa.large_string()))
    expected = [(n, *bounds) for n, text in enumerate(many) for bounds in tokenise(text)]
    found = list(zip(tokens.sample().tolist(), tokens.char_start.tolist(), tokens.char_end.tolist(), strict=True))
    assert found == expected
    assert tokens.text.to_pylist() == [many[n][start:end] for n, start, end in expected]


@checked
@given(st.lists(texts.filter(bool), min_size=1, max_size=4), st.data())
def test_character_spans_touch_the_tokens_they_overlap(many: list[str], data: st.DataObject) -> None:
    column = pa.array(many, pa.large_string())
    tokens = tokenise_all(column)
    sample = np.array(data.draw(st.lists(st.integers(0, len(many) - 1), max_size=6)), np.int32)
    bounds = [sorted(data.draw(st.tuples(st.integers(0, len(many[n])), st.integers(0, len(many[n]))))) for n in sample]
    start, end = (np.array([pair[side] for pair in bounds], np.int32) for side in (0, 1))
    first, last, off = char_to_token(sample, start, end, tokens)
    for n, low, high, a, b, is_off in zip(sample, start, end, first, last, off, strict=True):
        words = tokenise(many[n])
        touched = [at for at, (begin, stop) in enumerate(words) if begin < high and low < stop]
        if low == high:
            continue
        assert list(range(a, b)) == touched
        assert is_off == (not touched or (words[a][0], words[b - 1][1]) != (low, high))
    whole = last > first
    back = token_to_char(sample[whole], first[whole], last[whole], tokens)
    assert (back[0] <= np.where(off[whole], back[0], start[whole])).all()
    assert surfaces(column, *(np.zeros(0, np.int32),) * 3).to_pylist() == []


@checked
@given(
    st.lists(
        st.lists(st.tuples(fields, st.sampled_from(["O", "B-X", "I-X", "B-a-b", "I-a-b"])), min_size=1, max_size=6),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from(["\n", "\r\n"]),
)
def test_columns_hold_any_word(samples: list[list[tuple[str, str]]], newline: str) -> None:
    lines = [newline.join(f"{word}\t{tag}" for word, tag in sample) + newline for sample in samples]
    content = b"\xef\xbb\xbf" + newline.join(lines).encode()
    data = read([Source("train", "a.conll", content, "conll")], ReadOptions())
    assert_surfaces(data)
    assert data.tokens is not None
    assert data.tokens.text.to_pylist() == [word for sample in samples for word, _ in sample]
    assert data.samples["text"].to_pylist()[0].count(samples[0][0][0])


@pytest.mark.parametrize("format", ["jsonl", "parquet"])
@checked
@given(rows=st.lists(st.lists(words, max_size=6), min_size=1, max_size=4))
def test_lists_of_words_hold_any_word(format: str, rows: list[list[str]]) -> None:
    values = [{"tokens": row, "tags": ["B-X"] * len(row)} for row in rows]
    data = read([source_of(values, format)], ReadOptions(task="ner"))
    assert_surfaces(data)
    assert data.tokens is not None
    assert data.tokens.text.to_pylist() == [word for row in rows for word in row]


@pytest.mark.parametrize("format", ["jsonl", "parquet", "csv", "tsv"])
@checked
@given(rows=st.lists(texts, min_size=1, max_size=4), data=st.data())
def test_texts_survive_with_their_spans(format: str, rows: list[str], data: st.DataObject) -> None:
    values = []
    for text in rows:
        at = data.draw(st.lists(st.tuples(st.integers(0, len(text)), st.integers(0, len(text))), max_size=3))
        spans = [{"start": min(pair), "end": max(pair), "label": "X"} for pair in at if min(pair) < max(pair)]
        values.append({"text": text, "spans": [span | {"text": text[span["start"] : span["end"]]} for span in spans]})
    found = read([source_of(values, format)], ReadOptions(text="text", spans="spans"))
    assert found.samples["text"].to_pylist() == rows
    assert_surfaces(found)
    assert found.gold_spans is not None
    wanted = {
        (n, s["start"], s["end"])
        for n, row in enumerate(values)
        for s in row["spans"]
        if s["text"].strip() or tokenise(s["text"])
    }
    columns = (found.gold_spans.sample, found.gold_spans.char_start, found.gold_spans.char_end)
    assert set(zip(*(column.tolist() for column in columns), strict=True)) == wanted


def source_of(rows: list[dict[str, object]], format: str) -> Source:
    """The rows as a file, written by other libraries than ours."""
    import csv
    import io

    import pyarrow.parquet as pq

    if format == "parquet":
        sink = io.BytesIO()
        pq.write_table(pa.Table.from_pylist(rows, schema=_schema(rows)), sink)
        return Source("train", "a.parquet", sink.getvalue(), format)
    if format == "jsonl":
        return Source("train", "a.jsonl", "".join(json.dumps(row) + "\n" for row in rows).encode(), format)
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter="\t" if format == "tsv" else ",", quoting=csv.QUOTE_ALL)
    writer.writerow(rows[0])
    writer.writerows([value if isinstance(value, str) else json.dumps(value) for value in row.values()] for row in rows)
    return Source("train", f"a.{format}", text.getvalue().encode(), format)


def _schema(rows: list[dict[str, object]]) -> pa.Schema:
    span = pa.struct([("start", pa.int64()), ("end", pa.int64()), ("label", pa.string()), ("text", pa.string())])
    kinds = {
        "text": pa.string(),
        "tokens": pa.list_(pa.string()),
        "tags": pa.list_(pa.string()),
        "spans": pa.list_(span),
    }
    return pa.schema([(name, kinds[name]) for name in rows[0]])
