"""Tables whose columns have roles → samples: texts with classes, tokens with tags, texts with spans."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from errata.core.errors import InputError
from errata.core.types import Bools, Ints, Notice, ReadOptions
from errata.formats.align import locate
from errata.formats.block import Block, Layer, full_tokens
from errata.formats.class_values import Classes, read_classes
from errata.formats.metadata import meta_columns
from errata.formats.notices import finding
from errata.formats.roles import Roles, from_json
from errata.formats.span_values import Texts, read_spans
from errata.formats.strings import join, large
from errata.formats.table import Table
from errata.formats.tagging import encode_names

_SPACED = re.compile(r"\S+")


def read_records(table: Table, roles: Roles, options: ReadOptions) -> Block:
    """The samples of a table. Raises InputError, with the line, for values that do not fit their role."""
    common: dict[str, Any] = {
        "source": table.source,
        "n_samples": table.n_rows,
        "ids": None if roles.id is None else _strings(table, roles.id, keep_null=True),
        "lines": table.lines,
        "meta": meta_columns(table, roles.used(), {roles.annotator: "annotator"} if roles.annotator else {}),
    }
    text = None if roles.text is None or roles.text == roles.tokens else _strings(table, roles.text)
    if roles.task != "ner":
        classes = read_classes(table, roles, options) if roles.labels else Classes.none(table.n_rows)
        return Block(
            **common,
            text=text,
            has_gold=classes.has_gold,
            class_names=classes.names,
            class_codes=classes.codes,
            class_offsets=classes.offsets,
            declared_names=classes.declared,
            notices=(*table.notices, *classes.notices),
        )
    return _ner_block(table, roles, options, text, common)


def _ner_block(
    table: Table, roles: Roles, options: ReadOptions, text: pa.LargeStringArray | None, common: dict[str, Any]
) -> Block:
    tokens = offsets = chars = None
    notices = list(table.notices)
    if roles.tokens is not None:
        tokens, offsets, chars = _token_column(table, roles.tokens, text)
        row_of = partial(_row, offsets)
        tokens, found = full_tokens(tokens, lambda token: table.where(row_of(token)))
        notices += found
        if text is not None and chars is None:
            chars, misfits = _located(table, tokens, offsets, text)
            notices += misfits
            text = text if chars is not None else None
    gold: dict[str, Any] = {"has_gold": np.zeros(table.n_rows, bool)}
    if roles.tags is not None and tokens is not None and offsets is not None:
        layer, gold["has_gold"] = _tags(table, roles.tags, tokens, offsets, options)
        gold["layers"] = (layer,)
    elif roles.spans is not None:
        rows = [from_json(value) for value in table.values(roles.spans)]
        rows = [row if isinstance(row, list) else None for row in rows]
        gold["has_gold"] = np.array([row is not None for row in rows], bool)
        read = read_spans(rows, _texts(text, tokens, offsets, chars), table.where)
        gold |= {"spans": read.spans, "span_names": read.names}
        notices += read.notices
        if read.unit == "token" and tokens is None and text is not None:
            tokens, offsets, chars = _spaced_tokens(text)
    return Block(**common, **gold, text=text, tokens=tokens, offsets=offsets, token_chars=chars, notices=tuple(notices))


def _strings(table: Table, name: str, *, keep_null: bool = False) -> pa.LargeStringArray:
    """A column as strings: numbers written out, null as the empty string unless kept. Raises InputError for lists."""
    column = table.columns[name]
    if isinstance(column, pa.Array) and not pa.types.is_nested(column.type):
        found = column.cast(pa.large_string())
    else:
        values = table.values(name)
        for row, value in enumerate(values):
            if isinstance(value, list | dict):
                kind = "list" if isinstance(value, list) else "object"
                raise InputError(
                    table.where(row),
                    found=f"a {kind} in column {name!r}",
                    expected="a string",
                    remedy="name the column of the text with --text.",
                )
        found = large([value if value is None or isinstance(value, str) else str(value) for value in values])
    return found if keep_null else found.fill_null("")


def _token_column(
    table: Table, name: str, text: pa.LargeStringArray | None
) -> tuple[pa.LargeStringArray, Ints, tuple[Ints, Ints] | None]:
    """Tokens end to end, offsets, and their code points where the tokens are objects that say so."""
    column = table.columns[name]
    if isinstance(column, pa.Array) and _is_list_of_strings(column):
        flat, offsets = flattened(column)
        return large(flat), offsets, None
    rows = [_listed(table, name, row, value) for row, value in enumerate(table.values(name))]
    offsets = np.append(0, np.cumsum([len(row) for row in rows])).astype(np.int64)
    items = [item for row in rows for item in row]
    if items and all(isinstance(item, dict) and isinstance(item.get("text"), str) for item in items):
        tokens = large([item["text"] for item in items])
        if text is None or not all(isinstance(item.get("start"), int) for item in items):
            return tokens, offsets, None
        start = np.array([item["start"] for item in items], np.int32)
        return tokens, offsets, (start, (start + pc.utf8_length(tokens).to_numpy()).astype(np.int32))
    for position, item in enumerate(items):
        if item is not None and not isinstance(item, str):
            raise InputError(
                table.where(_row(offsets, position)),
                found=f"{item!r} in the list of tokens",
                expected="strings",
                remedy="name the column of the tokens with --tokens.",
            )
    return large(items), offsets, None


def _is_list_of_strings(column: pa.Array) -> bool:
    kind = column.type
    if not (pa.types.is_list(kind) or pa.types.is_large_list(kind)):
        return False
    return bool(pa.types.is_string(kind.value_type) or pa.types.is_large_string(kind.value_type))


def _row(offsets: Ints, token: int) -> int:
    """The row that a token is in."""
    return int(np.searchsorted(offsets, token, side="right")) - 1


def flattened(column: pa.Array) -> tuple[pa.Array, Ints]:
    """Values of a list column end to end, and offsets int64 ``(n + 1,)``; null is an empty list."""
    lengths = pc.list_value_length(column).fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
    return column.flatten(), np.append(0, np.cumsum(lengths))


def _listed(table: Table, name: str, row: int, value: Any) -> list[Any]:
    """A list, or the pieces of a string; null is empty."""
    value = from_json(value)
    if value is None:
        return []
    if isinstance(value, str):
        return value.split()
    if not isinstance(value, list):
        raise InputError(
            table.where(row),
            found=f"{value!r} in column {name!r}",
            expected="a list",
            remedy="name the columns with --tokens and --tags.",
        )
    return value


def _located(
    table: Table, tokens: pa.LargeStringArray, offsets: Ints, text: pa.LargeStringArray
) -> tuple[tuple[Ints, Ints] | None, list[Notice]]:
    """Where the tokens stand in their texts; None, and a notice, when some text does not hold them in order."""
    surfaces = tokens.to_pylist()
    bounds: list[tuple[int, int]] = []
    misfits = []
    for row, value in enumerate(text.to_pylist()):
        found = locate(surfaces[offsets[row] : offsets[row + 1]], value)
        if found is None:
            misfits.append(table.where(row))
        else:
            bounds += found
    if misfits:
        message = "Tokens that do not stand in their text in order; the texts are made of the tokens instead"
        return None, [finding("tokens_not_in_text", message, misfits, len(misfits))]
    edges = np.array(bounds, np.int32).reshape(-1, 2)
    return (np.ascontiguousarray(edges[:, 0]), np.ascontiguousarray(edges[:, 1])), []


def _tags(
    table: Table, name: str, tokens: pa.LargeStringArray, offsets: Ints, options: ReadOptions
) -> tuple[Layer, Bools]:
    """Tags of the tokens, and which rows have any."""
    rows = [from_json(value) for value in table.values(name)]
    has_gold = np.array([row is not None for row in rows], bool)
    lengths = np.diff(offsets)
    listed = [_listed(table, name, row, value) for row, value in enumerate(rows)]
    for row, tags in enumerate(listed):
        if rows[row] is not None and len(tags) != lengths[row]:
            raise InputError(
                table.where(row),
                found=f"{len(tags)} tags for {lengths[row]} tokens",
                expected="one tag per token",
                remedy="correct the row, or name the columns with --tokens and --tags.",
            )
    flat = [tag for row, tags in enumerate(listed) for tag in (tags if has_gold[row] else [None] * int(lengths[row]))]
    declared = options.label_names or table.class_names.get(name, ())

    def named(position: int, tag: Any) -> str | None:
        if tag is None or isinstance(tag, str):
            return tag
        if isinstance(tag, int) and 0 <= tag < len(declared):
            return declared[tag]
        raise InputError(
            table.where(_row(offsets, position)),
            found=f"the tag {tag!r}" + ("" if declared else " and no names of the tags"),
            expected=f"a number from 0 to {len(declared) - 1}" if declared else "tags as strings, or their names",
            remedy="pass --label-names FILE with one tag a line, in the order of the numbers.",
        )

    layer = Layer(*encode_names(large([named(position, tag) for position, tag in enumerate(flat)])))
    return layer, has_gold


def _texts(
    text: pa.LargeStringArray | None,
    tokens: pa.LargeStringArray | None,
    offsets: Ints | None,
    chars: tuple[Ints, Ints] | None,
) -> Texts:
    if tokens is None or offsets is None:
        plain: Sequence[str] = [] if text is None else text.to_pylist()
        return Texts(plain, lambda sample: [match.span() for match in _SPACED.finditer(plain[sample])])
    is_made_of_tokens = text is None or chars is None
    if text is None or chars is None:
        text, *chars_made = join(tokens, offsets, " ")
        chars = (chars_made[0], chars_made[1])
    start, end, first = chars[0].tolist(), chars[1].tolist(), offsets.tolist()

    def bounds(sample: int) -> list[tuple[int, int]]:
        part = slice(first[sample], first[sample + 1])
        return list(zip(start[part], end[part], strict=True))

    return Texts(text.to_pylist(), bounds, is_made_of_tokens)


def _spaced_tokens(text: pa.LargeStringArray) -> tuple[pa.LargeStringArray, Ints, tuple[Ints, Ints]]:
    """Tokens between white space: what token offsets count where no tokens are given."""
    found = [list(_SPACED.finditer(value)) for value in text.to_pylist()]
    offsets = np.append(0, np.cumsum([len(row) for row in found])).astype(np.int64)
    edges = np.array([match.span() for row in found for match in row], np.int32).reshape(-1, 2)
    tokens = large([match.group() for row in found for match in row])
    return tokens, offsets, (np.ascontiguousarray(edges[:, 0]), np.ascontiguousarray(edges[:, 1]))
