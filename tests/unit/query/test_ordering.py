"""Pages of rows against sorting everything in plain Python."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from errata.core.errors import FilterError
from errata.query.ordering import page, sample_page, unit_page
from errata.query.selection import Selector
from errata.query.tables import Tables
from tests.builders import LABELS, SPLITS, ner_view

VIEW = ner_view(90, 7)
TABLES = Tables(VIEW)
SELECTOR = Selector(TABLES)
SAMPLES = VIEW.samples.to_pylist()
UNITS = VIEW.units.to_pylist()
ORDER = {
    "gold": LABELS,
    "split": SPLITS,
    "error_type": ("none", "span_shift", "wrong_tag", "missed_span", "ghost_span"),
}


def sort_value(row: dict[str, Any], name: str, descending: bool) -> tuple[bool, Any]:
    """Empty last, then the value; categories by their place."""
    value = row["text" if name == "sample_text" else name]
    if value is None:
        return (True, 0)
    if name in ORDER:
        value = ORDER[name].index(value)
    if isinstance(value, str):
        return (False, (*tuple(-ord(letter) for letter in value), 1) if descending else value)
    return (False, -value if descending else value)


UNIT_NAMES = ("dep", "loss", "gold", "error_type", "is_error", "length", "text", "train_count")
SAMPLE_NAMES = ("split", "n_tokens", "sample_text", "meta_source", "meta_year", "loss_sum")
keys = st.lists(
    st.tuples(st.sampled_from(UNIT_NAMES + SAMPLE_NAMES), st.booleans()), max_size=3, unique_by=lambda key: key[0]
)


def spelt(sort: list[tuple[str, bool]]) -> str:
    return ",".join(f"{'-' if descending else ''}{name}" for name, descending in sort)


@settings(max_examples=60, deadline=None)
@given(
    sort=keys,
    start=st.integers(0, 60),
    size=st.integers(1, 40),
    where=st.sampled_from(["", "is_error", "n_tokens > 5"]),
)
def test_unit_pages(sort: list[tuple[str, bool]], start: int, size: int, where: str) -> None:
    selection = SELECTOR.select(None, where)
    rows = [
        {**SAMPLES[UNITS[k]["sample"]], **UNITS[k], "sample_text": None, "place": k} for k in selection.units.tolist()
    ]

    def key(row: dict[str, Any]) -> list[tuple[bool, Any]]:
        whole = SAMPLES[row["sample"]]
        return [sort_value(whole if name == "sample_text" else row, name, down) for name, down in sort]

    wanted = [row["place"] for row in sorted(rows, key=key)][start : start + size]
    assert unit_page(TABLES, selection, spelt(sort), 0, start, start + size).tolist() == wanted


@settings(max_examples=60, deadline=None)
@given(
    sort=keys,
    start=st.integers(0, 60),
    size=st.integers(1, 40),
    where=st.sampled_from(["", "is_error", "n_tokens > 5"]),
)
def test_sample_pages(sort: list[tuple[str, bool]], start: int, size: int, where: str) -> None:
    selection = SELECTOR.select(None, where)
    mine: dict[int, list[dict[str, Any]]] = {}
    for k in selection.units.tolist():
        mine.setdefault(UNITS[k]["sample"], []).append(UNITS[k])

    def key(sample: int) -> list[tuple[bool, Any]]:
        found = []
        for name, descending in sort:
            rows = [SAMPLES[sample]] if name in SAMPLE_NAMES else mine.get(sample, [])
            found.append(min((sort_value(row, name, descending) for row in rows), default=(True, 0)))
        return found

    wanted = sorted(selection.samples.tolist(), key=key)[start : start + size]
    assert sample_page(TABLES, selection, spelt(sort), 0, start, start + size).tolist() == wanted


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**31),
    n=st.sampled_from([9_000, 20_000]),
    start=st.integers(0, 20_000),
    size=st.integers(1, 60),
)
def test_deep_pages_of_many_ties(seed: int, n: int, start: int, size: int) -> None:
    """Rows are partitioned away rather than sorted; ties at both ends of a page must not lose or repeat rows."""
    rng = np.random.default_rng(seed)
    columns = [rng.integers(0, 3, n).astype(np.float64), rng.integers(0, 50, n).astype(np.float32), rng.random(n)]
    columns[0][rng.random(n) < 0.3] = math.nan
    columns[1][rng.random(n) < 0.3] = math.nan
    order = np.lexsort((columns[2], columns[1], columns[0]))
    assert page(columns, n, start, start + size).tolist() == order[start : start + size].tolist()
    ties = np.lexsort((columns[1], columns[0]))
    assert page(columns[:2], n, start, start + size).tolist() == ties[start : start + size].tolist()


def test_random_order_is_stable_and_complete() -> None:
    selection = SELECTOR.select(None, "")
    first = sample_page(TABLES, selection, "random", 5, 0, 90).tolist()
    assert sorted(first) == list(range(90))
    assert first != list(range(90))
    assert sample_page(Tables(VIEW), selection, "random", 5, 0, 90).tolist() == first
    assert sample_page(TABLES, selection, "random", 6, 0, 90).tolist() != first
    some = SELECTOR.select(None, "n_tokens > 4")
    assert sample_page(TABLES, some, "random", 5, 0, 90).tolist() == [
        k for k in first if k in set(some.samples.tolist())
    ]


def test_unknown_keys_are_refused_with_near_names() -> None:
    with pytest.raises(FilterError, match="no column `dpe`") as caught:
        unit_page(TABLES, SELECTOR.select(None, ""), "-dpe", 0, 0, 5)
    assert "dep" in caught.value.near


def test_pages_beyond_the_end_are_empty() -> None:
    selection = SELECTOR.select(None, "")
    assert not len(sample_page(TABLES, selection, "-dep", 0, 500, 550))
    assert not len(unit_page(TABLES, SELECTOR.select(None, "FALSE"), "-dep", 0, 0, 50))
