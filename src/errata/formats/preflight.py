"""The pre-flight report of a data set: what to know about it before any number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow.compute as pc

from errata.core.types import Bools, DataSet, Ints, Notice
from errata.formats.notices import finding, merged
from errata.formats.tagging import overlapping

TRAIN = "train"


def inspect(data: DataSet) -> tuple[Notice, ...]:
    """Every finding about ``data``: what its readers noticed, and what the data set itself shows; gravest first."""
    return merged([*data.notices, *_own(data)])


def _own(data: DataSet) -> Iterator[Notice]:
    yield _counts(data)
    yield from _empty(data)
    yield from _unlabelled(data)
    if data.gold_spans is not None and data.tokens is not None:
        yield from _spans(data)
    yield from _one_sided(data)
    yield from _repeated_texts(data)


def _counts(data: DataSet) -> Notice:
    names, codes = data.split_codes()
    counts = np.bincount(codes, minlength=len(names))
    shown = [f"{name}: {count:,}" for name, count in zip(names, counts.tolist(), strict=True)]
    return Notice("sample_counts", "Samples per split", len(data), "info", tuple(shown))


def _where(data: DataSet, samples: Ints) -> Iterator[str]:
    split, index = data.samples["split"], data.samples["index"]
    return (f"{split[sample].as_py()} {index[sample].as_py()}" for sample in samples.tolist())


def _empty(data: DataSet) -> Iterator[Notice]:
    is_empty = pc.equal(pc.utf8_trim_whitespace(data.samples["text"]), "").to_numpy()
    if data.tokens is not None:
        is_empty |= data.tokens.lengths() == 0
    found = np.flatnonzero(is_empty)
    if len(found):
        yield finding("empty_sample", "Samples without a token", _where(data, found), len(found))


def _unlabelled(data: DataSet) -> Iterator[Notice]:
    names, codes = data.split_codes()
    for number, name in enumerate(names):
        missing = np.flatnonzero((codes == number) & ~data.has_gold)
        n = int((codes == number).sum())
        if len(missing) == n:
            yield finding("no_gold", f"Split {name} has no gold: no metrics there", _where(data, missing), n, "info")
        elif len(missing):
            message = "Samples without gold beside others that have it; they take no part in metrics"
            yield finding("partly_unlabelled", message, _where(data, missing), len(missing))


def _spans(data: DataSet) -> Iterator[Notice]:
    spans, tokens = data.gold_spans, data.tokens
    if spans is None or tokens is None or not len(spans):
        return
    base = tokens.offsets[spans.sample]
    off = tokens.char_start[base + spans.start] != spans.char_start
    off |= tokens.char_end[base + spans.end - 1] != spans.char_end
    if off.any():
        message = "Spans that begin or end inside a token; token-level numbers take every token they touch"
        yield finding("span_off_border", message, _shown(data, off), int(off.sum()))
    shares = overlapping(spans)
    if shares.any():
        message = "Spans that overlap others; metrics use all, token-level numbers the outermost"
        yield finding("overlapping_span", message, _shown(data, shares), int(shares.sum()), "info")


def _shown(data: DataSet, chosen: Bools) -> Iterator[str]:
    spans = data.gold_spans
    if spans is None:
        return
    for position in np.flatnonzero(chosen).tolist():
        sample = int(spans.sample[position])
        start, end = int(spans.char_start[position]), int(spans.char_end[position])
        surface = data.samples["text"][sample].as_py()[start:end]
        yield f"{next(_where(data, spans.sample[position : position + 1]))}: {surface!r} {data.labels[spans.label[position]]}"


def _one_sided(data: DataSet) -> Iterator[Notice]:
    """Labels in train alone, and labels that the other splits have and train has not."""
    names, split = data.split_codes()
    if TRAIN not in names or not data.labels:
        return
    is_train = split == names.index(TRAIN)
    others = data.has_gold & ~is_train
    if not others.any() or not (data.has_gold & is_train).any():
        return
    in_train, elsewhere = _label_counts(data, is_train), _label_counts(data, others)
    unseen = np.flatnonzero((in_train == 0) & (elsewhere > 0))
    if len(unseen):
        message = "Labels that train does not have: nothing can be learnt about them"
        yield finding("label_not_in_train", message, _counted(data.labels, unseen, elsewhere), len(unseen))
    untested = np.flatnonzero((in_train > 0) & (elsewhere == 0))
    if len(untested):
        message = "Labels that only train has: no other split measures them"
        yield finding("label_only_in_train", message, _counted(data.labels, untested, in_train), len(untested))


def _label_counts(data: DataSet, samples: Bools) -> Ints:
    if data.gold_spans is not None:
        return np.bincount(data.gold_spans.label[samples[data.gold_spans.sample]], minlength=len(data.labels))
    if data.gold_labels is None:
        return np.zeros(len(data.labels), np.int64)
    gold = data.gold_labels[samples & data.has_gold]
    return gold.sum(axis=0) if gold.ndim == 2 else np.bincount(gold, minlength=len(data.labels))


def _counted(labels: Sequence[str], codes: Ints, counts: Ints) -> Iterator[str]:
    return (f"{labels[code]} ({int(counts[code]):,})" for code in codes.tolist())


def _repeated_texts(data: DataSet) -> Iterator[Notice]:
    """Texts of other splits that train has word for word."""
    names, split = data.split_codes()
    if TRAIN not in names or len(names) < 2:
        return
    is_train = split == names.index(TRAIN)
    texts = data.samples["text"].combine_chunks()
    known = pc.is_in(texts, value_set=texts.filter(is_train)).to_numpy(zero_copy_only=False)
    blank = pc.equal(pc.utf8_trim_whitespace(texts), "").to_numpy(zero_copy_only=False)
    found = np.flatnonzero(known & ~is_train & ~blank)
    if len(found):
        message = "Texts of other splits that stand in train word for word"
        yield finding("text_in_train", message, _where(data, found), len(found))
