"""Charts as data and kind, made once here: the console draws them itself, notebooks and the report as Vega-Lite.

A chart is ``{"kind", "title", "rows", …}`` whose rows are plain numbers and names. Every kind has one function that
makes it from the answers of ``Catalog`` and one entry in ``to_vega_lite``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from errata.core.errors import UsageError

Json = dict[str, Any]
VEGA_LITE = "https://vega.github.io/schema/vega-lite/v5.json"
MISSED, GHOST = "missed", "ghost"
BAR, ACCENT, HOT = "#7D808A", "#2F55D4", "#AE3340"


def histogram_chart(histogram: Json) -> Json:
    """Bars of ``Catalog.summary()["histogram"]``; rows ``{low, high, n}``."""
    edges = histogram["edges"]
    rows = [
        {"low": low, "high": high, "n": n}
        for low, high, n in zip(edges[:-1], edges[1:], histogram["counts"], strict=True)
    ]
    return {"kind": "histogram", "title": histogram["column"], "rows": rows, "n_empty": histogram["n_empty"]}


def confusion_chart(confusion: Json) -> Json:
    """Cells of ``Catalog.summary()["confusion"]``, missed and ghost included; rows ``{gold, pred, n, share}``.

    ``share`` is of the cell's row (gold label); the row of ghosts has none.
    """
    labels = confusion["labels"]
    cells = {(labels[gold], labels[pred]): n for gold, pred, n in confusion["cells"]}
    cells |= {(label, MISSED): n for label, n in zip(labels, confusion["missed"], strict=True) if n}
    totals = dict.fromkeys(labels, 0)
    for (gold, _), n in cells.items():
        totals[gold] += n
    rows = [{"gold": gold, "pred": pred, "n": n, "share": n / totals[gold]} for (gold, pred), n in cells.items()]
    ghosts = zip(labels, confusion["ghost"], strict=True)
    rows += [{"gold": GHOST, "pred": label, "n": n, "share": None} for label, n in ghosts if n]
    return {"kind": "confusion", "title": "Gold by predicted label", "labels": labels, "rows": rows}


def facet_chart(facet: Json, mean: float | None = None) -> Json:
    """Bars of one of ``Catalog.summary()["facets"]``; rows ``{value, n, f1, f1_low, f1_high}``, ``mean`` a dashed line."""
    kept = ("n", "f1", "f1_low", "f1_high")
    rows = [{"value": row["value"] or "∅", **{name: row[name] for name in kept}} for row in facet["rows"]]
    return {"kind": "facet", "title": facet["column"], "rows": rows, "mean": mean}


def support_chart(metrics: Json) -> Json:
    """F1 against support per label, from a metrics JSON; rows ``{label, support, f1}``. Labels without support are left out.

    ``mean_support`` and ``f1`` (micro) split the plot: many and poor is where work pays.
    """
    rows = [
        {"label": label, "support": entry["support"], "f1": entry["f1"]}
        for label, entry in metrics["by"].items()
        if entry["f1"] is not None
    ]
    mean = sum(row["support"] for row in rows) / len(rows) if rows else None
    return {
        "kind": "support",
        "title": "F1 by support",
        "rows": rows,
        "mean_support": mean,
        "f1": metrics["overall"]["micro"]["f1"],
    }


def to_vega_lite(chart: Json) -> Json:
    """A chart as a Vega-Lite specification with its data inside. Raises UsageError for an unknown kind."""
    make = _KINDS.get(chart["kind"])
    if make is None:
        raise UsageError(f"there is no chart kind `{chart['kind']}`.", remedy=f"choose {', '.join(_KINDS)}.")
    return {
        "$schema": VEGA_LITE,
        "title": {"text": chart["title"], "fontSize": 12, "fontWeight": 600, "anchor": "start"},
        "data": {"values": chart["rows"]},
        "config": {
            "font": "Inter, ui-sans-serif, system-ui, sans-serif",
            "view": {"stroke": None},
            "axis": {"domain": False, "ticks": False, "gridColor": "#EFEFEC", "labelColor": "#676A74"},
        },
        **make(chart),
    }


def _histogram(chart: Json) -> Json:
    x = {"field": "low", "type": "quantitative", "bin": {"binned": True}, "title": chart["title"]}
    y = {"field": "n", "type": "quantitative", "scale": {"type": "sqrt"}, "title": "units"}
    return {
        "mark": {"type": "bar", "color": BAR, "tooltip": True},
        "encoding": {"x": x, "x2": {"field": "high"}, "y": y},
    }


def _confusion(chart: Json) -> Json:
    names = chart["labels"]
    x = {"field": "pred", "type": "nominal", "sort": [*names, MISSED], "axis": {"orient": "top", "labelAngle": 0}}
    y = {"field": "gold", "type": "nominal", "sort": [*names, GHOST]}
    shade = {"field": "share", "type": "quantitative", "scale": {"range": ["#FFFFFF", HOT], "domain": [0, 1]}}
    return {
        "encoding": {"x": x, "y": y},
        "layer": [
            {"mark": {"type": "rect", "tooltip": True}, "encoding": {"color": shade}},
            {"mark": {"type": "text"}, "encoding": {"text": {"field": "n", "type": "quantitative"}}},
        ],
    }


def _facet(chart: Json) -> Json:
    y = {"field": "value", "type": "nominal", "sort": [row["value"] for row in chart["rows"]], "title": None}
    x = {"field": "f1", "type": "quantitative", "scale": {"domain": [0, 1]}, "title": "F1"}
    interval = {"x": {"field": "f1_low", "type": "quantitative"}, "x2": {"field": "f1_high"}}
    layers: list[Json] = [
        {"mark": {"type": "bar", "color": BAR, "tooltip": True}, "encoding": {"x": x}},
        {"mark": {"type": "rule"}, "encoding": interval},
    ]
    if chart["mean"] is not None:
        layers.append({"mark": {"type": "rule", "strokeDash": [4, 3]}, "encoding": {"x": {"datum": chart["mean"]}}})
    return {"encoding": {"y": y}, "layer": layers}


def _support(chart: Json) -> Json:
    x = {"field": "support", "type": "quantitative", "scale": {"type": "log"}, "title": "support"}
    y = {"field": "f1", "type": "quantitative", "scale": {"domain": [0, 1]}, "title": "F1"}
    layers: list[Json] = [
        {"mark": {"type": "point", "filled": True, "color": ACCENT, "tooltip": True}},
        {"mark": {"type": "text", "dy": -8}, "encoding": {"text": {"field": "label"}}},
    ]
    for axis, value in (("x", chart["mean_support"]), ("y", chart["f1"])):
        if value is not None:
            layers.append({"mark": {"type": "rule", "strokeDash": [4, 3]}, "encoding": {axis: {"datum": value}}})
    return {"encoding": {"x": x, "y": y}, "layer": layers}


_KINDS: dict[str, Callable[[Json], Json]] = {
    "histogram": _histogram,
    "confusion": _confusion,
    "facet": _facet,
    "support": _support,
}
