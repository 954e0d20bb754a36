"""The baseline on real data is worth having: F1 and accuracy that no regression may lose."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from errata.core.types import DataSet, Predictions, ReadOptions, Spans
from errata.formats.read import read
from errata.formats.sources import find_sources
from errata.models.baseline import Baseline

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


def predicted(folder: Path) -> tuple[DataSet, Predictions]:
    options = ReadOptions()
    data = read(find_sources(folder, {}, options), options)
    return data, Baseline().predict(data)


def in_split(data: DataSet, name: str) -> np.ndarray:
    names, codes = data.split_codes()
    return codes == names.index(name)


def span_set(spans: Spans, chosen: np.ndarray) -> set[tuple[int, ...]]:
    kept = spans.take(chosen[spans.sample])
    return set(zip(*(column.tolist() for column in (kept.sample, kept.start, kept.end, kept.label)), strict=True))


def test_conll_2003_test_f1(shared: Path) -> None:
    data, made = predicted(shared / "data" / "conll2003")
    assert data.gold_spans is not None
    assert made.spans is not None
    chosen = in_split(data, "test")
    gold, pred = span_set(data.gold_spans, chosen), span_set(made.spans, chosen)
    assert 2 * len(gold & pred) / (len(gold) + len(pred)) >= 0.85


@pytest.mark.parametrize(("name", "least"), [("trec", 0.87), ("banking77", 0.9)])
def test_text_accuracy(shared: Path, name: str, least: float) -> None:
    data, made = predicted(shared / "data" / name)
    assert made.class_pred is not None
    assert data.gold_labels is not None
    chosen = in_split(data, "test")
    assert (made.class_pred[chosen] == data.gold_labels[chosen]).mean() >= least
