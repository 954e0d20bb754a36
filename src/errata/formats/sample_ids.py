"""Unique sample ids: the source's own where it has them, else split and position."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from errata.core.types import Ints, Notice
from errata.formats.notices import finding


def sample_ids(
    given: pa.LargeStringArray, splits: Sequence[str], split: Ints, index: Ints
) -> tuple[pa.StringArray, tuple[Notice, ...]]:
    """Ids ``(n_samples,)`` from ``given`` ones (null or empty where there is none); ``split`` codes into ``splits``.

    Missing ids become ``train-0``. Ids that repeat only between splits get the split in front. Ids that repeat within
    one get ``#2``, ``#3`` … behind, and a notice.
    """
    names = pa.array(splits, pa.string()).take(pa.array(split))
    made = pc.binary_join_element_wise(names, pa.array(index).cast(pa.string()), "-")
    own = pc.if_else(pc.equal(given, ""), None, given).cast(pa.string())
    ids = pc.fill_null(own, made)
    if pc.count_distinct(ids).as_py() == len(ids):
        return ids, ()
    with_split = pc.binary_join_element_wise(names, ids, "-")
    within = pc.if_else(pc.is_valid(own), with_split, made)
    if own.null_count == 0 and pc.count_distinct(within).as_py() == len(ids):
        return within, ()
    return _numbered(ids)


def _numbered(ids: pa.StringArray) -> tuple[pa.StringArray, tuple[Notice, ...]]:
    encoded = ids.dictionary_encode()
    codes = encoded.indices.to_numpy()
    repeats = np.flatnonzero(np.bincount(codes)[codes] > 1)
    values = ids.to_pylist()
    taken = set(values)
    seen: dict[str, int] = {}
    changed: list[str] = []
    for position in repeats.tolist():
        name = values[position]
        copy = seen[name] = seen.get(name, 0) + 1
        if copy == 1:
            continue
        while f"{name}#{copy}" in taken:
            copy = seen[name] = copy + 1
        values[position] = f"{name}#{copy}"
        taken.add(values[position])
        changed.append(f"{name} is now {values[position]}")
    message = "Sample ids that occur more than once; the later ones get a number"
    return pa.array(values, pa.string()), (finding("duplicate_id", message, changed, len(changed)),)
