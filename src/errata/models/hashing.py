"""Vectorised 64-bit hashing and the re-indexing of hashed features, shared by the baseline's feature makers.

Everything here is plain unsigned integer arithmetic modulo 2**64: the same input gives the same slots on every machine.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from errata.core.types import Ints

Hashes = npt.NDArray[np.uint64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


def mix(values: Hashes) -> Hashes:
    """Finaliser of SplitMix64 (Steele, Lea and Flood 2014): a bijection of 64-bit integers that looks random."""
    mixed = values + _GOLDEN
    mixed ^= mixed >> np.uint64(30)
    mixed *= _FIRST
    mixed ^= mixed >> np.uint64(27)
    mixed *= _SECOND
    mixed ^= mixed >> np.uint64(31)
    return mixed


def seeded(values: Hashes, seed: int) -> Hashes:
    """``values`` hashed under a stream of their own: different seeds give unrelated hashes."""
    start = mix(np.array([seed], np.uint64))
    return mix(values ^ start)


def slots(hashes: Hashes, bits: int) -> npt.NDArray[np.int32]:
    """The ``bits`` highest bits of each hash, int32."""
    return (hashes >> np.uint64(64 - bits)).astype(np.int32)


@dataclass(frozen=True, slots=True)
class SlotIndex:
    """Hash slots in use, numbered densely: ``column`` int32 ``(2**bits,)``, -1 where a slot is left out."""

    column: npt.NDArray[np.int32]
    n_columns: int

    def __call__(self, found: Ints) -> npt.NDArray[np.int32]:
        """Columns of the slots ``found``; -1 for those left out."""
        return self.column[found]


def index_slots(counts: Ints, *, at_least: int, at_most: int) -> SlotIndex:
    """Number the slots counted ``at_least`` times, in slot order.

    When more than ``at_most`` slots qualify, the limit on the count rises until they fit, so memory stays bounded.
    """
    limit = at_least
    kept = counts >= limit
    while int(kept.sum()) > at_most:
        limit += max(1, limit // 4)
        kept = counts >= limit
    column = np.full(len(counts), -1, np.int32)
    column[kept] = np.arange(int(kept.sum()), dtype=np.int32)
    return SlotIndex(column, int(kept.sum()))


def count_slots(parts: Iterable[Ints], bits: int) -> npt.NDArray[np.int64]:
    """How often each slot occurs over all parts, int64 ``(2**bits,)``."""
    counts = np.zeros(1 << bits, np.int64)
    for part in parts:
        counts += np.bincount(part.ravel(), minlength=1 << bits)
    return counts
