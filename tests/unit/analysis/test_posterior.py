"""The noise posterior: rows of probabilities, recovery of planted confusion, degenerate inputs."""

from __future__ import annotations

import numpy as np
import pytest

from errata.analysis.posterior import log_odds, noise_matrix, posterior

N_LABELS = 4


def planted(
    seed: int = 0, n: int = 6000, strength: float = 3.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Probabilities of a fair predictor, true labels, given labels, and the noise: label 2 is given as 0 one time in three."""
    rng = np.random.default_rng(seed)
    true = rng.choice(N_LABELS, n, p=[0.4, 0.3, 0.2, 0.1])
    noise = np.eye(N_LABELS) * 0.98 + 0.02 * (1 - np.eye(N_LABELS)) / (N_LABELS - 1)
    noise[2] = [0.33, 0.01, 0.65, 0.01]
    given = np.array([rng.choice(N_LABELS, p=noise[label]) for label in true])
    logits = rng.normal(size=(n, N_LABELS)) + strength * np.eye(N_LABELS)[true]
    odds = np.exp(logits)
    return (odds / odds.sum(axis=1, keepdims=True)).astype(np.float32), true, given, noise


def test_planted_confusion_is_found() -> None:
    probs, _, given, noise = planted()
    found = noise_matrix(probs, given)
    np.testing.assert_allclose(found.sum(axis=1), 1)
    assert found[2, 0] == pytest.approx(noise[2, 0], abs=0.06)
    assert (found[2, 0] > np.delete(found[2], [0, 2])).all()
    assert found[1, 1] > 0.9


def test_it_ranks_better_than_self_confidence_where_confusion_has_a_direction() -> None:
    probs, true, given, _ = planted(1, strength=1.5)
    wrong = true != given
    top = np.argsort(-log_odds(posterior(probs, given), given), kind="stable")[: wrong.sum()]
    plain = np.argsort(probs[np.arange(len(given)), given], kind="stable")[: wrong.sum()]
    assert wrong[top].mean() > wrong[plain].mean() + 0.03


def test_uniform_noise_ranks_as_self_confidence() -> None:
    probs, _, given, _ = planted(2)
    uniform = np.full((N_LABELS, N_LABELS), 0.02)
    np.fill_diagonal(uniform, 0.94)
    score = log_odds(posterior(probs, given, uniform), given)
    own = probs[np.arange(len(given)), given]
    np.testing.assert_array_equal(np.argsort(-score, kind="stable"), np.argsort(own, kind="stable"))


def test_posterior_is_bayes_rule() -> None:
    noise = np.array([[0.9, 0.1], [0.3, 0.7]])
    found = posterior(np.array([[0.8, 0.2]], np.float32), np.array([1]), noise)
    assert found[0] == pytest.approx([0.08 / 0.22, 0.14 / 0.22])
    assert log_odds(found, np.array([1]))[0] == pytest.approx(np.log(0.08 / 0.14))


@pytest.mark.parametrize("n_labels", [1, 2, 5])
@pytest.mark.parametrize("n", [0, 1, 3])
def test_little_data_stays_finite(n: int, n_labels: int) -> None:
    probs = np.full((n, n_labels), 1 / n_labels, np.float32)
    gold = np.zeros(n, np.int64)
    assert np.isfinite(log_odds(posterior(probs, gold), gold)).all()
    certain = np.eye(n_labels, dtype=np.float32)[np.full(n, n_labels - 1)]
    assert np.isfinite(log_odds(posterior(certain, gold), gold)).all()
