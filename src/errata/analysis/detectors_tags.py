"""Detectors of label issues from the tag sequence alone: transitions that the data set hardly ever makes.

``tags`` int ``(n_tokens,)`` gold tags in any numbering (outside included), ``offsets`` ``(n_samples + 1,)``. A begin
right after the inside of the same label, a label that never stands next to another: slips of the keyboard and split
spans look like this. Most errors do not; the detector says nothing about a wrong label in a usual place. Source: after
Dickinson and Meurers 2003 and the tag-bigram checks of Kvĕtoň and Oliva 2002.
"""

from __future__ import annotations

import numpy as np

from errata.core.types import Floats, Ints

PRIOR = 1.0


def transitions(tags: Ints, offsets: Ints) -> Floats:
    """Surprise of the rarer of the two transitions at each token, float32 ``(n,)``, from 0 upwards.

    -ln((c(a, b) + 1) / (c(a) + K)) for K tags and the sample's ends, of the step into and out of the token.
    """
    codes, tag = np.unique(tags, return_inverse=True)
    ends, n_states = len(codes), len(codes) + 1
    before, after = np.full(len(tags), ends), np.full(len(tags), ends)
    inner = np.ones(len(tags), np.bool_)
    inner[offsets[:-1][np.diff(offsets) > 0]] = False
    into = np.flatnonzero(inner)
    before[into], after[into - 1] = tag[into - 1], tag[into]
    counts = np.bincount(before * n_states + tag, minlength=n_states**2).reshape(n_states, n_states).astype(np.float64)
    last = np.flatnonzero(after == ends)
    counts[:, ends] += np.bincount(tag[last], minlength=n_states)
    surprise = -np.log((counts + PRIOR) / (counts.sum(axis=1, keepdims=True) + PRIOR * n_states))
    found: Floats = np.maximum(surprise[before, tag], surprise[tag, after]).astype(np.float32)
    return found
