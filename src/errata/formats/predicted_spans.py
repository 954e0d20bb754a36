"""Predicted spans of one split: tags of tokens, spans, or probabilities per token."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from errata.core.errors import InputError
from errata.core.types import DataSet, Floats, Ints, Notice, ReadOptions, Source, Spans, TagSet, Tokens
from errata.formats.align import char_to_token, token_to_char
from errata.formats.block import full_tokens
from errata.formats.contents import utf8
from errata.formats.detect import detect
from errata.formats.grid import Grid, read_grid
from errata.formats.label_names import code_labels
from errata.formats.lines import read_inline
from errata.formats.notices import finding
from errata.formats.prediction_rows import matched, read_arrays, read_table, require_length
from errata.formats.roles import from_json
from errata.formats.span_values import Texts, read_spans
from errata.formats.strings import large
from errata.formats.table import Table
from errata.formats.tagging import (
    decode,
    detect_scheme,
    encode_names,
    scheme_tag_set,
    tag_set,
    unknown_tags,
    with_chars,
)

SPANS = ("pred_spans", "predicted_spans", "predictions", "prediction", "pred", "spans", "entities")
TAGS = ("pred_tags", "predicted_tags", "pred_labels", "predictions", "prediction", "pred", "tags", "ner_tags", "labels")


@dataclass(frozen=True, slots=True)
class SpanPart:
    """Spans of ``covered`` of the samples ``rows`` of a split, ``sample`` counted in the whole data set.

    ``probs`` float32 over ``tags`` for the tokens at ``positions`` (among all tokens), or None.
    """

    rows: Ints
    covered: Ints
    spans: Spans
    labels: tuple[str, ...]
    tags: TagSet | None = None
    probs: Floats | None = None
    positions: Ints | None = None
    notices: tuple[Notice, ...] = ()


def read_span_part(source: Source, data: DataSet, rows: Ints, options: ReadOptions) -> SpanPart:
    """Predicted spans from one file. Raises InputError, with line or row, where they do not fit the split."""
    tokens = _tokens(data)
    arrays = read_arrays(source)
    if arrays is not None:
        return _from_arrays(source, arrays, data, rows, options)
    try:
        format = detect(source)
    except InputError:
        format = "conll"
    source = replace(source, format=format)
    if format in ("conll", "label-text"):
        content, notices = utf8(source)
        return replace(_from_grid(read_grid(source.name, content), tokens, rows, options), notices=notices)
    if format == "inline":
        block = read_inline(source, replace(options, task="ner"))
        names = [block.layers[0].names[code] for code in block.layers[0].codes.tolist()]
        offsets = block.offsets if block.offsets is not None else np.zeros(1, np.int64)
        return _from_tags(names, offsets, tokens, rows, options, block.where, block.where_token)
    return _from_table(read_table(source), data, rows, options)


def _tokens(data: DataSet) -> Tokens:
    if data.tokens is None:
        raise InputError("predictions", found="spans", expected="labels for this data set", remedy="check the file.")
    return data.tokens


def _from_grid(grid: Grid, tokens: Tokens, rows: Ints, options: ReadOptions) -> SpanPart:
    """Tags in the last column; the tokens in the first, if there are two, must be the data set's."""

    def where_token(token: int) -> str:
        return f"{grid.name}, line {int(grid.line[token]) + 1}"

    def where(sample: int) -> str:
        return where_token(int(grid.offsets[sample]))

    if grid.width > 1:
        _require_tokens(grid, tokens, rows, where_token)
    names = grid.column(grid.width - 1).to_pylist()
    return _from_tags(names, grid.offsets, tokens, rows, options, where, where_token)


def _require_tokens(grid: Grid, tokens: Tokens, rows: Ints, where_token: Any) -> None:
    """The tokens of the file are those of the data set, as far as both go. Raises InputError at the first other one."""
    theirs, _ = full_tokens(grid.column(0), where_token)
    ours = tokens.text.take(pa.array(_positions_of(tokens, rows)))
    n = min(len(theirs), len(ours))
    found, expected = theirs.slice(0, n).to_pylist(), ours.slice(0, n).to_pylist()
    if found == expected:
        return
    token = next(position for position in range(n) if found[position] != expected[position])
    if found[token].isdecimal() and expected[token] != found[token] and grid.width > 2:
        return  # a column that counts
    raise InputError(
        where_token(token),
        found=f"the token {found[token]!r}",
        expected=f"{expected[token]!r}, as in the data set",
        remedy="predict the split with its own tokens, in its order.",
    )


def _positions_of(tokens: Tokens, rows: Ints) -> Ints:
    counts = tokens.lengths()[rows]
    first = tokens.offsets[:-1][rows] - (np.cumsum(counts) - counts)
    return np.repeat(first, counts) + np.arange(int(counts.sum()))


def _from_tags(
    names: Sequence[str],
    offsets: Ints,
    tokens: Tokens,
    rows: Ints,
    options: ReadOptions,
    where: Any,
    where_token: Any,
) -> SpanPart:
    """Tags of all tokens; samples without tokens may be missing from the file."""
    if options.limit is not None and len(offsets) - 1 > len(rows):
        offsets = offsets[: len(rows) + 1]
        names = names[: int(offsets[-1])]
    covered = rows[tokens.lengths()[rows] > 0] if len(offsets) - 1 != len(rows) else rows
    name = where_token(0).partition(",")[0]
    require_length(name, len(offsets) - 1, len(covered), "samples with tags", "samples")
    lengths = tokens.lengths()[covered]
    if len(wrong := np.flatnonzero(np.diff(offsets) != lengths)):
        sample = int(wrong[0])
        raise InputError(
            where(sample),
            found=f"{int(np.diff(offsets)[sample])} tags",
            expected=f"{int(lengths[sample])}, one per token of sample {int(covered[sample]) - int(rows[0])} of the split",
            remedy="predict the split with its own tokens.",
        )
    known, codes = encode_names(large([tag.strip(" ") for tag in names]))
    tags = _tag_set(known, codes, offsets, options, where_token)
    spans = decode(tags, codes, offsets)
    spans = with_chars(replace(spans, sample=covered[spans.sample].astype(np.int32)), tokens)
    labels, spans = _mapped(tags.labels, spans, options)
    return SpanPart(rows, rows, spans, labels)


def _tag_set(known: Sequence[str], codes: Ints, offsets: Ints, options: ReadOptions, where_token: Any) -> TagSet:
    if unknown := unknown_tags(known, options.scheme):
        raise InputError(
            where_token(int(np.flatnonzero(codes == known.index(unknown[0]))[0])),
            found=f"unknown tag {unknown[0]!r}",
            expected="O, or B, I, E, S, L, U or M, a hyphen, and a label",
            remedy="put the predicted tag into the last column; --scheme IO if labels without a prefix are meant.",
        )
    return tag_set(known, detect_scheme(known, codes, offsets))


def _mapped(labels: Sequence[str], spans: Spans, options: ReadOptions) -> tuple[tuple[str, ...], Spans]:
    """Labels after ``--label-map``; spans whose label it drops are gone."""
    known = {name: new for name, new in options.label_map.items() if name in labels}
    coding = code_labels(labels, known)
    codes = coding.table(labels)[spans.label]
    return coding.labels, replace(spans, label=codes).take(codes >= 0)


def _from_table(table: Table, data: DataSet, rows: Ints, options: ReadOptions) -> SpanPart:
    tokens = _tokens(data)
    table, covered = matched(table, data, rows, options)
    for name in TAGS:
        if name in table.columns and _holds(table, name, str | int):
            return _from_tag_lists(table, name, tokens, rows, covered, options)
    name = next((name for name in SPANS if name in table.columns and _holds(table, name, list | dict)), "")
    if not name:
        raise InputError(
            table.source.name,
            found=f"the columns {', '.join(map(repr, table.columns))}",
            expected="predicted spans in 'spans' (or 'pred_spans'), or tags in 'tags' (or 'pred_tags')",
            remedy="rename the column of the predictions.",
        )
    values = [from_json(value) for value in table.values(name)]
    texts = data.samples["text"].take(pa.array(covered)).to_pylist()

    def bounds(row: int) -> list[tuple[int, int]]:
        part = slice(int(tokens.offsets[covered[row]]), int(tokens.offsets[covered[row] + 1]))
        return list(zip(tokens.char_start[part].tolist(), tokens.char_end[part].tolist(), strict=True))

    read = read_spans(
        [value if isinstance(value, list) else None for value in values], Texts(texts, bounds), table.where
    )
    sample = covered[read.spans.sample].astype(np.int32)
    start, end, off = char_to_token(sample, read.spans.char_start, read.spans.char_end, tokens)
    touches = end > start
    notices = list(read.notices)
    if off.any():
        message = "Predicted spans that begin or end inside a token"
        examples = [table.where(row) for row in read.spans.sample[off].tolist()]
        notices.append(finding("pred_off_border", message, examples, int(off.sum())))
    spans = replace(read.spans, sample=sample, start=start, end=end).take(touches)
    labels, spans = _mapped(read.names, spans, options)
    given = np.array([isinstance(value, list) for value in values], bool)
    return SpanPart(rows, covered[given], spans, labels, notices=tuple(notices))


def _holds(table: Table, name: str, kind: Any) -> bool:
    """Whether a column holds lists whose items are of a kind; empty lists count as spans."""
    items = [item for value in table.first(name, 1000) if isinstance(row := from_json(value), list) for item in row]
    return all(isinstance(item, kind) for item in items) and (bool(items) or kind == (list | dict))


def _from_tag_lists(
    table: Table, name: str, tokens: Tokens, rows: Ints, covered: Ints, options: ReadOptions
) -> SpanPart:
    found = [from_json(value) for value in table.values(name)]
    given = np.array([isinstance(value, list) for value in found], bool)
    chosen = np.flatnonzero(given)
    listed = [found[row] for row in chosen.tolist()]
    names = options.label_names
    flat = [names[tag] if isinstance(tag, int) and 0 <= tag < len(names) else str(tag) for row in listed for tag in row]
    offsets = np.append(0, np.cumsum([len(row) for row in listed])).astype(np.int64)

    def where(sample: int) -> str:
        return table.where(int(chosen[sample]))

    def where_token(token: int) -> str:
        return where(int(np.searchsorted(offsets, token, side="right")) - 1)

    order = np.argsort(covered[chosen], kind="stable")
    if not (order == np.arange(len(order))).all():
        listed = [listed[position] for position in order.tolist()]
        return _from_tag_lists(
            replace(table, columns={name: listed}, n_rows=len(listed)),
            name,
            tokens,
            rows,
            covered[chosen][order],
            options,
        )
    part = _from_tags(flat, offsets, tokens, covered[chosen], options, where, where_token)
    return replace(part, rows=rows)


def _from_arrays(
    source: Source, arrays: Mapping[str, npt.NDArray[Any]], data: DataSet, rows: Ints, options: ReadOptions
) -> SpanPart:
    """Probabilities ``(n_tokens of the split, n_tags)``; tag names in the array ``tags``, else BIO of the labels."""
    tokens = _tokens(data)
    probs = arrays.get("probs", next(iter(arrays.values())))
    named = next((arrays[name] for name in ("tags", "labels") if name in arrays), None)
    if named is not None:
        tags = tag_set([str(name) for name in named], labels=data.labels)
    elif options.label_names:
        tags = tag_set(options.label_names, labels=data.labels)
    else:
        tags = scheme_tag_set(data.labels, data.scheme or "BIO")
    positions = _positions_of(tokens, rows)
    if options.limit is not None and probs.ndim == 2:
        probs = probs[: len(positions)]
    if probs.ndim != 2 or probs.shape[1] != len(tags.names):
        raise InputError(
            source.name,
            found=f"an array of shape {probs.shape}",
            expected=f"({len(positions)}, {len(tags.names)}): a column per tag, in the order {', '.join(tags.names[:8])} …",
            remedy="save an .npz with the arrays 'probs' and 'tags' (the names of the columns).",
        )
    require_length(source.name, len(probs), len(positions), "rows", "tokens")
    sums = probs.sum(axis=1, dtype=np.float64)
    bad = ~np.isfinite(probs).all(axis=1) | (probs < -1e-6).any(axis=1) | (np.abs(sums - 1) > 0.02)
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise InputError(
            f"{source.name}, row {row + 1}",
            found=f"numbers that add up to {sums[row]:.4g}",
            expected="probabilities from 0 to 1 that add up to 1",
            remedy="apply softmax to logits before saving.",
        )
    sound = np.clip(probs, 0, 1).astype(np.float32)
    sound /= sound.sum(axis=1, keepdims=True)
    offsets = np.append(0, np.cumsum(tokens.lengths()[rows])).astype(np.int64)
    spans = decode(tags, sound.argmax(axis=1), offsets)
    spans = replace(spans, sample=rows[spans.sample].astype(np.int32))
    start, end = token_to_char(spans.sample, spans.start, spans.end, tokens)
    return SpanPart(rows, rows, replace(spans, char_start=start, char_end=end), tags.labels, tags, sound, positions)
