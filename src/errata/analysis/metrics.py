"""Precision, recall and F1 from counts, their averages, and the JSON that every surface shows.

Per label, from tp (right), n_gold (support) and n_pred::

    precision = tp / n_pred          undefined without predictions
    recall    = tp / n_gold          undefined without support
    F1        = 2 tp / (n_gold + n_pred)    undefined without support; 0 where the label is never predicted

``micro`` divides the summed counts. ``macro`` is the plain, ``weighted`` the support-weighted mean over the labels *with
support*; in these two a label that is never predicted has precision 0. So both equal seqeval's and scikit-learn's
whenever every predicted label has support; a label that only occurs in predictions lowers micro and, in those
libraries but not here, macro: its F1 is undefined, and undefined is never counted as 0 (theirs with
``labels=`` the labels that have gold gives the same number). Undefined is NaN in arrays and ``null`` in JSON.

Conventions in which a pair may be right with two different labels (boundary, partial) credit the gold label in recall
and the predicted label in precision; F1 is then 2PR / (P + R).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from errata.analysis.intervals import UNDEFINED, Interval, Intervals
from errata.core.types import Bools, Floats, Ints

Number = float | int | None
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts per label, each ``(n_labels,)``.

    ``tp`` right items by gold label (0.5 each where partial), ``n_gold`` support, ``n_pred`` predictions; ``tp_pred``
    right items by predicted label, None where the two labels are always equal.
    """

    tp: Ints | Floats
    n_gold: Ints
    n_pred: Ints
    tp_pred: Ints | Floats | None = None

    def total(self) -> Counts:
        """All labels together, each ``(1,)``."""
        return Counts(*(np.atleast_1d(part.sum()) for part in (self.tp, self.n_gold, self.n_pred)))


@dataclass(frozen=True, slots=True)
class Prf:
    """Precision, recall, F1 (NaN = undefined) and the number of gold items behind them."""

    precision: float
    recall: float
    f1: float
    support: int


def prf(counts: Counts) -> tuple[Floats, Floats, Floats]:
    """Precision, recall and F1 per label, float64 ``(n_labels,)`` each, NaN where undefined."""
    tp, n_gold, n_pred = (np.asarray(part, np.float64) for part in (counts.tp, counts.n_gold, counts.n_pred))
    tp_pred = tp if counts.tp_pred is None else np.asarray(counts.tp_pred, np.float64)
    precision, recall = _divide(tp_pred, n_pred), _divide(tp, n_gold)
    if counts.tp_pred is None:
        f1 = _divide(2 * tp, n_gold + n_pred)
    else:
        share = np.nan_to_num(precision)
        f1 = np.nan_to_num(_divide(2 * share * recall, share + recall))
    return precision, recall, np.where(n_gold > 0, f1, np.nan)


def averages(counts: Counts) -> dict[str, Prf]:
    """``micro``, ``macro`` and ``weighted``; definitions above."""
    support = np.asarray(counts.n_gold, np.float64)
    everything = int(support.sum())
    has = support > 0
    values = [np.nan_to_num(part[has]) for part in prf(counts)]

    def mean(weights: Floats) -> Prf:
        precision, recall, f1 = (float(part @ weights) if has.any() else math.nan for part in values)
        return Prf(precision, recall, f1, everything)

    precision, recall, f1 = (float(part[0]) for part in prf(counts.total()))
    return {
        "micro": Prf(precision, recall, f1, everything),
        "macro": mean(np.full(int(has.sum()), 1 / max(int(has.sum()), 1))),
        "weighted": mean(support[has] / max(everything, 1)),
    }


def class_counts(gold: Ints, pred: Ints, n_labels: int, n: Ints | None = None) -> Counts:
    """Counts of single-label classification from codes ``(r,)``, each row standing for ``n`` samples (default 1).

    Rows without gold or prediction (-1) are not judged and not counted.
    """
    judged = (gold >= 0) & (pred >= 0)
    gold, pred = gold[judged], pred[judged]
    weights = np.ones(len(gold), np.int64) if n is None else n[judged]
    right = gold == pred
    return Counts(
        count_labels(gold[right], n_labels, weights[right]),
        count_labels(gold, n_labels, weights),
        count_labels(pred, n_labels, weights),
    )


def multilabel_counts(gold: Bools, pred: Bools) -> Counts:
    """Counts per label of multi-label classification from bool ``(n_samples, n_labels)``."""
    return Counts((gold & pred).sum(0), gold.sum(0), pred.sum(0))


def subset_accuracy(gold: Bools, pred: Bools) -> float:
    """Share of samples whose labels are all right, from bool ``(n_samples, n_labels)``; NaN without samples."""
    return float((gold == pred).all(1).mean()) if len(gold) else math.nan


def count_labels(label: Ints, n_labels: int, weights: Ints | Floats | None = None) -> Ints:
    """How often each label occurs, int64 ``(n_labels,)`` (float64 with fractional weights); -1 is not counted."""
    has = label >= 0
    if weights is None:
        return np.bincount(label[has], minlength=n_labels)
    found = np.bincount(label[has], weights[has], minlength=n_labels)
    return found.astype(np.int64) if np.issubdtype(weights.dtype, np.integer) else found


def entry(value: Prf, interval: Interval = UNDEFINED) -> Json:
    """``{"precision", "recall", "f1", "support", "f1_low", "f1_high"}``; undefined is None, its interval too."""
    low, high = UNDEFINED if math.isnan(value.f1) else interval
    return {
        "precision": number(value.precision),
        "recall": number(value.recall),
        "f1": number(value.f1),
        "support": value.support,
        "f1_low": number(low),
        "f1_high": number(high),
    }


def entries(names: Sequence[str], counts: Counts, intervals: Floats | None = None) -> dict[str, Json]:
    """One ``entry`` per name; ``counts`` and ``intervals`` ``(n, 2)`` in the order of ``names``."""
    rows = zip(names, *prf(counts), counts.n_gold.tolist(), strict=True)
    bounds = [UNDEFINED] * len(names) if intervals is None else [(float(low), float(high)) for low, high in intervals]
    return {
        name: entry(Prf(float(precision), float(recall), float(f1), int(support)), bound)
        for (name, precision, recall, f1, support), bound in zip(rows, bounds, strict=True)
    }


def metrics_json(
    *,
    split: str | None,
    where: str | None,
    convention: str | None,
    n_samples: int,
    n_units: int,
    labels: Sequence[str],
    counts: Counts,
    accuracy: float | None = None,
    intervals: Intervals | None = None,
    by: Mapping[str, Json] | None = None,
    conventions: Mapping[str, Json] | None = None,
    error_types: Mapping[str, int] | None = None,
) -> Json:
    """What ``errata metrics --json``, the API and the console show of one selection.

    ``counts`` per label under ``convention``; ``accuracy``: share of samples (classification), of samples with exactly
    the right labels (multi-label), of tokens with the right label (NER, where known). ``by`` replaces the rows per
    label, for another grouping. ``conventions`` and ``error_types`` are left out of the JSON when None.
    """
    known = intervals or Intervals(UNDEFINED, np.full((len(labels), 2), np.nan))
    bounds = {"micro": known.micro, "macro": known.macro, "weighted": known.weighted}
    overall: Json = {name: entry(value, bounds[name]) for name, value in averages(counts).items()}
    overall["accuracy"] = number(accuracy)
    out: Json = {
        "split": split,
        "where": where,
        "convention": convention,
        "n_samples": n_samples,
        "n_units": n_units,
        "overall": overall,
        "by": dict(by) if by is not None else entries(labels, counts, known.by),
    }
    if conventions is not None:
        out["conventions"] = dict(conventions)
    if error_types is not None:
        out["error_types"] = dict(error_types)
    return out


def number(value: float | None) -> Number:
    """A float for JSON: None where undefined."""
    return None if value is None or math.isnan(value) else float(value)


def _divide(above: Floats, below: Floats) -> Floats:
    out: Floats = np.full(np.shape(above), np.nan)
    np.divide(above, below, out=out, where=below > 0)
    return out
