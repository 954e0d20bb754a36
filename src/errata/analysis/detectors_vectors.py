"""Detectors of label issues from vectors: what lies near in embedding space should have the same label.

All take ``vectors`` float ``(n, d)`` and ``label`` int ``(n,)``, any codes; they give float32 ``(n,)``, higher = more
suspicious. Distances are cosine distances; a zero vector is as far from everything as can be (1).

==================  ==========================================================================  =============
detector            formula                                                                     range
==================  ==========================================================================  =============
``neighbours``      1 - share of the k nearest other items with this label, weighted by their   0 to 1
                    similarity
``centroid``        distance to the centroid of this label - distance to the nearest other      -2 to 2
                    centroid; the item left out of its own
==================  ==========================================================================  =============

They find items that look like another label's, and fail where vectors do not know what the labels are about (hidden
states of a general model, word counts for sentiment), where a label has several clusters (centroid), and where errors
come in clusters of their own. Sources: Grivas et al. 2020 (neighbours), Northcutt et al.'s successors and Klie et al.
2023 (distance to the class mean).
"""

from __future__ import annotations

import numpy as np

from errata.core.types import Floats, Ints

K = 25
REFERENCES = 50_000
"""Items that may be neighbours: evenly spaced ones where there are more."""
_BLOCK_CELLS = 1 << 25


def neighbours(vectors: Floats, label: Ints, k: int = K) -> Floats:
    """Disagreement of the nearest items; 0 with no other item. Of equally near ones the earlier count."""
    unit = _unit(vectors)
    doubt = np.zeros(len(unit), np.float32)
    known = np.unique(np.linspace(0, len(unit) - 1, min(len(unit), REFERENCES)).round().astype(np.int64))
    wanted = min(k, len(known) - 1)
    if wanted < 1:
        return doubt
    place = np.full(len(unit), -1, np.int64)
    place[known] = np.arange(len(known))
    step = max(1, _BLOCK_CELLS // len(known))
    for start in range(0, len(unit), step):
        rows = np.arange(start, min(start + step, len(unit)))
        similar = unit[rows] @ unit[known].T
        own = np.flatnonzero(place[rows] >= 0)
        similar[own, place[rows[own]]] = -np.inf
        nearest = np.argpartition(-similar, wanted - 1, axis=1)[:, :wanted]
        weight = np.clip(np.take_along_axis(similar, nearest, axis=1), 0, None) + np.float32(1e-6)
        same = label[known[nearest]] == label[rows, None]
        doubt[rows] = 1 - (weight * same).sum(axis=1) / weight.sum(axis=1)
    return doubt


def centroid(vectors: Floats, label: Ints) -> Floats:
    """Nearer to another label's centroid than to its own; 0 where there is one label only."""
    unit = _unit(vectors)
    codes, row = np.unique(label, return_inverse=True)
    if len(codes) < 2:
        return np.zeros(len(unit), np.float32)
    total = np.zeros((len(codes), unit.shape[1]))
    np.add.at(total, row, unit)
    similar = unit @ _unit(total).T
    here = np.arange(len(unit))
    own = np.einsum("nd,nd->n", unit, _unit(total[row] - unit))
    similar[here, row] = -np.inf
    nearer: Floats = (similar.max(axis=1) - own).astype(np.float32)
    return nearer


def _unit(vectors: Floats) -> Floats:
    """Rows of length 1, float32; rows of zeros stay zero, unknown values count as zero."""
    rows = np.nan_to_num(np.asarray(vectors, np.float32))
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    found: Floats = np.divide(rows, length, out=np.zeros_like(rows), where=length > 0)
    return found
