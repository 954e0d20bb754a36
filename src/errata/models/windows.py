"""Windows over texts that are longer than a model reads, and which window speaks for which subword.

Subwords of all samples lie end to end; every position below counts in that one line ("flat").
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from errata.core.types import Ints


@dataclass(frozen=True, slots=True)
class Windows:
    """Windows in the order of their samples, then of the text; int64 columns of length ``n_windows``.

    Window ``w`` reads the flat subwords ``start[w]:stop[w]`` of sample ``sample[w]``.
    """

    start: Ints
    stop: Ints
    sample: Ints

    def __len__(self) -> int:
        return len(self.start)

    def lengths(self) -> Ints:
        """Subwords per window, special ones not counted, int64 ``(n_windows,)``."""
        return self.stop - self.start


def ranges(starts: Ints, counts: Ints) -> Ints:
    """``starts[i], starts[i] + 1, …`` (``counts[i]`` of them) for every i, end to end, int64."""
    ends = np.cumsum(counts)
    out: Ints = np.repeat(starts - (ends - counts), counts)
    return out + np.arange(len(out), dtype=np.int64)


def overlap(size: int) -> int:
    """Subwords that neighbouring windows of a model with windows of ``size`` share at least: a quarter of it.

    So every subword sees an eighth of the window on either side, or the text's end. Half a window would cost a third
    more time on long texts for context that hardly moves a probability.
    """
    return size // 4


def cut(offsets: Ints, size: int, *, keep_empty: bool = False) -> Windows:
    """Windows of at most ``size`` subwords: one for a sample that fits, else as few as overlap enough.

    ``offsets`` int64 ``(n_samples + 1,)``. The windows of one sample are of one length, no longer than needed, evenly
    spread from its first subword to its last, and neighbours share ``overlap(size)`` subwords or more. Samples without
    subwords get a window of length 0 when ``keep_empty``, else none.
    """
    lengths = np.diff(offsets)
    shared = overlap(size)
    counts = 1 + -(-np.maximum(lengths - size, 0) // (size - shared))
    width = -(-(lengths + (counts - 1) * shared) // counts)
    room = np.maximum(counts - 1, 1)
    if not keep_empty:
        counts[lengths == 0] = 0
    sample = np.repeat(np.arange(len(lengths), dtype=np.int64), counts)
    place = ranges(np.zeros_like(counts), counts)
    start = offsets[sample] + place * (lengths - width)[sample] // room[sample]
    return Windows(start, start + width[sample], sample)


def owners(windows: Windows, start: Ints, stop: Ints) -> Ints:
    """The window in which each stretch ``start[i]:stop[i]`` of subwords is most central, int64, like ``start``.

    Most central: the shorter of its distances to the window's two ends is the longest; the earlier window where two
    are equal. Stretches are non-empty, ascending, disjoint and each within one window at least. Windows must be those
    of ``cut`` without empty ones.
    """
    is_next = windows.sample[1:] == windows.sample[:-1]
    # a stretch is more central in the next window when start - next.start > this.stop - stop
    turns = (windows.start[1:] + windows.stop[:-1])[is_next]
    first = np.concatenate([[True], ~is_next]) if len(windows) else np.empty(0, np.bool_)
    earlier = np.searchsorted(windows.start[first], start, side="right") - 1
    return np.searchsorted(turns, start + stop, side="left") + earlier


def word_stretches(word_offsets: Ints, longest: int) -> tuple[Ints, Ints]:
    """For every subword the stretch that must stay together: its word, or itself in a word longer than ``longest``.

    ``word_offsets`` int64 ``(n_words + 1,)``: subwords of word ``i`` are ``word_offsets[i]:word_offsets[i + 1]``.
    Returns (start, stop), int64 ``(n_subwords,)`` each.
    """
    counts = np.diff(word_offsets)
    alone = np.repeat(counts > longest, counts)
    own = np.arange(int(word_offsets[-1]), dtype=np.int64)
    start = np.where(alone, own, np.repeat(word_offsets[:-1], counts))
    return start, np.where(alone, own + 1, np.repeat(word_offsets[1:], counts))
