"""Facets: the values of a column with their units and scores in a selection, beside the whole split's.

``gold`` and ``pred`` show the scores of the *class*: a row counts every selected unit in which the label is gold or
predicted. Any other column shows the micro scores of the units *with the value*.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow.compute as pc

from errata.analysis.intervals import bootstrap_joint
from errata.analysis.metrics import Counts, entries, prf
from errata.core.errors import FilterError
from errata.core.filters import Column, Value, equals
from errata.core.types import Floats, Ints
from errata.query.columns import FEW_VALUES, codes, require_column
from errata.query.measures import credits_of, whole_metrics
from errata.query.selection import Selection
from errata.query.tables import Tables
from errata.query.tally import Tally, groups_of, spread, taken, verdicts, whole_tally

Json = dict[str, Any]
LABEL_COLUMNS = ("gold", "pred")
MOST_ROWS = 200
MOST_INTERVALS = 24
UNDEFINED: Json = dict.fromkeys(("precision", "recall", "f1", "f1_low", "f1_high"))


@dataclass(frozen=True, slots=True)
class Values:
    """A column as codes into ``names`` and ``values`` (as filters compare them), -1 = null.

    ``of_unit`` int32 ``(n_units,)``; ``of_kind``, per verdict, where the verdict alone decides the value.
    """

    names: list[str]
    values: list[Value]
    of_unit: Ints
    of_kind: Ints | None = None


def facet(tables: Tables, counted: Tally, whole: Selection, metrics: Json, name: str, convention: str) -> Json:
    """One facet: ``{"column", "scope", "rows", "n_values"}``; rows by falling size in the whole split.

    ``metrics``: the selection's metrics JSON. Values without selected units are listed too, as long as there are not
    more than 200 values; the 24 largest have intervals. Raises FilterError for an unknown column.
    """
    values = values_of(tables, require_column(name, tables.columns))
    everything = whole_tally(tables, whole)
    n = _sizes(counted, values)
    n_whole = tables.kept(("facet sizes", whole.split, name), lambda: _sizes(everything, values))
    shown = _shown(n, n_whole)
    if name in LABEL_COLUMNS:
        by, before = metrics["by"], whole_metrics(tables, whole, convention)["by"]
        scores = [by.get(values.names[code], UNDEFINED) if code >= 0 else UNDEFINED for code in shown]
        old = [before.get(values.names[code], UNDEFINED)["f1"] if code >= 0 else None for code in shown]
    else:
        scores = _group_scores(tables, counted, values, shown, convention)
        every = tables.kept(
            ("facet f1", whole.split, name, convention),
            lambda: prf(_counts(_cells(tables, everything, values, convention), tables, convention))[2],
        )
        old = [None if np.isnan(every[code]) else float(every[code]) for code in shown]
    total = counted.selection.n_units
    rows = [
        {
            "value": values.names[code] if code >= 0 else None,
            "where": equals(name, values.values[code] if code >= 0 else None),
            "n": int(n[code]),
            "n_whole": int(n_whole[code]),
            "share": int(n[code]) / total if total else 0.0,
            **{key: score[key] for key in UNDEFINED},
            "delta": None if score["f1"] is None or was is None else score["f1"] - was,
        }
        for code, score, was in zip(shown, scores, old, strict=True)
    ]
    scope = "label" if name in LABEL_COLUMNS else "group"
    return {"column": name, "scope": scope, "rows": rows, "n_values": int(np.count_nonzero(n_whole))}


def values_of(tables: Tables, column: Column) -> Values:
    """A column's values. Raises FilterError for numbers with many values."""
    return tables.kept(("values", column.name), lambda: _values(tables, column))


def group_entries(tables: Tables, counted: Tally, name: str, convention: str) -> dict[str, Json]:
    """The ``by`` part of the metrics JSON for a column that is no label column: value → scores with intervals."""
    values = values_of(tables, require_column(name, tables.columns))
    n = _sizes(counted, values)
    shown = [code for code in range(len(values.names)) if n[code]]
    counts = _counts(_cells(tables, counted, values, convention), tables, convention)
    chosen = Counts(counts.tp[shown], counts.n_gold[shown], counts.n_pred[shown])
    return entries([values.names[code] for code in shown], chosen, _bounds(tables, counted, values, shown, convention))


def _values(tables: Tables, column: Column) -> Values:
    array = tables.by_unit(column)
    if column.kind == "number" and pc.count_distinct(array).as_py() > FEW_VALUES:
        raise FilterError(
            f"`{column.name}` has more than {FEW_VALUES} different numbers.", remedy="show its histogram instead."
        )
    coded = array if column.kind == "category" else array.dictionary_encode()
    known = coded.dictionary.to_pylist()
    names = [str(value).lower() if isinstance(value, bool) else str(value) for value in known]
    kinds = verdicts(tables).kinds
    of_kind = {"gold": kinds.gold, "pred": kinds.pred, "error_type": kinds.error_type}.get(column.name)
    if column.name == "error_type" and tables.view.task != "ner":
        of_kind = None  # texts have no error types: there the verdict's is made up
    return Values(names, known, codes(coded), of_kind)


def _sizes(counted: Tally, values: Values) -> Ints:
    """Selected units per value, int64 ``(n_values + 1,)``; the last one counts nulls, so that code -1 finds it."""
    size = len(values.names) + 1
    if values.of_kind is not None:
        n = np.bincount(values.of_kind + 1, counted.kinds.n, minlength=size).astype(np.int64)
    else:
        n = np.bincount(taken(values.of_unit, counted.selection) + np.int32(1), minlength=size)
    return np.roll(n, -1)


def _shown(n: Ints, n_whole: Ints) -> list[int]:
    """Codes to show, -1 (null) last."""
    known = np.flatnonzero(n_whole[:-1])
    if len(known) > MOST_ROWS:
        known = known[np.lexsort((known, -n_whole[known], -n[known]))[:MOST_ROWS]]
    ordered: list[int] = known[np.lexsort((known, -n_whole[known]))].tolist()
    return [*ordered, -1] if n_whole[-1] else ordered


def _group_scores(tables: Tables, counted: Tally, values: Values, shown: list[int], convention: str) -> list[Json]:
    counts = _counts(_cells(tables, counted, values, convention), tables, convention)
    chosen = Counts(counts.tp[shown], counts.n_gold[shown], counts.n_pred[shown])
    bounds = np.full((len(shown), 2), np.nan)
    few = shown[:MOST_INTERVALS]
    bounds[: len(few)] = _bounds(tables, counted, values, few, convention)
    return list(entries([str(place) for place in range(len(shown))], chosen, bounds).values())


def _counts(cells: Ints, tables: Tables, convention: str) -> Counts:
    """tp, gold and pred per value and for null (last), each ``(n_values + 1,)``."""
    _, classes = _contributions(tables, convention)
    tp, n_gold, n_pred = (np.roll(cells @ classes[:, part], -1) for part in range(3))
    return Counts(tp, n_gold.astype(np.int64), n_pred.astype(np.int64))


def _cells(tables: Tables, counted: Tally, values: Values, convention: str) -> Ints:
    """Selected units per value (null first) and class of contribution, int64 ``(n_values + 1, n_classes)``."""
    of_kind, classes = _contributions(tables, convention)
    n_classes, size = len(classes), len(values.names) + 1
    if values.of_kind is not None:
        place = (values.of_kind + np.int64(1)) * n_classes + of_kind
        n = np.bincount(place, counted.kinds.n, minlength=size * n_classes).astype(np.int64)
    else:
        kind = of_kind[taken(verdicts(tables).of_unit, counted.selection)]
        place = (taken(values.of_unit, counted.selection) + np.int64(1)) * n_classes + kind
        n = np.bincount(place, minlength=size * n_classes)
    return n.reshape(size, n_classes)


def _bounds(tables: Tables, counted: Tally, values: Values, shown: list[int], convention: str) -> Floats:
    """95 % intervals of F1 for some values, float64 ``(len(shown), 2)``."""
    if not shown or not counted.selection.n_units:
        return np.full((len(shown), 2), np.nan)
    of_kind, classes = _contributions(tables, convention)
    slot = np.full(len(values.names) + 1, len(shown), np.int64)
    slot[np.asarray(shown)] = np.arange(len(shown))
    n_groups = counted.cells.shape[1]
    shape = (len(shown) + 1, n_groups, len(classes))
    if values.of_kind is not None:
        place = slot[values.of_kind] * len(classes) + of_kind
        cells = spread(tables, counted, place, int(shape[0] * shape[2])).reshape(shape[0], shape[2], n_groups)
        cells = cells.transpose(0, 2, 1)
    else:
        place = slot[taken(values.of_unit, counted.selection)] * n_groups + groups_of(counted.selection)
        kind = of_kind[taken(verdicts(tables).of_unit, counted.selection)]
        cells = np.bincount(place * len(classes) + kind, minlength=int(np.prod(shape))).reshape(shape)
    rows = cells[:-1] @ classes
    return bootstrap_joint(rows.transpose(1, 0, 2), np.ones(n_groups, np.int64)).by


def _contributions(tables: Tables, convention: str) -> tuple[Ints, Floats]:
    """Class of each verdict, and (tp, gold, pred) that a unit of each class adds, float64 ``(n_classes, 3)``."""
    return tables.kept(("contributions", convention), lambda: _classes(tables, convention))


def _classes(tables: Tables, convention: str) -> tuple[Ints, Floats]:
    credit, has_gold, has_pred = credits_of(verdicts(tables).kinds, convention)
    each = np.stack((np.where(has_gold, credit, 0), has_gold, has_pred), axis=1).astype(np.float64)
    classes, of_kind = np.unique(each, axis=0, return_inverse=True)
    return of_kind.ravel().astype(np.int64), classes
