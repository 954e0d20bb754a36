"""Some samples of a data set as a data set of their own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa

from errata.core.types import Bools, DataSet, Ints, Predictions, Spans, Tokens


def select(data: DataSet, keep: Bools) -> DataSet:
    """The samples where ``keep`` bool ``(n_samples,)``, in their order; sources and notices are left out."""
    rows = np.flatnonzero(keep)
    return replace(
        data,
        samples=data.samples.take(pa.array(rows)),
        has_gold=data.has_gold[rows],
        tokens=None if data.tokens is None else _tokens(data.tokens, rows),
        gold_spans=None if data.gold_spans is None else select_spans(data.gold_spans, keep),
        gold_labels=None if data.gold_labels is None else data.gold_labels[rows],
        sources=(),
        notices=(),
    )


def select_spans(spans: Spans, keep: Bools) -> Spans:
    """The spans of the samples where ``keep``, ``sample`` counted among those kept."""
    chosen = spans.take(keep[spans.sample])
    position = np.cumsum(keep) - 1
    return replace(chosen, sample=position[chosen.sample].astype(np.int32))


def select_predictions(predictions: Predictions, keep: Bools) -> Predictions:
    """Labels, spans and class probabilities of the samples where ``keep``; the rest is left out."""
    return Predictions(
        labels=predictions.labels,
        spans=None if predictions.spans is None else select_spans(predictions.spans, keep),
        class_probs=None if predictions.class_probs is None else predictions.class_probs[keep],
        class_pred=None if predictions.class_pred is None else predictions.class_pred[keep],
        has_pred=None if predictions.has_pred is None else predictions.has_pred[keep],
    )


def _tokens(tokens: Tokens, rows: Ints) -> Tokens:
    lengths = tokens.lengths()[rows]
    offsets = np.concatenate(([0], np.cumsum(lengths)))
    index = np.arange(offsets[-1]) + np.repeat(tokens.offsets[rows] - offsets[:-1], lengths)
    return Tokens(offsets, tokens.char_start[index], tokens.char_end[index], tokens.text.take(pa.array(index)))
