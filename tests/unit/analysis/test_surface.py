"""Facts about surfaces against a plain recount that leaves the row's own annotation out."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa

from errata.analysis.surface import surface_facts


def test_named_cases() -> None:
    text = pa.array(["Paris", "PARIS", "paris", "Paris", "Berlin", "Berlin", "Straße"], pa.large_string())
    gold = np.array([0, 0, 1, 0, 1, -1, -1])
    pred = np.array([0, 0, 1, 1, 1, 1, 0])
    in_train = np.array([True, True, True, False, True, False, True])
    facts = surface_facts(text, gold, pred, in_train, 2)
    assert facts.train_count.tolist() == [2, 2, 2, 3, 0, 1, 0]
    assert facts.same_count.tolist() == [1, 1, 0, 2, 0, 1, 0]
    assert facts.majority.tolist() == [0, 0, 0, 0, -1, 1, -1]
    assert facts.majority_count.tolist() == [1, 1, 2, 2, 0, 1, 0]
    assert facts.seen_in_train.tolist() == [True, True, False, True, False, True, False]
    np.testing.assert_allclose(facts.label_consistency, [0.5, 0.5, 0, 2 / 3, np.nan, 1, np.nan])


def test_equals_a_plain_recount() -> None:
    rng = np.random.default_rng(0)
    size = 600
    words = [f"Word{number}" if upper else f"word{number}" for number, upper in rng.integers(0, [60, 2], (size, 2))]
    gold, pred = rng.integers(-1, 4, size), rng.integers(0, 5, size)
    in_train = rng.random(size) < 0.6
    facts = surface_facts(pa.chunked_array([words[:100], words[100:]]), gold, pred, in_train, 4)
    for row in range(size):
        label = gold[row] if gold[row] >= 0 else pred[row]
        others = Counter(
            int(gold[k])
            for k in range(size)
            if k != row and in_train[k] and gold[k] >= 0 and words[k].lower() == words[row].lower()
        )
        best = min(others, key=lambda code: (-others[code], code)) if others else -1
        assert (facts.train_count[row], facts.same_count[row]) == (others.total(), others[int(label)])
        assert (facts.majority[row], facts.majority_count[row]) == (best, others[best])


def test_no_train_at_all() -> None:
    facts = surface_facts(pa.array(["a"]), np.array([0]), np.array([0]), np.array([False]), 1)
    assert facts.train_count.tolist() == [0]
    assert np.isnan(facts.label_consistency[0])
