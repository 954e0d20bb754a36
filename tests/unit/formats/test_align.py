"""What counts as a word, and what a span that is off the borders touches."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from errata.formats.align import char_to_token, locate, surfaces, token_to_char, tokenise, tokenise_all


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Don't panic, 3.5%", ["Don", "'", "t", "panic", ",", "3", ".", "5", "%"]),
        ("Ọ̀rẹ́ e\u0301t नमस्ते क्\u200dष", ["Ọ̀rẹ́", "e\u0301t", "नमस्ते", "क्\u200dष"]),
        ("中文 ひらがな한국어", ["中", "文", "ひ", "ら", "が", "な", "한국어"]),
        ("👍🏽🇩🇪👨\u200d👩\u200d👧x", ["👍🏽", "🇩🇪", "👨\u200d👩\u200d👧", "x"]),
        ("مرحبا بالعالم!", ["مرحبا", "بالعالم", "!"]),
        ("a\x00b\r\n\u3000c", ["a", "\x00", "b", "c"]),
        ("", []),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert [text[start:end] for start, end in tokenise(text)] == words


def test_spans_off_the_borders_touch_whole_tokens_and_are_flagged() -> None:
    tokens = tokenise_all(pa.array(["", "New York  won"], pa.large_string()))
    sample = np.array([1, 1, 1, 1], np.int32)
    start, end, off = char_to_token(sample, np.array([0, 5, 8, 4]), np.array([8, 7, 10, 9]), tokens)
    assert start.tolist() == [0, 1, 2, 1]
    assert end.tolist() == [2, 2, 2, 2]
    assert off.tolist() == [False, True, True, True]
    assert [column.tolist() for column in token_to_char(sample[:2], start[:2], end[:2], tokens)] == [[0, 4], [8, 8]]


def test_words_are_located_one_after_the_other() -> None:
    assert locate(["a", "a", "b"], "xa a-b") == [(1, 2), (3, 4), (5, 6)]
    assert locate(["b", "a"], "a b") is None


def test_surfaces_of_texts_beyond_ascii() -> None:
    texts = pa.array(["é😀x", "yz"], pa.large_string())
    found = surfaces(texts, np.array([0, 0, 1]), np.array([0, 1, 1]), np.array([1, 3, 2]))
    assert found.to_pylist() == ["é", "😀x", "z"]
