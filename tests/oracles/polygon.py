"""Inside a polygon by its winding angle, in exact fractions: no line of it is the product's."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

Corner = tuple[float, float]


def crossings(polygon: Sequence[Corner], x: float, y: float) -> bool | None:
    """Even-odd rule with a ray upwards (the product's goes to the right); None on the border, where either is right."""
    px, py = Fraction(x), Fraction(y)
    inside = False
    for (ax, ay), (bx, by) in zip(polygon, [*polygon[1:], polygon[0]], strict=True):
        x1, y1, x2, y2 = map(Fraction, (ax, ay, bx, by))
        cross = (x2 - x1) * (py - y1) - (y2 - y1) * (px - x1)
        if cross == 0 and min(x1, x2) <= px <= max(x1, x2) and min(y1, y2) <= py <= max(y1, y2):
            return None
        if (x1 > px) != (x2 > px):
            inside ^= y1 + (px - x1) * (y2 - y1) / (x2 - x1) > py
    return inside
