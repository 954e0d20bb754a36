"""Second opinions: predictors and annotators."""

from __future__ import annotations

import numpy as np
import pytest

from errata.analysis import detectors_agreement as agreement


def test_disagreement_is_high_where_either_is_sure_of_something_else() -> None:
    first = np.array([[1.0, 0], [1.0, 0], [0.5, 0.5]])
    second = np.array([[1.0, 0], [0.0, 1], [0.5, 0.5]])
    assert agreement.disagreement(first, second, np.zeros(3, int)) == pytest.approx([0, 1, 0.5])


def test_annotators_are_counted_with_one_vote_for_gold() -> None:
    opinions = np.array([[1, 1, 0], [0, -2, -2], [-2, -2, -2], [-1, 1, 1]])
    assert agreement.annotator_doubt(opinions, np.array([0, 0, 0, -1])) == pytest.approx([2 / 4, 0, 0, 2 / 4])


def test_items_on_which_annotators_differ_go_first() -> None:
    own, other = np.array([0, 0, -1, 0, 0]), np.array([0, 1, 0, -1, -2])
    alone = np.array([9.0, -9.0, -9.0, -9.0, 8.0])
    score = agreement.annotators_first(own, other, alone)
    assert score[[0, 4]].tolist() == [9.0, 8.0]
    assert (score[[1, 2, 3]] > 100).all()
    # with nothing else to go by: the other's span beats another label, which beats a span of one's own alone
    assert score[2] > score[1] > score[3]


def test_pooling_is_a_weighted_geometric_mean() -> None:
    model, baseline = np.array([[0.9, 0.1]]), np.array([[0.5, 0.5]])
    found = agreement.pooled(model, baseline, share=0.5)
    assert found[0, 0] / found[0, 1] == pytest.approx(np.sqrt(0.901 / 0.101), rel=1e-4)
    assert found.sum() == pytest.approx(1)
    np.testing.assert_allclose(agreement.pooled(model, baseline, share=1.0), model, atol=1e-3)
