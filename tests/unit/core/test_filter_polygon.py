"""A polygon on the map as a filter."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from errata.core.errors import FilterError
from errata.core.filters import Column, parse
from errata.query.sql import Database
from tests.oracles.polygon import crossings

COLUMNS = {name: Column(name, "units", "number", f"u.c{i}", single=True) for i, name in enumerate(("x", "y"))}
SQUARE = "in_polygon('0 0, 4 0, 4 4, 0 4')"

coordinate = st.one_of(st.integers(-6, 6).map(float), st.floats(-6, 6, width=16))
corner = st.tuples(coordinate, coordinate)


def chosen(where: str, x: list[float | None], y: list[float | None]) -> list[int]:
    database = Database()
    database.add("units", pa.table({"x": pa.array(x, pa.float32()), "y": pa.array(y, pa.float32())}))
    found = parse(where, COLUMNS)
    return sorted(database.positions(f"SELECT u.pos FROM units u WHERE {found.sql}", found.params).tolist())


@settings(max_examples=40, deadline=None)
@given(st.lists(corner, min_size=3, max_size=12), st.lists(corner, min_size=1, max_size=60))
def test_the_even_odd_rule_decides(polygon: list[tuple[float, float]], points: list[tuple[float, float]]) -> None:
    written = ", ".join(f"{x!r} {y!r}" for x, y in polygon)
    found = chosen(f"in_polygon('{written}')", [x for x, _ in points], [y for _, y in points])
    for at, (x, y) in enumerate(points):
        expected = crossings(polygon, x, y)
        assert expected is None or expected == (at in found), (polygon, x, y)


def test_units_without_a_place_are_neither_in_nor_out() -> None:
    x: list[float | None] = [1, None, 9, None]
    y: list[float | None] = [1, 1, 9, None]
    assert chosen(SQUARE, x, y) == [0]
    assert chosen(f"NOT {SQUARE}", x, y) == [2]
    assert chosen(f"({SQUARE} OR {SQUARE.replace('4', '99')}) AND x > 2", x, y) == [2]


def test_borders_belong_to_one_of_two_neighbours() -> None:
    left, right = "in_polygon('0 0, 2 0, 2 4, 0 4')", "in_polygon('2 0, 4 0, 4 4, 2 4')"
    x: list[float | None] = [2, 2, 2]
    y: list[float | None] = [1, 2, 3]
    assert sorted(chosen(left, x, y) + chosen(right, x, y)) == [0, 1, 2]


def test_it_is_one_chip_of_unit_level_and_keeps_its_spelling() -> None:
    found = parse(f"{SQUARE} AND x > 0", COLUMNS)
    assert found.level == "unit"
    assert [chip.expression for chip in found.chips] == [SQUARE, "x > 0"]


def test_a_lasso_over_many_points_agrees_with_the_oracle() -> None:
    rng = np.random.default_rng(4)
    angle = np.linspace(0, 2 * np.pi, 120, endpoint=False)
    radius = 1 + 0.3 * np.sin(7 * angle)
    polygon = [
        (float(f"{r * np.cos(a):.4g}"), float(f"{r * np.sin(a):.4g}")) for r, a in zip(radius, angle, strict=True)
    ]
    places = rng.normal(size=(500, 2)).astype(np.float32)
    written = ", ".join(f"{x:.6g} {y:.6g}" for x, y in polygon)
    found = chosen(f"in_polygon('{written}')", places[:, 0].tolist(), places[:, 1].tolist())
    assert found == [at for at, (x, y) in enumerate(places.tolist()) if crossings(polygon, x, y)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not a corner"),
        ("1 1, 2 2", "at least 3 corners"),
        ("1 1, 2 2, 3", "`3` is not a corner"),
        ("1 1, 2 2, 3 x", "is not a corner"),
        ("1 1, 2 2, 1e999 0", "is not a corner"),
        ("1 1, 2 2, nan 0", "is not a corner"),
        (", ".join("1 1" for _ in range(300)), "at most 200"),
        (", ".join(f"{k % 2} {(k * 67) % 199}" for k in range(200)), "too jagged"),
    ],
)
def test_what_is_no_polygon_is_refused_where_it_stands(text: str, message: str) -> None:
    with pytest.raises(FilterError, match=message) as caught:
        parse(f"x > 1 AND in_polygon('{text}')", COLUMNS)
    assert caught.value.column == 22


def test_a_run_without_a_map_says_so() -> None:
    with pytest.raises(FilterError, match="no map"):
        parse(SQUARE, {"sample_text": COLUMNS["x"]})
