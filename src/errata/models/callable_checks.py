"""What both kinds of results of a user's function share: messages that name the sample, and sound probabilities."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from errata.core.errors import ModelError
from errata.core.types import DataSet, Floats
from errata.models.hf_notices import sample_name

_SUM_TOLERANCE = 1e-3


@dataclass(frozen=True, slots=True)
class Asked:
    """Who was asked about which data set, and the answerer's labels in the data set's words."""

    who: str
    data: DataSet
    label_map: Mapping[str, str]

    def label(self, name: str) -> str:
        return self.label_map.get(name, name)

    def fault(self, sample: int, found: str, expected: str) -> ModelError:
        """The error for one sample's result."""
        return ModelError(
            f"{self.who}: {sample_name(self.data, sample)}: the function gave {found}; expected {expected}.",
            remedy="correct the function: it returns one result per sample, all of one kind.",
        )


def sound_probabilities(
    values: Floats, fault: Callable[[int, str, str], ModelError], *, exclusive: bool = True
) -> Floats:
    """``values`` ``(n, k)`` as float32 in 0 to 1; with ``exclusive`` each row sums to 1 (given to within 0.001).

    ``fault(row, found, expected)`` makes the error that is raised for the first row that is not in order.
    """
    undefined = np.flatnonzero(~np.isfinite(values).all(1))
    if len(undefined):
        raise fault(int(undefined[0]), "NaN or an infinite number", "probabilities from 0 to 1")
    outside = np.flatnonzero(((values < -_SUM_TOLERANCE) | (values > 1 + _SUM_TOLERANCE)).any(1))
    if len(outside):
        row = values[outside[0]]
        raise fault(
            int(outside[0]), f"the probability {row[np.abs(row - 0.5).argmax()]:.4g}", "probabilities from 0 to 1"
        )
    within = np.clip(values, 0.0, 1.0)
    if not exclusive:
        return within.astype(np.float32)
    sums = values.sum(1)
    off = np.flatnonzero(np.abs(sums - 1) > _SUM_TOLERANCE)
    if len(off):
        raise fault(int(off[0]), f"probabilities that sum to {sums[off[0]]:.4g}", "a sum of 1")
    sound: Floats = (within / within.sum(1, keepdims=True)).astype(np.float32)
    return sound


def shown(value: Any) -> str:
    """A value and its type, cut to a length that fits a message."""
    text = repr(value)
    return f"{text[:80]}{'…' if len(text) > 80 else ''} ({type(value).__name__})"
