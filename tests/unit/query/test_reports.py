"""What the command line prints: units, samples and label issues in order."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest

from errata.core.errors import UsageError
from errata.query import catalog
from tests.builders import ner_view, text_view

NER, TEXT = ner_view(60, 4), text_view(30, 4)


def test_units_come_in_order_with_every_column() -> None:
    found = catalog.units(NER, where="is_error", sort="-dep,unit_id", top=10)
    assert found.column_names == NER.units.column_names
    rows = found.to_pylist()
    assert len(rows) == 10
    assert all(row["is_error"] for row in rows)
    everything = [row for row in NER.units.to_pylist() if row["is_error"]]
    everything.sort(key=lambda row: (row["dep"] is None, -(row["dep"] or 0), row["unit_id"]))
    assert [row["unit_id"] for row in rows] == [row["unit_id"] for row in everything[:10]]


def test_samples_come_with_metadata() -> None:
    found = catalog.samples(NER, where="n_errors > 1", sort="-n_errors")
    assert found.column_names == NER.samples.column_names
    assert min(found["n_errors"].to_pylist()) > 1


def test_sample_issues_rank_every_sample() -> None:
    found = catalog.issues(NER)
    assert len(found) == 60
    scores = [row["issue_score"] for row in found]
    known = [score for score in scores if score is not None]
    assert known == sorted(known, reverse=True)
    assert scores[: len(known)] == known, "undefined last"
    assert set(found[0]) == {"split", "index", "sample_id", "issue_score", "issue_probability", "issue_reasons"}
    json.dumps(found, allow_nan=False)
    stored = {row["sample_id"]: row for row in NER.samples.to_pylist()}
    assert all(
        (row["split"], row["index"]) == (stored[row["sample_id"]]["split"], stored[row["sample_id"]]["index"])
        for row in found
    )


def test_sample_reasons_are_those_of_the_worst_region() -> None:
    regions = NER.issues.to_pylist()
    sample_of = {row["sample_id"]: row["sample"] for row in NER.samples.to_pylist()}
    for row in catalog.issues(NER):
        mine = [region for region in regions if region["sample"] == sample_of[row["sample_id"]]]
        worst = max(
            mine, key=lambda region: region["issue_score"] if region["issue_score"] is not None else -1, default=None
        )
        assert row["issue_reasons"] == (worst["reasons"] if worst else [])


def test_unit_issues_are_regions() -> None:
    found = catalog.issues(NER, split="train", level="unit", top=5)
    assert len(found) == 5
    assert all(row["split"] == "train" for row in found)
    assert {"start", "end", "char_start", "char_end", "text", "gold", "suggested_label"} <= set(found[0])


def test_token_issues_name_labels_not_tags() -> None:
    found = catalog.issues(NER, level="token", top=40)
    assert {row["gold"] for row in found} <= {"LOC", "MISC", "ORG", "PER", None}
    assert {"token", "text", "gold", "suggested_label"} <= set(found[0])
    stored = NER.tokens().to_pylist()
    best = max(stored, key=lambda row: row["issue_score"] or 0)
    assert (found[0]["token"], found[0]["text"]) == (best["token"], best["text"])


def test_wrong_levels_are_refused() -> None:
    with pytest.raises(UsageError, match="no level `tokn`"):
        catalog.issues(NER, level="tokn")
    with pytest.raises(UsageError, match="no tokens"):
        catalog.issues(TEXT, level="token")


def test_tables_have_no_nan() -> None:
    for table in (catalog.units(NER), catalog.samples(NER)):
        for column in table.columns:
            if pa.types.is_floating(column.type):
                assert not any(value != value for value in column.to_pylist())
