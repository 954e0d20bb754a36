"""CoNLL-like files: one token a line, its tags in the last column or in several.

Tokens are in the first column (the second where the first counts 1, 2, 3 …), tags in the last column that looks like
tags. Columns of tags that share labels but no spans are the layers of a nested annotation and are all read. Columns
that share most spans are rivals (two annotators, gold and prediction): the last is read, and a notice says so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from errata.core.errors import InputError
from errata.core.types import Ints, Notice, ReadOptions, Source
from errata.formats.block import Block, Layer, full_tokens
from errata.formats.contents import utf8
from errata.formats.grid import Grid, read_grid
from errata.formats.notices import finding
from errata.formats.strings import large
from errata.formats.tagging import decode, encode_names, is_bare, recode, scheme_name, split_tag, tag_set

NO_TAG = "_"
_NO_TAGS = frozenset({NO_TAG, "-", "?", "*", ""})  # what unlabelled files put into the tag column
_TAGS_AT_LEAST = 0.5  # share of tokens whose value must be a tag for a column to count as tags
_RIVALS_AT_LEAST = 0.1  # share of equal spans above which two columns annotate the same thing twice
_ID_COMMENT = re.compile(r"#\s*(?:sent_id\s*=|id\s*=?)\s*(\S+)")
_COLUMNS_COMMENT = re.compile(r"#\s*global\.columns\s*=\s*(.+)")


@dataclass(frozen=True, slots=True)
class _Part:
    """One source: its grid and the values of its columns, encoded once and only when asked for."""

    source: Source
    grid: Grid
    notices: tuple[Notice, ...]
    encoded: dict[int, Layer] = field(default_factory=dict)

    def column(self, number: int) -> Layer:
        if number not in self.encoded:
            self.encoded[number] = Layer(*encode_names(self.grid.column(number)))
        return self.encoded[number]


def read_conll(sources: Sequence[Source], options: ReadOptions) -> list[Block]:
    """The blocks of ``sources``. Files of equal width are read alike: columns are chosen over all of them.

    Raises InputError for ragged lines, unknown columns, and values that are no tags.
    """
    parts = []
    for source in sources:
        content, notices = utf8(source)
        grid = read_grid(source.name, content)
        if not len(grid.line):
            raise InputError(source.name, found="no token", expected="one token a line", remedy="check the file.")
        parts.append(_Part(source, grid, (*notices, *grid.notices)))
    blocks: dict[int, Block] = {}
    for width in {part.grid.width for part in parts}:
        chosen = [position for position, part in enumerate(parts) if part.grid.width == width]
        alike = [parts[position] for position in chosen]
        token = _token_column(alike, options)
        tags, notices = _tag_columns(alike, token, options)
        for position in chosen:
            block_notices = notices if position == chosen[0] else ()
            blocks[position] = _block(parts[position], token, tags, options, block_notices)
    return [blocks[position] for position in range(len(parts))]


def column_number(name: str, grid: Grid, option: str) -> int:
    """0-based column of an option: a 1-based number, negative from the right, or a name of ``# global.columns``."""
    named: list[str] = []
    for _, text in grid.comments:
        if found := _COLUMNS_COMMENT.match(text):
            named = found[1].split()
    if name in named:
        return named.index(name)
    number = int(name) if re.fullmatch(r"-?\d+", name) else 0
    if number == 0 or abs(number) > grid.width:
        raise InputError(
            grid.name,
            found=f"no column {name!r} ({grid.width} columns{': ' + ', '.join(named) if named else ''})",
            expected=f"{option} 1 to {grid.width}, or -1 for the last",
            remedy=f"pass {option} with the number of the column.",
        )
    return number - 1 if number > 0 else grid.width + number


def _token_column(parts: Sequence[_Part], options: ReadOptions) -> int:
    grid = parts[0].grid
    if options.tokens:
        return column_number(options.tokens, grid, "--tokens")
    counts_up = grid.width > 1 and all(_is_counter(part) for part in parts)
    return 1 if counts_up else 0


def _is_counter(part: _Part) -> bool:
    """Whether the first column numbers the tokens of each sample from 1."""
    grid = part.grid
    if bytes(grid.data[grid.start[0, 0] : grid.end[0, 0]]) != b"1":
        return False
    column = part.column(0)
    if not all(name.isdecimal() for name in column.names):
        return False
    values = np.array([int(name) for name in column.names])[column.codes]
    return bool((values == np.arange(1, len(values) + 1) - np.repeat(grid.offsets[:-1], np.diff(grid.offsets))).all())


def _tag_columns(
    parts: Sequence[_Part], token: int, options: ReadOptions
) -> tuple[tuple[int, ...], tuple[Notice, ...]]:
    grid = parts[0].grid
    if options.tags:
        return tuple(column_number(name.strip(), grid, "--tags") for name in options.tags.split(",")), ()
    others = [number for number in range(grid.width) if number != token]
    if not others:
        return (), ()
    if options.scheme and scheme_name(options.scheme) == "IO":
        return (others[-1],), ()
    found = [number for number in others if _looks_like_tags(parts, number)]
    if not found:
        if all(set(part.column(others[-1]).names) <= _NO_TAGS for part in parts):
            return (), ()
        raise _no_tags(parts[0], others[-1], options)
    return _layers(parts, found)


def _looks_like_tags(parts: Sequence[_Part], number: int) -> bool:
    n_tags = n_tokens = 0
    names: set[str] = set()
    for part in parts:
        column = part.column(number)
        counts = np.bincount(column.codes, minlength=len(column.names))
        n_tags += int(counts[[_is_full_tag(name.strip()) for name in column.names]].sum())
        n_tokens += int(counts[[name not in _NO_TAGS for name in column.names]].sum())
        names.update(column.names)
    # Labels without a prefix are told from other tokens by the O among them, in the last column.
    bare_tags = "O" in names and is_bare(sorted(names)) and number == parts[0].grid.width - 1
    return bare_tags or n_tags >= max(1, _TAGS_AT_LEAST * n_tokens)


def _is_full_tag(name: str) -> bool:
    return name in ("O", "o") or (len(name) > 1 and split_tag(name) is not None)


def _no_tags(part: _Part, number: int, options: ReadOptions) -> InputError:
    value = part.column(number).names[0]
    return InputError(
        f"{part.source.name}, line {int(part.grid.line[0]) + 1}",
        found=f"unknown tag {value!r} in column {number + 1}",
        expected="O, or B, I, E, S, L, U or M, a hyphen, and a label",
        remedy="pass --scheme IO if labels without a prefix are meant, --tags N for another column, or --format.",
    )


def _layers(parts: Sequence[_Part], found: list[int]) -> tuple[tuple[int, ...], tuple[Notice, ...]]:
    """The columns to read of those that look like tags: the last, or all that are layers of one annotation."""
    last = found[-1]
    labels = {number: _labels(parts, number) for number in found}
    used = [number for number in found if labels[number]]
    if not used:
        return (last,), ()
    # Walk left over neighbours that use the same labels.
    chosen = [used[-1]]
    for number in reversed(used[:-1]):
        shared = labels[number] & labels[chosen[0]]
        if number != chosen[0] - 1 or 2 * len(shared) < min(len(labels[number]), len(labels[chosen[0]])):
            break
        chosen.insert(0, number)
    if len(chosen) == 1:
        return (last,), ()
    numbers = ", ".join(str(number + 1) for number in chosen)
    if any(_are_rivals(parts, first, second) for first in chosen for second in chosen if first < second):
        message = f"Columns {numbers} annotate the same spans; column {last + 1} is read (choose another with --tags N)"
        return (last,), (finding("rival_tag_columns", message, [part.source.name for part in parts], len(parts)),)
    message = f"Columns {numbers} are read as layers of one nested annotation (choose one with --tags N)"
    notice = finding("nested_layers", message, [part.source.name for part in parts], len(parts), "info")
    return tuple(chosen), (notice,)


def _labels(parts: Sequence[_Part], number: int) -> set[str]:
    split = [split_tag(name.strip()) for part in parts for name in part.column(number).names]
    return {found[1] for found in split if found and found[1]}


def _are_rivals(parts: Sequence[_Part], first: int, second: int) -> bool:
    equal = smaller = 0
    labels = sorted(_labels(parts, first) | _labels(parts, second))
    for part in parts:
        one, other = (_rows(part, number, labels) for number in (first, second))
        smaller += min(len(one), len(other))
        equal += len(np.intersect1d(one, other))
    return equal > _RIVALS_AT_LEAST * smaller


def _rows(part: _Part, number: int, labels: Sequence[str]) -> Ints:
    """One number per span of a column: equal numbers are equal spans."""
    column = part.column(number)
    tags = tag_set([name if split_tag(name) else "O" for name in column.names])
    spans = recode(decode(tags, column.codes, part.grid.offsets), tags.labels, labels)
    start = part.grid.offsets[spans.sample] + spans.start
    return (start * (len(part.grid.line) + 1) + spans.end) * (len(labels) + 1) + spans.label


def _block(part: _Part, token: int, tags: tuple[int, ...], options: ReadOptions, notices: tuple[Notice, ...]) -> Block:
    grid = part.grid
    tokens, empty = full_tokens(grid.column(token), lambda row: f"{grid.name}, line {int(grid.line[row]) + 1}")
    n_samples = len(grid.offsets) - 1
    layers = tuple(_without_blanks(part.column(number)) for number in tags)
    has_gold = np.zeros(n_samples, bool)
    for layer in layers:
        has_gold |= np.logical_or.reduceat(layer.codes >= 0, grid.offsets[:-1])
    meta = {}
    if (grid.document >= 0).any():
        meta["meta_doc"] = pa.array(grid.document.astype(np.int32), mask=grid.document < 0)
    return Block(
        source=part.source,
        n_samples=n_samples,
        has_gold=has_gold,
        tokens=tokens,
        offsets=grid.offsets,
        layers=layers,
        ids=_ids(grid),
        lines=grid.line[grid.offsets[:-1]] + 1,
        token_lines=grid.line + 1,
        meta=meta,
        notices=(*part.notices, *notices, *empty),
    )


def _without_blanks(layer: Layer) -> Layer:
    """The layer with ``_`` as no tag: what annotation tools put where nobody has annotated."""
    if NO_TAG not in layer.names:
        return layer
    codes = np.where(layer.codes == layer.names.index(NO_TAG), -1, layer.codes)
    return Layer(tuple("O" if name == NO_TAG else name for name in layer.names), codes)


def _ids(grid: Grid) -> pa.LargeStringArray | None:
    """Ids from ``# sent_id = …`` or ``# id …`` comments, if every sample has one."""
    first = grid.line[grid.offsets[:-1]]
    found: dict[int, str] = {}
    for line, text in grid.comments:
        if match := _ID_COMMENT.match(text):
            found[int(np.searchsorted(first, line))] = match[1]
    if len(found) != len(first) or len(first) in found:
        return None
    return large([found[sample] for sample in range(len(first))])
