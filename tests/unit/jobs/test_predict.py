"""Predictions of some samples only, and predictions that are labels only, from files to metrics."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import errata

NER = [{"id": f"s{k}", "text": f"Ada met Bob in Oslo {k}", "spans": [[0, 3, "PER"], [8, 11, "PER"]]} for k in range(12)]
TEXTS = [{"id": f"s{k}", "text": f"text number {k}", "label": "ab"[k % 2]} for k in range(12)]
MULTI = [{"id": f"s{k}", "text": f"text number {k}", "labels": [["a"], ["a", "b"], []][k % 3]} for k in range(12)]


def analysed(folder: Path, rows: list[dict[str, Any]], predicted: list[dict[str, Any]]) -> errata.AnalysedRun:
    for name, lines in (("test", rows), ("pred", predicted)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    predictions = {"test": folder / "pred.jsonl"}
    return errata.analyze(folder / "test.jsonl", predictions=predictions, out=folder / "run")


def test_spans_of_half_the_samples_count_at_token_level_too(tmp_path: Path) -> None:
    run = analysed(tmp_path, NER, [{"id": row["id"], "pred_spans": row["spans"]} for row in NER[:6]])
    found = run.metrics()
    assert {kind: scores["f1"] for kind, scores in found["conventions"].items()} == dict.fromkeys(
        ("strict", "conlleval", "boundary", "type", "partial", "token"), 1.0
    )
    assert found["overall"]["accuracy"] == 1.0
    assert run.samples(where="NOT has_pred")["sample_id"].to_pylist() == [row["id"] for row in NER[6:]]


@pytest.mark.parametrize("n", [6, 12])
def test_labels_alone_are_enough(tmp_path: Path, n: int) -> None:
    run = analysed(tmp_path, TEXTS, [{"id": row["id"], "pred": "a"} for row in TEXTS[:n]])
    overall = run.metrics()["overall"]
    assert (overall["accuracy"], overall["micro"]["support"]) == (0.5, n)
    assert "lent" in run.manifest


def test_silent_samples_are_not_right_in_multi_label_accuracy(tmp_path: Path) -> None:
    run = analysed(tmp_path, MULTI, [{"id": row["id"], "pred": ["b"]} for row in MULTI[:6]])
    assert run.metrics()["overall"]["accuracy"] == 0.0
