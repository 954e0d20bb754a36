"""The number of errors from verdicts: unbiased enough, honest intervals, probabilities that add up."""

from __future__ import annotations

import numpy as np
import pytest

from errata.analysis import noise
from errata.analysis.noise import LEAST, estimate_errors, review_ladder


def ranked(n: int, steepness: float, level: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Scores, and errors that grow rarer down the ranking."""
    rng = np.random.default_rng(seed)
    rank = rng.permutation(n)
    odds = level - steepness * np.log((rank + 1) / n)
    return -rank.astype(np.float64), rng.random(n) < 1 / (1 + np.exp(-odds))


@pytest.mark.parametrize(("steepness", "level"), [(1.0, -4.0), (0.6, -1.5), (1.5, -6.0), (0.3, -0.5)])
def test_a_hundred_verdicts_count_the_errors(steepness: float, level: float) -> None:
    within = covered = 0
    for seed in range(20):
        score, wrong = ranked(5000, steepness, level, seed)
        seen = review_ladder(score, 100, seed)
        found = estimate_errors(score, seen, wrong[seen], seed)
        assert found is not None
        truth = int(wrong.sum())
        within += truth / 1.6 <= found.whole.median <= truth * 1.6
        covered += found.whole.low <= truth <= found.whole.high
    assert within >= 12
    assert covered >= 16


def test_probabilities_add_up_and_fall_with_the_rank() -> None:
    score, wrong = ranked(3000, 1.0, -3.0, 0)
    seen = review_ladder(score, 200)
    found = estimate_errors(score, seen, wrong[seen])
    assert found is not None
    assert found.found == wrong[seen].sum()
    np.testing.assert_array_equal(found.probability[seen], wrong[seen])
    assert found.probability.sum() == pytest.approx(found.whole.median, rel=0.1)
    order = np.setdiff1d(np.argsort(-score), seen, assume_unique=True)
    by_rank = found.probability[order]
    assert by_rank[:500].mean() > by_rank[500:1500].mean() > by_rank[1500:].mean()


def test_the_first_k_lie_within_the_whole() -> None:
    score, wrong = ranked(2000, 1.0, -3.0, 1)
    seen = review_ladder(score, 100)
    found = estimate_errors(score, seen, wrong[seen])
    assert found is not None
    counts = [found.first(k) for k in (0, 50, 200, 2000)]
    assert counts[0].median == 0
    assert counts[0].high == 0
    assert [count.median for count in counts] == sorted(count.median for count in counts)
    assert counts[3] == found.whole


def test_the_interval_of_the_first_k_is_honest() -> None:
    covered = 0
    for seed in range(20):
        score, wrong = ranked(2000, 1.0, -3.0, seed)
        seen = review_ladder(score, 100, seed)
        found = estimate_errors(score, seen, wrong[seen], seed)
        assert found is not None
        count = found.first(200)
        covered += count.low <= wrong[np.argsort(-score)[:200]].sum() <= count.high
    assert covered >= 16


def test_few_verdicts_say_nothing() -> None:
    score, wrong = ranked(500, 1.0, -3.0, 2)
    seen = review_ladder(score, LEAST - 1)
    assert estimate_errors(score, seen, wrong[seen]) is None
    assert estimate_errors(np.empty(0), np.empty(0, np.int64), np.empty(0, np.bool_)) is None


def test_everything_reviewed_is_known() -> None:
    score, wrong = ranked(120, 1.0, -1.0, 3)
    found = estimate_errors(score, np.arange(120), wrong)
    assert found is not None
    assert (found.whole.low, found.whole.median, found.whole.high) == (wrong.sum(),) * 3


def test_undefined_scores_are_neither_reviewed_nor_counted() -> None:
    score, wrong = ranked(400, 1.0, -2.0, 4)
    score[::2] = np.nan
    seen = review_ladder(score, 60)
    assert not np.isnan(score[seen]).any()
    found = estimate_errors(score, np.append(seen, 0), np.append(wrong[seen], True))
    assert found is not None
    np.testing.assert_array_equal(np.isnan(found.probability), np.isnan(score))
    assert found.whole.high <= 200


@pytest.mark.parametrize("n", [1, 49, 50, 51, 3000])
def test_the_ladder_has_as_many_rungs_as_asked_and_reaches_the_end(n: int) -> None:
    score = np.random.default_rng(0).normal(size=n)
    seen = review_ladder(score, 60)
    assert len(seen) == len(set(seen.tolist())) == min(n, 60)
    rank = np.argsort(np.argsort(-score))[seen]
    assert (np.diff(rank) > 0).all()
    if n > 1000:
        assert rank.max() > n / 2
    np.testing.assert_array_equal(seen, review_ladder(score, 60))


def test_all_right_and_all_wrong() -> None:
    score = -np.arange(1000.0)
    seen = review_ladder(score, 100)
    clean = estimate_errors(score, seen, np.zeros(100, np.bool_))
    broken = estimate_errors(score, seen, np.ones(100, np.bool_))
    assert clean is not None
    assert broken is not None
    assert clean.whole.low == 0
    assert clean.whole.median < 60
    assert broken.whole.median > 800
    assert noise.LEAST <= 50
