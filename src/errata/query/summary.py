"""All that a change of the filter needs, in one answer."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from errata.analysis.confusion import confusion, confusion_json
from errata.core.filters import Filter
from errata.core.schema import DIFFICULTIES
from errata.core.types import Ints
from errata.query.columns import require_column
from errata.query.facets import facet
from errata.query.histograms import histogram
from errata.query.measures import convention_of, measure, whole_metrics
from errata.query.selection import Selection, Selector
from errata.query.tables import Tables
from errata.query.tally import Tally, taken, tally

Json = dict[str, Any]


def summary(
    tables: Tables,
    selector: Selector,
    *,
    split: str | None,
    where: str,
    facets: list[str],
    histogram_of: str,
    convention: str,
) -> Json:
    """Counts, metrics with intervals, tiles, facets, confusion and a histogram of a selection, beside the whole split.

    Raises FilterError for a bad filter or an unknown column, NotFound for an unknown split.
    """
    began = time.perf_counter()
    chosen = convention_of(tables, convention)
    selection, whole = selector.select(split, where), selector.select(split, "")
    counted = tally(tables, selection)
    metrics = measure(tables, counted, chosen)
    metrics.setdefault("conventions", None)
    metrics.setdefault("error_types", None)
    shown = [facet(tables, counted, whole, metrics, name, chosen) for name in facets]
    bars = histogram(tables, selection, require_column(histogram_of, tables.columns)) if histogram_of else None
    return {
        "filter": filter_json(selection.filter),
        "selection": {
            "n_samples": selection.n_samples,
            "n_units": selection.n_units,
            "all_samples": whole.n_samples,
            "all_units": whole.n_units,
        },
        "metrics": metrics,
        "whole": whole_metrics(tables, whole, chosen)["overall"],
        "tiles": tiles(tables, selection),
        "facets": shown,
        "confusion": _confusion(tables, counted),
        "histogram": bars,
        "took_ms": (time.perf_counter() - began) * 1e3,
    }


def filter_json(found: Filter) -> Json:
    """Level and chips of a filter."""
    chips = [
        {
            "expression": chip.expression,
            "column": chip.column or None,
            "op": chip.op or None,
            "values": list(chip.values) if chip.column else None,
        }
        for chip in found.chips
    ]
    return {"level": found.level if found.conjuncts else None, "chips": chips}


def tiles(tables: Tables, selection: Selection) -> list[Json]:
    """Selected units that are hard, easy, wrong, probably mislabelled, on the boundary; each with its filter."""
    threshold = boundary_threshold(tables)
    bits = tables.kept("tile bits", lambda: _tile_bits(tables, threshold))
    n = np.bincount(taken(bits, selection), minlength=32)
    has_bit = np.arange(32)[:, None] >> np.arange(5) & 1
    wheres = {
        "hard": "difficulty = 'hard'",
        "easy": "difficulty = 'easy'",
        "misclassified": "is_error",
        "likely_mislabelled": "label_issue",
        "on_boundary": f"certainty_ratio >= {threshold}",
    }
    total = selection.n_units
    return [
        {"name": name, "where": where, "n": int(count), "share": int(count) / total if total else None}
        for (name, where), count in zip(wheres.items(), n @ has_bit, strict=True)
    ]


def boundary_threshold(tables: Tables) -> float:
    """Certainty ratio from which a unit is on the boundary: max(0.8, mean + 2 sd in train), at most 0.95."""
    return tables.kept("boundary threshold", lambda: _boundary_threshold(tables))


def _boundary_threshold(tables: Tables) -> float:
    ratio = tables.unit_numbers("certainty_ratio").astype(np.float64)
    names = tables.splits()
    if "train" in names:
        code = tables.sample("split").dictionary.to_pylist().index("train")
        ratio = ratio[tables.split_codes()[tables.unit_sample()] == code]
    known = ratio[~np.isnan(ratio)]
    if not len(known):
        return 0.8
    return round(float(min(max(0.8, known.mean() + 2 * known.std()), 0.95)), 2)


def _tile_bits(tables: Tables, threshold: float) -> Ints:
    difficulty = tables.unit_codes("difficulty")
    names = [*tables.dictionary("difficulty"), *DIFFICULTIES]
    bits: Ints = (
        (difficulty == names.index("hard"))
        | (difficulty == names.index("easy")).astype(np.uint8) << 1
        | tables.unit_flags("is_error").astype(np.uint8) << 2
        | tables.unit_flags("label_issue").astype(np.uint8) << 3
        | (tables.unit_numbers("certainty_ratio") >= np.float32(threshold)).astype(np.uint8) << 4
    ).astype(np.uint8)
    return bits


def _confusion(tables: Tables, counted: Tally) -> Json:
    judged = counted.kinds.error_type >= 0
    kinds, labels = counted.kinds, tables.labels
    return confusion_json(confusion(kinds.gold[judged], kinds.pred[judged], len(labels), kinds.n[judged]), labels)
