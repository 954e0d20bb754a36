"""Objects of other libraries, as they are made there."""

from __future__ import annotations

from typing import Any

import datasets
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from errata.core.errors import UsageError
from errata.core.types import DataSet, ReadOptions
from errata.formats.read import read
from errata.formats.sources import sources_of

ROWS = [{"text": "a b", "label": "x"}, {"text": "é😀", "label": "y"}]
COLUMNS = {"text": ["a b", "é😀"], "label": ["x", "y"]}


def load(obj: Any, **options: Any) -> DataSet:
    return read(sources_of(obj), ReadOptions(**options))


@pytest.mark.parametrize(
    "obj",
    [
        ROWS,
        COLUMNS,
        pa.table(COLUMNS),
        pd.DataFrame(COLUMNS, index=[5, 3]),
        pl.DataFrame(COLUMNS),
        datasets.Dataset.from_dict(COLUMNS),
    ],
    ids=["rows", "columns", "arrow", "pandas", "polars", "datasets"],
)
def test_tables_of_any_library(obj: Any) -> None:
    data = load(obj)
    assert data.samples["text"].to_pylist() == COLUMNS["text"]
    assert data.labels == ("x", "y")
    assert data.splits == ("train",)
    assert load({"test": obj}).splits == ("test",)


def test_values_that_arrow_cannot_hold() -> None:
    rows = {"text": ["Ada sat"], "entities": [[(0, 3, "PER")]]}
    for obj in (pd.DataFrame(rows), rows, [{"text": "Ada sat", "entities": [(np.int64(0), 3, "PER")]}]):
        data = load(obj)
        assert data.gold_spans is not None
        assert (data.labels, data.gold_spans.char_end.tolist()) == (("PER",), [3])


def test_class_names_of_datasets_are_honoured() -> None:
    features = datasets.Features(
        {
            "tokens": datasets.List(datasets.Value("string")),
            "ner_tags": datasets.List(datasets.ClassLabel(names=["O", "B-PER", "I-PER"])),
        }
    )
    rows = {"tokens": [["x"], ["Ada", "B", "sat"]], "ner_tags": [[0], [1, 2, 0]]}
    data = load(datasets.DatasetDict({"validation": datasets.Dataset.from_dict(rows, features).select([1])}))
    assert data.gold_spans is not None
    assert (data.splits, data.labels, data.gold_spans.end.tolist()) == (("dev",), ("PER",), [2])


def test_a_named_split_keeps_its_name() -> None:
    obj = datasets.Dataset.from_dict(COLUMNS, split=datasets.Split.TEST)
    assert load(obj).splits == ("test",)


@pytest.mark.parametrize("obj", [3, [1, 2], "text", None])
def test_other_objects_are_refused(obj: Any) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        sources_of(obj)


def test_lone_surrogates_are_refused() -> None:
    with pytest.raises(UsageError, match="surrogate"):
        sources_of([{"text": "\ud83d", "label": "x"}])
