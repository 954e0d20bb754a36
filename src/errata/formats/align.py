"""Tokens and characters of a text: cutting tokens, and carrying spans between the two. Offsets are code points."""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata

import numpy as np
import pyarrow as pa

from errata.core.types import Bools, Ints, Tokens
from errata.formats.strings import from_slices, lengths, raw

_ALONE = "\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Han, Hiragana and Katakana: written without spaces, so every character is a token of its own."""

_JOINER = "\u200d"
_NON_JOINER = "\u200c"
_SKIN_TONES = "\U0001f3fb-\U0001f3ff"
_FLAG_LETTERS = "\U0001f1e6-\U0001f1ff"


_PLAIN_TOKEN = re.compile(r"\w+|\S")  # all there is to it in ASCII


@functools.cache
def _marks() -> str:
    """Ranges of the combining marks, for a character class; ``re`` has no name for them."""
    codes = [
        code for code in (*range(0x300, 0x20000), *range(0xE0100, 0xE01F0)) if unicodedata.category(chr(code))[0] == "M"
    ]
    ranges: list[list[int]] = []
    for code in codes:
        if ranges and code == ranges[-1][1] + 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)


@functools.cache
def _token() -> re.Pattern[str]:
    marks = _marks()
    letter = rf"[^\W{_ALONE}]"
    return re.compile(
        rf"{letter}(?:{letter}|[{marks}{_JOINER}{_NON_JOINER}](?!\s|\Z))*[{marks}]*"  # letters, digits and their marks
        rf"|[{_ALONE}][{marks}]*"
        rf"|[{_FLAG_LETTERS}]{{2}}"
        rf"|\S[{marks}{_SKIN_TONES}]*(?:{_JOINER}[^\w\s][{marks}{_SKIN_TONES}]*)*"  # one sign; emoji sequences whole
    )


def tokenise(text: str) -> list[tuple[int, int]]:
    """Code points ``[start, end)`` of each token: runs of letters and digits with their marks, and single signs.

    Characters of scripts without spaces (Han, Kana) are tokens of their own; an emoji sequence is one.
    """
    token = _PLAIN_TOKEN if text.isascii() else _token()
    return [match.span() for match in token.finditer(text)]


def tokenise_all(texts: pa.LargeStringArray) -> Tokens:
    """The tokens of all texts, end to end."""
    found = [tokenise(text) for text in texts.to_pylist()]
    offsets = np.zeros(len(found) + 1, np.int64)
    np.cumsum([len(tokens) for tokens in found], out=offsets[1:])
    flat = itertools.chain.from_iterable(itertools.chain.from_iterable(found))
    edges = np.fromiter(flat, np.int32, 2 * int(offsets[-1])).reshape(-1, 2)
    start, end = np.ascontiguousarray(edges[:, 0]), np.ascontiguousarray(edges[:, 1])
    return Tokens(offsets, start, end, surfaces(texts, np.repeat(np.arange(len(found)), np.diff(offsets)), start, end))


def surfaces(texts: pa.LargeStringArray, sample: Ints, start: Ints, end: Ints) -> pa.LargeStringArray:
    """The strings ``texts[sample][start:end]``; ascending and disjoint, all ``(n,)``."""
    data, _ = raw(texts)
    first = np.append(0, np.cumsum(lengths(texts)))[sample]  # code points before each sample
    if len(data) == int(lengths(texts).sum()):
        return from_slices(data, first + start, first + end)
    byte_of = np.append(np.flatnonzero((data & 0xC0) != 0x80), len(data))  # where each code point begins
    return from_slices(data, byte_of[first + start], byte_of[first + end])


def locate(tokens: list[str], text: str) -> list[tuple[int, int]] | None:
    """Code points of ``tokens`` where they stand in ``text`` one after the other; None when one is not there."""
    bounds = []
    at = 0
    for token in tokens:
        start = text.find(token, at)
        if start < 0:
            return None
        at = start + len(token)
        bounds.append((start, at))
    return bounds


def char_to_token(sample: Ints, char_start: Ints, char_end: Ints, tokens: Tokens) -> tuple[Ints, Ints, Bools]:
    """The tokens that character spans ``[char_start, char_end)`` touch.

    All arrays ``(n_spans,)``. Returns ``start`` and ``end`` (int32, within the sample; equal where a span touches no
    token) and ``off_border``: True where the span does not begin and end with those tokens.
    """
    step = int(max(tokens.char_end.max(initial=0), char_end.max(initial=0))) + 1
    base = tokens.sample().astype(np.int64) * step
    key = sample.astype(np.int64) * step
    start = np.searchsorted(base + tokens.char_end, key + char_start, side="right")
    end = np.maximum(np.searchsorted(base + tokens.char_start, key + char_end, side="left"), start)
    first = tokens.offsets[sample]
    touches = end > start
    off_border = ~touches
    off_border[touches] = (tokens.char_start[start[touches]] != char_start[touches]) | (
        tokens.char_end[end[touches] - 1] != char_end[touches]
    )
    return (start - first).astype(np.int32), (end - first).astype(np.int32), off_border


def token_to_char(sample: Ints, start: Ints, end: Ints, tokens: Tokens) -> tuple[Ints, Ints]:
    """Code points of the token spans ``[start, end)`` (within their samples), int32 ``(n_spans,)`` each."""
    base = tokens.offsets[sample]
    first, last = tokens.char_start[base + start], tokens.char_end[base + end - 1]
    return first.astype(np.int32), last.astype(np.int32)
