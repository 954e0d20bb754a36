"""Columns of strings made and joined without a loop over rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from errata.core.types import Ints

Bytes = npt.NDArray[np.uint8]


def from_slices(data: Bytes, start: Ints, end: Ints) -> pa.LargeStringArray:
    """The strings ``data[start:end]``; UTF-8 bytes, slices ascending and disjoint."""
    edges = np.zeros(len(data) + 1, np.int8)
    filled = end > start
    edges[start[filled]] += 1
    edges[end[filled]] -= 1
    kept = data[np.cumsum(edges[:-1], dtype=np.int8).view(bool)]
    return from_bytes(kept, end - start)


def from_bytes(data: Bytes, lengths: Ints) -> pa.LargeStringArray:
    """Strings of ``lengths`` bytes that stand end to end in ``data``."""
    offsets = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=offsets[1:])
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(data))]
    return pa.Array.from_buffers(pa.large_string(), len(lengths), buffers)


def raw(strings: pa.LargeStringArray) -> tuple[Bytes, Ints]:
    """The bytes of the strings end to end, and the length in bytes of each, int64."""
    _, offset_buffer, data = strings.buffers()
    if offset_buffer is None or data is None:
        return np.empty(0, np.uint8), np.zeros(len(strings), np.int64)
    offsets = np.frombuffer(offset_buffer, np.int64)[strings.offset : strings.offset + len(strings) + 1]
    return np.frombuffer(data, np.uint8)[offsets[0] : offsets[-1]], np.diff(offsets)


def join(tokens: pa.LargeStringArray, offsets: Ints, joiner: str) -> tuple[pa.LargeStringArray, Ints, Ints]:
    """Texts made of consecutive tokens with ``joiner`` (one ASCII character or none) between them.

    ``offsets`` ``(n_texts + 1,)``: tokens of each text. Returns the texts and, per token, its first code point and the
    code point after it, int32.
    """
    gap = len(joiner)
    n_tokens = np.diff(offsets)
    inner = np.ones(len(tokens), bool)  # a joiner follows the token
    inner[offsets[1:][n_tokens > 0] - 1] = False
    char_end = np.cumsum(lengths(tokens) + gap * inner, dtype=np.int64)
    before = np.append(0, char_end)[offsets[:-1]]
    char_end -= np.repeat(before, n_tokens) + gap * inner
    char_start = char_end - lengths(tokens)
    data, sizes = raw(tokens)
    with_gap = sizes + gap * inner
    if gap:
        joined = np.full(int(with_gap.sum()), ord(joiner), np.uint8)
        is_token = np.ones(len(joined), bool)
        is_token[np.cumsum(with_gap)[inner] - 1] = False
        joined[is_token] = data
        data = joined
    ends = np.append(0, np.cumsum(with_gap))
    return from_bytes(data, np.diff(ends[offsets])), char_start.astype(np.int32), char_end.astype(np.int32)


def lengths(strings: pa.LargeStringArray) -> Ints:
    """Code points of each string, int64."""
    found: npt.NDArray[np.int64] = pc.utf8_length(strings).to_numpy(zero_copy_only=False)
    return found


def large(values: Any) -> pa.LargeStringArray:
    """A column of strings from a list, array or chunked array of strings; nulls stay."""
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    if isinstance(values, pa.Array):
        return values if values.type == pa.large_string() else values.cast(pa.large_string())
    return pa.array(values, pa.large_string())


def concat(parts: list[pa.LargeStringArray]) -> pa.LargeStringArray:
    return pa.concat_arrays(parts) if parts else pa.array([], pa.large_string())
