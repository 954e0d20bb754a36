"""The same units counted under each convention of span evaluation.

==========  ===================================================================  =====================================
convention  right                                                                counted
==========  ===================================================================  =====================================
conlleval   same bounds and label                                                all spans (lenient decoding)
strict      same bounds and label, both well formed                              spans that strict decoding also finds
boundary    same bounds, any label                                               all spans
type        overlapping pair with the same label                                 all spans
partial     same bounds 1, overlapping pair 0.5, any label (SemEval-2013)        all spans
token       token with the right label, B- and I- merged, ``O`` not counted      tokens inside spans
==========  ===================================================================  =====================================

The default is conlleval. Source: conlleval script and seqeval (the first two), SemEval-2013 task 9.1 as in nervaluate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from errata.analysis.intervals import Intervals
from errata.analysis.matching import NONE, SPAN_SHIFT, WRONG_TAG
from errata.analysis.metrics import Counts, Json, averages, count_labels, metrics_json, number
from errata.core.errors import UsageError
from errata.core.schema import ERROR_TYPES
from errata.core.types import Bools, Ints

CONVENTIONS = ("strict", "conlleval", "boundary", "type", "partial", "token")


@dataclass(frozen=True, slots=True)
class UnitCounts:
    """Units, or groups of alike units, as parallel columns.

    ``gold``, ``pred`` label codes, -1 = missing; ``error_type`` codes into ``schema.ERROR_TYPES``, -1 = not judged;
    ``gold_is_strict``, ``pred_is_strict`` bool; ``n`` int64: how many units each row stands for.
    """

    gold: Ints
    pred: Ints
    error_type: Ints
    gold_is_strict: Bools
    pred_is_strict: Bools
    n: Ints

    @classmethod
    def of_units(
        cls, gold: Ints, pred: Ints, error_type: Ints, gold_is_strict: Bools, pred_is_strict: Bools
    ) -> UnitCounts:
        """One row per unit."""
        return cls(gold, pred, error_type, gold_is_strict, pred_is_strict, np.ones(len(gold), np.int64))


def correctness(units: UnitCounts, convention: str) -> tuple[Ints, Ints, Ints]:
    """Per row: credit 0, 0.5 or 1 (float64), and whether its gold and its pred span are counted (bool)."""
    judged = units.error_type >= 0
    has_gold, has_pred = judged & (units.gold >= 0), judged & (units.pred >= 0)
    paired = has_gold & has_pred
    right = units.error_type == NONE
    same_bounds = right | (units.error_type == WRONG_TAG)
    if convention == "strict":
        has_gold, has_pred = has_gold & units.gold_is_strict, has_pred & units.pred_is_strict
        credit = (right & has_gold & has_pred).astype(np.float64)
    elif convention == "conlleval":
        credit = right.astype(np.float64)
    elif convention == "boundary":
        credit = same_bounds.astype(np.float64)
    elif convention == "type":
        credit = (paired & (units.gold == units.pred)).astype(np.float64)
    elif convention == "partial":
        credit = same_bounds + 0.5 * (paired & (units.error_type == SPAN_SHIFT))
    else:
        raise UsageError(
            f"Unknown convention {convention!r}; expected one of {', '.join(CONVENTIONS)}.",
            remedy="choose one of the named conventions; the default is conlleval.",
        )
    return credit, has_gold, has_pred  # type: ignore[return-value]


def convention_counts(units: UnitCounts, n_labels: int, convention: str) -> Counts:
    """Counts per label of the units under any convention but ``token``; definitions above."""
    credit, has_gold, has_pred = correctness(units, convention)
    earned = credit * units.n
    if convention != "partial":
        earned = earned.astype(np.int64)
    two_labels = convention in ("boundary", "partial")
    return Counts(
        tp=count_labels(units.gold, n_labels, np.where(has_gold, earned, 0)),
        n_gold=count_labels(units.gold, n_labels, np.where(has_gold, units.n, 0)),
        n_pred=count_labels(units.pred, n_labels, np.where(has_pred, units.n, 0)),
        tp_pred=count_labels(units.pred, n_labels, np.where(has_pred, earned, 0)) if two_labels else None,
    )


def token_counts(gold: Ints, pred: Ints, n_labels: int, n: Ints | None = None) -> Counts:
    """Counts per label at token level; ``gold``, ``pred`` label codes of tokens (or groups of ``n``), -1 = ``O``."""
    right = gold == pred
    weights = np.ones(len(gold), np.int64) if n is None else n
    return Counts(
        count_labels(gold[right], n_labels, weights[right]),
        count_labels(gold, n_labels, weights),
        count_labels(pred, n_labels, weights),
    )


def error_type_counts(units: UnitCounts) -> dict[str, int]:
    """How many units have each error type; ``none`` is left out."""
    found = count_labels(units.error_type, len(ERROR_TYPES), units.n)
    return {name: int(found[code]) for code, name in enumerate(ERROR_TYPES) if code != NONE}


def ner_metrics_json(
    *,
    split: str | None,
    where: str | None,
    convention: str,
    n_samples: int,
    labels: Sequence[str],
    units: UnitCounts,
    tokens: Counts | None = None,
    token_accuracy: float | None = None,
    intervals: Intervals | None = None,
) -> Json:
    """``metrics_json`` of NER units: the chosen convention in full, every convention's micro values, error types.

    ``tokens``: ``token_counts`` of the selection's samples, None = not known (null in the JSON).
    """
    by_convention = {
        name: convention_counts(units, len(labels), name) if name != "token" else tokens for name in CONVENTIONS
    }
    if convention not in by_convention:
        correctness(units, convention)
    nothing = np.zeros(len(labels), np.int64)
    return metrics_json(
        split=split,
        where=where,
        convention=convention,
        n_samples=n_samples,
        n_units=int(units.n.sum()),
        labels=labels,
        counts=by_convention[convention] or Counts(nothing, nothing, nothing),
        accuracy=token_accuracy,
        intervals=intervals,
        conventions={name: _micro(counts) for name, counts in by_convention.items()},
        error_types=error_type_counts(units),
    )


def _micro(counts: Counts | None) -> Json:
    if counts is None:
        return {"precision": None, "recall": None, "f1": None}
    micro = averages(counts)["micro"]
    return {"precision": number(micro.precision), "recall": number(micro.recall), "f1": number(micro.f1)}
