"""One sample a line: ``token:TAG token:TAG <=> intent`` and ``label text of the sample``."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa

from errata.core.errors import InputError
from errata.core.types import Notice, ReadOptions, Source
from errata.formats.block import Block, Layer, full_tokens
from errata.formats.class_values import Classes, with_names
from errata.formats.contents import utf8
from errata.formats.strings import join, large
from errata.formats.tagging import encode_names

_ARROW = " <=> "
_INTENTS = ";"  # between the intents of one utterance
NO_INTENT = "_"
_GAP = re.compile(r"[ \t]+")
_FASTTEXT = "__label__"
INLINE = re.compile(r"(\S*:[^\s:]+ )+<=> \S+\s*")
LABEL_TEXT = re.compile(r"(-?\d+|(__label__\S+)( __label__\S+)*)\s+\S.*")


def read_inline(source: Source, options: ReadOptions) -> Block:
    """Utterances with a tag per token and an intent.

    Tags are the gold and the intent is ``meta_intent``; with ``--task classification`` (or multilabel, or
    ``--label intent``) the intent is the gold. The tag follows the last colon of a token.
    """
    tokens: list[str] = []
    tags: list[str] = []
    counts: list[int] = []
    intents: list[str] = []
    numbers, rows, notices = _rows(source)
    for number, row in zip(numbers, rows, strict=True):
        tagged, arrow, intent = row.rpartition(_ARROW)
        pairs = [token.rpartition(":") for token in _GAP.split(tagged if arrow else row) if token]
        for token, colon, tag in pairs:
            if not colon or not tag:
                raise InputError(
                    f"{source.name}, line {number}",
                    found=f"{token + tag!r}",
                    expected="token:TAG",
                    remedy="correct the line, or pass --format.",
                )
            tokens.append(token)
            tags.append(tag)
        counts.append(len(pairs))
        intents.append(intent.strip() if arrow and intent.strip() != NO_INTENT else "")
    n_samples = len(rows)
    offsets = np.append(0, np.cumsum(counts)).astype(np.int64)
    lines = np.array(numbers, np.int64)
    token_lines = np.repeat(lines, counts)
    surfaces, empty = full_tokens(large(tokens), lambda token: f"{source.name}, line {int(token_lines[token])}")
    if options.task in ("classification", "multilabel") or options.label == "intent":
        text = join(surfaces, offsets, " ")[0]
        many = options.task == "multilabel"
        classes = [intent.split(_INTENTS) if many else [intent] for intent in intents]
        return _classes(source, text, classes, numbers, notices, options)
    return Block(
        source=source,
        n_samples=n_samples,
        has_gold=np.ones(n_samples, bool),
        tokens=surfaces,
        offsets=offsets,
        layers=(Layer(*encode_names(large(tags))),),
        lines=lines,
        token_lines=token_lines,
        meta={"meta_intent": pa.array(intents)} if any(intents) else {},
        notices=(*notices, *empty),
    )


def read_label_text(source: Source, options: ReadOptions) -> Block:
    """Lines that begin with their label (``0 a text``) or with fastText's ``__label__a __label__b a text``."""
    texts, labels = [], []
    numbers, rows, notices = _rows(source)
    for number, row in zip(numbers, rows, strict=True):
        found = []
        if row.startswith(_FASTTEXT):
            while row.startswith(_FASTTEXT):
                label, _, row = row.partition(" ")
                found.append(label.removeprefix(_FASTTEXT))
        else:
            label, gap, row = row.partition(" ")
            if not gap:
                raise InputError(
                    f"{source.name}, line {number}",
                    found=f"{label!r}",
                    expected="a label, a space and a text",
                    remedy="correct the line, or pass --format.",
                )
            found.append(label)
        texts.append(row)
        labels.append(found)
    return _classes(source, large(texts), labels, numbers, notices, options)


def _rows(source: Source) -> tuple[list[int], list[str], tuple[Notice, ...]]:
    """1-based numbers and contents of the lines that are not blank, and what decoding found."""
    content, notices = utf8(source)
    found = [(number, line) for number, line in enumerate(content.decode().split("\n"), 1) if line.strip()]
    return [number for number, _ in found], [line.removesuffix("\r") for _, line in found], notices


def _classes(
    source: Source,
    text: pa.LargeStringArray,
    labels: list[list[str]],
    numbers: list[int],
    notices: tuple[Notice, ...],
    options: ReadOptions,
) -> Block:
    labels = [[label for label in found if label] for found in labels]
    single = all(len(found) <= 1 for found in labels)
    has_gold = np.array([bool(found) for found in labels], bool)
    flat = (
        [found[0] if found else None for found in labels] if single else [label for found in labels for label in found]
    )
    names, codes = encode_names(large(flat))
    offsets = None if single else np.append(0, np.cumsum([len(found) for found in labels])).astype(np.int64)
    classes = with_names(
        Classes(names, codes, offsets, has_gold), options.label_names, lambda row: f"{source.name}, line {numbers[row]}"
    )
    return Block(
        source=source,
        n_samples=len(labels),
        has_gold=classes.has_gold,
        text=text,
        class_names=classes.names,
        class_codes=classes.codes,
        class_offsets=classes.offsets,
        lines=np.array(numbers, np.int64),
        notices=(*notices, *classes.notices),
    )
