"""String columns made from bytes."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from errata.formats.strings import concat, from_slices, join, large, lengths, raw


def test_slices_may_be_empty_and_touch() -> None:
    data = np.frombuffer("aé|b".encode(), np.uint8)
    found = from_slices(data, np.array([0, 3, 3, 4]), np.array([3, 3, 3, 5]))
    assert found.to_pylist() == ["aé", "", "", "b"]
    assert lengths(found).tolist() == [2, 0, 0, 1]


def test_words_are_joined_per_text() -> None:
    words = pa.array(["skipped", "é", "😀a", "b"], pa.large_string()).slice(1)
    offsets = np.array([0, 2, 2, 3])
    text, start, end = join(words, offsets, " ")
    assert text.to_pylist() == ["é 😀a", "", "b"]
    assert (start.tolist(), end.tolist()) == ([0, 2, 0], [1, 4, 1])
    assert join(words, offsets, "")[0].to_pylist() == ["é😀a", "", "b"]
    assert join(words.slice(0, 0), np.array([0]), " ")[0].to_pylist() == []


def test_columns_of_any_string_type() -> None:
    assert large(pa.chunked_array([["a"], ["b", None]])).to_pylist() == ["a", "b", None]
    assert concat([]).to_pylist() == []
    assert raw(large(["é", "b"]))[1].tolist() == [2, 1]
