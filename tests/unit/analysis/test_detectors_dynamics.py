"""Training dynamics as detectors."""

from __future__ import annotations

import numpy as np
import pytest

from errata.analysis import detectors_dynamics as dynamics

EPOCHS = [np.array([[0.6, 0.4], [0.3, 0.7], [0.2, 0.8]]), np.array([[0.2, 0.8], [0.9, 0.1], [0.4, 0.6]])]
GOLD = np.array([0, 0, 0])


def test_formulas() -> None:
    assert dynamics.aum(EPOCHS, GOLD) == pytest.approx([0.2, -0.2, 0.4])
    assert dynamics.data_map_doubt(EPOCHS, GOLD) == pytest.approx([0.6, 0.4, 0.7])
    assert dynamics.variability(EPOCHS, GOLD) == pytest.approx([0.2, 0.3, 0.1])
    assert dynamics.forgetting(EPOCHS, GOLD).tolist() == [1, 0, 2]  # forgotten, learnt, never learnt


def test_one_epoch_is_enough() -> None:
    assert dynamics.variability(EPOCHS[:1], GOLD).tolist() == [0, 0, 0]
    assert dynamics.forgetting(EPOCHS[:1], GOLD).tolist() == [0, 1, 1]
