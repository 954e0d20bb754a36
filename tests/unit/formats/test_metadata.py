"""Columns that come along."""

from __future__ import annotations

import datetime
from typing import Any

import pyarrow as pa

from errata.core.types import Source
from errata.formats.metadata import concat, meta_columns
from errata.formats.table import Table


def columns(values: dict[str, Any]) -> dict[str, pa.Array]:
    n = len(next(iter(values.values())))
    return meta_columns(Table(source=Source("train", "a", b""), n_rows=n, columns=values), {"text"}, {})


def test_names_can_be_spelled_in_a_filter_and_stay_apart() -> None:
    found = columns({"text": [1], "a b": [1], "A-B": [1], "meta_x": [1], "x": [1], "": [1], "é": [1]})
    assert list(found) == ["meta_a_b", "meta_A_B_2", "meta_x", "meta_x_2", "meta_column", "meta_é"]


def test_values_become_numbers_booleans_or_text() -> None:
    day = datetime.date(2020, 1, 2)
    found = columns(
        {
            "ints": pa.array(["1", "", "-3"]),
            "floats": pa.array(["1", "2.5", "1e3"]),
            "codes": pa.array(["007", "1", "2"]),
            "empty": pa.array(["", "", ""]),
            "dates": pa.array([day, None, day]),
            "lists": pa.array([[1], None, [2, 3]]),
            "huge": [2**70, 1, None],
            "mixed": ["a", 1, {"b": 2}],
            "none": [None, None, None],
        }
    )
    assert {name: column.to_pylist() for name, column in found.items()} == {
        "meta_ints": [1, None, -3],
        "meta_floats": [1.0, 2.5, 1000.0],
        "meta_codes": ["007", "1", "2"],
        "meta_empty": ["", "", ""],
        "meta_dates": ["2020-01-02", None, "2020-01-02"],
        "meta_lists": ["[1]", None, "[2, 3]"],
        "meta_huge": [str(2**70), "1", None],
        "meta_mixed": ["a", "1", '{"b": 2}'],
        "meta_none": [None, None, None],
    }


def test_parts_of_different_types_are_joined() -> None:
    assert concat([pa.array([1]), None, pa.array([2.5])], [1, 2, 1]).to_pylist() == [1.0, None, None, 2.5]
    assert concat([pa.array([1]), pa.array(["a"])], [1, 1]).to_pylist() == ["1", "a"]
    assert concat([pa.array([1], pa.int8()), pa.array([2])], [1, 1]).type == pa.int64()
    assert concat([pa.nulls(1), None], [1, 1]).to_pylist() == [None, None]
