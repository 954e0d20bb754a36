"""The metrics of a selection as JSON: integers are counted here, every division is ``errata.analysis``'s."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from errata.analysis.conventions import CONVENTIONS, UnitCounts, convention_counts, correctness, ner_metrics_json
from errata.analysis.intervals import UNDEFINED, Intervals, bootstrap, bootstrap_joint
from errata.analysis.metrics import metrics_json, number
from errata.core.errors import UsageError, near_names
from errata.core.types import Bools, Floats
from errata.query.selection import Selection
from errata.query.tables import Tables
from errata.query.tally import Tally, sample_rows, spread, whole_tally
from errata.query.token_scores import token_scores

Json = dict[str, Any]
DEFAULT_CONVENTION = "conlleval"


def convention_of(tables: Tables, asked: str) -> str:
    """The convention to count under: the one asked for, else the run's own. Raises UsageError.

    Texts have one way of counting only; it goes by the default's name inside.
    """
    if tables.view.task != "ner":
        if asked:
            raise UsageError("texts have no convention of span evaluation.", remedy="leave --convention out.")
        return DEFAULT_CONVENTION
    chosen = asked or str(tables.view.manifest.get("convention") or DEFAULT_CONVENTION)
    if chosen not in CONVENTIONS:
        near = near_names(chosen, CONVENTIONS) or CONVENTIONS
        raise UsageError(f"there is no convention `{chosen}`.", remedy=f"choose {', '.join(near)}.")
    return chosen


def measure(tables: Tables, counted: Tally, convention: str) -> Json:
    """The metrics JSON of a counted selection.

    Only selected units count. Token scores belong to whole samples: they are undefined under a filter of units.
    """
    selection = counted.selection
    common: Json = {
        "split": selection.split,
        "where": selection.filter.expression.strip() or None,
        "n_samples": selection.n_samples,
        "labels": tables.labels,
    }
    if tables.view.task != "ner":
        return metrics_json(
            **common,
            convention=None,
            n_units=selection.n_units,
            counts=convention_counts(counted.kinds, len(tables.labels), convention),
            accuracy=_accuracy(tables, counted),
            intervals=intervals(tables, counted, convention),
        )
    tokens = token_scores(tables) if selection.filter.level == "sample" else None
    per_label = convention == "token" and tokens is not None
    of_tokens = None
    if tokens is not None:
        samples = selection.samples
        of_tokens = tokens.by_label(samples, len(tables.labels)) if per_label else tokens.micro(samples)
    return ner_metrics_json(
        **common,
        convention=convention,
        units=counted.kinds,
        tokens=of_tokens,
        token_accuracy=None if tokens is None else tokens.accuracy(selection.samples),
        intervals=None if convention == "token" else intervals(tables, counted, convention),
    )


def whole_metrics(tables: Tables, whole: Selection, convention: str) -> Json:
    """The metrics JSON of a whole split (or run), made once."""
    key = ("whole metrics", whole.split, convention)
    return tables.kept(key, lambda: measure(tables, whole_tally(tables, whole), convention))


def intervals(tables: Tables, counted: Tally, convention: str) -> Intervals:
    """Bootstrap intervals of a selection: micro over its distinct per-sample rows, the others over groups of samples."""
    credit, has_gold, has_pred = credits_of(counted.kinds, convention)
    tp, total, n = sample_rows(tables, counted, credit, has_gold, has_pred)
    population = max(counted.population, int(n.sum()))
    rows = label_rows(tables, counted, credit, has_gold, has_pred)
    if not rows.any():
        return Intervals(UNDEFINED, np.full((len(tables.labels), 2), np.nan))
    joint = bootstrap_joint(rows, np.ones(len(rows), np.int64))
    micro = bootstrap(tp, total, n, n_samples=population)
    return Intervals(micro, joint.by, joint.macro, joint.weighted)


def credits_of(kinds: UnitCounts, convention: str) -> tuple[Floats, Bools, Bools]:
    """Per verdict: credit 0 to 1, and whether its gold and its pred count. Tokens are not units: none counts."""
    if convention == "token":
        nothing = np.zeros(len(kinds.gold), np.bool_)
        return np.zeros(len(kinds.gold)), nothing, nothing
    credit, has_gold, has_pred = correctness(kinds, convention)
    return np.asarray(credit, np.float64), np.asarray(has_gold, np.bool_), np.asarray(has_pred, np.bool_)


def label_rows(tables: Tables, counted: Tally, credit: Floats, has_gold: Bools, has_pred: Bools) -> Floats:
    """(tp, gold, pred) per group of samples and label, float64 ``(groups, n_labels, 3)``."""
    kinds, n_labels = counted.kinds, len(tables.labels)
    halves = np.rint(2 * credit).astype(np.int64)
    gold_place = np.where(has_gold, 3 * kinds.gold + halves, 3 * n_labels)
    pred_place = np.where(has_pred, kinds.pred, n_labels)
    by_gold = spread(tables, counted, gold_place, 3 * n_labels).reshape(n_labels, 3, -1)
    by_pred = spread(tables, counted, pred_place, n_labels)
    rows = np.stack((by_gold[:, 1] / 2 + by_gold[:, 2], by_gold.sum(axis=1), by_pred))
    return rows.transpose(2, 1, 0)


def _accuracy(tables: Tables, counted: Tally) -> float | None:
    """Share of judged samples that are right; multi-label: with all their selected labels right."""
    kinds = counted.kinds
    judged = kinds.error_type >= 0
    if tables.view.task == "classification":
        n = int(kinds.n[judged].sum())
        return number(int(kinds.n[kinds.error_type == 0].sum()) / n if n else math.nan)
    if not counted.population:
        return None
    selection = counted.selection
    wrong = tables.unit_flags("is_error")[selection.units]
    n_wrong = len(np.unique(tables.unit_sample()[selection.units[wrong]]))
    return 1 - n_wrong / counted.population
