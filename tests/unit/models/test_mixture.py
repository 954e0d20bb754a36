"""Temperatures and mixtures on probabilities whose right treatment is known."""

from __future__ import annotations

import numpy as np
import pytest

from errata.models import mixture


def sample(n: int, n_labels: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Logits, and labels drawn from exactly their softmax."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 1.5, (n, n_labels))
    return logits, (logits + rng.gumbel(size=logits.shape)).argmax(axis=1)


@pytest.mark.parametrize("times", [0.25, 1.0, 3.0])
def test_the_temperature_undoes_over_and_under_confidence(times: float) -> None:
    logits, label = sample(4000, 4, 0)
    given = np.log(mixture.respond(logits * times, is_softmax=True))
    factor = mixture.mixing([given], label[:, None] == np.arange(4), is_softmax=True).factors
    assert factor[0] == pytest.approx(1 / times, rel=0.1)


@pytest.mark.parametrize("times", [0.5, 2.0])
def test_independent_labels_have_a_temperature_too(times: float) -> None:
    rng = np.random.default_rng(1)
    logits = rng.normal(0, 2, (3000, 3))
    targets = rng.random(logits.shape) < 1 / (1 + np.exp(-logits))
    factor = mixture.mixing([logits * times], targets, is_softmax=False).factors
    assert factor[0] == pytest.approx(1 / times, rel=0.1)


def test_a_member_that_knows_outweighs_one_that_guesses() -> None:
    logits, label = sample(3000, 3, 2)
    guess = np.random.default_rng(3).normal(0, 1.5, logits.shape)
    members = [np.log(mixture.respond(values, is_softmax=True)) for values in (logits, guess)]
    found = mixture.mixing(members, label[:, None] == np.arange(3), is_softmax=True)
    for weight in (found.factors, found.shares):
        assert weight[0] > 3 * weight[1]
        assert (weight >= 0).all()
    assert found.shares.sum() == pytest.approx(1)


def test_equal_members_share_the_weight() -> None:
    logits, label = sample(2000, 3, 4)
    given = np.log(mixture.respond(logits, is_softmax=True))
    found = mixture.mixing([given, given], label[:, None] == np.arange(3), is_softmax=True)
    factor = found.factors
    assert found.shares == pytest.approx([0.5, 0.5])
    np.testing.assert_allclose(found.probs([given, given]), mixture.respond(given, is_softmax=True), atol=0.02)
    assert factor.sum() == pytest.approx(1, abs=0.1)
    assert factor[0] == pytest.approx(factor[1], rel=1e-3)


def test_nothing_to_learn_from_leaves_equal_weights() -> None:
    empty = np.empty((0, 3))
    found = mixture.mixing([empty, empty], empty.astype(bool), is_softmax=True)
    assert found.factors.tolist() == found.shares.tolist() == [0.5, 0.5]


@pytest.mark.parametrize("is_softmax", [True, False])
def test_a_certain_member_that_is_wrong_cannot_veto(is_softmax: bool) -> None:
    even = np.full(3, 1 / 3)
    mix = mixture.Mixture(even, np.ones(3), even, is_softmax)
    probs = [np.array([[0.7, 0.3]]), np.array([[0.7, 0.3]]), np.array([[1e-9, 1.0]])]
    found = mix.probs([mixture.scores(one, is_softmax=is_softmax) for one in probs])
    assert found[0, 0] > 0.2
    assert found.dtype == np.float32
    assert (found > 0).all()
    assert (found < 1).all()
    if is_softmax:
        assert found.sum() == pytest.approx(1, abs=1e-6)


def test_scores_and_respond_are_inverse() -> None:
    probs = np.array([[0.2, 0.3, 0.5]])
    for is_softmax in (True, False):
        back = mixture.respond(mixture.scores(probs, is_softmax=is_softmax), is_softmax=is_softmax)
        np.testing.assert_allclose(back, probs, rtol=1e-6)
    certain = mixture.scores(np.array([[0.0, 1.0]]), is_softmax=False)
    assert np.isfinite(certain).all()
