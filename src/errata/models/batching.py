"""Batches of windows: sorted by length, filled up to a budget of subwords, padded into one matrix.

Texts of one length next to each other leave little padding, which is where batches in arrival order lose their time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from errata.core.types import Ints
from errata.models.windows import Windows, ranges


@dataclass(frozen=True, slots=True)
class Frame:
    """What a tokenizer puts around every text: ids before and after it, their segment ids, and the padding id.

    ``pad`` None: the model knows no padding, so a batch holds one window.
    """

    prefix: tuple[int, ...]
    suffix: tuple[int, ...]
    prefix_types: tuple[int, ...]
    suffix_types: tuple[int, ...]
    content_type: int
    pad: int | None

    def __len__(self) -> int:
        return len(self.prefix) + len(self.suffix)


@dataclass(frozen=True, slots=True)
class Batch:
    """Padded input of some windows: ``ids``, ``mask`` (1 = read) and ``types``, int64 ``(n_rows, width)``.

    ``windows`` int64 ``(n_rows,)``: the rows' windows. ``before``: columns before the first subword of each row.
    """

    windows: Ints
    ids: Ints
    mask: Ints
    types: Ints
    before: int


def token_budget(lengths: Ints, budget: int, *, alone: bool = False) -> list[Ints]:
    """Positions of the windows of each batch, longest first; ties keep their order.

    ``lengths`` int64 ``(n_windows,)`` with special subwords. A batch holds as many windows as fit into ``budget`` when
    padded to its longest, and one at least. ``alone``: one window a batch.
    """
    order = np.argsort(-lengths, kind="stable")
    batches: list[Ints] = []
    begin = 0
    while begin < len(order):
        rows = 1 if alone else max(1, budget // max(1, int(lengths[order[begin]])))
        batches.append(order[begin : begin + rows])
        begin += rows
    return batches


def pad(ids: Ints, windows: Windows, rows: Ints, frame: Frame) -> Batch:
    """The windows at ``rows`` as one padded batch. ``ids`` int ``(n_subwords,)`` flat."""
    counts = windows.stop[rows] - windows.start[rows]
    before = len(frame.prefix)
    ends = before + counts
    width = int(ends.max()) + len(frame.suffix)
    column = np.arange(width)
    content = (column >= before) & (column < ends[:, None])
    out = np.full((len(rows), width), frame.pad or 0, np.int64)
    types = np.zeros((len(rows), width), np.int64)
    out[content] = ids[ranges(windows.start[rows], counts)]
    types[content] = frame.content_type
    out[:, :before] = frame.prefix
    types[:, :before] = frame.prefix_types
    after = ends[:, None] + np.arange(len(frame.suffix))
    out[np.arange(len(rows))[:, None], after] = frame.suffix
    types[np.arange(len(rows))[:, None], after] = frame.suffix_types
    mask = (column < ends[:, None] + len(frame.suffix)).astype(np.int64)
    return Batch(rows, out, mask, types, before)


@dataclass(frozen=True, slots=True)
class Readings:
    """Which subword values to take from which window, sorted by window.

    ``position`` int64 ``(n,)`` flat subword; ``target`` int64 ``(n,)``: the row of the result it goes to; ``offsets``
    int64 ``(n_windows + 1,)``: readings of each window.
    """

    position: Ints
    target: Ints
    offsets: Ints

    @classmethod
    def by_window(cls, position: Ints, target: Ints, window: Ints, n_windows: int) -> Readings:
        """From columns whose ``window`` ascends."""
        return cls(position, target, np.searchsorted(window, np.arange(n_windows + 1), side="left"))

    def of(self, batch: Batch, windows: Windows) -> tuple[Ints, Ints]:
        """(cell, target) of this batch's readings; a cell counts row by row through the padded matrix."""
        low = self.offsets[batch.windows]
        counts = self.offsets[batch.windows + 1] - low
        index = ranges(low, counts)
        row = np.repeat(np.arange(len(batch.windows)), counts)
        column = batch.before + self.position[index] - windows.start[batch.windows][row]
        return row * batch.ids.shape[1] + column, self.target[index]
