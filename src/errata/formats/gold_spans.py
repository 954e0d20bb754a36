"""Blocks of tokens with tags, or of texts with spans → one set of tokens, texts and gold spans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from errata.core.errors import InputError
from errata.core.types import Ints, Notice, ReadOptions, Spans, TagSet, Tokens
from errata.formats.align import char_to_token, tokenise_all
from errata.formats.block import Block, Layer
from errata.formats.label_names import LabelCoding, code_labels
from errata.formats.notices import finding
from errata.formats.strings import concat, join, lengths
from errata.formats.tagging import (
    decode,
    detect_scheme,
    illegal_transitions,
    scheme_name,
    tag_set,
    unknown_tags,
    with_chars,
)

_SINGLE_SHARE = 0.9  # share of tokens of one character …
_CJK_SHARE = 0.5  # … and of Han or Kana, from which tokens are written without spaces
_CJK = r"^[\p{Han}\p{Hiragana}\p{Katakana}]$"


@dataclass(frozen=True, slots=True)
class NerGold:
    """Texts, tokens and spans of all blocks, in their order; ``scheme`` None where there are no tags."""

    text: pa.LargeStringArray
    tokens: Tokens
    spans: Spans
    labels: tuple[str, ...]
    scheme: str | None
    notices: tuple[Notice, ...]


def ner_gold(blocks: Sequence[Block], options: ReadOptions) -> NerGold:
    """Decode, align and join. Raises InputError, with the line, for a value that is no tag.

    Texts that a source does not give are its tokens with one space between them; without a space where nearly all
    tokens are single Han or Kana characters.
    """
    joiner = _joiner(blocks)
    texts, tokens = zip(*(_placed(block, joiner) for block in blocks), strict=True)
    tags, codes = _tags(blocks, options)
    names = dict.fromkeys(() if tags is None else tags.labels)
    names.update(dict.fromkeys(name for block in blocks for name in block.span_names))
    coding = code_labels(names, options.label_map)
    notices: list[Notice] = []
    if tags is not None:
        notices += _illegal(blocks, tags, codes)
    parts = []
    first = 0
    for block, block_tokens, block_codes in zip(blocks, tokens, codes, strict=True):
        found, block_notices = _spans(block, block_tokens, tags, block_codes, coding)
        parts.append((found, first))
        notices += block_notices
        first += block.n_samples
    spans, repeated = _joined(parts)
    if repeated:
        message = "Spans that are annotated twice, with equal bounds and label; they are read once"
        notices.append(finding("repeated_span", message, (), repeated))
    return NerGold(
        concat(list(texts)),
        _all_tokens(tokens),
        spans,
        coding.labels,
        None if tags is None else tags.scheme,
        tuple(notices),
    )


def _joiner(blocks: Sequence[Block]) -> str:
    n_tokens = n_single = n_cjk = 0
    for block in blocks:
        if block.text is None and block.tokens is not None:
            n_tokens += len(block.tokens)
            n_single += int(np.count_nonzero(lengths(block.tokens) == 1))
            n_cjk += pc.sum(pc.match_substring_regex(block.tokens, _CJK)).as_py() or 0
    return "" if n_tokens and n_single >= _SINGLE_SHARE * n_tokens and n_cjk >= _CJK_SHARE * n_tokens else " "


def _placed(block: Block, joiner: str) -> tuple[pa.LargeStringArray, Tokens]:
    if block.tokens is None or block.offsets is None:
        if block.text is None:
            raise InputError(block.source.name, found="no text", expected="texts or tokens", remedy="name its column.")
        return block.text, tokenise_all(block.text)
    if block.text is not None and block.token_chars is not None:
        return block.text, Tokens(block.offsets, *block.token_chars, block.tokens)
    text, start, end = join(block.tokens, block.offsets, joiner)
    return text, Tokens(block.offsets, start, end, block.tokens)


def _tags(blocks: Sequence[Block], options: ReadOptions) -> tuple[TagSet | None, list[list[Ints]]]:
    """The tags of all layers, and per block and layer the codes into them."""
    known: dict[str, int] = {}
    for block in blocks:
        for layer in block.layers:
            for name in layer.names:
                known.setdefault(name.strip(" "), len(known))
    codes = [[_recoded(layer, known) for layer in block.layers] for block in blocks]
    if not known:
        return None, codes
    names = list(known)
    scheme = scheme_name(options.scheme) if options.scheme else None
    for name in unknown_tags(names, scheme):
        raise _unknown_tag(blocks, codes, name, known[name], scheme)
    if scheme is None:
        layers = [(layer, block.offsets) for block, found in zip(blocks, codes, strict=True) for layer in found]
        ends = np.cumsum([0, *(len(layer) for layer, _ in layers)])
        offsets = [part[:-1] + end for (_, part), end in zip(layers, ends, strict=False) if part is not None]
        scheme = detect_scheme(
            names, np.concatenate([layer for layer, _ in layers]), np.concatenate([*offsets, ends[-1:]])
        )
    return tag_set(names, scheme), codes


def _recoded(layer: Layer, known: dict[str, int]) -> Ints:
    table = np.array([known[name.strip(" ")] for name in layer.names] + [-1], np.int32)
    return table[layer.codes]


def _unknown_tag(
    blocks: Sequence[Block], codes: list[list[Ints]], name: str, code: int, scheme: str | None
) -> InputError:
    where = name
    for block, layers in zip(blocks, codes, strict=True):
        for layer in layers:
            if len(found := np.flatnonzero(layer == code)):
                where = block.where_token(int(found[0]))
                break
        else:
            continue
        break
    return InputError(
        where,
        found=f"unknown tag {name!r}",
        expected=f"a tag of {scheme or 'one scheme'}: O, or B, I, E, S, L, U or M, a hyphen, and a label",
        remedy="correct the tag, pass --scheme IO if labels without a prefix are meant, or choose another column: --tags N.",
    )


def _illegal(blocks: Sequence[Block], tags: TagSet, codes: list[list[Ints]]) -> list[Notice]:
    examples: list[str] = []
    count = 0
    for block, layers in zip(blocks, codes, strict=True):
        for layer in layers:
            found = illegal_transitions(tags, layer, block.offsets if block.offsets is not None else np.zeros(1, int))
            count += len(found)
            examples += [f"{block.where_token(token)}: {tags.names[layer[token]]}" for token in found[:5].tolist()]
    if not count:
        return []
    message = f"Tags that {tags.scheme} does not allow where they stand; spans are repaired as conlleval does"
    return [finding("illegal_transition", message, examples, count)]


def _spans(
    block: Block, tokens: Tokens, tags: TagSet | None, codes: list[Ints], coding: LabelCoding
) -> tuple[list[Spans], list[Notice]]:
    found = []
    notices = []
    if tags is not None:
        labels = coding.table(tags.labels)
        for layer in codes:
            spans = with_chars(decode(tags, layer, tokens.offsets), tokens)
            found.append(_relabelled(spans, labels))
    if block.spans is not None:
        spans = block.spans
        start, end, _ = char_to_token(spans.sample, spans.char_start, spans.char_end, tokens)
        touches = end > start
        if not touches.all():
            lost = [block.where(sample) for sample in spans.sample[~touches].tolist()]
            message = "Spans of white space only; they are left out"
            notices.append(finding("span_without_token", message, lost, len(lost)))
        spans = Spans(spans.sample, start, end, spans.char_start, spans.char_end, spans.label, spans.score)
        found.append(_relabelled(spans.take(touches), coding.table(block.span_names)))
    return found, notices


def _relabelled(spans: Spans, labels: Ints) -> Spans:
    codes = labels[spans.label]
    recoded = Spans(spans.sample, spans.start, spans.end, spans.char_start, spans.char_end, codes, spans.score)
    return recoded.take(codes >= 0)


def _joined(parts: Sequence[tuple[list[Spans], int]]) -> tuple[Spans, int]:
    """All spans, sorted, each once; and how many stood there again."""
    flat = [(spans, first) for found, first in parts for spans in found if len(spans)]
    if not flat:
        return Spans.empty(), 0
    scores = None
    if any(spans.score is not None for spans, _ in flat):
        scores = np.concatenate(
            [np.full(len(s), np.nan, np.float32) if s.score is None else s.score.astype(np.float32) for s, _ in flat]
        )

    def column(name: str) -> Ints:
        return np.concatenate([getattr(spans, name) for spans, _ in flat]).astype(np.int32)

    sample = np.concatenate([spans.sample + np.int32(first) for spans, first in flat])
    bounds = (column("start"), column("end"), column("char_start"), column("char_end"))
    spans = Spans(sample, *bounds, column("label"), scores).sorted()
    order = np.lexsort((spans.label, spans.char_end, spans.char_start, spans.sample))
    keys = np.stack([spans.sample, spans.char_start, spans.char_end, spans.label])[:, order]
    again = np.zeros(len(spans), bool)
    again[order[1:]] = (keys[:, 1:] == keys[:, :-1]).all(axis=0)
    return (spans.take(~again), int(again.sum())) if again.any() else (spans, 0)


def _all_tokens(parts: Sequence[Tokens]) -> Tokens:
    ends = np.cumsum([0, *(len(part) for part in parts)])
    offsets = [part.offsets[:-1] + end for part, end in zip(parts, ends, strict=False)]
    return Tokens(
        np.concatenate([*offsets, ends[-1:]]).astype(np.int64),
        np.concatenate([part.char_start for part in parts]).astype(np.int32),
        np.concatenate([part.char_end for part in parts]).astype(np.int32),
        concat([part.text for part in parts]),
    )
