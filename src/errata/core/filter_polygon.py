"""A polygon on the map as a condition on two columns: a lasso that needs no memory but its own corners."""

from __future__ import annotations

import math
import re
from itertools import pairwise

from errata.core.errors import FilterError

MOST_CORNERS = 200
MOST_CROSSINGS = 10_000
_NUMBER = r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
_CORNER = re.compile(rf"\s*{_NUMBER}\s+{_NUMBER}\s*", re.ASCII)
_REMEDY = "write in_polygon('x y, x y, x y'), with a point in numbers: '0 0, 2.5 0, 2.5 1e1'."

Corner = tuple[float, float]
_Edge = tuple[float, float, float, float, float]
"""Lower and upper end, then a point of the edge and its slope, x over y."""


def corners(text: str, position: int) -> list[Corner]:
    """The corners of ``'x y, x y, …'``, in order. Raises FilterError; ``position`` is where the text stands."""
    parts = text.split(",")
    if len(parts) > MOST_CORNERS:
        raise FilterError(
            f"the polygon has {len(parts):,} corners; at most {MOST_CORNERS} are read.",
            column=position,
            remedy="draw it with fewer corners.",
        )
    found = []
    for part in parts:
        match = _CORNER.fullmatch(part)
        corner = (float(match[1]), float(match[2])) if match else (math.nan, math.nan)
        if not (math.isfinite(corner[0]) and math.isfinite(corner[1])):
            raise FilterError(f"`{part.strip()[:40]}` is not a corner.", column=position, remedy=_REMEDY)
        found.append(corner)
    if len(found) < 3:
        raise FilterError(f"a polygon has at least 3 corners; found {len(found)}.", column=position, remedy=_REMEDY)
    return found


def inside(polygon: list[Corner], x: str, y: str, position: int) -> tuple[str, tuple[float, ...]]:
    """SQL and values of "the point (x, y) lies inside", by the even-odd rule; empty where the point has no place.

    A ray to the right meets an edge when y is within its height, the upper end excluded, and x lies left of it. The
    heights of the corners cut the plane into bands, each with a few edges, and a tree of CASEs finds a point's band: a
    million points meet a dozen conditions each, not one for each edge.
    """
    x, y = f"CAST({x} AS DOUBLE)", f"CAST({y} AS DOUBLE)"
    edges = [
        (y1, y2, x1, y1, (x2 - x1) / (y2 - y1)) if y1 < y2 else (y2, y1, x1, y1, (x2 - x1) / (y2 - y1))
        for (x1, y1), (x2, y2) in zip(polygon, [*polygon[1:], polygon[0]], strict=True)
        if y1 != y2
    ]
    heights = sorted({height for _, height in polygon})
    bands = [[edge for edge in edges if edge[0] <= low and high <= edge[1]] for low, high in pairwise(heights)]
    if sum(map(len, bands)) > MOST_CROSSINGS:
        raise FilterError("the polygon is too jagged.", column=position, remedy="draw it with fewer corners.")
    sides = [corner[0] for corner in polygon]
    tree, values = _tree(heights, bands, x, y)
    box = f"NOT ({x} BETWEEN ? AND ? AND {y} BETWEEN ? AND ?)"
    sql = f"CASE WHEN {x} IS NULL OR {y} IS NULL THEN NULL WHEN {box} THEN FALSE ELSE {tree} END"
    return sql, (min(sides), max(sides), heights[0], heights[-1], *values)


def _tree(heights: list[float], bands: list[list[_Edge]], x: str, y: str) -> tuple[str, list[float]]:
    """Inside-ness of a point whose y lies in one of the bands ``heights[i] <= y < heights[i + 1]``."""
    if not bands:
        return "FALSE", []
    if len(bands) == 1:
        lefts = [f"({x} < ? + ({y} - ?) * ?)" for _ in bands[0]]
        return _odd(lefts), [value for edge in bands[0] for value in edge[2:]]
    middle = len(bands) // 2
    below, below_values = _tree(heights[: middle + 1], bands[:middle], x, y)
    above, above_values = _tree(heights[middle:], bands[middle:], x, y)
    return f"CASE WHEN {y} < ? THEN {below} ELSE {above} END", [heights[middle], *below_values, *above_values]


def _odd(conditions: list[str]) -> str:
    """An odd number of the conditions holds, as a balanced tree: a chain would be too deep."""
    while len(conditions) > 1:
        pairs = [conditions[at : at + 2] for at in range(0, len(conditions), 2)]
        conditions = [f"({' <> '.join(pair)})" if len(pair) == 2 else pair[0] for pair in pairs]
    return conditions[0] if conditions else "FALSE"
