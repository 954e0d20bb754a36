"""Losses by group against plain Python."""

from __future__ import annotations

import statistics

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from errata.analysis.losses import group_losses

ITEMS = st.lists(
    st.tuples(st.integers(-1, 4), st.one_of(st.just(float("nan")), st.floats(0, 27, width=32))), max_size=40
)


@given(ITEMS, st.integers(1, 3))
def test_equals_a_plain_loop(items: list[tuple[int, float]], at_least: int) -> None:
    found = group_losses(
        np.array([group for group, _ in items], np.int64),
        np.array([loss for _, loss in items], np.float32),
        at_least=at_least,
    )
    groups: dict[int, list[float]] = {}
    for group, loss in items:
        if group >= 0 and loss == loss:
            groups.setdefault(group, []).append(loss)
    groups = {group: losses for group, losses in groups.items() if len(losses) >= at_least}
    assert sorted(found.group.tolist()) == sorted(groups)
    assert found.total.tolist() == sorted(found.total.tolist(), reverse=True)
    for row, group in enumerate(found.group.tolist()):
        losses = groups[group]
        assert found.n[row] == len(losses)
        np.testing.assert_allclose(found.total[row], sum(losses), rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(found.mean[row], sum(losses) / len(losses), rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(found.median[row], statistics.median(losses), rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(found.gap[row], found.mean[row] - found.median[row], atol=1e-12)
