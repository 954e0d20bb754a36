"""The default ranking on public data with known label errors: never below what it once reached (slow tier)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from bench.known_errors import load
from errata.analysis.ranking import rank_texts, rank_tokens, sample_scores, string_hints
from errata.core.types import DataSet, Predictions
from errata.formats.tagging import bio_tag_set, encode
from errata.jobs.ner_tables import string_evidence
from errata.models.baseline import Baseline

pytestmark = pytest.mark.slow

FLOORS = {
    "yoruba_ner": 0.79,
    "weibo": 0.64,
    "nemo_b": 0.46,
    "yoruba_topics": 0.72,
    "noisy_agnews": 0.71,
    "trec_5": 0.82,
    "sst2_5": 0.43,
    "atis_5": 0.95,
}
"""AP over samples: what was measured, less the luck of other folds."""


def default_scores(data: DataSet, made: Predictions) -> np.ndarray:
    """The issue score of every sample, as a run without a model has it."""
    if data.tokens is None or data.gold_spans is None:
        probs = made.class_probs if made.issue_probs is None else made.issue_probs
        return rank_texts(np.asarray(probs), np.asarray(data.gold_labels)).score
    tags = bio_tag_set(data.labels)
    codes = encode(data.gold_spans, data.tokens.offsets, tags)
    hints = string_hints(string_evidence(data))
    ranked = rank_tokens(np.asarray(made.issue_probs), tags, codes, labels=data.labels, hints=hints)
    return sample_scores(ranked.score, data.tokens.offsets)


@pytest.mark.parametrize(("name", "floor"), FLOORS.items())
def test_known_errors_are_ranked_first(shared: Path, name: str, floor: float) -> None:
    known = load(name, shared / "data")
    score = default_scores(known.data, Baseline().predict(known.data))
    rows = known.is_scored & ~np.isnan(score)
    assert average_precision_score(known.is_wrong[rows], score[rows]) >= floor
