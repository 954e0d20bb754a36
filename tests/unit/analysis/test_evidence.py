"""Evidence about items, taken apart."""

from __future__ import annotations

import numpy as np

from errata.analysis.evidence import Evidence


def test_taking_items_takes_every_column_and_leaves_sequences_out() -> None:
    whole = Evidence(
        gold=np.arange(4),
        has_gold=np.ones(4, np.bool_),
        n_labels=4,
        level="text",
        probs=np.eye(4, 5, dtype=np.float32),
        epochs=[np.eye(4, 5, dtype=np.float32)],
        tags=np.arange(4),
        duplicates=np.arange(4),
    )
    part = whole.take(np.array([2, 0]))
    assert len(part) == 2
    assert part.gold.tolist() == [2, 0]
    assert part.probs is not None
    assert part.probs.argmax(axis=1).tolist() == [2, 0]
    assert part.epochs is not None
    assert part.epochs[0].shape == (2, 5)
    assert (part.has("duplicates"), part.has("tags"), part.has("vectors")) == (True, False, False)
