"""Chart data and its Vega-Lite form."""

from __future__ import annotations

import itertools
import json

import pytest

from errata.core.errors import UsageError
from errata.query.catalog import Catalog
from errata.query.charts import (
    GHOST,
    MISSED,
    confusion_chart,
    facet_chart,
    histogram_chart,
    support_chart,
    to_vega_lite,
)
from tests.builders import ner_view

SUMMARY = Catalog(ner_view(60, 9)).summary(split=None, where="", facets="gold", histogram="loss")
CHARTS = {
    "histogram": histogram_chart(SUMMARY["histogram"]),
    "confusion": confusion_chart(SUMMARY["confusion"]),
    "facet": facet_chart(SUMMARY["facets"][0], mean=0.5),
    "support": support_chart(SUMMARY["metrics"]),
}


def test_bars_join_and_add_up() -> None:
    rows = CHARTS["histogram"]["rows"]
    assert all(left["high"] == right["low"] for left, right in itertools.pairwise(rows))
    assert sum(row["n"] for row in rows) + CHARTS["histogram"]["n_empty"] == SUMMARY["selection"]["n_units"]


def test_confusion_rows_are_shares_of_gold() -> None:
    rows = CHARTS["confusion"]["rows"]
    for label in CHARTS["confusion"]["labels"]:
        assert sum(row["share"] for row in rows if row["gold"] == label) == pytest.approx(1)
    assert any(row["pred"] == MISSED for row in rows)
    assert all(row["share"] is None for row in rows if row["gold"] == GHOST)


def test_support_has_one_point_per_label_with_gold() -> None:
    by = SUMMARY["metrics"]["by"]
    assert {row["label"]: row["support"] for row in CHARTS["support"]["rows"]} == {
        name: by[name]["support"] for name in by
    }


@pytest.mark.parametrize("kind", sorted(CHARTS))
def test_vega_lite_names_only_fields_that_are_there(kind: str) -> None:
    spec = to_vega_lite(CHARTS[kind])
    json.dumps(spec, allow_nan=False)
    assert spec["$schema"].endswith("v5.json")
    assert ("mark" in spec) != ("layer" in spec)
    known = set().union(*(row.keys() for row in spec["data"]["values"]))
    encodings = [spec.get("encoding", {}), *(layer.get("encoding", {}) for layer in spec.get("layer", ()))]
    assert {channel["field"] for encoding in encodings for channel in encoding.values() if "field" in channel} <= known


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(UsageError, match="no chart kind"):
        to_vega_lite({"kind": "pie"})
