"""The sealed tables agree with one another, for every task and for predictors of every kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

import errata

NER = [
    {"tokens": ["Ada", "met", "Bob", "in", "Rome", "today"], "tags": ["B-PER", "O", "B-PER", "O", "B-LOC", "O"]},
    {"tokens": ["Rome", "is", "old"], "tags": ["B-LOC", "O", "O"]},
    {"tokens": ["nothing", "here"], "tags": ["O", "O"]},
    {"text": "", "tokens": [], "tags": []},
]
TEXTS = [
    {"text": f"{word} number {k}", "label": label} for k in range(6) for word, label in (("good", "a"), ("bad", "b"))
]
SEVERAL = [{"text": f"text {k}", "labels": labels} for k in range(4) for labels in (["x"], ["x", "y"], [])]


def of_tokens(samples: list[list[str]]) -> list[list[dict[str, Any]]]:
    """Capitalised tokens are PER, and so is the token after `in`, with it."""
    return [
        [
            {"start": k - (k > 0 and words[k - 1] == "in"), "end": k + 1, "label": "PER"}
            for k, word in enumerate(words)
            if word[0].isupper()
        ]
        for words in samples
    ]


def of_texts(texts: list[str]) -> list[dict[str, float]]:
    return [{"a": 0.9, "b": 0.1} if "good" in text else {"a": 0.6, "b": 0.4} for text in texts]


CASES: dict[str, tuple[list[dict[str, Any]], Callable[..., Any] | None]] = {
    "ner, baseline": (NER * 6, None),
    "ner, labels only": (NER * 6, of_tokens),
    "texts, baseline": (TEXTS, None),
    "texts, probabilities": (TEXTS, of_texts),
    "several labels": (SEVERAL, None),
}


@pytest.fixture(scope="module", params=CASES, ids=str)
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows, model = CASES[request.param]
    out = tmp_path_factory.mktemp("runs") / "run"
    errata.analyze(rows, model=model, out=out)
    return out


def _rows(run: Path, name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(run / f"{name}.parquet").to_pylist()
    return rows


def test_units_add_up_to_samples(run: Path) -> None:
    units, samples = _rows(run, "units"), _rows(run, "samples")
    assert [unit["sample"] for unit in units] == sorted(unit["sample"] for unit in units)
    of_sample, errors = Counter(u["sample"] for u in units), Counter(u["sample"] for u in units if u["is_error"])
    for sample in samples:
        assert sample["n_units"] == of_sample[sample["sample"]]
        assert sample["n_errors"] == errors[sample["sample"]]
        deps = [unit["dep"] for unit in units if unit["sample"] == sample["sample"] and unit["dep"] is not None]
        assert sample["sample_dep"] == (max(deps) if deps else None)


def test_unit_ids_are_unique_and_surfaces_are_the_text(run: Path) -> None:
    units, samples = _rows(run, "units"), _rows(run, "samples")
    assert len({unit["unit_id"] for unit in units}) == len(units)
    for unit in units:
        assert samples[unit["sample"]]["text"][unit["char_start"] : unit["char_end"]] == unit["text"]


def test_an_issue_names_the_unit_it_is_about(run: Path) -> None:
    units = {unit["unit_id"]: unit for unit in _rows(run, "units")}
    issues = _rows(run, "issues")
    for issue in issues:
        unit = units.get(issue["unit_id"])
        if issue["gold"] is not None:
            assert unit is not None
            assert unit["gold"] == issue["gold"]
        if unit is not None:
            assert unit["sample"] == issue["sample"]
            assert unit["text"] == issue["text"]
    assert {unit["unit_id"] for unit in units.values() if unit["gold"]} <= {issue["unit_id"] for issue in issues}
