"""Verdicts reach other items; nothing else moves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from errata.analysis import active
from errata.analysis.active import NO_LABEL_IS_RIGHT, Verdicts, corrected
from errata.analysis.posterior import log_odds, posterior
from errata.core.types import Spans
from tests.unit.analysis.test_detectors_strings import LOC, PER, corpus


def noisy_texts(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Probabilities of a weak predictor, true labels, and labels of which those of class 0 are wrong three times as often."""
    rng = np.random.default_rng(seed)
    true = rng.integers(0, 3, 1500)
    flip = rng.random(1500) < np.array([0.3, 0.1, 0.0])[true]
    given = np.where(flip, (true + 1) % 3, true)
    odds = np.exp(rng.normal(size=(1500, 3)) + 1.2 * np.eye(3)[true])
    return (odds / odds.sum(axis=1, keepdims=True)).astype(np.float32), true, given


def test_corrected_labels_are_the_verdicts() -> None:
    gold = np.array([0, 1, 2, 0])
    verdicts = Verdicts(np.array([3, 1, 2]), np.array([1, 1, NO_LABEL_IS_RIGHT]))
    assert corrected(gold, verdicts).tolist() == [0, 1, NO_LABEL_IS_RIGHT, 1]
    assert verdicts.is_wrong(gold).tolist() == [True, False, True]


def test_no_verdicts_change_nothing() -> None:
    probs, _, given = noisy_texts(0)
    nothing = Verdicts(np.empty(0, np.int64), np.empty(0, np.int64))
    np.testing.assert_array_equal(active.texts(probs, given, nothing), log_odds(posterior(probs, given), given))


def test_verdicts_teach_which_labels_are_confused() -> None:
    """Mean over several data sets: errors among the first unreviewed items as many as there are errors left."""
    gains = []
    for seed in range(6):
        probs, true, given = noisy_texts(seed)
        before = log_odds(posterior(probs, given), given)
        seen = np.argsort(-before, kind="stable")[:150]
        after = active.texts(probs, given, Verdicts(seen, true[seen]))
        rest = np.setdiff1d(np.arange(len(given)), seen)
        wrong = (true != given)[rest]
        hits = [wrong[np.argsort(-score[rest], kind="stable")[: wrong.sum()]].mean() for score in (before, after)]
        gains.append(hits[1] - hits[0])
    assert np.mean(gains) > 0


def test_a_second_opinion_is_averaged_in() -> None:
    probs, true, given = noisy_texts(1)
    sure = np.eye(3, dtype=np.float32)[true]
    told = active.texts(probs, given, Verdicts(np.array([0]), true[:1]), again=sure)
    wrong = true != given
    assert told[wrong].min() > np.median(told[~wrong])


def test_a_corrected_span_speaks_for_its_string_elsewhere() -> None:
    before, _ = corpus("in Rome", "to Rome", "from Rome", "saw Rome/PER")
    after, _ = corpus("in Rome/LOC", "to Rome", "from Rome", "saw Rome/PER")
    probs = np.tile(np.array([0.2, 0.2, 0.6], np.float32), (8, 1))
    was, now = active.tokens(probs, before), active.tokens(probs, after)
    assert now[3] > was[3]  # "to Rome" now has a place against it as well as a person
    assert now[5] > was[5]
    unchanged = [0, 2, 4, 6]
    np.testing.assert_allclose(now[unchanged], was[unchanged], atol=0.05)
    surer = active.tokens(probs, after, again=np.tile(np.array([0.0, 0.9, 0.1], np.float32), (8, 1)))
    assert surer[3] > now[3]


def test_tokens_without_gold_stay_undefined() -> None:
    tokens, _ = corpus("in Rome/LOC", "to Rome")
    hidden = replace(tokens, group=np.array([-1, 1]), spans=Spans.empty())
    found = active.tokens(np.full((4, 3), 1 / 3, np.float32), hidden)
    assert np.isnan(found).tolist() == [True, True, False, False]
    assert (PER, LOC) == (0, 1)


@pytest.mark.parametrize("label", [-1, 0, NO_LABEL_IS_RIGHT])
def test_any_verdict_on_a_text_is_taken(label: int) -> None:
    probs, _, given = noisy_texts(2)
    found = active.texts(probs, given, Verdicts(np.array([5]), np.array([label])))
    assert np.isfinite(found).all()
