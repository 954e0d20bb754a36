"""Words and texts of the data set as subword ids of a model's tokenizer, in flat columns.

A pre-split sentence is encoded word by word, whatever stands beside a word, so only the distinct words of a part are
given to the tokenizer and the rest is a gather. The tokenizer is the ``tokenizers.Tokenizer`` behind a Hugging Face
tokenizer, with the truncation and padding that were saved with it turned off.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa

from errata.core.types import Bools, Ints, Tokens
from errata.models.windows import ranges

_CHUNK = 2048  # texts encoded at once: an Encoding object weighs some hundred bytes a subword


@dataclass(frozen=True, slots=True)
class Subwords:
    """Subwords of all samples, end to end.

    ``ids`` int32 ``(n_subwords,)``; ``offsets`` int64 ``(n_samples + 1,)``; ``word_offsets`` int64 ``(n_tokens + 1,)``
    for words, None for texts.
    """

    ids: Ints
    offsets: Ints
    word_offsets: Ints | None = None


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """How a tokenizer encodes: the library object, the id of unknown subwords (None = it has none), and whether a
    byte-level tokenizer needs a blank put before each word to see it as it stands in running text."""

    tokenizer: Any
    unknown: int | None
    blank_before_words: bool

    @classmethod
    def of(cls, tokenizer: Any, unknown: int | None) -> Vocabulary:
        """``tokenizer`` is a ``tokenizers.Tokenizer``; its saved truncation and padding are switched off."""
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return cls(tokenizer, unknown, _joins_words(json.loads(tokenizer.to_str()).get("pre_tokenizer")))


def _joins_words(pre_tokenizer: dict[str, Any] | None) -> bool:
    if not pre_tokenizer:
        return False
    steps = pre_tokenizer.get("pretokenizers", [pre_tokenizer])
    return any(step.get("type") == "ByteLevel" and not step.get("add_prefix_space") for step in steps)


def encode_words(vocabulary: Vocabulary, tokens: Tokens) -> Subwords:
    """Every token's subwords. A token may have none: white space, control and zero-width characters."""
    encoded = tokens.text.dictionary_encode()
    distinct = encoded.dictionary.to_pylist()
    if vocabulary.blank_before_words:
        distinct = [word if word.startswith(" ") or not word else f" {word}" for word in distinct]
    ids, offsets = _encode(vocabulary.tokenizer, [[word] for word in distinct], is_pretokenized=True)
    code = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    counts = np.diff(offsets)[code]
    word_offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return Subwords(ids[ranges(offsets[:-1][code], counts)], word_offsets[tokens.offsets], word_offsets)


def encode_texts(vocabulary: Vocabulary, texts: pa.ChunkedArray | pa.Array) -> Subwords:
    """Every text's subwords."""
    ids, offsets = _encode(vocabulary.tokenizer, texts.to_pylist(), is_pretokenized=False)
    return Subwords(ids, offsets)


def _encode(tokenizer: Any, inputs: Sequence[Any], *, is_pretokenized: bool) -> tuple[Ints, Ints]:
    parts: list[Ints] = [np.empty(0, np.int32)]
    counts: list[Iterable[int]] = []
    for begin in range(0, len(inputs), _CHUNK):
        encodings = tokenizer.encode_batch_fast(
            inputs[begin : begin + _CHUNK], is_pretokenized=is_pretokenized, add_special_tokens=False
        )
        rows = [encoding.ids for encoding in encodings]
        counts.append(map(len, rows))
        parts.append(np.fromiter(chain.from_iterable(rows), np.int32))
    lengths = np.fromiter(chain.from_iterable(counts), np.int64)
    return np.concatenate(parts), np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)


def unknown_words(vocabulary: Vocabulary, subwords: Subwords) -> Bools:
    """Words with an unknown subword, ``(n_tokens,)``."""
    if subwords.word_offsets is None or vocabulary.unknown is None:
        return np.zeros(0 if subwords.word_offsets is None else len(subwords.word_offsets) - 1, np.bool_)
    before = np.concatenate([[0], np.cumsum(subwords.ids == vocabulary.unknown)])
    return before[subwords.word_offsets[1:]] > before[subwords.word_offsets[:-1]]


def unknown_surfaces(vocabulary: Vocabulary, text: str) -> list[str]:
    """The stretches of ``text`` that the tokenizer does not know, in order."""
    encoding = vocabulary.tokenizer.encode(text, add_special_tokens=False)
    return [
        text[start:end]
        for number, (start, end) in zip(encoding.ids, encoding.offsets, strict=True)
        if number == vocabulary.unknown
    ]
