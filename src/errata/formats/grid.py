"""The fields of a text of columns: one token a line, blank lines between samples.

Which lines are not tokens:

* blank lines (white space only) end a sample;
* ``-DOCSTART-`` lines begin a document;
* comments, at the beginning of a sample only: lines of ``#`` and white space, ``# key = value``, ``# id …`` and
  ``#begin document``/``#end document`` with another number of fields than the tokens have; where spaces separate the
  fields, the latter three with any number. Any other ``#`` is a token.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from errata.core.errors import InputError
from errata.core.types import Bools, Ints, Notice
from errata.formats.notices import finding
from errata.formats.strings import Bytes, from_slices

_DOCSTART = re.compile(rb"^-DOCSTART-(?=[ \t\n]|\Z)", re.M)
_HASH = re.compile(rb"^#.*", re.M)
_COMMENT = re.compile(rb"#\s*[\w.:-]+\s*=\s|#\s+(sent_)?id\s|#(begin|end) document")
_TAB, _NEWLINE, _SPACE = 9, 10, 32


@dataclass(frozen=True, slots=True)
class Grid:
    """``start`` and ``end`` int64 ``(n_tokens, width)``: bytes of every field. ``line`` 0-based ``(n_tokens,)``.

    ``offsets`` ``(n_samples + 1,)``; ``document`` of each sample, from 0, -1 before the first; ``comments``: 0-based
    line and text.
    """

    name: str
    data: Bytes
    line: Ints
    start: Ints
    end: Ints
    offsets: Ints
    document: Ints
    comments: tuple[tuple[int, str], ...]
    notices: tuple[Notice, ...]

    @property
    def width(self) -> int:
        return int(self.start.shape[1])

    def column(self, number: int) -> pa.LargeStringArray:
        """One column, 0-based."""
        return from_slices(self.data, self.start[:, number], self.end[:, number])


@dataclass(frozen=True, slots=True)
class _Fields:
    """Bounds of all fields. ``first`` ``(n_lines + 1,)``: position of each line's first field."""

    data: Bytes
    start: Ints
    end: Ints
    first: Ints
    tabbed: bool

    def of(self, line: int) -> list[tuple[int, int]]:
        low, high = int(self.first[line]), int(self.first[line + 1])
        return list(zip(self.start[low:high].tolist(), self.end[low:high].tolist(), strict=True))


def read_grid(name: str, content: bytes) -> Grid:
    """The fields of UTF-8 ``content``. Raises InputError, with the line, where a token has another number of fields.

    Fields are separated by single tabs where most lines have one, else by runs of spaces and tabs. With spaces, what
    exceeds the usual number of fields belongs to the first field (a token with a space in it), and is counted.
    """
    content = content.replace(b"\r\n", b"\n").removesuffix(b"\n")
    breaks = np.flatnonzero(np.frombuffer(content, np.uint8) == _NEWLINE)
    fields = _cut(content, breaks)
    n_fields = np.diff(fields.first)
    is_token = n_fields > 0
    documents = np.searchsorted(breaks, [found.start() for found in _DOCSTART.finditer(content)])
    is_token[documents] = False
    hashes = list(_HASH.finditer(content))
    hash_lines = np.searchsorted(breaks, [found.start() for found in hashes])
    width = _usual_width(n_fields, is_token, hash_lines)
    comments = []
    for line, found in zip(hash_lines.tolist(), hashes, strict=True):
        text = found.group()
        begins = line == 0 or not is_token[line - 1]
        other = n_fields[line] != width
        named = _COMMENT.match(text) is not None
        if begins and ((other and (named or text[1:2] in (b" ", b"\t", b""))) or (named and not fields.tabbed)):
            is_token[line] = False
            comments.append((line, text.decode()))
    tokens = np.flatnonzero(is_token)
    start, end, notices = _rows(name, fields, tokens, width)
    begins_sample = np.flatnonzero(np.diff(tokens, prepend=-2) != 1)
    offsets = np.append(begins_sample, len(tokens)).astype(np.int64)
    document = np.searchsorted(documents, tokens[begins_sample], side="right") - 1
    return Grid(name, fields.data, tokens, start, end, offsets, document, tuple(comments), notices)


def _cut(content: bytes, breaks: Ints) -> _Fields:
    data = np.frombuffer(content, np.uint8)
    line_start = np.concatenate([[0], breaks + 1])
    gap = (data == _SPACE) | (data == _TAB) | (data == _NEWLINE) | (data == ord("\r"))
    start, end = _runs(~gap)
    first = np.searchsorted(start, np.append(line_start, len(data)))
    tabs = np.flatnonzero(data == _TAB)
    n_tabs = np.diff(np.searchsorted(tabs, np.append(line_start, len(data))))
    filled = np.diff(first) > 0
    counted = filled & (data[np.minimum(line_start, len(data) - 1)] != ord("#"))
    if 2 * np.count_nonzero(n_tabs[counted]) <= np.count_nonzero(counted):
        return _Fields(data, start, end, first, False)
    # Between two tabs anything is a field; lines of white space only have none.
    line_end = np.append(breaks, len(data))
    tabs = tabs[np.repeat(filled, n_tabs)]
    starts = np.sort(np.concatenate([line_start[filled], tabs + 1]))
    ends = np.sort(np.concatenate([line_end[filled], tabs]))
    counts = np.where(filled, n_tabs + 1, 0)
    return _Fields(data, starts, ends, np.append(0, np.cumsum(counts)), True)


def _runs(mask: Bools) -> tuple[Ints, Ints]:
    """Where runs of True begin, and where they have ended."""
    if not len(mask):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    first = [0] if mask[0] else []
    last = [len(mask)] if mask[-1] else []
    edges = np.concatenate([first, np.flatnonzero(mask[1:] != mask[:-1]) + 1, last]).astype(np.int64)
    return edges[::2], edges[1::2]


def _usual_width(n_fields: Ints, is_token: Bools, hash_lines: Ints) -> int:
    counted = is_token.copy()
    counted[hash_lines] = False
    if not counted.any():
        counted = is_token
    return int(np.bincount(n_fields[counted], minlength=2).argmax())


def _rows(name: str, fields: _Fields, tokens: Ints, width: int) -> tuple[Ints, Ints, tuple[Notice, ...]]:
    """Bounds ``(n_tokens, width)`` of the fields of the lines ``tokens``."""
    first = fields.first[tokens]
    odd = np.flatnonzero(fields.first[tokens + 1] - first != width)
    at = np.minimum(first[:, None] + np.arange(width), max(len(fields.start) - 1, 0))
    start, end = fields.start[at], fields.end[at]
    spaced = []
    for row in odd.tolist():
        bounds = fields.of(int(tokens[row]))
        if fields.tabbed:
            while len(bounds) > width and bounds[-1][0] == bounds[-1][1]:
                bounds.pop()
        elif len(bounds) > width > 1:
            extra = len(bounds) - width
            bounds[: extra + 1] = [(bounds[0][0], bounds[extra][1])]
            spaced.append(f"{name}, line {int(tokens[row]) + 1}")
        if len(bounds) != width:
            raise _ragged(name, int(tokens[row]), len(bounds), width, fields.tabbed)
        start[row], end[row] = zip(*bounds, strict=True)
    if not spaced:
        return start, end, ()
    message = "Tokens with a space in them (more fields than the other lines have)"
    return start, end, (finding("space_in_token", message, spaced, len(spaced)),)


def _ragged(name: str, line: int, found: int, width: int, tabbed: bool) -> InputError:
    separator = "tabs" if tabbed else "spaces or tabs"
    return InputError(
        f"{name}, line {line + 1}",
        found=f"{found} column{'s' * (found != 1)}",
        expected=f"{width}, as on the other lines (separated by {separator})",
        remedy="correct the line, or pass --format if this is no file of one token a line.",
    )
