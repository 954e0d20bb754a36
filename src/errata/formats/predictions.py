"""Files of predictions → Predictions of a data set.

One file per split. Rows belong to samples by ``id``, else by ``index`` (position in the split), else by their order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from errata.core.errors import NotFound
from errata.core.types import Bools, DataSet, Floats, Ints, Notice, Predictions, ReadOptions, Source, Spans, TagSet
from errata.formats.contents import read_bytes
from errata.formats.notices import finding, merged
from errata.formats.predicted_classes import ClassPart, read_class_part
from errata.formats.predicted_spans import SpanPart, read_span_part
from errata.formats.tagging import recode


def read_predictions(
    files: Mapping[str, str | Path], data: DataSet, options: ReadOptions
) -> tuple[Predictions, tuple[Notice, ...]]:
    """Predictions for the samples of ``data`` from one file per split, and what was noticed.

    NER: tokens with tags in the last column, tags alone, JSON/CSV/Parquet rows with ``spans`` or ``tags``, or an array
    of probabilities per token. Classification: rows with a predicted label and perhaps probabilities, or an array of
    probabilities per sample. Labels of the data set come first, then those only the files know. Samples that no file
    speaks of have ``has_pred`` false. Raises NotFound for a split that the data set has not, InputError, with line or
    row, where a file does not fit the data set.
    """
    sources = []
    for split, path in files.items():
        if split not in data.splits:
            raise NotFound(
                f"--predictions {split}={path}: the data set has no split {split!r}.",
                remedy=f"it has {', '.join(data.splits)}.",
            )
        sources.append(Source(split, Path(path).name, read_bytes(Path(path))))
    splits = np.array(data.samples["split"].to_pylist(), object)
    rows_of = [np.flatnonzero(splits == source.split) for source in sources]
    if data.task == "ner":
        spans = [read_span_part(source, data, rows, options) for source, rows in zip(sources, rows_of, strict=True)]
        return _of_spans(spans, data)
    classes = [read_class_part(source, data, rows, options) for source, rows in zip(sources, rows_of, strict=True)]
    return _of_classes(classes, data)


def _labels(data: DataSet, names: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The data set's labels, then the others by name."""
    others = {name for found in names for name in found} - set(data.labels)
    return (*data.labels, *sorted(others))


def _silent(data: DataSet, has_pred: Bools, named: Bools) -> list[Notice]:
    """Samples that a file of their split should speak of and does not."""
    missing = np.flatnonzero(named & ~has_pred)
    if not len(missing):
        return []
    examples = (data.samples["sample_id"][position].as_py() for position in missing.tolist())
    return [finding("no_predictions", "Samples that their file of predictions is silent about", examples, len(missing))]


def _of_spans(parts: Sequence[SpanPart], data: DataSet) -> tuple[Predictions, tuple[Notice, ...]]:
    labels = _labels(data, [part.labels for part in parts])
    has_pred = np.zeros(len(data), bool)
    named = np.zeros(len(data), bool)
    notices: list[Notice] = []
    columns: list[Spans] = []
    for part in parts:
        has_pred[part.covered] = True
        named[part.rows] = True
        notices += part.notices
        columns.append(recode(part.spans, part.labels, labels))
    spans = _joined(columns)
    tags, probs = _token_probs(parts, data)
    notices += _silent(data, has_pred, named)
    return Predictions(labels=labels, spans=spans, tags=tags, token_probs=probs, has_pred=has_pred), merged(notices)


def _joined(parts: Sequence[Spans]) -> Spans:
    if not parts:
        return Spans.empty()

    def column(name: str) -> Ints:
        return np.concatenate([getattr(part, name) for part in parts]).astype(np.int32)

    score = None
    if any(part.score is not None for part in parts):
        known = [np.full(len(part), np.nan) if part.score is None else part.score for part in parts]
        score = np.concatenate(known).astype(np.float32)
    bounds = (column("start"), column("end"), column("char_start"), column("char_end"))
    return Spans(column("sample"), *bounds, column("label"), score).sorted()


def _token_probs(parts: Sequence[SpanPart], data: DataSet) -> tuple[TagSet | None, Floats | None]:
    """Probabilities of all tokens, O where no file speaks; None unless every file has them over the same tags."""
    if data.tokens is None or not parts or any(part.probs is None for part in parts):
        return None, None
    tags = parts[0].tags
    if tags is None or tags.outside < 0 or any(part.tags is None or part.tags.names != tags.names for part in parts):
        return None, None
    found = np.zeros((len(data.tokens), len(tags.names)), np.float32)
    found[:, tags.outside] = 1
    for part in parts:
        found[part.positions] = part.probs
    return tags, found


def _of_classes(parts: Sequence[ClassPart], data: DataSet) -> tuple[Predictions, tuple[Notice, ...]]:
    labels = _labels(data, [part.labels for part in parts])
    has_pred = np.zeros(len(data), bool)
    named = np.zeros(len(data), bool)
    notices: list[Notice] = []
    many = data.task == "multilabel"
    pred: npt.NDArray[Any] = np.zeros((len(data), len(labels)), bool) if many else np.full(len(data), -1, np.int32)
    probs = np.full((len(data), len(labels)), 0 if many else 1 / max(len(labels), 1), np.float32)
    for part in parts:
        has_pred[part.covered] = True
        named[part.rows] = True
        notices += part.notices
        code = np.array([labels.index(name) for name in part.labels], np.int64)
        if many:
            pred[np.ix_(part.covered, code)] = part.pred
        else:
            pred[part.covered] = np.append(code, -1)[part.pred]
        if part.probs is not None:
            probs[part.covered] = 0
            probs[np.ix_(part.covered, code)] = part.probs
    notices += _silent(data, has_pred, named)
    has_probs = bool(parts) and all(part.probs is not None for part in parts)
    made = Predictions(labels=labels, class_pred=pred, class_probs=probs if has_probs else None, has_pred=has_pred)
    return made, merged(notices)
