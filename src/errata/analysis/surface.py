"""What train says of a unit's surface: how often the same string is annotated there, and with which labels.

Strings are compared casefolded, bounds and inner white space as they are. An annotation is never compared with itself:
the counts of a train unit leave its own annotation out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from errata.core.types import Bools, Floats, Ints


@dataclass(frozen=True, slots=True)
class SurfaceFacts:
    """Parallel columns ``(n,)`` about each string, its own annotation left out.

    ``train_count`` int32: annotations of the string in train; ``same_count`` int32: those with this row's label;
    ``majority`` int32: their most frequent label (of equals the smaller code), -1 without any; ``majority_count`` int32.
    """

    train_count: Ints
    same_count: Ints
    majority: Ints
    majority_count: Ints

    @property
    def seen_in_train(self) -> Bools:
        """The string is annotated in train with the row's label."""
        return self.same_count > 0

    @property
    def label_consistency(self) -> Floats:
        """Share of the string's annotations in train that have the row's label, 0 to 1; NaN where there are none."""
        share: Floats = np.full(len(self.train_count), np.nan, np.float32)
        np.divide(self.same_count, self.train_count, out=share, where=self.train_count > 0)
        return share


class SurfaceCounts:
    """Counts of (string, label) over the annotations of train."""

    def __init__(self, text: pa.Array, label: Ints, n_labels: int) -> None:
        """``text`` strings and ``label`` codes ``(n,)`` of the gold spans of train."""
        self._n_labels = max(n_labels, 1)
        self._known: dict[str, int] = {}
        codes = self._codes(text, learn=True)
        size = len(self._known)
        self._total = np.bincount(codes, minlength=size + 1)
        self._keys, self._counts = np.unique(codes * self._n_labels + label, return_counts=True)
        surface, code = np.divmod(self._keys, self._n_labels)
        order = np.lexsort((code, -self._counts, surface))
        first = np.flatnonzero(np.diff(surface[order], prepend=-1))
        self._top = np.full((2, 2, size + 1), -1)  # [best or second, label or count, string]
        self._top[:, 1] = 0
        self._top[0][:, surface[order[first]]] = code[order[first]], self._counts[order[first]]
        second = first + 1
        second = second[np.isin(second, first, invert=True) & (second < len(order))]
        self._top[1][:, surface[order[second]]] = code[order[second]], self._counts[order[second]]

    def facts(self, text: pa.Array, label: Ints, is_own: Bools) -> SurfaceFacts:
        """Facts about strings ``text`` with labels ``label`` (-1 = none); ``is_own``: the row is one of the annotations."""
        codes = self._codes(text, learn=False)
        same = self._count(codes, label) - is_own
        total = self._total[codes] - is_own
        (best, best_count), (other, other_count) = self._top[0][:, codes], self._top[1][:, codes]
        best_count = best_count - (is_own & (best == label))
        overtaken = (other_count > best_count) | ((other_count == best_count) & (other < best) & (other >= 0))
        majority, count = np.where(overtaken, (other, other_count), (best, best_count))
        return SurfaceFacts(
            total.astype(np.int32),
            same.astype(np.int32),
            np.where(count > 0, majority, -1).astype(np.int32),
            count.astype(np.int32),
        )

    def _count(self, codes: Ints, label: Ints) -> Ints:
        wanted = codes * self._n_labels + label
        at = np.minimum(np.searchsorted(self._keys, wanted), max(len(self._keys) - 1, 0))
        if not len(self._keys):
            return np.zeros(len(codes), np.int64)
        known = (self._keys[at] == wanted) & (label >= 0) & (label < self._n_labels)
        return np.where(known, self._counts[at], 0)

    def _codes(self, text: pa.Array, *, learn: bool) -> Ints:
        """Number of each string, int64 ``(n,)``; an unknown one has the number after the last."""
        encoded = text.combine_chunks() if isinstance(text, pa.ChunkedArray) else text
        encoded = encoded.dictionary_encode()
        values: Sequence[str] = [value.casefold() for value in encoded.dictionary.to_pylist()]
        if learn:
            for value in values:
                self._known.setdefault(value, len(self._known))
        missing = len(self._known)
        numbers = np.array([*(self._known.get(value, missing) for value in values), missing], np.int64)
        found: Ints = numbers[encoded.indices.fill_null(len(values)).to_numpy(zero_copy_only=False)]
        return found


def surface_facts(text: pa.Array, gold: Ints, pred: Ints, in_train: Bools, n_labels: int) -> SurfaceFacts:
    """Facts about every unit of a run.

    ``text`` surfaces, ``gold`` and ``pred`` label codes (-1 = missing), ``in_train`` bool, all ``(n_units,)``. Every
    gold span of train is in exactly one of the units. A unit's label is gold, else pred.
    """
    own = in_train & (gold >= 0)
    at = pa.array(np.flatnonzero(own))
    counts = SurfaceCounts(text.take(at), gold[own].astype(np.int64), n_labels)
    return counts.facts(text, np.where(gold >= 0, gold, pred).astype(np.int64), own)
