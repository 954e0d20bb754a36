"""Which units and samples a filter selects."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from errata.core.errors import FilterError, NotFound, near_names
from errata.core.filters import Conjunct, Filter, Value, parse
from errata.core.types import Bools, Ints
from errata.query.tables import Tables

KEPT = 12  # selections; each weighs up to 5 bytes a unit and 4 a sample


@dataclass(frozen=True, slots=True)
class Selection:
    """Positions of the selected units and samples, rising.

    Under a filter that names unit columns the samples are those of the selected units; else the units are all those of
    the selected samples, and samples without units are selected too. ``begins`` ``(n_units,)``: the unit is the first
    selected one of its sample.
    """

    filter: Filter
    split: str | None
    units: Ints
    samples: Ints
    begins: Bools = field(repr=False)

    @property
    def n_units(self) -> int:
        return len(self.units)

    @property
    def n_samples(self) -> int:
        return len(self.samples)

    def starts(self) -> Ints:
        """Index into ``units`` of the first unit of every sample that has selected units."""
        return np.flatnonzero(self.begins)


class Selector:
    """Turns filters into selections and keeps the latest ones."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        owner = tables.units.schema.get_field_index("sample")
        self._joined = f"units u JOIN samples s ON s.pos = u.c{owner}"
        self._kept: OrderedDict[tuple[str | None, str], Selection] = OrderedDict()
        self._lock = threading.Lock()
        self._making: dict[tuple[str | None, str], threading.Lock] = {}

    def select(self, split: str | None, where: str) -> Selection:
        """The selection of a filter within a split (None = all). Raises FilterError, NotFound."""
        key = (split or None, where.strip())
        with self._lock:
            making = self._making.setdefault(key, threading.Lock())
        with making:  # a change of the filter asks for numbers, rows and the map at once: one of them does the work
            try:
                return self._found(key) or self._keep(key, self._select(*key))
            finally:
                with self._lock:
                    self._making.pop(key, None)

    def _found(self, key: tuple[str | None, str]) -> Selection | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def _keep(self, key: tuple[str | None, str], made: Selection) -> Selection:
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return made

    def _select(self, split: str | None, where: str) -> Selection:
        checked = self._check(parse(where, self._tables.columns))
        of_samples = [part for part in checked.conjuncts if "units" not in part.tables]
        of_units = [part for part in checked.conjuncts if part.tables == {"units"}]
        of_both = [part for part in checked.conjuncts if len(part.tables) == 2]
        samples = self._sample_mask(split, of_samples)
        owner = self._tables.unit_sample()
        units: Bools | None = None
        for found in (self._unit_mask("units u", of_units), self._unit_mask(self._joined, of_both)):
            if found is not None:
                units = found if units is None else units & found
        if samples is not None:
            inside = samples[owner]
            units = inside if units is None else units & inside
        positions = (np.arange(len(owner)) if units is None else np.flatnonzero(units)).astype(np.int32)
        owners = owner[positions]
        begins = _begins(owners)
        if checked.level == "unit":
            chosen = owners[begins]
        elif samples is None:
            chosen = np.arange(self._tables.n_samples, dtype=np.int32)
        else:
            chosen = np.flatnonzero(samples).astype(np.int32)
        return Selection(checked, split, positions, chosen, begins)

    def _check(self, found: Filter) -> Filter:
        for pattern in found.patterns:
            complaint = self._tables.database.complaint("SELECT regexp_matches('', ?)", (pattern.regex,))
            if complaint:
                raise FilterError(
                    f"this regex cannot be used: {complaint}.",
                    column=pattern.position,
                    remedy="RE2 syntax; put a backslash before ( ) [ ] { } . * + ? to mean the character.",
                )
        return found

    def _sample_mask(self, split: str | None, conjuncts: Sequence[Conjunct]) -> Bools | None:
        """Which samples the split and the conditions leave; None = all."""
        mask: Bools | None = None
        if split is not None:
            mask = self._tables.split_codes() == self._split_code(split)
        if conjuncts:
            found = self._matches("samples s", "s.pos", self._tables.n_samples, conjuncts)
            mask = found if mask is None else mask & found
        return mask

    def _unit_mask(self, source: str, conjuncts: Sequence[Conjunct]) -> Bools | None:
        return self._matches(source, "u.pos", self._tables.n_units, conjuncts) if conjuncts else None

    def _matches(self, source: str, position: str, size: int, conjuncts: Sequence[Conjunct]) -> Bools:
        condition = " AND ".join(f"({part.sql})" for part in conjuncts)
        params: list[Value] = [value for part in conjuncts for value in part.params]
        mask = np.zeros(size, np.bool_)
        mask[self._tables.database.positions(f"SELECT {position} FROM {source} WHERE {condition}", params)] = True
        return mask

    def _split_code(self, split: str) -> int:
        names = self._tables.sample("split").dictionary.to_pylist()
        if split not in names:
            near = near_names(split, names) or tuple(names[:3])
            raise NotFound(f"There is no split `{split}` in this run.", remedy=f"choose {' or '.join(near)}.")
        return int(names.index(split))


def _begins(owner: Ints) -> Bools:
    begins = np.ones(len(owner), np.bool_)
    np.not_equal(owner[1:], owner[:-1], out=begins[1:])
    return begins
