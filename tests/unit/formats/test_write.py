"""What each format cannot hold is said; the rest is in tests/property/test_write.py."""

from __future__ import annotations

import io
import json
from typing import Any

import datasets
import numpy as np
import pyarrow.parquet as pq
import pytest

from errata.core.errors import UsageError
from errata.core.types import DataSet, Predictions, ReadOptions, Source, Spans
from errata.formats.read import read
from errata.formats.write import SUFFIXES, write

CONLL = "Ada B-PER\nsat O\n\nOslo B-LOC\n\n"


def load(content: str, format: str, **options: Any) -> DataSet:
    return read([Source("train", "a", content.encode(), format)], ReadOptions(**options))


def test_only_the_split_is_written() -> None:
    data = read([Source("train", "a", CONLL.encode(), "conll"), Source("dev", "b", b"x O\n", "conll")], ReadOptions())
    assert write(data, "dev", "conll") == b"x\tO\n\n"
    assert write(data, "train", "conll", scheme="BILOU") == b"Ada\tU-PER\nsat\tO\n\nOslo\tU-LOC\n\n"


def test_predictions_stand_beside_gold() -> None:
    data = load(CONLL, "conll")
    one = np.array([0], np.int32)
    spans = Spans(one, one, one + 1, one, one + 3, one + 2)
    predictions = Predictions(labels=(*data.labels, "NEW"), spans=spans, has_pred=np.array([True, False]))
    assert (
        write(data, "train", "conll", predictions=predictions) == b"Ada\tB-PER\tB-NEW\nsat\tO\tO\n\nOslo\tB-LOC\tO\n\n"
    )
    rows = [json.loads(line) for line in write(data, "train", "jsonl", predictions=predictions).splitlines()]
    assert rows[0]["pred_spans"] == [{"start": 0, "end": 3, "label": "NEW", "text": "Ada"}]
    assert rows[1]["pred_spans"] is None


def test_probabilities_and_metadata_are_written() -> None:
    data = load('{"text": "a", "label": "x", "n": 3, "title": "t"}\n', "jsonl")
    predictions = Predictions(labels=data.labels, class_pred=np.array([0]), class_probs=np.array([[1.0]], np.float32))
    (row,) = (json.loads(line) for line in write(data, "train", "jsonl", predictions=predictions).splitlines())
    assert row == {
        "id": "train-0",
        "text": "a",
        "label": "x",
        "pred": "x",
        "probs": {"x": 1.0},
        "n": 3,
        "meta_title": "t",
    }


def test_formulas_are_disarmed_only_for_spreadsheets() -> None:
    data = load('{"text": "=1+1", "label": "-x"}\n', "jsonl")
    assert b"=1+1" in write(data, "train", "csv")
    guarded = write(data, "train", "csv", for_spreadsheet=True)
    assert b"'=1+1,'-x" in guarded


def test_datasets_reads_the_features(tmp_path: Any) -> None:
    path = tmp_path / "train.parquet"
    path.write_bytes(write(load(CONLL, "conll"), "train", "huggingface"))
    found = datasets.Dataset.from_parquet(str(path), cache_dir=str(tmp_path))
    assert found.features["ner_tags"].feature.names == ["O", "B-LOC", "I-LOC", "B-PER", "I-PER"]
    assert found[0] == {"id": "train-0", "tokens": ["Ada", "sat"], "ner_tags": [3, 0]}
    table = pq.read_table(io.BytesIO(write(load('{"text": "a", "labels": ["x"]}\n', "jsonl"), "train", "huggingface")))
    assert table.to_pylist() == [{"id": "train-0", "text": "a", "labels": [0]}]


@pytest.mark.parametrize(
    ("content", "source", "format"),
    [
        ('{"tokens": ["a\\tb"], "tags": ["O"]}\n', "jsonl", "conll"),
        ('{"text": "a", "label": "x"}\n', "jsonl", "conll"),
        ('{"text": "a", "label": "x"}\n', "jsonl", "inline"),
        ('{"tokens": ["a b"], "tags": ["O"]}\n', "jsonl", "inline"),
        ('{"tokens": ["a"], "tags": ["B-x:y"]}\n', "jsonl", "inline"),
        (CONLL, "conll", "label-text"),
        ('{"text": "a", "label": "two words"}\n', "jsonl", "label-text"),
        ('{"text": "a\\nb", "label": "x"}\n', "jsonl", "label-text"),
        ('{"text": "a", "label": "x"}\n{"text": "a"}\n', "jsonl", "label-text"),
    ],
)
def test_what_a_format_cannot_hold_is_refused(content: str, source: str, format: str) -> None:
    with pytest.raises(UsageError) as refusal:
        write(load(content, source), "train", format)
    assert "--format jsonl" in refusal.value.remedy or "jsonl" in refusal.value.remedy


def test_labels_in_front_of_texts() -> None:
    assert write(load('{"text": "a b", "label": "3"}\n', "jsonl"), "train", "label-text") == b"3 a b\n"
    assert write(load('{"text": "a b", "label": "x"}\n', "jsonl"), "train", "label-text") == b"__label__x a b\n"


def test_every_format_has_a_suffix() -> None:
    for format in SUFFIXES:
        for content, source in (
            (CONLL, "conll"),
            ('{"text": "a", "label": "1"}\n{"text": "b", "label": "2"}\n', "jsonl"),
        ):
            try:
                assert write(load(content, source), "train", format)
            except UsageError as refusal:
                assert refusal.remedy
