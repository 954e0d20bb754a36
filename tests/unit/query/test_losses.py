"""Loss by token and by label of a selection, against a plain loop over the stored tables."""

from __future__ import annotations

import statistics
from collections import defaultdict

import pytest

from errata.core.errors import UsageError
from errata.query import catalog
from tests.builders import ner_view, text_view

NER, TEXT = ner_view(60, 4), text_view(30, 4)


@pytest.mark.parametrize("by", ["token", "label"])
def test_tokens_of_the_selected_samples(by: str) -> None:
    assert NER.tokens is not None
    chosen = {row["sample"] for row in catalog.samples(NER, where="split = 'test'").to_pylist()}
    groups: dict[str, list[float]] = defaultdict(list)
    for row in NER.tokens().to_pylist():
        name = row["text"].lower() if by == "token" else row["gold_tag"]
        if row["sample"] in chosen and name is not None and row["loss"] is not None:
            groups[name].append(row["loss"])
    found = catalog.losses(NER, split="test", by=by)
    assert {row[by]: row["n"] for row in found} == {name: len(losses) for name, losses in groups.items()}
    for row in found:
        assert row["loss_sum"] == pytest.approx(sum(groups[row[by]]), rel=1e-6)
        assert row["loss_median"] == pytest.approx(statistics.median(groups[row[by]]), rel=1e-6)
        assert row["gap"] == pytest.approx(row["loss_mean"] - row["loss_median"])
    often = catalog.losses(NER, split="test", by=by, at_least=3, top=2)
    assert len(often) <= 2
    assert all(row["n"] >= 3 for row in often)


def test_texts_have_labels_only() -> None:
    found = catalog.losses(TEXT, by="label")
    assert sum(row["n"] for row in found) == sum(
        row["loss"] is not None for row in TEXT.units.to_pylist() if row["gold"]
    )
    with pytest.raises(UsageError, match="no tokens"):
        catalog.losses(TEXT)
    with pytest.raises(UsageError, match="token"):
        catalog.losses(NER, by="tokn")
