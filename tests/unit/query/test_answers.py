"""The numbers of a summary against counting the rows by hand, and: every number is the size of its own filter."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from errata.core.errors import FilterError, NotFound, UsageError
from errata.query import catalog
from errata.query.catalog import Catalog
from errata.query.view import RunView
from tests.builders import multilabel_view, ner_view, text_view

WHERES = (
    "",
    "is_error",
    "n_tokens > 4",
    "gold = 'PER' OR pred IN ('LOC', 'card')",
    "dep > 0.5 AND split <> 'dev'",
    "FALSE",
)
VIEWS = {"ner": ner_view(80, 1), "text": text_view(60, 1), "multi": multilabel_view(50, 1)}
CATALOGS = {name: Catalog(view) for name, view in VIEWS.items()}


@pytest.fixture(params=sorted(VIEWS))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def ask(name: str, where: str = "", split: str | None = None, **options: Any) -> dict[str, Any]:
    return CATALOGS[name].summary(
        split=split,
        where=where,
        **{"facets": "gold,pred,difficulty,is_error,label_issue", "histogram": "dep", **options},
    )


def n_units(name: str, where: str, split: str | None) -> int:
    return ask(name, where, split, facets="", histogram="")["selection"]["n_units"]


def rows_of(view: RunView, where: str, split: str | None) -> list[dict[str, Any]]:
    """The judged units of a selection, as the catalog lists them."""
    has_gold = view.samples["has_gold"].to_pylist()
    found = catalog.units(view, where=where, split=split, sort="").to_pylist()
    return [row for row in found if has_gold[row["sample"]]]


def prf(tp: float, n_gold: int, n_pred: int) -> dict[str, float | None]:
    return {
        "precision": tp / n_pred if n_pred else None,
        "recall": tp / n_gold if n_gold else None,
        "f1": 2 * tp / (n_gold + n_pred) if n_gold else None,
    }


@pytest.mark.parametrize("where", WHERES)
@pytest.mark.parametrize("split", [None, "train"])
def test_micro_scores_are_counts_of_rows(name: str, where: str, split: str | None) -> None:
    rows = rows_of(VIEWS[name], where, split)
    tp = sum(row["gold"] == row["pred"] and row["is_error"] is False for row in rows)
    n_gold, n_pred = (sum(row[side] is not None for row in rows) for side in ("gold", "pred"))
    found = ask(name, where, split)["metrics"]["overall"]["micro"]
    assert {key: found[key] for key in ("precision", "recall", "f1")} == pytest.approx(prf(tp, n_gold, n_pred))
    assert found["support"] == n_gold
    if found["f1"] is not None:
        assert found["f1_low"] <= found["f1"] + 1e-9
        assert found["f1"] <= found["f1_high"] + 1e-9


@pytest.mark.parametrize("where", WHERES)
def test_scores_per_label_are_counts_of_rows(name: str, where: str) -> None:
    rows = rows_of(VIEWS[name], where, None)
    by = ask(name, where)["metrics"]["by"]
    assert list(by) == list(VIEWS[name].labels)
    for label, found in by.items():
        tp = sum(row["gold"] == label and row["is_error"] is False for row in rows)
        n_gold, n_pred = (sum(row[side] == label for row in rows) for side in ("gold", "pred"))
        assert {key: found[key] for key in ("precision", "recall", "f1")} == pytest.approx(prf(tp, n_gold, n_pred)), (
            label
        )


def test_conventions_and_error_types() -> None:
    rows = rows_of(VIEWS["ner"], "split = 'train'", None)
    found = ask("ner", "split = 'train'")["metrics"]
    pairs = [row for row in rows if row["gold"] is not None and row["pred"] is not None]
    n_gold, n_pred = (sum(row[side] is not None for row in rows) for side in ("gold", "pred"))
    right = {
        "conlleval": sum(row["error_type"] == "none" for row in rows),
        "boundary": sum(row["error_type"] in ("none", "wrong_tag") for row in rows),
        "type": sum(row["gold"] == row["pred"] for row in pairs),
        "partial": sum(
            1 if row["error_type"] in ("none", "wrong_tag") else 0.5 * (row["error_type"] == "span_shift")
            for row in pairs
        ),
    }
    for convention, tp in right.items():
        assert found["conventions"][convention]["precision"] == pytest.approx(tp / n_pred), convention
        assert found["conventions"][convention]["recall"] == pytest.approx(tp / n_gold), convention
    strict = [row for row in rows if row["gold_is_strict"] and row["pred_is_strict"] and row["error_type"] == "none"]
    n_strict = sum(bool(row["pred_is_strict"]) and row["pred"] is not None for row in rows)
    assert found["conventions"]["strict"]["precision"] == pytest.approx(len(strict) / n_strict)
    assert found["error_types"] == {
        kind: sum(row["error_type"] == kind for row in rows)
        for kind in ("span_shift", "wrong_tag", "missed_span", "ghost_span")
    }


def test_token_scores_are_counts_of_tokens() -> None:
    view = VIEWS["ner"]
    has_gold = view.samples["has_gold"].to_pylist()
    split = view.samples["split"].to_pylist()
    tokens = [
        (row["gold_tag"].partition("-")[2], row["pred_tag"].partition("-")[2])
        for row in view.tokens().to_pylist()
        if has_gold[row["sample"]] and split[row["sample"]] == "test"
    ]
    tp = sum(gold == pred != "" for gold, pred in tokens)
    n_gold, n_pred = (sum(bool(pair[side]) for pair in tokens) for side in (0, 1))
    metrics = ask("ner", "", "test")["metrics"]
    assert metrics["conventions"]["token"] == pytest.approx(prf(tp, n_gold, n_pred))
    assert metrics["overall"]["accuracy"] == pytest.approx(sum(gold == pred for gold, pred in tokens) / len(tokens))
    full = catalog.metrics(view, split="test", convention="token")
    assert full["overall"]["micro"]["f1"] == pytest.approx(prf(tp, n_gold, n_pred)["f1"])
    tp = sum(gold == pred == "PER" for gold, pred in tokens)
    counts = [sum(pair[side] == "PER" for pair in tokens) for side in (0, 1)]
    assert {key: full["by"]["PER"][key] for key in ("precision", "recall", "f1")} == pytest.approx(prf(tp, *counts))


def test_token_scores_are_undefined_where_units_are_selected() -> None:
    assert ask("ner", "is_error")["metrics"]["conventions"]["token"] == dict.fromkeys(("precision", "recall", "f1"))


def test_accuracy_of_texts() -> None:
    rows = rows_of(VIEWS["text"], "", None)
    right = sum(row["is_error"] is False for row in rows)
    assert ask("text")["metrics"]["overall"]["accuracy"] == pytest.approx(right / len(rows))
    wrong = {row["sample"] for row in rows_of(VIEWS["multi"], "is_error", None)}
    n_gold = sum(VIEWS["multi"].samples["has_gold"].to_pylist())
    assert ask("multi")["metrics"]["overall"]["accuracy"] == pytest.approx(1 - len(wrong) / n_gold)


@pytest.mark.parametrize("where", ["", "n_tokens > 3", "NOT is_error OR dep > 0.3"])
@pytest.mark.parametrize("split", [None, "dev"])
def test_every_number_is_the_size_of_its_own_filter(name: str, where: str, split: str | None) -> None:
    """A click on a number shows as many units as the number says."""
    found = ask(name, where, split)
    outer = f"({where}) AND " if where else ""
    for tile in found["tiles"]:
        assert n_units(name, outer + tile["where"], split) == tile["n"], tile["name"]
    for facet in found["facets"]:
        assert sum(row["n"] for row in facet["rows"]) == found["selection"]["n_units"]
        for row in facet["rows"]:
            assert n_units(name, outer + row["where"], split) == row["n"], row
    bars = found["histogram"]
    for low, high, n in zip(bars["edges"][:-1], bars["edges"][1:], bars["counts"], strict=True):
        top = "<=" if high == bars["edges"][-1] else "<"
        assert n_units(name, f"{outer}dep >= {low} AND dep {top} {high}", split) == n
    assert n_units(name, f"{outer}dep IS NULL", split) == bars["n_empty"]
    cells, labels = found["confusion"], found["confusion"]["labels"]
    judged = f"{outer}is_error IS NOT NULL AND "
    for gold, pred, n in cells["cells"]:
        assert n_units(name, f"{judged}gold = '{labels[gold]}' AND pred = '{labels[pred]}'", split) == n
    for label, missed, ghost in zip(labels, cells["missed"], cells["ghost"], strict=True):
        assert n_units(name, f"{judged}gold = '{label}' AND pred IS NULL", split) == missed
        assert n_units(name, f"{judged}pred = '{label}' AND gold IS NULL", split) == ghost


def test_facets_stand_beside_the_whole_split() -> None:
    found = ask("ner", "dep > 0.4", "train", facets="gold,error_type,meta_source,meta_year")
    whole = ask("ner", "", "train", facets="gold,error_type,meta_source,meta_year")
    for facet, before in zip(found["facets"], whole["facets"], strict=True):
        assert facet["scope"] == ("label" if facet["column"] == "gold" else "group")
        assert [row["value"] for row in facet["rows"]] == [row["value"] for row in before["rows"]], "rows stay in place"
        assert [row["n_whole"] for row in facet["rows"]] == [row["n"] for row in before["rows"]]
        for row, old in zip(facet["rows"], before["rows"], strict=True):
            if row["f1"] is not None and old["f1"] is not None:
                assert row["delta"] == pytest.approx(row["f1"] - old["f1"])
    assert found["whole"] == whole["metrics"]["overall"]


def test_a_group_facet_has_the_scores_of_its_filter() -> None:
    for row in ask("ner", "", None, facets="meta_source")["facets"][0]["rows"]:
        inner = ask("ner", row["where"])["metrics"]["overall"]["micro"]
        assert {key: row[key] for key in ("precision", "recall", "f1")} == pytest.approx(
            {key: inner[key] for key in ("precision", "recall", "f1")}
        )


def test_an_empty_selection_is_undefined_not_zero(name: str) -> None:
    found = ask(name, "dep > 5")
    assert found["selection"]["n_units"] == found["selection"]["n_samples"] == 0
    assert all(found["metrics"]["overall"][part]["f1"] is None for part in ("micro", "macro", "weighted"))
    assert all(tile["share"] is None for tile in found["tiles"])
    json.dumps(found, allow_nan=False)


def test_every_answer_is_json_without_nan(name: str) -> None:
    for where in WHERES:
        json.dumps(ask(name, where), allow_nan=False)


def test_another_convention_changes_everything_shown() -> None:
    loose, strict = ask("ner", "", convention="boundary"), ask("ner", "")
    assert loose["metrics"]["convention"] == "boundary"
    assert loose["metrics"]["overall"]["micro"]["f1"] == pytest.approx(
        strict["metrics"]["conventions"]["boundary"]["f1"]
    )
    rows = {
        row["value"]: row for row in ask("ner", "", facets="error_type", convention="boundary")["facets"][0]["rows"]
    }
    assert rows["wrong_tag"]["f1"] == 1.0
    assert ask("ner", "", facets="error_type")["facets"][0]["rows"]


def test_filter_json_carries_chips() -> None:
    found = ask("ner", "gold IN ('PER', 'LOC') AND NOT is_split AND (dep > 0.5 OR is_error)")["filter"]
    assert found["level"] == "unit"
    assert [chip["column"] for chip in found["chips"]] == ["gold", "is_split", None]
    assert found["chips"][0] == {
        "expression": "gold IN ('PER', 'LOC')",
        "column": "gold",
        "op": "IN",
        "values": ["PER", "LOC"],
    }
    assert found["chips"][1]["values"] == [False]
    assert found["chips"][2]["expression"] == "(dep > 0.5 OR is_error)"
    assert ask("ner", "")["filter"] == {"level": None, "chips": []}


def test_metrics_by_another_column() -> None:
    found = catalog.metrics(VIEWS["ner"], by="meta_source")
    n = Counter(row["meta_source"] for row in VIEWS["ner"].samples.to_pylist())
    assert set(found["by"]) == {value for value in n if value is not None}
    assert found["by"]["web"]["f1"] == pytest.approx(
        catalog.metrics(VIEWS["ner"], where="meta_source = 'web'")["overall"]["micro"]["f1"]
    )
    assert set(found) == {
        "split", "where", "convention", "n_samples", "n_units", "overall", "by", "conventions", "error_types",
    }  # fmt: skip
    assert "conventions" not in catalog.metrics(VIEWS["text"])


def test_what_is_asked_wrongly_is_said() -> None:
    with pytest.raises(FilterError, match="no column `godl`"):
        ask("ner", "", facets="godl")
    with pytest.raises(FilterError, match="numbers"):
        ask("ner", "", histogram="gold")
    with pytest.raises(FilterError, match="regex"):
        ask("ner", "text_matches('(')")
    with pytest.raises(NotFound, match="no split `trian`"):
        ask("ner", "", "trian")
    with pytest.raises(UsageError, match="no convention `strct`"):
        ask("ner", "", convention="strct")
    with pytest.raises(UsageError, match="convention"):
        ask("text", "", convention="strict")
