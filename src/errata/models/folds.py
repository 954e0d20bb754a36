"""Cross-validation folds that keep duplicates and near duplicates together.

A copy of a sample in another fold would tell a model the answer, right or wrong, and hide its label error.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from errata.core.types import Ints
from errata.models import hashing
from errata.models.hashing import Hashes
from errata.models.text_units import Units, batches, characters, n_grams, words

SHINGLE = 3
"""Words in a shingle; shorter texts are one shingle."""
BANDS, ROWS = 8, 4
AGREEMENT = 0.8
"""Share of equal minimum hashes from which two texts are near duplicates; estimates their Jaccard similarity."""
LARGEST_SHARE = 0.02
"""A group of near duplicates larger than this share of the data is a pattern, not copies: only equal texts stay together."""
_CHARACTERS = 4000


def duplicate_groups(texts: pa.LargeStringArray) -> tuple[Ints, Ints]:
    """Two group numbers of each text, int64 ``(n,)``: equal for texts that are copies or nearly so, and for copies only.

    Copies are equal but for case and white space. Near duplicates share a band of MinHash values (Broder 1997)
    of their word shingles and agree in at least AGREEMENT of all values.
    """
    exact, signatures = _signatures(texts)
    _, first, exact_group = np.unique(exact, return_index=True, return_inverse=True)
    pairs = _near_pairs(signatures[first])
    graph = coo_array((np.ones(len(pairs), np.int8), (pairs[:, 0], pairs[:, 1])), shape=(len(first), len(first)))
    _, near = connected_components(graph, directed=False)
    group: Ints = near[exact_group].astype(np.int64)
    too_large = np.bincount(group) > max(LARGEST_SHARE * len(texts), 2)
    if len(group) and too_large.any():
        group = np.where(too_large[group], exact_group + len(too_large), group)
        group = np.unique(group, return_inverse=True)[1]
    return group, exact_group.astype(np.int64)


def assign_folds(groups: Ints, strata: Ints, n_folds: int, seed: int) -> Ints:
    """Fold of each sample, int64 ``(n,)``: whole groups, spread so that every stratum is shared out evenly.

    ``strata`` (any integers, one a sample) is the label, say; a group counts as the stratum of its first sample.
    There are never more folds than groups. When all samples are copies of one, they are dealt out one by one.
    """
    if len(np.unique(groups)) < 2:
        groups = np.arange(len(groups))
    groups = np.unique(groups, return_inverse=True)[1]
    if not len(groups):
        return np.zeros(0, np.int64)
    n_groups = int(groups.max()) + 1
    first = np.full(n_groups, len(groups), np.int64)
    np.minimum.at(first, groups, np.arange(len(groups)))
    shuffled = np.random.default_rng(seed).permutation(n_groups)
    order = shuffled[np.argsort(strata[first[shuffled]], kind="stable")]
    fold = np.empty(n_groups, np.int64)
    fold[order] = np.arange(n_groups) % min(n_folds, n_groups)
    folds: Ints = fold[groups]
    return folds


def _signatures(texts: pa.LargeStringArray) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint32]]:
    """Hash of each whole text, and its BANDS x ROWS minimum hashes over shingles."""
    exact = np.empty(len(texts), np.uint64)
    signatures = np.empty((len(texts), BANDS * ROWS), np.uint32)
    for start, part in batches(texts, _CHARACTERS):
        unit = words(characters(part, at_most=_CHARACTERS))
        where = slice(start, start + len(part))
        place = (np.arange(len(unit.hashes)) - np.repeat(unit.offsets[:-1], np.diff(unit.offsets))).astype(np.uint64)
        exact[where] = _reduce(np.add, hashing.mix(unit.hashes ^ hashing.mix(place)), unit.offsets, 0)
        shingles = _shingles(unit, exact[where])
        for k in range(BANDS * ROWS):
            value = (hashing.seeded(shingles.hashes, k) >> np.uint64(32)).astype(np.uint32)
            signatures[where, k] = _reduce(np.minimum, value, shingles.offsets, 0)
    return exact, signatures


def _shingles(unit: Units, whole: Hashes) -> Units:
    """Shingles of each text; a text too short for one has its hash as a whole."""
    long = n_grams(unit, SHINGLE, 1)
    short = np.diff(long.offsets) == 0
    count = np.where(short, 1, np.diff(long.offsets))
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(count)])
    hashes = np.empty(int(offsets[-1]), np.uint64)
    is_whole = np.zeros(len(hashes), np.bool_)
    is_whole[offsets[:-1][short]] = True
    hashes[is_whole] = whole[short]
    hashes[~is_whole] = long.hashes
    return Units(hashes, offsets)


def _reduce(how: np.ufunc, values: npt.NDArray[np.generic], offsets: Ints, empty: int) -> npt.NDArray[np.generic]:
    """``how.reduce`` of each run ``offsets[i]:offsets[i + 1]``; ``empty`` for empty runs."""
    reduced = np.full(len(offsets) - 1, empty, values.dtype)
    filled = np.diff(offsets) > 0
    if filled.any():
        reduced[filled] = how.reduceat(values, offsets[:-1][filled])
    return reduced


def _near_pairs(signatures: npt.NDArray[np.uint32]) -> npt.NDArray[np.int64]:
    """Pairs ``(n, 2)`` of neighbours within a band that agree well enough, each compared with its bucket's first."""
    found: list[npt.NDArray[np.int64]] = [np.empty((0, 2), np.int64)]
    for band in range(BANDS):
        rows = signatures[:, band * ROWS : (band + 1) * ROWS].astype(np.uint64)
        key = hashing.mix(rows[:, 0])
        for k in range(1, ROWS):
            key = hashing.mix(key ^ rows[:, k])
        order = np.argsort(key, kind="stable")
        same = key[order][1:] == key[order][:-1]
        for pair in _compared(order, same):
            agree = (signatures[pair[:, 0]] == signatures[pair[:, 1]]).mean(axis=1)
            found.append(pair[agree >= AGREEMENT])
    return np.concatenate(found)


def _compared(order: Ints, same: npt.NDArray[np.bool_]) -> Sequence[npt.NDArray[np.int64]]:
    """Pairs to compare: each text with the next one in its bucket, and with the bucket's first."""
    later = np.flatnonzero(same) + 1
    start = np.maximum.accumulate(np.where(np.append(False, same), 0, np.arange(len(order))))
    return (np.stack([order[later], order[later - 1]], 1), np.stack([order[later], order[start[later]]], 1))
