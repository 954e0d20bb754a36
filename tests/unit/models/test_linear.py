"""Online logistic regression against the formula, and against scikit-learn where both have converged."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.linear_model import LogisticRegression

from errata.models import linear


@pytest.mark.parametrize("is_softmax", [True, False])
def test_a_step_follows_the_gradient(is_softmax: bool) -> None:
    rng = np.random.default_rng(0)
    row = rng.random((1, 4)).astype(np.float32)
    model = linear.Linear.zeros(4, 3, is_softmax=is_softmax)
    model.weights[:] = rng.normal(size=(4, 3))
    before = model.weights.copy()
    scores = row[0] @ before
    probs = np.exp(scores) / np.exp(scores).sum() if is_softmax else 1 / (1 + np.exp(-scores))
    np.testing.assert_allclose(linear.probabilities(model, csr_array(row), np.array([0]))[0], probs, rtol=1e-5)
    targets = np.array([[False, True, False]])
    slope = np.outer(row[0], probs - targets[0])
    linear.train(model, csr_array(row), targets, np.array([0]), 0.1)
    np.testing.assert_allclose(
        model.weights - before, -0.1 * slope / np.sqrt(linear.START_SQUARES + slope**2), rtol=1e-4
    )


def test_it_comes_as_near_the_best_loss_as_scikit_learn() -> None:
    rng = np.random.default_rng(1)
    rows = rng.random((400, 6)).astype(np.float32)
    label = (rows @ rng.normal(size=(6, 3)) * 3 + rng.gumbel(size=(400, 3))).argmax(axis=1)
    model = linear.Linear.zeros(6, 3, is_softmax=True)
    for _ in range(60):
        linear.train(model, csr_array(rows), label[:, None] == np.arange(3), rng.permutation(400), 0.1)
    ours = linear.probabilities(model, csr_array(rows), np.arange(400))
    best = LogisticRegression(C=1e4, max_iter=2000).fit(rows, label).predict_proba(rows)
    loss = [-np.log(probs[np.arange(400), label]).mean() for probs in (ours, best)]
    assert loss[0] < loss[1] + 0.02


def test_rows_without_features_get_the_bias() -> None:
    model = linear.Linear.zeros(0, 2, is_softmax=True)
    nothing = csr_array((3, 0), dtype=np.float32)
    linear.train(model, nothing, np.array([[True, False]] * 3), np.arange(3), 0.5)
    assert (linear.probabilities(model, nothing, np.arange(3))[:, 0] > 0.6).all()
