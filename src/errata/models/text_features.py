"""TF-IDF features of texts: hashed n-grams of words or characters, in sparse matrices made from whole arrays.

A value is (1 + ln count) x (1 + ln((n + 1) / (df + 1))), each row scaled to length 1 (Salton and Buckley 1988).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
from scipy.sparse import csr_array, vstack

from errata.core.types import Ints
from errata.models import hashing
from errata.models.text_units import Units, batches, characters, n_grams, words

BITS = 22
WORD_RUNS = (1, 2)
CHARACTER_RUNS = (2, 3, 4, 5)
Make = Callable[[pa.LargeStringArray], Units]


def word_features(texts: pa.LargeStringArray, *, at_most: int, characters_read: int) -> csr_array:
    """Single words and pairs, float32 ``(n, columns)``: those of two texts at least, the ``at_most`` most frequent."""
    return _features(
        texts, lambda part: words(characters(part, at_most=characters_read)), WORD_RUNS, at_most, characters_read
    )


def character_features(texts: pa.LargeStringArray, *, at_most: int, characters_read: int) -> csr_array:
    """Runs of two to five characters, likewise."""
    return _features(
        texts, lambda part: characters(part, at_most=characters_read), CHARACTER_RUNS, at_most, characters_read
    )


def _features(texts: pa.LargeStringArray, make: Make, runs: Sequence[int], at_most: int, read: int) -> csr_array:
    parts = [_counts(make(part), runs) for _, part in batches(texts, read)]
    if not parts:
        return csr_array((len(texts), 0), dtype=np.float32)
    frequency = hashing.count_slots((part.indices for part in parts), BITS)
    index = hashing.index_slots(frequency, at_least=2, at_most=at_most)
    used = frequency[index.column >= 0]
    weight = (1 + np.log((len(texts) + 1) / (used + 1))).astype(np.float32)
    return vstack([_weighted(part, index, weight) for part in parts], format="csr")


def _counts(units: Units, runs: Sequence[int]) -> csr_array:
    """How often each slot occurs in each text."""
    found = [n_grams(units, n, n) for n in runs]
    offsets: Ints = np.sum([gram.offsets for gram in found], axis=0)
    columns = np.empty(int(offsets[-1]), np.int32)
    start = offsets[:-1].copy()
    for gram in found:
        size = np.diff(gram.offsets)
        place = np.arange(len(gram.hashes)) + np.repeat(start - gram.offsets[:-1], size)
        columns[place] = hashing.slots(gram.hashes, BITS)
        start += size
    counts = csr_array((np.ones(len(columns), np.float32), columns, offsets), shape=(len(offsets) - 1, 1 << BITS))
    counts.sum_duplicates()
    return counts


def _weighted(counts: csr_array, index: hashing.SlotIndex, weight: np.ndarray) -> csr_array:
    columns = index(counts.indices)
    kept = columns >= 0
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(kept)])[counts.indptr]
    columns = columns[kept]
    values = (1 + np.log(counts.data[kept])) * weight[columns]
    row = np.repeat(np.arange(counts.shape[0]), np.diff(offsets))
    length = np.sqrt(np.bincount(row, values.astype(np.float64) ** 2, counts.shape[0])).astype(np.float32)
    values /= length[row]
    return csr_array((values.astype(np.float32), columns, offsets), shape=(counts.shape[0], index.n_columns))
