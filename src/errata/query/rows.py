"""Pages of samples and units as the console shows them, and one sample in full."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from errata.core.errors import NotFound
from errata.core.types import Ints
from errata.query.ordering import sample_page, unit_page
from errata.query.selection import Selection
from errata.query.tables import Tables

Json = dict[str, Any]
_PLAIN = (
    "unit_id", "char_start", "char_end", "text", "gold", "pred", "error_type", "is_error", "is_split", "is_merged",
    "confidence", "p_gold", "loss", "margin", "dep", "difficulty", "certainty_ratio", "label_issue", "issue_score",
    "suggested_label", "seen_in_train", "train_count", "label_consistency",
)  # fmt: skip
_BOUNDS = {
    "gold_char_start": "gold_start",
    "gold_char_end": "gold_end",
    "pred_char_start": "pred_start",
    "pred_char_end": "pred_end",
}
_TOKEN = (
    "token", "char_start", "char_end", "text", "gold_tag", "pred_tag", "p_gold", "confidence", "loss", "dep",
    "issue_score", "suggested_label",
)  # fmt: skip
_ISSUE = ("char_start", "char_end", "text", "gold", "suggested_label", "issue_score", "unit_id", "reasons")


def rows(tables: Tables, selection: Selection, *, sort: str, mode: str, offset: int, limit: int, seed: int) -> Json:
    """``{"total", "offset", "rows"}``: one page of samples, or of units, each with its whole sample."""
    if mode == "units":
        units = unit_page(tables, selection, sort, seed, offset, offset + limit)
        samples = tables.unit_sample()[units]
        focus = tables.unit("unit_id").take(pa.array(units)).to_pylist()
        total = selection.n_units
    else:
        samples = sample_page(tables, selection, sort, seed, offset, offset + limit)
        focus = [None] * len(samples)
        total = selection.n_samples
    return {"total": total, "offset": offset, "rows": row_jsons(tables, selection, samples, focus)}


def sample_json(tables: Tables, selection: Selection, sample_id: str) -> Json:
    """One sample: its row, its token or class table, and the label issues in it. Raises NotFound."""
    position = _position(tables, sample_id)
    (row,) = row_jsons(tables, selection, np.array([position]), [None])
    return {
        **row,
        "token_table": _token_table(tables, position),
        "class_table": _class_table(tables, position, row["units"]),
        "issues": _issues(tables, position),
    }


def row_jsons(tables: Tables, selection: Selection, samples: Ints, focus: Sequence[str | None]) -> list[Json]:
    """The rows of some samples, in that order."""
    first = tables.first_units()
    low, high = first[samples], first[samples + 1]
    units = np.concatenate([np.arange(start, stop) for start, stop in zip(low, high, strict=True)] or [low])
    active = _member(selection.units, units)
    made = unit_jsons(tables, units, active)
    facts = _finite(tables.samples.drop_columns(["text"]).take(pa.array(samples)))
    texts = tables.sample("text").take(pa.array(samples)).to_pylist()
    ends = np.cumsum(high - low).tolist()
    return [
        _row(tables, int(position), fact, text, made[end - int(size) : end], unit_id)
        for position, fact, text, size, end, unit_id in zip(samples, facts, texts, high - low, ends, focus, strict=True)
    ]


def unit_jsons(tables: Tables, units: Ints, active: np.ndarray[Any, np.dtype[np.bool_]]) -> list[Json]:
    """Units at some positions; ``active``: they match the filter."""
    table = tables.units.select([*_PLAIN, *_BOUNDS]).take(pa.array(units))
    table = table.rename_columns([_BOUNDS.get(name, name) for name in table.column_names])
    return [{**unit, "is_active": flag} for unit, flag in zip(_finite(table), active.tolist(), strict=True)]


def _row(tables: Tables, position: int, fact: Json, text: str, units: list[Json], focus: str | None) -> Json:
    task = tables.view.task
    gold: Any = None
    pred: Any = None
    confidence = None
    if task == "classification" and units:
        gold, pred, confidence = units[0]["gold"], units[0]["pred"], units[0]["confidence"]
    elif task == "multilabel":
        gold = [unit["gold"] for unit in units if unit["gold"] is not None]
        pred = [unit["pred"] for unit in units if unit["pred"] is not None]
    return {
        "sample_id": fact["sample_id"],
        "split": fact["split"],
        "index": fact["index"],
        "text": text,
        "tokens": _token_bounds(tables, position),
        "units": units,
        "focus": focus,
        "dep": fact["sample_dep"],
        "n_errors": fact["n_errors"],
        "n_tokens": fact["n_tokens"],
        "text_length": fact["text_length"] if fact["text_length"] is not None else len(text),
        "gold": gold,
        "pred": pred,
        "confidence": confidence,
        "issue_score": fact["sample_issue_score"],
        "meta": {name: value for name, value in fact.items() if name.startswith("meta_")},
    }


def _token_bounds(tables: Tables, position: int) -> list[list[int]] | None:
    found = tables.tokens_of(position)
    if found is None:
        return None
    bounds = np.stack([np.asarray(found[name]) for name in ("char_start", "char_end")], axis=1)
    return bounds.tolist()  # type: ignore[no-any-return]


def _token_table(tables: Tables, position: int) -> list[Json] | None:
    found = tables.tokens_of(position)
    return None if found is None else _finite(found.select(list(_TOKEN)))


def _class_table(tables: Tables, position: int, units: list[Json]) -> list[Json] | None:
    load = tables.view.class_probs
    if load is None:
        return None
    probs = tables.kept("class probs", load)[position]
    gold, pred = ({unit[side] for unit in units} for side in ("gold", "pred"))
    return [
        {
            "label": label,
            "prob": float(prob) if math.isfinite(prob) else None,
            "is_gold": label in gold,
            "is_pred": label in pred,
        }
        for label, prob in zip(tables.labels, probs.tolist(), strict=False)
    ]


def _issues(tables: Tables, position: int) -> list[Json]:
    table = tables.view.issues
    if table is None:
        return []
    owner = tables.kept("issue samples", lambda: np.asarray(table["sample"]))
    found = table.take(pa.array(np.flatnonzero(owner == position))).select(list(_ISSUE))
    entries = [{**entry, "reasons": entry["reasons"] or []} for entry in _finite(found)]
    return sorted(entries, key=lambda entry: -(entry["issue_score"] or 0.0))


def _position(tables: Tables, sample_id: str) -> int:
    places = tables.kept(
        "sample positions",
        lambda: {name: place for place, name in enumerate(tables.sample("sample_id").to_pylist())},
    )
    if sample_id not in places:
        raise NotFound(
            f"There is no sample `{sample_id[:80]}` in this run.", remedy="choose one from the list of rows."
        )
    return places[sample_id]


def _member(chosen: Ints, asked: Ints) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which of ``asked`` are in ``chosen``, a rising array."""
    if not len(chosen):
        return np.zeros(len(asked), np.bool_)
    place = np.searchsorted(chosen, asked)
    found: np.ndarray[Any, np.dtype[np.bool_]] = chosen[np.minimum(place, len(chosen) - 1)] == asked
    return found


def _finite(table: pa.Table) -> list[Json]:
    """The rows of a table. JSON has no infinity; what is not finite is shown as undefined."""
    columns = [
        pc.if_else(pc.is_finite(column), column, pa.scalar(None, column.type))
        if pa.types.is_floating(column.type)
        else column
        for column in table.columns
    ]
    found: list[Json] = pa.table(columns, names=table.column_names).to_pylist()
    return found
