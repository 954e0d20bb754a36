"""How equal strings and equal contexts are labelled elsewhere: the counts behind the string detectors.

Words are compared casefolded. A vote always comes from another *group* of samples: a sample and its copies say nothing
about themselves, so that a mention repeated in one sentence does not confirm its own error. Samples without gold
neither vote nor receive votes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from errata.analysis.keys import combine, expand
from errata.core.types import Bools, Ints, Spans

Hashes = npt.NDArray[np.uint64]

LONGEST = 6
"""Tokens of the longest annotated string that is looked up elsewhere."""
_BLOCK_CELLS = 1 << 23


@dataclass(frozen=True, slots=True)
class LabelledTokens:
    """Tokens of all samples with their gold labels, as numbers.

    ``words`` int64 ``(n_tokens,)``: equal for words that are equal when casefolded; ``offsets`` ``(n_samples + 1,)``;
    ``labels`` int32 ``(n_tokens,)``: label codes of the outermost gold spans, -1 = outside; ``spans``: the gold spans;
    ``group`` int64 ``(n_samples,)``: number of the sample's group of copies, -1 = no gold.
    """

    words: Ints
    offsets: Ints
    labels: Ints
    spans: Spans
    group: Ints
    n_labels: int

    def sample(self) -> Ints:
        """Position of each token's sample, int64 ``(n_tokens,)``."""
        return np.repeat(np.arange(len(self.offsets) - 1), np.diff(self.offsets))


@dataclass(frozen=True, slots=True)
class Votes:
    """For each item, the items with an equal key in other groups: how many, with the same label, without any label."""

    total: Ints
    same: Ints
    outside: Ints


@dataclass(frozen=True, slots=True)
class Occurrences:
    """Every place where a string that is annotated somewhere stands, annotated as a whole or not at all.

    Parallel columns, ordered by start, then end. ``start``, ``end`` positions over all tokens; ``label`` int32, -1 =
    not annotated; ``string`` int64, equal for equal strings. Votes of the other occurrences: ``total``, ``same`` with
    this label, ``rival`` the most frequent other label (-1 = not annotated; of equals the smaller code, -1 last) and
    ``rival_votes``, 0 where all agree.
    """

    start: Ints
    end: Ints
    label: Ints
    string: Ints
    total: Ints
    same: Ints
    rival: Ints
    rival_votes: Ints


def word_codes(text: pa.LargeStringArray) -> Ints:
    """A number per word, equal for words that are equal when casefolded, int64 ``(n_tokens,)``."""
    encoded = text.combine_chunks() if isinstance(text, pa.ChunkedArray) else text
    encoded = encoded.dictionary_encode()
    known: dict[str, int] = {}
    numbers = [known.setdefault(word.casefold(), len(known)) for word in encoded.dictionary.to_pylist()]
    codes: Ints = np.array([*numbers, -1], np.int64)[encoded.indices.to_numpy(zero_copy_only=False)]
    return codes


def votes(key: Hashes, label: Ints, group: Ints) -> Votes:
    """Votes for items with key ``key`` and label ``label`` (-1 = none) from other groups; int64 columns ``(n,)``.

    Items of group -1 neither vote nor receive votes.
    """
    found = Votes(*(np.zeros(len(key), np.int64) for _ in range(3)))
    order = np.argsort(key, kind="stable")
    begins = np.diff(key[order], prepend=key[order[:1]] + np.uint64(1)) != 0
    sizes = np.diff(np.append(np.flatnonzero(begins), len(key)))
    rank = np.empty(len(key), np.int64)
    rank[order] = np.repeat(np.arange(len(sizes)), sizes)
    rows = np.flatnonzero((sizes > 1)[rank] & (group >= 0)) if len(key) else np.empty(0, np.int64)
    if not len(rows):
        return found
    rank, label, group = rank[rows], label[rows], group[rows]
    own, alike, own_alike = (combine(*columns) for columns in ((rank, group), (rank, label), (rank, group, label)))
    everyone = np.bincount(rank)[rank]
    outside = np.bincount(rank, weights=label < 0)[rank]
    found.total[rows] = everyone - _frequency(own)
    found.same[rows] = _frequency(alike) - _frequency(own_alike)
    _, place = np.unique(own, return_inverse=True)
    found.outside[rows] = (outside - np.bincount(place, weights=label < 0)[place]).astype(np.int64)
    return found


def context_votes(tokens: LabelledTokens, around: Sequence[int]) -> Votes:
    """Votes of the tokens whose word and words at the offsets ``around`` (for example ``(-1, 1)``) are equal.

    A sample's ends count as words of their own. Source: variation n-grams, Dickinson and Meurers 2003.
    """
    sample = tokens.sample()
    key = _mixed(np.zeros(len(tokens.words), np.uint64), tokens.words)
    for offset in around:
        key = _mixed(key, _shifted(tokens.words, sample, offset))
    return votes(key, tokens.labels, tokens.group[sample])


def occurrences(tokens: LabelledTokens) -> Occurrences:
    """All occurrences of annotated strings of at most LONGEST tokens, with the votes of the others.

    A place where the string is only partly annotated, or inside a longer span, says nothing and is left out.
    """
    sample = tokens.sample()
    start, end, string, label = _places(tokens, sample)
    order = np.lexsort((end, start))
    start, end, string, label = start[order], end[order], string[order], label[order]
    total, same, rival, rival_votes = _rivals(string, label, tokens.group[sample[start]], tokens.n_labels)
    return Occurrences(start, end, label.astype(np.int32), string, total, same, rival, rival_votes)


def cover(start: Ints, end: Ints, score: npt.NDArray[np.float64], n_tokens: int) -> Ints:
    """For each token the range with the largest score that covers it, the first of equals; int64, -1 = none."""
    best = np.full(n_tokens, -1, np.int64)
    rank = np.empty(len(score), np.int64)
    rank[np.lexsort((-np.arange(len(score)), score))] = np.arange(len(score))
    positions, owner = expand(start, end)
    highest = np.full(n_tokens, -1, np.int64)
    np.maximum.at(highest, positions, rank[owner])
    found = highest >= 0
    by_rank = np.empty(len(score), np.int64)
    by_rank[rank] = np.arange(len(score))
    best[found] = by_rank[highest[found]]
    return best


def _places(tokens: LabelledTokens, sample: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Start, end, string number and label of the occurrences, string length by string length."""
    n_tokens = len(tokens.words)
    first = tokens.offsets[tokens.spans.sample]
    low, high = first + tokens.spans.start, first + tokens.spans.end
    votes_here = tokens.group[tokens.spans.sample] >= 0
    annotated = np.concatenate(([0], np.cumsum(_is_inside(low, high, n_tokens))))
    is_known = tokens.group[sample] >= 0
    key = np.zeros(n_tokens, np.uint64)
    parts: list[tuple[Ints, Ints, Ints, Ints]] = []
    seen = 0
    for size in range(1, min(LONGEST, int((high - low).max(initial=0))) + 1):
        key = _mixed(key, _shifted(tokens.words, sample, size - 1))
        own = np.flatnonzero((high - low == size) & votes_here)
        strings = np.unique(key[low[own]])
        last = n_tokens - size + 1
        if not len(strings) or last < 1:
            continue
        fits = (sample[:last] == sample[size - 1 :]) & is_known[:last]
        number = np.minimum(np.searchsorted(strings, key[:last]), len(strings) - 1)
        at = np.flatnonzero(fits & (strings[number] == key[:last]))
        label = np.full(n_tokens, -2, np.int64)
        label[low[own][::-1]] = tokens.spans.label[own][::-1]
        status = np.where(label[at] >= 0, label[at], np.where(annotated[at + size] == annotated[at], -1, -2))
        kept = at[status > -2]
        parts.append((kept, kept + size, number[kept] + seen, status[status > -2]))
        seen += len(strings)
    if not parts:
        none = np.empty(0, np.int64)
        return none, none, none, none
    start, end, string, found = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    return start, end, string, found


def _rivals(string: Ints, label: Ints, group: Ints, n_labels: int) -> tuple[Ints, Ints, Ints, Ints]:
    """Total, same, rival and rival votes of each occurrence; a block of strings in memory at a time."""
    width = n_labels + 1
    total, same, rival, most = (np.zeros(len(string), np.int64) for _ in range(4))
    order = np.argsort(string, kind="stable")
    column = np.where(label < 0, n_labels, label)
    for rows in _blocks(order, string, max(1, _BLOCK_CELLS // width)):
        _, local = np.unique(string[rows], return_inverse=True)
        _, own = np.unique(combine(local, group[rows]), return_inverse=True)
        counts = _table(local, column[rows], width)[local] - _table(own, column[rows], width)[own]
        here = np.arange(len(rows))
        total[rows], same[rows] = counts.sum(axis=1), counts[here, column[rows]]
        counts[here, column[rows]] = -1
        rival[rows] = counts.argmax(axis=1)
        most[rows] = counts[here, rival[rows]]
    return total, same, np.where(rival == n_labels, -1, rival), np.maximum(most, 0)


def _table(row: Ints, column: Ints, width: int) -> Ints:
    size = int(row.max()) + 1
    counted: Ints = np.bincount(row * width + column, minlength=size * width).reshape(size, width)
    return counted


def _blocks(order: Ints, string: Ints, at_most: int) -> list[Ints]:
    """``order`` cut into runs of about ``at_most`` rows that never divide a string."""
    cuts = [0]
    borders = np.flatnonzero(np.diff(string[order])) + 1
    while cuts[-1] < len(order):
        later = borders[np.searchsorted(borders, cuts[-1] + at_most) :]
        cuts.append(int(later[0]) if len(later) else len(order))
    return [order[low:high] for low, high in pairwise(cuts)]


def _is_inside(low: Ints, high: Ints, n_tokens: int) -> Bools:
    edges = np.zeros(n_tokens + 1, np.int64)
    np.add.at(edges, low, 1)
    np.add.at(edges, high, -1)
    inside: Bools = np.cumsum(edges)[:n_tokens] > 0
    return inside


def _frequency(key: Ints) -> Ints:
    """How many items have each item's key."""
    _, place, count = np.unique(key, return_inverse=True, return_counts=True)
    frequency: Ints = count[place]
    return frequency


def _shifted(words: Ints, sample: Ints, offset: int) -> Ints:
    """The word ``offset`` tokens on, within the sample; -1 beyond its ends."""
    there = np.full(len(words), -1, np.int64)
    if abs(offset) < len(words):
        first, last = max(-offset, 0), len(words) - max(offset, 0)
        here, beyond = slice(first, last), slice(first + offset, last + offset)
        there[here] = np.where(sample[here] == sample[beyond], words[beyond], -1)
    return there


def _mixed(key: Hashes, words: Ints) -> Hashes:
    """``key`` with one word more: 64-bit finaliser of Vigna's SplitMix64, so that equal sequences have equal keys."""
    mixed = key * np.uint64(0x9E3779B97F4A7C15) + (words + 2).astype(np.uint64)
    mixed ^= mixed >> np.uint64(30)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(27)
    mixed *= np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return mixed
