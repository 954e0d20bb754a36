"""Counts of a selection, in one pass each over its units: how many of each verdict, and how they spread over samples.

A *verdict* is all that decides how a unit counts: gold, pred, error type and strictness. There are few of them, so they
are numbered once per run, and every metric under every convention follows from how often each occurs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from errata.analysis.conventions import UnitCounts
from errata.analysis.intervals import MOST_JOINT_ROWS
from errata.analysis.matching import GHOST_SPAN, MISSED_SPAN, NONE, WRONG_TAG
from errata.core.types import Bools, Floats, Ints
from errata.query.columns import flags
from errata.query.selection import Selection
from errata.query.tables import Tables

GROUPS = MOST_JOINT_ROWS
MANY_VERDICTS = 1024


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The different verdicts of a run (``n`` all 0), and per unit its verdict's number, int32 ``(n_units,)``."""

    kinds: UnitCounts
    of_unit: Ints

    def __len__(self) -> int:
        return len(self.kinds.gold)


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of a selection.

    ``kinds.n`` units per verdict; ``cells`` int64 ``(n_verdicts, groups)``: the same per group of samples, dealt out in
    turn (a sample each where they are few); ``population``: samples of the selection that count.
    """

    selection: Selection
    kinds: UnitCounts
    cells: Ints
    population: int


def verdicts(tables: Tables) -> Verdicts:
    """The verdicts of a run. Units of samples without gold, or without error type, are not judged (error type -1)."""
    return tables.kept("verdicts", lambda: _verdicts(tables))


def tally(tables: Tables, selection: Selection) -> Tally:
    """Count the selected units by verdict and group of samples."""
    found = verdicts(tables)
    kind = taken(found.of_unit, selection)
    groups = groups_of(selection)
    n_groups = min(GROUPS, max(len(selection.starts()), 1))
    cells = np.bincount(kind * np.int64(n_groups) + groups, minlength=len(found) * n_groups).reshape(-1, n_groups)
    population = int(np.count_nonzero(tables.is_judged()[selection.samples]))
    return Tally(selection, replace(found.kinds, n=cells.sum(axis=1)), cells, population)


def spread(tables: Tables, counted: Tally, place: Ints, size: int) -> Ints:
    """Selected units per place and group of samples, int64 ``(size, groups)``; places from ``size`` on are left out.

    ``place``: the place of each verdict. Few verdicts are added up from their counts, many from the units.
    """
    n_groups = counted.cells.shape[1]
    if len(place) <= MANY_VERDICTS:
        out: Ints = np.zeros((size + 1, n_groups), np.int64)
        np.add.at(out, np.minimum(place, size), counted.cells)
        return out[:-1]
    at = np.minimum(place, size)[taken(verdicts(tables).of_unit, counted.selection)]
    n = np.bincount(at * n_groups + groups_of(counted.selection), minlength=(size + 1) * n_groups)
    return n[: size * n_groups].reshape(size, n_groups)


def whole_tally(tables: Tables, whole: Selection) -> Tally:
    """The counts of a whole split (or run), made once."""
    return tables.kept(("tally", whole.split), lambda: tally(tables, whole))


def groups_of(selection: Selection) -> Ints:
    """Group of each selected unit: samples with selected units are dealt out in turn to at most 256 groups."""
    rank = np.cumsum(selection.begins, dtype=np.int32) - np.int32(1)
    groups: Ints = np.remainder(rank, np.int32(GROUPS))
    return groups


def taken(values: Ints, selection: Selection) -> Ints:
    """``values`` of the selected units."""
    return values if len(values) == selection.n_units else values[selection.units]


def sample_rows(
    tables: Tables, counted: Tally, credit: Floats, has_gold: Bools, has_pred: Bools
) -> tuple[Floats, Ints, Ints]:
    """The distinct rows of per-sample counts: (tp, gold + pred, how many samples).

    ``credit`` (0, 0.5 or 1), ``has_gold``, ``has_pred`` per verdict. Samples where nothing counts are left out.
    """
    selection = counted.selection
    if not selection.n_units:
        nothing = np.zeros(0, np.int64)
        return nothing.astype(np.float64), nothing, nothing
    halves = np.rint(2 * np.where(has_gold, credit, 0)).astype(np.int64)  # a pair may be half right
    packed = halves | (has_gold.astype(np.int64) + has_pred) << 32
    per_sample = np.add.reduceat(packed[taken(verdicts(tables).of_unit, selection)], selection.starts())
    rows, n = _distinct(per_sample)
    filled = (rows >> 32) > 0
    return (rows[filled] & 0xFFFFFFFF) / 2, rows[filled] >> 32, n[filled]


def _distinct(packed: Ints) -> tuple[Ints, Ints]:
    """Different values of ``low | high << 32`` and how often each occurs; both halves are mostly small."""
    low, high = packed & 0xFFFFFFFF, packed >> 32
    width = int(low.max()) + 1
    if width * (int(high.max()) + 1) > 1 << 20:
        return np.unique(packed, return_counts=True)
    n = np.bincount(low + high * width)
    found = np.flatnonzero(n)
    return found % width | (found // width) << 32, n[found]


def _verdicts(tables: Tables) -> Verdicts:
    gold, pred = tables.unit_codes("gold"), tables.unit_codes("pred")
    error_type = _error_types(tables, gold, pred)
    strict = [flags(tables.unit(name)) for name in ("gold_is_strict", "pred_is_strict")]
    n_labels = len(tables.labels)
    packed = error_type.astype(np.int64) + 1
    for values, size in ((gold + 1, n_labels + 1), (pred + 1, n_labels + 1), (strict[0], 2), (strict[1], 2)):
        packed = packed * size + values
    _, first, of_unit = np.unique(packed, return_index=True, return_inverse=True)
    kinds = UnitCounts(
        gold[first],
        pred[first],
        error_type[first],
        strict[0][first],
        strict[1][first],
        np.zeros(len(first), np.int64),
    )
    return Verdicts(kinds, of_unit.astype(np.int32).ravel())


def _error_types(tables: Tables, gold: Ints, pred: Ints) -> Ints:
    """Codes into ERROR_TYPES, -1 where not judged; texts have the types of their label pair."""
    judged = tables.has_gold()[tables.unit_sample()]
    if tables.view.task == "ner":
        found = tables.unit_codes("error_type")
    else:
        judged = judged & np.asarray(tables.unit("is_error").is_valid())
        wrong = np.where(pred < 0, MISSED_SPAN, np.where(gold < 0, GHOST_SPAN, WRONG_TAG))
        found = np.where(gold == pred, NONE, wrong).astype(np.int32)
    return np.where(judged, found, np.int32(-1))
