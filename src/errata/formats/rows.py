"""Samples as plain objects, one per row of JSON, CSV or Parquet; ``read`` gives the same samples back."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from errata.core.types import DataSet, Predictions, Spans, Tokens
from errata.formats.align import locate
from errata.formats.metadata import PREFIX
from errata.formats.roles import ID, LABEL, SPANS, TAGS, TEXT, TOKENS

_TAKEN = frozenset((*TEXT, *LABEL, *TOKENS, *TAGS, *SPANS, *ID, "pred", "pred_labels", "pred_spans", "probs"))


def to_rows(data: DataSet, predictions: Predictions | None = None) -> list[dict[str, Any]]:
    """A dict per sample: ``id``, ``text``, then ``tokens`` and ``spans`` (code points), ``label``, or ``labels``, then
    predictions (``pred_spans``, ``pred``, ``pred_labels``, ``probs``) and the data set's own columns.

    Gold is None where a sample is not annotated.
    """
    rows: list[dict[str, Any]] = [
        {"id": name, "text": text}
        for name, text in zip(data.samples["sample_id"].to_pylist(), data.samples["text"].to_pylist(), strict=True)
    ]
    if data.tokens is not None and data.gold_spans is not None:
        _add(rows, "tokens", _tokens(data.tokens, [row["text"] for row in rows]))
        _add(rows, "spans", _spans(rows, data.gold_spans, data.labels, data.has_gold.tolist()))
    elif data.gold_labels is not None:
        name = "labels" if data.task == "multilabel" else "label"
        _add(rows, name, _classes(data.gold_labels, data.labels, data.has_gold.tolist()))
    if predictions is not None:
        _add_predictions(rows, data, predictions)
    for column in data.samples.column_names:
        if column.startswith(PREFIX):
            plain = column.removeprefix(PREFIX)
            name = column if plain.lower() in _TAKEN or not plain else plain
            _add(rows, name, data.samples[column].to_pylist())
    return rows


def _add(rows: list[dict[str, Any]], name: str, values: Sequence[Any]) -> None:
    for row, value in zip(rows, values, strict=True):
        row[name] = value


def _tokens(tokens: Tokens, texts: Sequence[str]) -> list[list[Any]]:
    """Words as strings, or as objects with their code points where strings would be found elsewhere in the text."""
    surfaces, starts, ends = tokens.text.to_pylist(), tokens.char_start.tolist(), tokens.char_end.tolist()
    bounds = tokens.offsets.tolist()
    found = []
    is_plain = True
    for text, first, last in zip(texts, bounds, bounds[1:], strict=False):
        row = surfaces[first:last]
        found.append(row)
        is_plain = is_plain and locate(row, text) == list(zip(starts[first:last], ends[first:last], strict=True))
    if is_plain:
        return found
    objects = [
        {"text": surface, "start": start, "end": end}
        for surface, start, end in zip(surfaces, starts, ends, strict=True)
    ]
    return [objects[first:last] for first, last in itertools.pairwise(bounds)]


def _spans(rows: Sequence[dict[str, Any]], spans: Spans, labels: Sequence[str], known: Sequence[bool]) -> list[Any]:
    found: list[Any] = [[] if has else None for has in known]
    columns = (spans.sample, spans.char_start, spans.char_end, spans.label)
    scores = [None] * len(spans) if spans.score is None else spans.score.tolist()
    for sample, start, end, label, score in zip(*(column.tolist() for column in columns), scores, strict=True):
        span = {"start": start, "end": end, "label": labels[label], "text": rows[sample]["text"][start:end]}
        if score is not None and score == score:
            span["score"] = score
        if found[sample] is not None:
            found[sample].append(span)
    return found


def _classes(codes: npt.NDArray[Any], labels: Sequence[str], known: Sequence[bool]) -> list[Any]:
    if codes.ndim == 2:
        found: list[Any] = [[labels[code] for code in np.flatnonzero(row).tolist()] for row in codes]
    else:
        found = [labels[code] if code >= 0 else None for code in codes.tolist()]
    return [value if has else None for value, has in zip(found, known, strict=True)]


def _add_predictions(rows: list[dict[str, Any]], data: DataSet, predictions: Predictions) -> None:
    known = [True] * len(rows) if predictions.has_pred is None else predictions.has_pred.tolist()
    if predictions.spans is not None:
        _add(rows, "pred_spans", _spans(rows, predictions.spans, predictions.labels, known))
    if predictions.class_pred is not None:
        name = "pred_labels" if data.task == "multilabel" else "pred"
        _add(rows, name, _classes(predictions.class_pred, predictions.labels, known))
    if predictions.class_probs is not None:
        _add(
            rows,
            "probs",
            [
                {label: round(p, 6) for label, p in zip(predictions.labels, row, strict=True)} if has else None
                for row, has in zip(predictions.class_probs.tolist(), known, strict=True)
            ],
        )
