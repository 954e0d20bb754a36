"""Loss by token and by label: which words and classes the model pays most for.

Per group, over the tokens (or texts) that have gold::

    n       items
    total   sum of the losses, in nats
    mean    total / n
    median  middle loss (of an even number the mean of the two middle ones)
    gap     mean - median: large where a few items of an otherwise easy group are very wrong, the mark of labels that
            are not given consistently

Source: ExplaiNER, *Loss by Token/Label*. Items without a defined loss belong to no group; an empty group is left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from errata.core.types import Floats, Ints


@dataclass(frozen=True, slots=True)
class GroupLosses:
    """Parallel columns ``(n_groups_found,)``, largest total first; ``group`` is the code that was given."""

    group: Ints
    n: Ints
    total: Floats
    mean: Floats
    median: Floats
    gap: Floats


def group_losses(group: Ints, loss: Floats, *, at_least: int = 1) -> GroupLosses:
    """Losses of each group. ``group`` codes ``(n,)``, negative = none; ``loss`` ``(n,)``, NaN = undefined.

    ``at_least``: groups with fewer items are left out. Of equal totals the smaller code comes first.
    """
    known = np.flatnonzero((group >= 0) & ~np.isnan(loss))
    order = known[np.lexsort((loss[known], group[known]))]
    codes, values = group[order], loss[order].astype(np.float64)
    first = np.flatnonzero(np.diff(codes, prepend=-1))
    n = np.diff(np.append(first, len(codes)))
    keep = n >= at_least
    total = np.add.reduceat(values, first) if len(first) else np.zeros(0)
    median = (values[first + (n - 1) // 2] + values[first + n // 2]) / 2 if len(first) else np.zeros(0)
    found, n, total, median = codes[first][keep], n[keep], total[keep], median[keep]
    mean = total / n
    ranked = np.lexsort((found, -total))
    mean, median = mean[ranked], median[ranked]
    return GroupLosses(found[ranked], n[ranked], total[ranked], mean, median, mean - median)
