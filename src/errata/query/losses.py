"""Which words and which labels the predictor pays most for, of a selection."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from errata.analysis.losses import group_losses
from errata.core.errors import UsageError, near_names
from errata.core.types import Floats, Ints
from errata.query.columns import codes, numbers
from errata.query.selection import Selector
from errata.query.tables import Tables

Json = dict[str, Any]
GROUPINGS = ("token", "label")


def loss_rows(
    tables: Tables, selector: Selector, *, split: str | None, where: str, by: str, at_least: int, top: int | None
) -> list[Json]:
    """Count, sum, mean, median loss and their gap per group of the selected samples, largest sum first.

    ``by`` token: surfaces without regard to case (NER); label: gold tags (NER) or gold labels. ``at_least``: groups with
    fewer items are left out. Raises UsageError for an unknown ``by``, or tokens of texts.
    """
    if by not in GROUPINGS:
        near = near_names(by, GROUPINGS) or GROUPINGS
        raise UsageError(f"losses are not grouped by `{by}`.", remedy=f"choose {' or '.join(near)}.")
    selection = selector.select(split, where)
    if tables.view.tokens is not None:
        names, group, loss = _of_tokens(tables, selection.samples, by)
    elif by == "label":
        names, group, loss = _of_units(tables, selection.units)
    else:
        raise UsageError("texts have no tokens with a loss.", remedy="choose --by label.")
    found = group_losses(group, loss, at_least=at_least)
    shown = slice(0, top)
    rows = zip(*(column[shown].tolist() for column in _columns(found)), strict=True)
    return [
        {by: names[code], "n": n, "loss_sum": total, "loss_mean": mean, "loss_median": median, "gap": gap}
        for code, n, total, mean, median, gap in rows
    ]


def _columns(found: Any) -> tuple[Any, ...]:
    return found.group, found.n, found.total, found.mean, found.median, found.gap


def _of_tokens(tables: Tables, samples: Ints, by: str) -> tuple[list[str], Ints, Floats]:
    load = tables.view.tokens
    if load is None:
        raise UsageError("texts have no tokens with a loss.", remedy="choose --by label.")
    table = tables.kept("token table", load)
    chosen = np.zeros(tables.n_samples, np.bool_)
    chosen[samples] = True
    column = pc.utf8_lower(table["text"]).dictionary_encode() if by == "token" else table["gold_tag"]
    array = _one(column)
    group = np.where(chosen[np.asarray(table["sample"])], codes(array), -1)
    return array.dictionary.to_pylist(), group, numbers(_one(table["loss"]))


def _of_units(tables: Tables, units: Ints) -> tuple[list[str], Ints, Floats]:
    return tables.dictionary("gold"), tables.unit_codes("gold")[units], tables.unit_numbers("loss")[units]


def _one(column: pa.ChunkedArray) -> pa.Array:
    whole = column.unify_dictionaries().combine_chunks()
    return whole.chunk(0) if isinstance(whole, pa.ChunkedArray) else whole
