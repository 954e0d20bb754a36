"""Texts taken apart over whole arrays: code points, words, and hashed n-grams of both.

A text becomes a run of UTF-32 code points. Words are runs of letters, digits and marks; every other visible character,
and every character of a script written without spaces, is a word of its own. Letters are lower-cased.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from errata.core.types import Ints
from errata.models import hashing
from errata.models.hashing import Hashes

BATCH_CHARACTERS = 1 << 21
_PLANES = 0x110000
_SPACE, _WORD, _SINGLE = 0, 1, 2
_UNSPACED = (
    (0x0E00, 0x0EFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x2E80, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)


@dataclass(frozen=True, slots=True)
class Units:
    """Hashed pieces of consecutive texts: ``hashes[offsets[i]:offsets[i + 1]]`` are those of text ``i``, in order."""

    hashes: Hashes
    offsets: Ints

    def owner(self) -> Ints:
        """The text of each piece, int64."""
        return np.repeat(np.arange(len(self.offsets) - 1), np.diff(self.offsets))


@cache
def _classes() -> npt.NDArray[np.uint8]:
    """Class of every code point: space, part of a word, or a word by itself."""
    kinds = {"L": _WORD, "M": _WORD, "N": _WORD, "Z": _SPACE, "C": _SPACE}
    table = np.fromiter(
        (kinds.get(unicodedata.category(chr(code))[0], _SINGLE) for code in range(_PLANES)), np.uint8, _PLANES
    )
    for first, last in _UNSPACED:
        table[first : last + 1][table[first : last + 1] == _WORD] = _SINGLE
    return table


def characters(texts: pa.LargeStringArray, *, at_most: int) -> Units:
    """Code points (as numbers) of each text's first ``at_most`` characters: lower case, white space single."""
    cut = pc.utf8_lower(pc.utf8_slice_codeunits(texts, 0, at_most))
    cut = pc.utf8_trim_whitespace(pc.replace_substring_regex(cut, r"[\s\p{Z}\p{C}]+", " "))
    lengths = pc.utf8_length(cut).to_numpy(zero_copy_only=False).astype(np.int64)
    joined = "".join(cut.to_pylist())
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    return Units(codes.astype(np.uint64), np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)]))


def words(letters: Units) -> Units:
    """One hash a word, from the code points of ``characters``."""
    codes = letters.hashes.astype(np.int64)
    kind = _classes()[codes]
    begins = kind == _SINGLE
    in_word = kind == _WORD
    begins[1:] |= in_word[1:] & ~in_word[:-1]
    starts = letters.offsets[:-1][np.diff(letters.offsets) > 0]
    begins[starts] |= in_word[starts]
    first = np.flatnonzero(begins)
    word = np.cumsum(begins) - 1
    visible = kind != _SPACE
    place = np.arange(len(codes)) - first[word] if len(first) else np.empty(0, np.int64)
    letter = hashing.mix(letters.hashes + (place.astype(np.uint64) << np.uint64(32)))
    letter[~visible] = 0
    hashes = np.add.reduceat(letter, first) if len(first) else np.empty(0, np.uint64)
    return Units(hashing.mix(hashes), np.searchsorted(first, letters.offsets))


def n_grams(units: Units, n: int, seed: int) -> Units:
    """Hashes of all runs of ``n`` units within one text; texts of fewer units have none."""
    count = np.maximum(np.diff(units.offsets) - (n - 1), 0)
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(count)])
    first = np.arange(int(offsets[-1])) + np.repeat(units.offsets[:-1] - offsets[:-1], count)
    run = hashing.mix(np.full(len(first), seed, np.uint64))
    for k in range(n):
        run = hashing.mix(run ^ (units.hashes[first + k] + np.uint64(k + 1)))
    return Units(run, offsets)


def batches(texts: pa.LargeStringArray, at_most: int) -> Iterator[tuple[int, pa.LargeStringArray]]:
    """Consecutive texts with the position of the first, about BATCH_CHARACTERS (each text counted up to ``at_most``)."""
    sizes = np.minimum(pc.utf8_length(texts).to_numpy(zero_copy_only=False), at_most)
    batch = np.cumsum(sizes + 1) // BATCH_CHARACTERS
    borders = np.append(np.flatnonzero(np.diff(batch, prepend=-1)), len(texts))
    for start, stop in pairwise(borders.tolist()):
        yield start, texts.slice(start, stop - start)
