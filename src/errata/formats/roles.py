"""Which column of a table is the text, the label, the tokens, the tags, the spans, the id."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from errata.core.errors import InputError, near_names
from errata.core.types import ReadOptions, Task
from errata.formats.delimited import is_codes
from errata.formats.table import Table
from errata.formats.tagging import split_tag

TEXT = (
    *("text", "sentence", "review", "question", "utterance", "content", "document", "query", "message", "comment"),
    *("tweet", "post", "headline", "title", "body", "abstract", "description", "input"),
)
LABEL = (
    *("label", "labels", "category", "class", "intent", "topic", "sentiment", "gold", "gold_label", "target"),
    *("emotion", "emotions", "label_text", "y"),
)
TOKENS = ("tokens", "words", "token")
TAGS = ("ner_tags", "tags", "ner", "bio_tags", "word_labels", "token_labels", "slots", "labels", "label")
SPANS = ("spans", "entities", "gold_spans", "ents", "mentions", "annotations", "label", "labels")
ID = ("id", "sample_id", "guid", "uid", "uuid", "_id")

_SAID_TO_BE_TAGS = frozenset(TAGS) - {"labels", "label", "ner"}
_LISTS = ("strings", "numbers")


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    """Names of the columns; None where a table has none. ``labels``: one column, or one per label of 0 and 1."""

    task: Task
    text: str | None = None
    labels: tuple[str, ...] = ()
    tokens: str | None = None
    tags: str | None = None
    spans: str | None = None
    id: str | None = None
    annotator: str | None = None

    def used(self) -> set[str]:
        """Columns that are no metadata."""
        names = {self.text, self.tokens, self.tags, self.spans, self.id, self.annotator, *self.labels}
        return {name for name in names if name is not None}

    @property
    def has_gold(self) -> bool:
        return bool(self.labels or self.tags or self.spans)


def find_roles(tables: Sequence[Table], options: ReadOptions, beside: Task | None = None) -> list[Roles]:
    """The roles of each table's columns: as the options say, else by name, else by what unnamed columns hold.

    A table without gold is allowed beside one that has it, beside other sources with gold (``beside`` is their task),
    or with ``--task``. Raises InputError with the columns that are there, a guess and the command to paste.
    """
    _require_given(tables, options)
    found = [_roles(table, options) for table in tables]
    labelled = [roles for roles in found if roles is not None and roles.has_gold]
    for table, roles in zip(tables, found, strict=True):
        if roles is None or not (labelled or options.task or beside):
            raise _unknown_columns(table, options)
    task = labelled[0].task if labelled else options.task or beside
    return [roles if roles.has_gold or roles.task == task else _unlabelled(roles, task) for roles in found if roles]


def _unlabelled(roles: Roles, task: Task | None) -> Roles:
    return Roles(task=task or roles.task, text=roles.text, tokens=roles.tokens, id=roles.id, annotator=roles.annotator)


def _require_given(tables: Sequence[Table], options: ReadOptions) -> None:
    """Columns that an option names must be in one table at least."""
    for option in ("text", "label", "tokens", "tags", "spans", "id", "annotator"):
        given = getattr(options, option)
        for name in given.split(",") if given and option == "label" else [given] if given else []:
            if all(_named(table, name) is None for table in tables):
                raise _no_column(tables[0], option, name)


def _roles(table: Table, options: ReadOptions) -> Roles | None:
    """Roles of one table; None when its text is not found. ``labels``, ``tags`` and ``spans`` may be missing."""
    text = _given(table, options.text) or _find(table, TEXT, ("text",))
    common = {
        "id": _given(table, options.id)
        or (None if options.id else _find(table, ID, ("text", "number"), suffixes=False)),
        "annotator": _given(table, options.annotator),
    }
    if options.task in (None, "ner") and (options.label is None or options.tags or options.spans):
        ner = _ner_roles(table, options, text)
        if ner or options.task == "ner":
            return Roles(task="ner", **{**common, **ner}) if ner else None
    if not table.is_headed and not (options.text and options.label):
        return _guessed(table, options)
    if text is None:
        return None
    labels: tuple[str, ...] = ()
    if options.label:
        labels = tuple(name for part in options.label.split(",") if (name := _named(table, part)) is not None)
    elif label := _find(table, LABEL, ("text", "number", "boolean", *_LISTS), besides=(text,)):
        labels = (label,)
    return Roles(task=_class_task(table, labels, options), text=text, labels=labels, **common)


def _class_task(table: Table, labels: Sequence[str], options: ReadOptions) -> Task:
    """Multi-label where asked for, with several columns, lists, or codes with commas between (``8,20``)."""
    if options.task == "multilabel" or len(labels) > 1:
        return "multilabel"
    if options.task is None and labels:
        values = [str(value) for value in table.first(labels[0], 1000)]
        if kinds(table, labels[0]) & set(_LISTS) or (
            any("," in value for value in values) and all(map(is_codes, values))
        ):
            return "multilabel"
    return "classification"


def _ner_roles(table: Table, options: ReadOptions, text: str | None) -> dict[str, Any]:
    """Columns of a NER table; empty when it is none."""
    tokens = _given(table, options.tokens) or _find(table, TOKENS, (*_LISTS, "objects"))
    tags = _given(table, options.tags) or (_find(table, TAGS, _LISTS, besides=(tokens,)) if tokens else None)
    spans = _given(table, options.spans) or _find(table, SPANS, ("objects",), besides=(tokens,))
    if tags is None and spans is None and (options.tokens or not tokens):
        tokens, tags = _in_strings(table, options, text, tokens)
    if options.spans or (spans and not options.tags and tags is None):
        return {"text": text, "tokens": tokens, "spans": spans} if text or tokens else {}
    if tokens and (tags or options.task == "ner" or text is None):
        return {"text": text, "tokens": tokens, "tags": tags}
    return {"text": text} if options.task == "ner" and text else {}


def _in_strings(
    table: Table, options: ReadOptions, text: str | None, tokens: str | None
) -> tuple[str | None, str | None]:
    """Tokens and tags as strings with spaces between them, if two columns go together like that."""
    joined = tokens or _find(table, TOKENS, ("text",)) or text
    tags = _given(table, options.tags) or _find(
        table, tuple(name for name in TAGS if name in _SAID_TO_BE_TAGS), ("text",)
    )
    if joined is None or tags is None or joined == tags:
        return tokens, None
    first = [value.split() for value in table.first(tags) if isinstance(value, str)]
    counts = [len(value.split()) for value in table.first(joined) if isinstance(value, str)]
    if (
        first
        and [len(row) for row in first] == counts[: len(first)]
        and all(split_tag(tag) for row in first for tag in row)
    ):
        return joined, tags
    return tokens, None


def _guessed(table: Table, options: ReadOptions) -> Roles | None:
    """Roles in a table without a header: the one column of codes is the label, the longest other one the text."""
    names = list(table.columns)
    text = _given(table, options.text)
    label = _given(table, options.label)
    if label is None:
        codes = [
            name for name in names if name != text and all(is_codes(str(value)) for value in table.first(name, 1000))
        ]
        if len(codes) == 1:
            label = codes[0]
        elif len(names) == 2 and not codes:
            label = _guess(table)[1]
    if text is None:
        text = _guess(table, besides=label)[0]
    if label is None or text is None:
        return None
    return Roles(
        task=_class_task(table, (label,), options),
        text=text,
        labels=(label,),
        id=_given(table, options.id),
        annotator=_given(table, options.annotator),
    )


def _given(table: Table, name: str | None) -> str | None:
    return None if name is None else _named(table, name)


def _named(table: Table, name: str) -> str | None:
    """The column of that name, or in that 1-based place."""
    name = name.strip()
    if name in table.columns:
        return name
    if re.fullmatch(r"[1-9]\d*", name) and int(name) <= len(table.columns):
        return list(table.columns)[int(name) - 1]
    return None


def _find(
    table: Table,
    names: Iterable[str],
    wanted_kinds: Sequence[str],
    besides: Sequence[str | None] = (),
    suffixes: bool = True,
) -> str | None:
    """The column with the first of ``names``, else one that ends with one (``news_title``), of one of the kinds."""
    if not table.is_headed:
        return None
    plain = {name: re.sub(r"[\W_]+", "_", name.lower()).strip("_") for name in table.columns if name not in besides}
    wanted = tuple(name.strip("_") for name in names)
    for name in wanted:
        for column, lower in plain.items():
            if lower == name and kinds(table, column) & set(wanted_kinds):
                return column
    for name in wanted if suffixes else ():
        for column, lower in plain.items():
            if lower.endswith(f"_{name}") and kinds(table, column) & set(wanted_kinds):
                return column
    return None


def kinds(table: Table, name: str) -> set[str]:
    """What a column holds: text, number, boolean, strings, numbers (lists of), objects (list of), object, empty, other.

    Strings that are all JSON lists are both text and lists.
    """
    values = table.first(name, 50)
    if not values:
        column = table.columns[name]
        is_text = isinstance(column, pa.Array) and (
            pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
        )
        return {"text"} if is_text else {"empty"}
    decoded = [from_json(value) for value in values]
    return {_kind(values)} | ({_kind(decoded)} if all(isinstance(value, list) for value in decoded) else set())


def _kind(values: Sequence[Any]) -> str:
    if all(isinstance(value, str) for value in values):
        return "text"
    if all(isinstance(value, bool) for value in values):
        return "boolean"
    if all(isinstance(value, int | float) for value in values):
        return "number"
    if all(isinstance(value, dict) for value in values):
        return "object"
    if not all(isinstance(value, list) for value in values):
        return "other"
    items = [item for value in values for item in value if item is not None]
    if not items or all(isinstance(item, dict | list) for item in items):
        return "objects"
    if all(isinstance(item, str) for item in items):
        return "strings"
    return "numbers" if all(isinstance(item, int) for item in items) else "other"


def from_json(value: Any) -> Any:
    """A value, or the list in it when it is JSON text of a list."""
    if isinstance(value, str) and value.startswith("[") and value.rstrip().endswith("]"):
        try:
            found = json.loads(value)
        except (ValueError, RecursionError):
            return value
        return found if isinstance(found, list) else value
    return value


def _guess(table: Table, besides: str | None = None) -> tuple[str | None, str | None]:
    """The column with the longest strings, and the one of the others with the fewest distinct values (2 at least)."""
    length: dict[str, float] = {}
    distinct: dict[str, int] = {}
    for name in table.columns:
        values = table.first(name, 1000)
        if values and name != besides:
            length[name] = sum(len(value) for value in values if isinstance(value, str)) / len(values)
            distinct[name] = len({str(value) for value in values})
    text = max(length, key=lambda name: length[name], default=None)
    few = {name: count for name, count in distinct.items() if name != text and 1 < count <= max(2, table.n_rows // 2)}
    return (text if text and length[text] else None), min(few, key=lambda name: few[name], default=None)


def _unknown_columns(table: Table, options: ReadOptions) -> InputError:
    text, label = _guess(table)
    text = _given(table, options.text) or _find(table, TEXT, ("text",)) or text
    parts = ["errata analyze DATA"]
    if not table.is_headed:
        parts.append("--no-header")
    parts.append(f"--text {shlex.quote(text or 'COLUMN')} --label {shlex.quote(label or 'COLUMN')}")
    listed = ", ".join(repr(name) for name in list(table.columns)[:20])
    what = "columns" if table.is_headed else "columns without names"
    expected = "a text and a label (or tokens and tags, or a text and spans)"
    if options.task:
        expected += f" for --task {options.task}"
    may_lack_header = table.is_headed and table.source.format in ("csv", "tsv")
    hint = "  (with --no-header if the first row is data)" if may_lack_header else ""
    return InputError(
        table.source.name,
        found=f"the {what} {listed}",
        expected=expected,
        remedy=f"say which they are, perhaps: {' '.join(parts)}{hint}",
    )


def _no_column(table: Table, option: str, name: str) -> InputError:
    near = near_names(name, table.columns)
    listed = ", ".join(repr(known) for known in list(table.columns)[:20])
    return InputError(
        table.source.name,
        found=f"no column {name!r}",
        expected=f"one of {listed}",
        remedy=f"pass --{option} {shlex.quote(near[0])}?" if near else f"correct --{option}.",
    )
