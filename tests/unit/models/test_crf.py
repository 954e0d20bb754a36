"""The compiled CRF against every sequence written out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from errata.models import crf
from errata.models.token_features import TokenFeatures
from tests.oracles.crf import Enumerated, chain_counts

SIZES = [(1, 1), (1, 3), (2, 2), (3, 4), (5, 3), (6, 2)]


def one_feature_a_token(n: int) -> TokenFeatures:
    return TokenFeatures(np.arange(n + 1, dtype=np.int64), np.arange(n, dtype=np.int32), n)


def random_model(n: int, n_tags: int, seed: int, scale: float = 1.5) -> crf.Crf:
    rng = np.random.default_rng(seed)
    model = crf.Crf.zeros(n, n_tags)
    model.weights[:] = rng.normal(0, scale, model.weights.shape)
    model.chain[:] = rng.normal(0, scale, model.chain.shape)
    return model


@settings(max_examples=40, deadline=None)
@given(size=st.sampled_from(SIZES), seed=st.integers(0, 10**6), scale=st.sampled_from([0.1, 1.5, 4.0]))
def test_marginals_equal_the_sum_over_all_sequences(size: tuple[int, int], seed: int, scale: float) -> None:
    n, n_tags = size
    model = random_model(n, n_tags, seed, scale)
    expected = Enumerated.of(model.weights.astype(float), model.chain.astype(float)).marginals()
    found = crf.marginals(model, one_feature_a_token(n), np.array([0, n]), np.array([0]))
    np.testing.assert_allclose(found, expected, atol=2e-4)  # float32, negligible tags left out


@pytest.mark.parametrize(("n", "n_tags"), SIZES)
def test_a_step_follows_the_gradient_of_the_log_likelihood(n: int, n_tags: int) -> None:
    """From zero sums of squares S an Adagrad step moves a weight by -step g / sqrt(S + g²)."""
    model = random_model(n, n_tags, 7)
    gold = np.random.default_rng(8).integers(0, n_tags, n).astype(np.int32)
    all_sequences = Enumerated.of(model.weights.astype(float), model.chain.astype(float))
    slope = all_sequences.marginals() - np.eye(n_tags)[gold]
    chain_slope = all_sequences.expected_chain() - chain_counts(gold.astype(np.int64), n_tags)
    before, chain_before = model.weights.copy(), model.chain.copy()
    crf.train(model, one_feature_a_token(n), np.array([0, n]), gold, np.array([0]), 0.05)
    for moved, g in ((model.weights - before, slope), (model.chain - chain_before, chain_slope)):
        g = np.where(np.abs(g) > crf.FLAT, g, 0)
        np.testing.assert_allclose(moved, -0.05 * g / np.sqrt(crf.START_SQUARES + g * g), atol=2e-5)


def test_pruned_tags_change_nothing_that_matters() -> None:
    """Forty tags, most of them hopeless: the recursion skips those, the marginals stay."""
    model = random_model(3, 40, 3)
    model.weights[:, 5:] -= 40
    expected = Enumerated.of(
        model.weights[:, :5].astype(float), np.delete(model.chain, np.s_[5:40], 0)[:, :5].astype(float)
    )
    found = crf.marginals(model, one_feature_a_token(3), np.array([0, 3]), np.array([0]))
    np.testing.assert_allclose(found[:, :5], expected.marginals(), atol=1e-4)


def test_extreme_weights_still_give_probabilities() -> None:
    model = random_model(6, 3, 1, scale=60.0)
    found = crf.marginals(model, one_feature_a_token(6), np.array([0, 6]), np.array([0]))
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)


def test_it_learns_tags_that_only_the_chain_tells_apart() -> None:
    """The same word is B after O and I after B: no single-token learner can know."""
    n_sentences = 200
    offsets = np.arange(0, 3 * n_sentences + 1, 3)
    codes = np.tile([0, 1, 2], n_sentences).astype(np.int32)
    columns = np.tile([0, 1, 1], n_sentences).astype(np.int32)
    features = TokenFeatures(np.arange(len(codes) + 1), columns, 2)
    model = crf.Crf.zeros(2, 3)
    for _ in range(5):
        crf.train(model, features, offsets, codes, np.arange(n_sentences), 0.1)
    found = crf.marginals(model, features, offsets, np.array([0]))
    assert found.argmax(axis=1).tolist() == [0, 1, 2]
    assert found.max(axis=1).min() > 0.9


def test_sentences_without_tokens_are_passed_over() -> None:
    model = random_model(2, 3, 5)
    features, offsets = one_feature_a_token(2), np.array([0, 0, 2, 2])
    found = crf.marginals(model, features, offsets, np.array([0, 1, 2]))
    assert found.shape == (2, 3)
    np.testing.assert_array_equal(found, crf.marginals(model, features, offsets, np.array([1])))
    crf.train(model, features, offsets, np.zeros(2, np.int32), np.array([0, 2]), 0.1)
    np.testing.assert_array_equal(model.weights, random_model(2, 3, 5).weights)
