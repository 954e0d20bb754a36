"""The main job on real data and real checkpoints, through the real command; oracles are seqeval and scikit-learn."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from seqeval.metrics import f1_score
from seqeval.scheme import IOB2
from sklearn.metrics import accuracy_score
from sklearn.metrics import f1_score as class_f1

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


def _errata(*arguments: str | Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "errata", *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _metrics(run: Path, *options: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_errata("metrics", run, "--json", *options))
    return found


@pytest.fixture(scope="module")
def conll(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("runs") / "conll"
    data = shared / "data" / "conll2003"
    model = shared / "models" / "minilm-conll03"
    _errata("analyze", "--split", f"test={data / 'eng.testb'}", "--model", model, "--out", run)
    return run


def _tags(run: Path, column: str) -> list[list[str]]:
    tokens = pq.read_table(run / "tokens", columns=["sample", column]).to_pydict()
    rows: list[list[str]] = [[] for _ in range(tokens["sample"][-1] + 1)]
    for sample, tag in zip(tokens["sample"], tokens[column], strict=True):
        rows[sample].append(tag)
    return rows


def test_conll_micro_f1_is_seqevals_in_both_conventions(conll: Path) -> None:
    found = _metrics(conll, "--split", "test")
    gold, pred = _tags(conll, "gold_tag"), _tags(conll, "pred_tag")
    assert abs(found["overall"]["micro"]["f1"] - f1_score(gold, pred)) < 1e-12
    strict = f1_score(gold, pred, mode="strict", scheme=IOB2)
    assert abs(found["conventions"]["strict"]["f1"] - strict) < 1e-12
    assert abs(_metrics(conll, "--convention", "strict")["overall"]["micro"]["f1"] - strict) < 1e-12
    assert round(found["overall"]["micro"]["f1"], 4) == 0.8587
    assert round(strict, 4) == 0.8657
    assert abs(found["overall"]["macro"]["f1"] - f1_score(gold, pred, average="macro")) < 1e-12


def test_conll_counts_add_up(conll: Path) -> None:
    found = _metrics(conll)
    rows = [json.loads(line) for line in _errata("units", conll, "--format", "jsonl").splitlines()]
    assert len(rows) == found["n_units"]
    by_type = {kind: sum(row["error_type"] == kind for row in rows) for kind in found["error_types"]}
    assert by_type == found["error_types"]
    assert sum(row["gold"] is not None for row in rows) == found["overall"]["micro"]["support"] == 5648


def test_issues_rank_every_sample(conll: Path) -> None:
    rows = [json.loads(line) for line in _errata("issues", conll, "--format", "jsonl").splitlines()]
    assert len(rows) == 3453
    assert set(rows[0]) == {"split", "index", "sample_id", "issue_score", "issue_probability", "issue_reasons"}
    known = [row["issue_score"] for row in rows if row["issue_score"] is not None]
    assert known == sorted(known, reverse=True)
    assert sorted(row["index"] for row in rows) == list(range(3453))


def test_trec_accuracy_and_macro_f1_are_scikit_learns(shared: Path, tmp_path: Path) -> None:
    data = shared / "data" / "trec" / "test.csv"
    run = tmp_path / "trec"
    _errata("analyze", "--split", f"test={data}", "--model", shared / "models" / "minilm-trec", "--out", run)
    found = _metrics(run, "--split", "test")
    units = [json.loads(line) for line in _errata("units", run, "--sort", "sample").splitlines()]
    with data.open(encoding="utf-8", newline="") as file:
        gold = [row["label"] for row in csv.DictReader(file)]
    assert [unit["gold"] for unit in units] == gold
    pred = [unit["pred"] for unit in units]
    assert abs(found["overall"]["accuracy"] - accuracy_score(gold, pred)) < 1e-12
    assert abs(found["overall"]["macro"]["f1"] - class_f1(gold, pred, average="macro")) < 1e-12
    assert found["overall"]["accuracy"] > 0.95
