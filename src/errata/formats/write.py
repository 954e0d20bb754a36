"""Data set → bytes of a file, in any format that ``read`` reads.

Reading what was written gives the same texts, tokens, spans and labels back, with three limits: files of tokens and tags
hold no text between the tokens and no sample without tokens, their spans end at token borders, and a first token that
holds a space after a hash reads as a comment. Overlapping spans go to further columns of tags. The exact export of an unedited split is not made here: it is ``Source.content``.
"""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from errata.core.errors import UsageError
from errata.core.select import select, select_predictions
from errata.core.types import DataSet, Ints, Predictions, Spans
from errata.formats.conll import NO_TAG
from errata.formats.detect import format_name
from errata.formats.lines import NO_INTENT
from errata.formats.parquet import metadata
from errata.formats.rows import to_rows
from errata.formats.tagging import encode, outermost, scheme_name, scheme_tag_set

HUGGING_FACE = "huggingface"
SUFFIXES: Mapping[str, str] = {
    "conll": ".conll",
    "csv": ".csv",
    "tsv": ".tsv",
    "jsonl": ".jsonl",
    "json": ".json",
    "parquet": ".parquet",
    "inline": ".txt",
    "label-text": ".txt",
    HUGGING_FACE: ".parquet",
}
"""Formats that can be written, and the usual end of their files' names."""


def write(
    data: DataSet,
    split: str,
    format: str,
    *,
    scheme: str | None = None,
    predictions: Predictions | None = None,
    for_spreadsheet: bool = False,
) -> bytes:
    """The samples of ``split`` as the bytes of a file.

    ``scheme``: tag scheme of formats with tags, else the data set's, else BIO. ``predictions`` of the whole data set
    are written beside the gold where the format has a place for them (conll, json, jsonl, csv, tsv, parquet).
    ``for_spreadsheet`` puts ``'`` before CSV cells that a spreadsheet would run as a formula. Raises UsageError where
    the format cannot hold the data.
    """
    kind = HUGGING_FACE if format == HUGGING_FACE else format_name(format)
    in_split = pc.equal(data.samples["split"], split).to_numpy()
    part = select(data, in_split)
    predicted = None if predictions is None else select_predictions(predictions, in_split)
    if kind == "conll":
        return _with_mark(_conll(part, scheme, predicted))
    if kind == "inline":
        return _with_mark(_inline(part, scheme))
    if kind == "label-text":
        return _with_mark(_label_text(part))
    if kind == HUGGING_FACE:
        return _hugging_face(part, scheme)
    rows = to_rows(part, predicted)
    if kind == "jsonl":
        return b"".join(_json(row) + b"\n" for row in rows)
    if kind == "json":
        return b"[\n" + b",\n".join(map(_json, rows)) + b"\n]\n"
    if kind in ("csv", "tsv"):
        return _delimited(rows, "\t" if kind == "tsv" else ",", for_spreadsheet)
    return _parquet(rows)


def _with_mark(content: bytes) -> bytes:
    """A byte order mark before content that begins with U+FEFF, so that readers do not take that for the mark."""
    return codecs.BOM_UTF8 + content if content.startswith(codecs.BOM_UTF8) else content


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _delimited(rows: Sequence[Mapping[str, Any]], delimiter: str, for_spreadsheet: bool) -> bytes:
    sink = io.StringIO(newline="")
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.writer(sink, delimiter=delimiter, lineterminator="\r\n")
    guard = _guarded if for_spreadsheet else str
    writer.writerow(names)
    writer.writerows([guard(_cell(row.get(name))) for name in names] for row in rows)
    return sink.getvalue().encode()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _guarded(cell: str) -> str:
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _parquet(rows: Sequence[Mapping[str, Any]]) -> bytes:
    names = list(dict.fromkeys(name for row in rows for name in row))
    table = pa.table({name: pa.array([row.get(name) for row in rows]) for name in names})
    return _table_bytes(table)


def _table_bytes(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue()


def tag_columns(
    data: DataSet, spans: Spans, labels: Sequence[str], scheme: str | None, *, layers: bool
) -> list[list[str]]:
    """Tags of every token, a list per layer: the outermost spans, then with ``layers`` those they overlap, and so on."""
    if data.tokens is None:
        raise UsageError("this data set has no tokens to tag.", remedy="export it with --format jsonl or csv.")
    tags = scheme_tag_set(labels, scheme_name(scheme or data.scheme or "BIO"))
    names = np.array(tags.names, object)
    left = spans.sorted()
    columns: list[list[str]] = []
    while not columns or (layers and len(left)):
        flat = outermost(left)
        columns.append(names[encode(left.take(flat), data.tokens.offsets, tags)].tolist())
        left = left.take(np.setdiff1d(np.arange(len(left)), flat))
    return columns


def _conll(data: DataSet, scheme: str | None, predictions: Predictions | None) -> bytes:
    if data.tokens is None or data.gold_spans is None:
        raise _wrong_task("conll", "tokens with tags")
    surfaces = data.tokens.text.to_pylist()
    names = data.labels if predictions is None else predictions.labels
    if not all(map(_fits_a_field, surfaces)) or not all(
        _fits_a_field(name) and name == name.strip(" ") for name in names
    ):
        raise UsageError(
            "some tokens or labels hold a tab or a line break, or are white space only; conll cannot hold them.",
            remedy="export with --format jsonl.",
        )
    columns: list[list[str]] = [surfaces]
    if data.has_gold.any() or predictions is not None:
        gold = tag_columns(data, data.gold_spans, data.labels, scheme, layers=predictions is None)
        has_gold = np.repeat(data.has_gold, data.tokens.lengths()).tolist()
        columns += [[tag if known else NO_TAG for tag, known in zip(layer, has_gold, strict=True)] for layer in gold]
    if predictions is not None and predictions.spans is not None:
        columns += tag_columns(data, predictions.spans, predictions.labels, scheme, layers=False)
    lines = ["\t".join(row) for row in zip(*columns, strict=True)]
    return _blocks(lines, data.tokens.offsets)


def _fits_a_field(value: str) -> bool:
    return bool(value.strip(" ")) and not any(mark in value for mark in "\t\n\r") and not value.startswith("-DOCSTART-")


def _blocks(lines: Sequence[str], offsets: Ints) -> bytes:
    """Lines with a blank line after each sample."""
    bounds = offsets.tolist()
    parts = ["\n".join(lines[first:last]) for first, last in itertools.pairwise(bounds) if last > first]
    return "".join(f"{part}\n\n" for part in parts).encode()


def _inline(data: DataSet, scheme: str | None) -> bytes:
    if data.tokens is None or data.gold_spans is None:
        raise _wrong_task("inline", "tokens with tags")
    tags = tag_columns(data, data.gold_spans, data.labels, scheme, layers=False)[0]
    surfaces = data.tokens.text.to_pylist()
    fits = all(_fits_a_field(piece) and " " not in piece for piece in (*surfaces, *tags))
    if not fits or any(":" in tag for tag in tags):
        raise UsageError("some tokens or labels hold white space or a colon.", remedy="export with --format jsonl.")
    pairs = [f"{surface}:{tag}" for surface, tag in zip(surfaces, tags, strict=True)]
    bounds = data.tokens.offsets.tolist()
    has_intent = "meta_intent" in data.samples.column_names
    intents = data.samples["meta_intent"].to_pylist() if has_intent else [None] * len(data)
    lines = [
        " ".join(pairs[first:last]) + f" <=> {intent or NO_INTENT}"
        for first, last, intent in zip(bounds, bounds[1:], intents, strict=False)
    ]
    return "".join(f"{line}\n" for line in lines).encode()


def _label_text(data: DataSet) -> bytes:
    if data.task != "classification" or data.gold_labels is None:
        raise _wrong_task("label-text", "one label per text")
    texts = data.samples["text"].to_pylist()
    is_one_word = all(len(name.split()) == 1 for name in data.labels)
    is_one_line = all(text.strip() and "\n" not in text and "\r" not in text for text in texts)
    if not (data.has_gold.all() and is_one_word and is_one_line):
        raise UsageError(
            "label-text holds one-word labels and texts of one line, all of them labelled.",
            remedy="export with --format csv or jsonl.",
        )
    prefix = "" if all(name.removeprefix("-").isdecimal() for name in data.labels) else "__label__"
    labels = [data.labels[code] for code in data.gold_labels.tolist()]
    return "".join(f"{prefix}{label} {text}\n" for label, text in zip(labels, texts, strict=True)).encode()


def _hugging_face(data: DataSet, scheme: str | None) -> bytes:
    """Parquet that ``datasets`` reads with its features: ``tokens`` and ``ner_tags``, or ``text`` and ``label``."""
    string = {"dtype": "string", "_type": "Value"}
    columns: dict[str, Any] = {"id": data.samples["sample_id"].combine_chunks().cast(pa.string())}
    features: dict[str, Any] = {"id": string}
    if data.tokens is not None and data.gold_spans is not None:
        tags = scheme_tag_set(data.labels, scheme_name(scheme or data.scheme or "BIO"))
        offsets = pa.array(data.tokens.offsets, pa.int32())
        codes = encode(data.gold_spans, data.tokens.offsets, tags).astype(np.int64)
        columns["tokens"] = pa.ListArray.from_arrays(offsets, data.tokens.text.cast(pa.string()))
        columns["ner_tags"] = pa.ListArray.from_arrays(offsets, pa.array(codes), mask=pa.array(~data.has_gold))
        features["tokens"] = {"feature": string, "_type": "List"}
        features["ner_tags"] = {"feature": {"names": list(tags.names), "_type": "ClassLabel"}, "_type": "List"}
    elif data.gold_labels is not None:
        columns["text"] = data.samples["text"].combine_chunks().cast(pa.string())
        features["text"] = string
        classes = {"names": list(data.labels), "_type": "ClassLabel"}
        if data.task == "multilabel":
            rows = [np.flatnonzero(row).tolist() for row in data.gold_labels]
            known = [row if has_gold else None for row, has_gold in zip(rows, data.has_gold.tolist(), strict=True)]
            columns["labels"] = pa.array(known, pa.list_(pa.int64()))
            features["labels"] = {"feature": classes, "_type": "List"}
        else:
            columns["label"] = pa.array(data.gold_labels.astype(np.int64), mask=~data.has_gold)
            features["label"] = classes
    return _table_bytes(pa.table(columns).replace_schema_metadata(metadata(features)))


def _wrong_task(format: str, what: str) -> UsageError:
    return UsageError(f"{format} holds {what}; this data set has none.", remedy="export with --format jsonl or csv.")
