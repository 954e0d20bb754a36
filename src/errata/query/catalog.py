"""The named questions one can ask of a run."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Any

import numpy as np
import pyarrow as pa

from errata.core.errors import UsageError
from errata.core.filters import FUNCTIONS
from errata.query import points, reports
from errata.query.columns import column_info, require_column, split_names
from errata.query.export import Download, download
from errata.query.facets import LABEL_COLUMNS, group_entries
from errata.query.losses import loss_rows
from errata.query.measures import convention_of, measure
from errata.query.rows import rows, sample_json
from errata.query.selection import Selector
from errata.query.summary import summary
from errata.query.tables import Tables
from errata.query.tally import tally
from errata.query.view import RunView

Json = dict[str, Any]
MOST_COMPLETIONS = 50
MOST_POSITIONS = 50
OPEN = 4


class Catalog:
    """An opened run and everything that can be asked of it; safe to use from several threads."""

    def __init__(self, view: RunView) -> None:
        self.view = view
        self._tables = Tables(view)
        self._selector = Selector(self._tables)

    def info(self) -> Json:
        """What the run is, and the columns and functions of its filters."""
        tables, facts = self._tables, self.view.manifest
        lender = facts.get("score_source")
        note = f"Scores come from the {lender}: the predictor gives no probabilities." if lender else ""
        return {
            "name": self.view.name,
            "task": self.view.task,
            "labels": list(tables.labels),
            "label_counts": self._label_counts(),
            "scheme": facts.get("scheme"),
            "predictor": dict(facts.get("predictor") or {}),
            "data_hash": str(facts.get("data_hash", "")),
            "sealed": facts.get("state", "sealed") == "sealed",
            "created": str(facts.get("created", "")),
            "convention": convention_of(tables, "") if self.view.task == "ner" else None,
            "splits": self._splits(),
            "columns": [column_info(column, tables.array(column)) for column in tables.columns.values()],
            "functions": [
                {
                    "name": function.name,
                    "signature": function.signature,
                    "doc": function.doc,
                    "level": "unit" if tables.columns[function.column].table == "units" else "sample",
                }
                for function in FUNCTIONS
            ],
            "notices": list(facts.get("notices") or ()),
            "has_probabilities": not lender,
            "probabilities_note": str(facts.get("probabilities_note") or note),
        }

    def summary(self, *, split: str | None, where: str, facets: str, histogram: str, convention: str = "") -> Json:
        """All that a change of the filter needs; ``facets`` is a comma list of columns."""
        return summary(
            self._tables,
            self._selector,
            split=split or None,
            where=where,
            facets=list(dict.fromkeys(split_names(facets))),
            histogram_of=histogram,
            convention=convention,
        )

    def rows(self, *, split: str | None, where: str, sort: str, mode: str, offset: int, limit: int, seed: int) -> Json:
        """One page of samples or units."""
        selection = self._selector.select(split or None, where)
        return rows(self._tables, selection, sort=sort, mode=mode, offset=offset, limit=limit, seed=seed)

    def sample(self, sample_id: str, *, where: str = "") -> Json:
        """One sample in full; units that match ``where`` are active. Raises NotFound."""
        return sample_json(self._tables, self._selector.select(None, where), sample_id)

    def complete(self, *, column: str, prefix: str, split: str | None) -> Json:
        """The commonest values of a column that contain ``prefix``, those that begin with it first."""
        found = require_column(column, self._tables.columns)
        if found.kind == "number":
            return {"values": []}
        table = self._tables.units if found.table == "units" else self._tables.samples
        in_split, params = "", [prefix]
        if split:
            in_split = f"AND {found.sql[0]}.c{table.schema.get_field_index('split')} = ?"
            params.append(split)
        matches = self._tables.database.table(
            f"SELECT v, count(*) AS n FROM (SELECT CAST({found.sql} AS VARCHAR) AS v FROM {found.table} {found.sql[0]}"
            f" WHERE contains(lower(CAST({found.sql} AS VARCHAR)), lower(?)) {in_split})"
            f" GROUP BY v ORDER BY starts_with(lower(v), lower(?)) DESC, n DESC, v LIMIT {MOST_COMPLETIONS}",
            [*params, prefix],
        )
        return {"values": [{"value": value, "n": n} for value, n in matches]}

    def export(self, *, format: str, split: str | None, where: str) -> Download:
        """The selected units or samples as a file."""
        return download(self._tables, self._selector.select(split or None, where), format)

    def points(self, *, columns: str, places: bool) -> bytes:
        """Places and columns of all units as typed arrays; ``columns`` is a comma list."""
        return points.points(self._tables, list(dict.fromkeys(split_names(columns))), places=places)

    def mask(self, *, split: str | None, where: str) -> bytes:
        """Which units are selected, a bit each."""
        return points.mask(self._tables, self._selector.select(split or None, where))

    def units_at(self, positions: str) -> Json:
        """What the units at the positions of a comma list say."""
        return {"units": points.units_at(self._tables, points.positions_of(positions, MOST_POSITIONS))}

    def metrics(self, *, split: str | None, where: str, by: str, convention: str) -> Json:
        """The metrics JSON of the design, grouped by a column."""
        tables = self._tables
        chosen = convention_of(tables, convention)
        selection = self._selector.select(split or None, where)
        counted = tally(tables, selection)
        found = measure(tables, counted, chosen)
        if by not in LABEL_COLUMNS:
            if chosen == "token":
                raise UsageError(
                    f"--by {by}: tokens are counted by class only under the token convention.",
                    remedy="group by gold, or choose another --convention such as conlleval.",
                )
            found["by"] = group_entries(tables, counted, by, chosen)
        return found

    def units(self, *, split: str | None, where: str, sort: str, top: int | None) -> pa.Table:
        """The selected units in order."""
        return reports.unit_table(self._tables, self._selector, split=split, where=where, sort=sort, top=top)

    def samples(self, *, split: str | None, where: str, sort: str, top: int | None) -> pa.Table:
        """The selected samples in order."""
        return reports.sample_table(self._tables, self._selector, split=split, where=where, sort=sort, top=top)

    def issues(self, *, split: str | None, where: str, level: str, top: int | None) -> list[Json]:
        """Label issues, most suspicious first."""
        return reports.issue_rows(self._tables, self._selector, split=split, where=where, level=level, top=top)

    def losses(self, *, split: str | None, where: str, by: str, at_least: int, top: int | None) -> list[Json]:
        """Loss by token or by label of the selected samples."""
        return loss_rows(
            self._tables, self._selector, split=split or None, where=where, by=by, at_least=at_least, top=top
        )

    def _splits(self) -> list[Json]:
        tables = self._tables
        code, names = tables.split_codes(), tables.sample("split").dictionary.to_pylist()
        n_samples = np.bincount(code, minlength=len(names))
        n_units = np.bincount(code[tables.unit_sample()], minlength=len(names))
        n_gold = np.bincount(code[tables.has_gold()], minlength=len(names))
        return [
            {
                "name": name,
                "n_samples": int(n_samples[names.index(name)]),
                "n_units": int(n_units[names.index(name)]),
                "has_gold": bool(n_gold[names.index(name)]),
            }
            for name in tables.splits()
        ]

    def _label_counts(self) -> dict[str, int]:
        tables = self._tables
        gold = tables.unit_codes("gold")
        if "train" in tables.splits():
            train = tables.sample("split").dictionary.to_pylist().index("train")
            gold = gold[tables.split_codes()[tables.unit_sample()] == train]
        n = np.bincount(gold[gold >= 0], minlength=len(tables.labels))
        return {label: int(count) for label, count in zip(tables.labels, n, strict=True)}


_opened: OrderedDict[int, Catalog] = OrderedDict()
_lock = Lock()


def catalog_of(view: RunView) -> Catalog:
    """The catalog of a view, kept while the view is one of the last few asked about."""
    with _lock:
        known = _opened.pop(id(view), None)
        made = known if known is not None and known.view is view else Catalog(view)
        _opened[id(view)] = made
        while len(_opened) > OPEN:
            _opened.popitem(last=False)
        return made


def metrics(
    view: RunView, *, split: str | None = None, where: str = "", by: str = "gold", convention: str = ""
) -> Json:
    """Precision, recall, F1 with intervals, conventions and error types of a selection.

    ``by``: gold or pred (the classes) or any other category column (micro scores of the units with each value).
    ``convention`` empty = the run's own. Raises FilterError, UsageError, NotFound.
    """
    return catalog_of(view).metrics(split=split, where=where, by=by, convention=convention)


def units(
    view: RunView, *, split: str | None = None, where: str = "", sort: str = "-dep", top: int | None = None
) -> pa.Table:
    """The selected units in the order of ``sort``: column names, ``-`` before a descending one, empty values last."""
    return catalog_of(view).units(split=split, where=where, sort=sort, top=top)


def samples(
    view: RunView, *, split: str | None = None, where: str = "", sort: str = "", top: int | None = None
) -> pa.Table:
    """The selected samples: those with a selected unit, or by their own columns."""
    return catalog_of(view).samples(split=split, where=where, sort=sort, top=top)


def issues(
    view: RunView, *, split: str | None = None, where: str = "", level: str = "sample", top: int | None = None
) -> list[Json]:
    """Label issues of the selected samples, most suspicious first; ``level`` sample, unit or token."""
    return catalog_of(view).issues(split=split, where=where, level=level, top=top)


def losses(
    view: RunView,
    *,
    split: str | None = None,
    where: str = "",
    by: str = "token",
    at_least: int = 1,
    top: int | None = None,
) -> list[Json]:
    """Loss by token or by label: count, sum, mean, median and gap, largest sum first."""
    return catalog_of(view).losses(split=split, where=where, by=by, at_least=at_least, top=top)
