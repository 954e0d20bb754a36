"""Tables for the command line and Python: units, samples and label issues in order."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyarrow as pa

from errata.core.errors import UsageError, near_names
from errata.core.types import Ints
from errata.formats.tagging import tag_set
from errata.query.ordering import sample_page, unit_page
from errata.query.selection import Selector
from errata.query.tables import Tables

Json = dict[str, Any]
LEVELS = ("sample", "unit", "token")


def unit_table(
    tables: Tables, selector: Selector, *, split: str | None, where: str, sort: str, top: int | None
) -> pa.Table:
    """The selected units in order, every column of the stored schema."""
    selection = selector.select(split, where)
    stop = selection.n_units if top is None else top
    return _taken(tables.view.units, tables.units, unit_page(tables, selection, sort, 0, 0, stop))


def sample_table(
    tables: Tables, selector: Selector, *, split: str | None, where: str, sort: str, top: int | None
) -> pa.Table:
    """The selected samples in order, every column of the stored schema and the metadata."""
    selection = selector.select(split, where)
    stop = selection.n_samples if top is None else top
    return _taken(tables.view.samples, tables.samples, sample_page(tables, selection, sort, 0, 0, stop))


def issue_rows(
    tables: Tables, selector: Selector, *, split: str | None, where: str, level: str, top: int | None
) -> list[Json]:
    """Label issues of the selected samples, most suspicious first, ties in the order of the data.

    ``level`` sample: every sample; unit: every candidate region, annotated or not; token: every token. Undefined scores
    come last. Raises UsageError for an unknown level, or tokens of texts.
    """
    if level not in LEVELS:
        near = near_names(level, LEVELS) or LEVELS
        raise UsageError(f"there is no level `{level}`.", remedy=f"choose {' or '.join(near)}.")
    keep = np.zeros(tables.n_samples, np.bool_)
    keep[selector.select(split, where).samples] = True
    if level == "token":
        return _token_issues(tables, keep, top)
    return _sample_issues(tables, keep, top) if level == "sample" else _unit_issues(tables, keep, top)


def _sample_issues(tables: Tables, keep: Any, top: int | None) -> list[Json]:
    score = np.asarray(tables.sample("sample_issue_score").fill_null(math.nan), np.float64)
    order = _ranked(np.flatnonzero(keep), score, top)
    reasons = _reasons(tables)
    return [
        {**fact, "issue_score": _number(score[position]), "issue_probability": None, "issue_reasons": reasons[position]}
        for fact, position in zip(_facts(tables, order), order.tolist(), strict=True)
    ]


def _unit_issues(tables: Tables, keep: Any, top: int | None) -> list[Json]:
    table = tables.view.issues
    if table is None:
        return []
    owner = np.asarray(table["sample"])
    score = np.asarray(table["issue_score"].combine_chunks().fill_null(math.nan), np.float64)
    order = _ranked(np.flatnonzero(keep[owner]), score, top)
    names = ["start", "end", "char_start", "char_end", "text", "gold", "suggested_label"]
    found = table.select([*names, "reasons"]).take(pa.array(order)).to_pylist()
    return [
        {
            **fact,
            "issue_score": _number(score[position]),
            "issue_probability": None,
            "issue_reasons": entry.pop("reasons") or [],
            **entry,
        }
        for fact, entry, position in zip(_facts(tables, owner[order]), found, order.tolist(), strict=True)
    ]


def _token_issues(tables: Tables, keep: Any, top: int | None) -> list[Json]:
    load = tables.view.tokens
    if load is None:
        raise UsageError("texts have no tokens to rank.", remedy="choose --level sample or unit.")
    table = tables.kept("token table", load)
    owner = np.asarray(table["sample"])
    score = np.asarray(table["issue_score"].combine_chunks().fill_null(math.nan), np.float64)
    order = _ranked(np.flatnonzero(keep[owner]), score, top)
    found = table.select(["token", "text", "gold_tag", "suggested_label"]).take(pa.array(order)).to_pylist()
    tags = table["gold_tag"].unify_dictionaries().chunk(0).dictionary.to_pylist() if found else []
    known = tag_set(tags)  # of all tags of the predictor: the scheme cannot be told from a few of them
    label = {
        tag: known.labels[code] if code >= 0 else None for tag, code in zip(tags, known.label.tolist(), strict=True)
    }
    return [
        {
            **fact,
            "issue_score": _number(score[position]),
            "issue_probability": None,
            "issue_reasons": [],
            "token": entry["token"],
            "text": entry["text"],
            "gold": label.get(entry["gold_tag"]),
            "suggested_label": entry["suggested_label"],
        }
        for fact, entry, position in zip(_facts(tables, owner[order]), found, order.tolist(), strict=True)
    ]


def _ranked(rows: Ints, score: Any, top: int | None) -> Ints:
    """``rows`` by falling score, undefined last, ties by position."""
    order = rows[np.argsort(-score[rows], kind="stable")]
    return order if top is None else order[:top]


def _facts(tables: Tables, samples: Ints) -> list[Json]:
    """Split, index and id of some samples."""
    found: list[Json] = tables.samples.select(["split", "index", "sample_id"]).take(pa.array(samples)).to_pylist()
    return found


def _reasons(tables: Tables) -> list[list[str]]:
    """Per sample the reasons of its most suspicious region."""
    made: list[list[str]] = [[] for _ in range(tables.n_samples)]
    table = tables.view.issues
    if table is None:
        return made
    owner = np.asarray(table["sample"])
    score = np.asarray(table["issue_score"].combine_chunks().fill_null(-math.inf), np.float64)
    order = np.lexsort((-score, owner))
    first = order[np.diff(owner[order], prepend=-1) != 0]
    for sample, reasons in zip(owner[first].tolist(), table["reasons"].take(pa.array(first)).to_pylist(), strict=True):
        made[sample] = reasons or []
    return made


def _taken(stored: pa.Table, normalised: pa.Table, rows: Ints) -> pa.Table:
    """Rows of the table that questions are asked of, under the stored table's column order."""
    return normalised.select(stored.column_names).take(pa.array(rows))


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
