"""Hashed features of tokens in their sentence, for the baseline's tagger.

What a word looks like is worked out once per distinct word with Arrow's string kernels; a token's features are then
gathers and integer mixing over whole arrays. Forty-one templates see the word, its affixes and shapes, its neighbours
up to three words away, and the sentence; tokens of one character (Chinese, say) get three trigrams more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from errata.core.types import Ints, Tokens
from errata.models import hashing
from errata.models.hashing import Hashes

BITS = 21
CHUNK_TOKENS = 1 << 18

_SHAPES = (
    (r"\p{Lu}", "X"),
    (r"\p{Ll}", "x"),
    (r"[\p{Lo}\p{Lm}\p{Lt}]", "c"),
    (r"\p{Nd}", "9"),
)
_OWN = (
    "word",
    "lower",
    "digits",
    "shape",
    "collapsed",
    *(f"{side}{n}" for side in ("pre", "suf") for n in (1, 2, 3, 4)),
)
_NEIGHBOUR = ("lower", "shape", "collapsed", "pre2", "pre3", "suf2", "suf3")
_SINGLES = (
    *((name, 0) for name in _OWN),
    *((name, at) for at in (-1, 1) for name in _NEIGHBOUR),
    *((name, at) for at in (-2, 2) for name in ("lower", "shape")),
    *(("lower", at) for at in (-3, 3)),
)
_PAIRS = (
    (("lower", -1), ("lower", 0)),
    (("lower", 0), ("lower", 1)),
    (("lower", -1), ("lower", 1)),
    (("lower", -1), ("collapsed", 0)),
    (("collapsed", 0), ("lower", 1)),
)
_TRIPLE = (("collapsed", -1), ("collapsed", 0), ("collapsed", 1))
_CHARACTER_TRIPLES = tuple(tuple(("word", at) for at in range(first, first + 3)) for first in (-2, -1, 0))
N_TEMPLATES = len(_SINGLES) + len(_PAIRS) + 3 + len(_CHARACTER_TRIPLES)


@dataclass(frozen=True, slots=True)
class TokenFeatures:
    """Binary features in CSR form: those of token ``i`` are ``columns[starts[i]:starts[i + 1]]``, below ``n_columns``."""

    starts: npt.NDArray[np.int64]
    columns: npt.NDArray[np.int32]
    n_columns: int


def token_features(
    tokens: Tokens, *, at_most: int = 1 << BITS, templates: npt.NDArray[np.bool_] | None = None
) -> TokenFeatures:
    """Features of every token; those seen once in the whole data set are dropped, they can tell nothing elsewhere.

    ``at_most`` bounds the number of distinct features; the rarest go first. ``templates`` ``(N_TEMPLATES,)``: those to
    use, None = all.
    """
    words = _Words.of(tokens)

    def parts() -> Iterator[npt.NDArray[np.int32]]:
        for part in words.parts():
            if templates is not None:
                part[~templates] = -1
            yield part

    counts = hashing.count_slots((part[part >= 0] for part in parts()), BITS)
    index = hashing.index_slots(counts, at_least=2, at_most=at_most)
    columns, sizes = [np.empty(0, np.int32)], [np.zeros(1, np.int64)]
    for part in parts():
        found = np.where(part >= 0, index(part), np.int32(-1)).T
        kept = found >= 0
        columns.append(found[kept])
        sizes.append(kept.sum(axis=1))
    return TokenFeatures(np.cumsum(np.concatenate(sizes)), np.concatenate(columns), index.n_columns)


@dataclass(frozen=True, slots=True)
class _Words:
    """Distinct words of all tokens and, per attribute, one hash a word; the last hash stands for "no token there"."""

    codes: npt.NDArray[np.int32]
    offsets: Ints
    attributes: dict[str, Hashes]
    is_character: npt.NDArray[np.bool_]
    has_upper: npt.NDArray[np.bool_]
    has_lower: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, tokens: Tokens) -> _Words:
        encoded = pc.dictionary_encode(tokens.text)
        words = encoded.dictionary
        attributes = {name: _attribute(column, seed) for seed, (name, column) in enumerate(_columns(words))}
        return cls(
            encoded.indices.to_numpy(zero_copy_only=False).astype(np.int32),
            tokens.offsets,
            attributes,
            pc.equal(pc.utf8_length(words), 1).to_numpy(zero_copy_only=False),
            pc.match_substring_regex(words, r"\p{Lu}").to_numpy(zero_copy_only=False),
            pc.match_substring_regex(words, r"\p{Ll}").to_numpy(zero_copy_only=False),
        )

    def parts(self) -> Iterator[npt.NDArray[np.int32]]:
        """Slots of consecutive tokens, int32 ``(N_TEMPLATES, n)``, -1 where a template says nothing."""
        samples = np.searchsorted(self.offsets, np.arange(0, len(self.codes), CHUNK_TOKENS), side="left")
        borders = np.unique(np.append(samples, len(self.offsets) - 1))
        for first, last in pairwise(borders):
            if self.offsets[first] < self.offsets[last]:
                yield self._part(int(first), int(last))

    def _part(self, first: int, last: int) -> npt.NDArray[np.int32]:
        start, stop = int(self.offsets[first]), int(self.offsets[last])
        offsets = self.offsets[first : last + 1] - start
        own = self.codes[start:stop]
        sample = np.repeat(np.arange(last - first), np.diff(offsets))
        at = {shift: _shifted(own, sample, shift, len(self.is_character)) for shift in range(-3, 4)}
        slots = np.full((N_TEMPLATES, len(own)), -1, np.int32)
        for row, (name, shift) in enumerate(_SINGLES):
            slots[row] = hashing.slots(hashing.seeded(self.attributes[name], row), BITS)[at[shift]]
        row = len(_SINGLES)
        for template in (*_PAIRS, _TRIPLE, *_CHARACTER_TRIPLES):
            slots[row] = hashing.slots(self._joint(template, at, row), BITS)
            row += 1
        slots[row - len(_CHARACTER_TRIPLES) : row, ~self.is_character[own]] = -1
        slots[row, offsets[:-1][np.diff(offsets) > 0]] = 1
        slots[row + 1] = np.where(self._shouted(own, sample, last - first), 2, -1)
        return slots

    def _joint(self, template: tuple[tuple[str, int], ...], at: dict[int, npt.NDArray[np.int32]], seed: int) -> Hashes:
        joint = hashing.mix(np.array([seed], np.uint64))
        for name, shift in template:
            joint = hashing.mix(joint ^ self.attributes[name][at[shift]])
        return joint

    def _shouted(self, own: npt.NDArray[np.int32], sample: Ints, n_samples: int) -> npt.NDArray[np.bool_]:
        """True for tokens of sentences in capitals: some capital, no small letter."""
        upper = np.bincount(sample, self.has_upper[own], n_samples)
        lower = np.bincount(sample, self.has_lower[own], n_samples)
        shouted: npt.NDArray[np.bool_] = ((upper > 0) & (lower == 0))[sample]
        return shouted


def _shifted(own: npt.NDArray[np.int32], sample: Ints, shift: int, nothing: int) -> npt.NDArray[np.int32]:
    """Word code ``shift`` tokens on, within the sample; ``nothing`` beyond its ends."""
    there = np.full(len(own), nothing, np.int32)
    if abs(shift) >= len(own):
        return there
    here, beyond = (
        (slice(0, len(own) - shift), slice(shift, None)) if shift >= 0 else (slice(-shift, None), slice(0, shift))
    )
    there[here] = np.where(sample[here] == sample[beyond], own[beyond], np.int32(nothing))
    return there


def _columns(words: pa.LargeStringArray) -> Iterator[tuple[str, pa.LargeStringArray]]:
    yield "word", words
    yield "lower", pc.utf8_lower(words)
    yield "digits", pc.replace_substring_regex(pc.utf8_lower(words), r"\p{Nd}", "0")
    shape = words
    for pattern, letter in _SHAPES:
        shape = pc.replace_substring_regex(shape, pattern, letter)
    yield "shape", shape
    for _, letter in _SHAPES:
        shape = pc.replace_substring_regex(shape, f"{letter}+", letter)
    yield "collapsed", shape
    for n in (1, 2, 3, 4):
        yield f"pre{n}", pc.utf8_slice_codeunits(words, 0, n)
        yield f"suf{n}", pc.utf8_slice_codeunits(words, -n)


def _attribute(column: pa.LargeStringArray, seed: int) -> Hashes:
    """One hash a word, equal for equal strings, and one more for "no token"."""
    codes = pc.dictionary_encode(column).indices.to_numpy(zero_copy_only=False).astype(np.uint64)
    return hashing.seeded(np.append(codes + np.uint64(1), np.uint64(0)), seed)
