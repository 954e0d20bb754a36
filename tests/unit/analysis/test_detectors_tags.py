"""Rare transitions."""

from __future__ import annotations

import numpy as np
import pytest

from errata.analysis.detectors_tags import transitions


def test_surprise_by_hand() -> None:
    # two samples: 0 0 1 | 0; states 0, 1 and the end: steps end>0 twice, 0>0, 0>1, 1>end, 0>end
    found = transitions(np.array([0, 0, 1, 0]), np.array([0, 3, 4]))
    into_first, within, to_one = np.log((2 + 3) / (2 + 1)), np.log((3 + 3) / (1 + 1)), np.log((3 + 3) / (1 + 1))
    after_one, to_end = np.log((1 + 3) / (1 + 1)), np.log((3 + 3) / (1 + 1))
    assert found == pytest.approx(
        [max(into_first, within), max(within, to_one), max(to_one, after_one), max(into_first, to_end)]
    )


def test_the_one_odd_step_is_found() -> None:
    tags = np.tile([0, 1, 2, 0], 50)
    tags[101] = 2  # 0 2 2 instead of 0 1 2
    found = transitions(tags, np.arange(0, 201, 4))
    assert found.argmax() in (100, 101)
    assert len(transitions(tags[:0], np.array([0, 0]))) == 0
