"""Rows, single samples, completion, run information."""

from __future__ import annotations

import json
from typing import Any

import pytest

from errata.core.errors import NotFound
from errata.query.catalog import Catalog
from tests.builders import LABELS, multilabel_view, ner_view, text_view

NER, TEXT, MULTI = ner_view(50, 2), text_view(40, 2), multilabel_view(30, 2)
CATALOGS = {"ner": Catalog(NER), "text": Catalog(TEXT), "multi": Catalog(MULTI)}


def ask(name: str, **options: Any) -> dict[str, Any]:
    asked = {"split": None, "where": "", "sort": "", "mode": "samples", "offset": 0, "limit": 1000, "seed": 0}
    return CATALOGS[name].rows(**{**asked, **options})


def test_sample_rows_hold_all_units_and_mark_the_active_ones() -> None:
    found = ask("ner", where="is_error")
    by_sample: dict[str, list[dict[str, Any]]] = {}
    for unit in NER.units.to_pylist():
        by_sample.setdefault(unit["sample_id"], []).append(unit)
    assert (
        found["total"] == len(found["rows"]) == sum(any(u["is_error"] for u in units) for units in by_sample.values())
    )
    for row in found["rows"]:
        stored = by_sample[row["sample_id"]]
        assert [unit["unit_id"] for unit in row["units"]] == [unit["unit_id"] for unit in stored]
        assert [unit["is_active"] for unit in row["units"]] == [unit["is_error"] is True for unit in stored]


def test_all_bounds_are_code_points_of_the_text() -> None:
    for row in ask("ner")["rows"]:
        for unit in row["units"]:
            assert row["text"][unit["char_start"] : unit["char_end"]] == unit["text"]
            for side in ("gold", "pred"):
                start, end = unit[f"{side}_start"], unit[f"{side}_end"]
                assert (start is None) == (unit[side] is None)
                if start is not None:
                    assert 0 <= start < end <= len(row["text"])
        assert [row["text"][start:end] for start, end in row["tokens"]] == row["text"].split()


def test_unit_rows_name_their_unit() -> None:
    found = ask("ner", mode="units", sort="-loss", where="error_type = 'wrong_tag'")
    focused = [next(unit for unit in row["units"] if unit["unit_id"] == row["focus"]) for row in found["rows"]]
    assert found["total"] == len(focused)
    assert all(unit["error_type"] == "wrong_tag" and unit["is_active"] for unit in focused)
    losses = [unit["loss"] for unit in focused if unit["loss"] is not None]
    assert losses == sorted(losses, reverse=True)


def test_pages_join_up() -> None:
    whole = [row["sample_id"] for row in ask("ner", sort="-dep")["rows"]]
    parts = [
        row["sample_id"] for start in range(0, 50, 7) for row in ask("ner", sort="-dep", offset=start, limit=7)["rows"]
    ]
    assert parts == whole


def test_text_rows_carry_labels() -> None:
    row = ask("text", where="is_error")["rows"][0]
    unit = row["units"][0]
    assert (row["gold"], row["pred"], row["tokens"]) == (unit["gold"], unit["pred"], None)
    for row in ask("multi")["rows"]:
        assert row["gold"] == [unit["gold"] for unit in row["units"] if unit["gold"]]
        assert row["pred"] == [unit["pred"] for unit in row["units"] if unit["pred"]]


def test_metadata_travels_under_its_filter_name() -> None:
    stored = {row["sample_id"]: row for row in NER.samples.to_pylist()}
    for row in ask("ner", where="meta_source = 'web'")["rows"]:
        assert row["meta"] == {name: stored[row["sample_id"]][name] for name in ("meta_source", "meta_year")}


def test_one_ner_sample_in_full() -> None:
    found = CATALOGS["ner"].sample("s7", where="dep > 0.5")
    stored = [row for row in NER.tokens().to_pylist() if row["sample"] == 7]
    assert [row["text"] for row in found["token_table"]] == [row["text"] for row in stored]
    assert found["token_table"][0]["gold_tag"] == stored[0]["gold_tag"]
    assert found["class_table"] is None
    assert {issue["unit_id"] for issue in found["issues"]} == {unit["unit_id"] for unit in found["units"]}
    scores = [issue["issue_score"] or 0 for issue in found["issues"]]
    assert scores == sorted(scores, reverse=True)


def test_one_text_in_full() -> None:
    found = CATALOGS["text"].sample("s3")
    assert [row["label"] for row in found["class_table"]] == list(TEXT.labels)
    assert sum(row["prob"] for row in found["class_table"]) == pytest.approx(1)
    assert [row["label"] for row in found["class_table"] if row["is_pred"]] == [found["pred"]]
    assert found["token_table"] is None
    several = CATALOGS["multi"].sample("s3")
    assert [row["label"] for row in several["class_table"] if row["is_gold"]] == several["gold"]


def test_an_unknown_sample_is_not_found() -> None:
    with pytest.raises(NotFound, match="no sample"):
        CATALOGS["ner"].sample("../../etc/passwd")


def test_completion_counts_units_or_samples() -> None:
    gold = CATALOGS["ner"].complete(column="gold", prefix="", split=None)["values"]
    assert {entry["value"]: entry["n"] for entry in gold} == {
        label: sum(row["gold"] == label for row in NER.units.to_pylist()) for label in LABELS
    }
    assert [entry["n"] for entry in gold] == sorted((entry["n"] for entry in gold), reverse=True)
    inner = CATALOGS["ner"].complete(column="text", prefix="LEEDS", split="train")["values"]
    assert all("leeds" in entry["value"].lower() for entry in inner)
    first = [entry["value"].lower().startswith("leeds") for entry in inner]
    assert first == sorted(first, reverse=True)
    assert CATALOGS["ner"].complete(column="meta_source", prefix="w", split=None)["values"][0]["value"] == "web"
    assert CATALOGS["ner"].complete(column="dep", prefix="", split=None) == {"values": []}
    assert {
        entry["value"] for entry in CATALOGS["ner"].complete(column="is_error", prefix="", split=None)["values"]
    } == {
        "true",
        "false",
    }


def test_run_information() -> None:
    found = CATALOGS["ner"].info()
    json.dumps(found, allow_nan=False)
    assert found["labels"] == list(LABELS)
    in_train = [row for row in NER.units.to_pylist() if row["split"] == "train"]
    assert found["label_counts"] == {label: sum(row["gold"] == label for row in in_train) for label in LABELS}
    columns = {column["name"]: column for column in found["columns"]}
    assert columns["gold"]["values"] == list(LABELS)
    assert columns["error_type"]["kind"] == "category"
    assert columns["dep"]["kind"] == "number"
    assert columns["dep"]["doc"]
    assert columns["sample_text"]["table"] == columns["split"]["table"] == "samples"
    assert columns["text"]["table"] == "units"
    assert columns["meta_source"]["values"] == ["news", "web"]
    assert found["has_probabilities"]
    assert [split["name"] for split in found["splits"]] == ["train", "dev", "test"]
    assert sum(split["n_units"] for split in found["splits"]) == NER.units.num_rows


def test_borrowed_scores_are_said() -> None:
    view = ner_view(5)
    view.manifest["score_source"] = "baseline"  # type: ignore[index]
    found = Catalog(view).info()
    assert not found["has_probabilities"]
    assert "baseline" in found["probabilities_note"]
