"""Tags to spans and back, for the schemes IO, IOB1, BIO (IOB2), BIOES (BMES) and BILOU.

Every function works on the tags of all samples end to end: ``codes`` int ``(n_tokens,)`` point into a TagSet, a code
below 0 counts as ``O``; ``offsets`` int ``(n_samples + 1,)`` says where samples begin. A tag is split from its label at
the first hyphen.

Conventions. ``conlleval`` repairs: a span goes on while B or I is followed by I or E (L) of the same label, and begins
wherever a tag other than O does not continue one. ``strict`` keeps only spans that the scheme allows. Both are those of
seqeval (``get_entities`` and ``mode="strict"``), its reading of IOB1 included: there a B that does not separate two
spans of one label opens nothing, and a following I opens the span instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pyarrow as pa

from errata.core.errors import InputError
from errata.core.types import Bools, Ints, Spans, TagSet, Tokens

Convention = Literal["conlleval", "strict"]
SCHEMES = ("IO", "IOB1", "BIO", "BIOES", "BILOU")
SYNONYMS = {"IOB2": "BIO", "BIO2": "BIO", "IOB": "IOB1", "BMES": "BIOES", "BMEOS": "BIOES", "IOBES": "BIOES"}

OUTSIDE, BEGIN, INSIDE, END, SINGLE = range(5)
_PREFIX = {"B": BEGIN, "I": INSIDE, "M": INSIDE, "E": END, "L": END, "S": SINGLE, "U": SINGLE}
_LETTERS = {"IO": "I", "IOB1": "BI", "BIO": "BI", "BIOES": "BIES", "BILOU": "BILU"}
NAMELESS = "_"
"""Label of the tags ``B`` and ``I`` that name none."""


def scheme_name(name: str) -> str:
    """One of SCHEMES for any usual name of it (``IOB2``, ``bmes``, …). Raises InputError for any other."""
    upper = name.upper()
    found = SYNONYMS.get(upper, upper)
    if found not in SCHEMES:
        raise InputError(
            "--scheme", found=repr(name), expected=" or ".join(SCHEMES), remedy="pass one of them, or leave it out."
        )
    return found


def split_tag(name: str, *, bare: bool = False) -> tuple[int, str] | None:
    """Prefix code and label of one tag; None when it is neither O nor prefix-label. ``bare``: any name is a label."""
    if name in ("O", "o"):
        return OUTSIDE, ""
    head, hyphen, label = name.partition("-")
    prefix = _PREFIX.get(head.upper())
    if prefix is not None and hyphen and label:
        return prefix, label
    if prefix is not None and not bare and not hyphen:
        return prefix, NAMELESS
    return (INSIDE, name) if bare else None


def is_bare(names: Sequence[str]) -> bool:
    """Whether the names are labels used as tags (``PER``, ``O``): none has a prefix, nor are they just ``B`` and ``I``."""
    tagged = [name for name in names if name not in ("O", "o")]
    letters = {name.upper() for name in tagged}
    nameless = letters <= set(_PREFIX) and bool(letters & {"B", "I"})
    return not nameless and not any(split_tag(name) for name in tagged if len(name) > 1)


def unknown_tags(names: Sequence[str], scheme: str | None = None) -> tuple[str, ...]:
    """Names that are no tag. Labels without a prefix are tags where O is among them or ``scheme`` is IO."""
    has_o = "O" in names or "o" in names
    bare = is_bare(names) and (has_o or (scheme is not None and scheme_name(scheme) == "IO"))
    opens = {"B", "I"} & {name.upper() for name in names}  # tags that name no label have one of these among them
    return tuple(
        name for name in names if split_tag(name, bare=bare) is None or (_is_nameless(name) and not bare and not opens)
    )


def _is_nameless(name: str) -> bool:
    return len(name) == 1 and name.upper() in _PREFIX


def tag_set(names: Sequence[str], scheme: str | None = None, labels: Sequence[str] | None = None) -> TagSet:
    """The TagSet of tag names, in their order.

    ``scheme`` None: told from the names (names alone cannot tell IOB1 from BIO: BIO). ``labels`` fixes the order of the
    labels; others follow in order of appearance. Raises InputError for a name that is no tag.
    """
    bare = is_bare(names)
    parts = []
    for name in names:
        part = split_tag(name, bare=bare)
        if part is None:
            raise InputError(
                f"tag {name!r}",
                found="neither O nor a prefix with a label",
                expected="O, or B, I, E, S, L, U or M, a hyphen, and a label",
                remedy="correct the tag, or pass --scheme IO if labels without a prefix are meant.",
            )
        parts.append(part)
    known = dict.fromkeys([*(labels or ()), *(label for prefix, label in parts if prefix != OUTSIDE)])
    code = {label: position for position, label in enumerate(known)}
    return TagSet(
        names=tuple(names),
        scheme=scheme_name(scheme) if scheme else _scheme_of_names(names, bare),
        labels=tuple(known),
        prefix=np.array([prefix for prefix, _ in parts], np.int8),
        label=np.array([code[label] if prefix != OUTSIDE else -1 for prefix, label in parts], np.int32),
    )


def scheme_tag_set(labels: Sequence[str], scheme: str) -> TagSet:
    """All tags of ``labels`` in ``scheme``: O, then per label its tags (``B-x``, ``I-x``, …)."""
    letters = _LETTERS[scheme_name(scheme)]
    names = ["O", *(f"{letter}-{label}" for label in labels for letter in letters)]
    return TagSet(
        names=tuple(names),
        scheme=scheme_name(scheme),
        labels=tuple(labels),
        prefix=np.array([OUTSIDE, *(_PREFIX[letter] for _ in labels for letter in letters)], np.int8),
        label=np.repeat(np.arange(-1, len(labels), dtype=np.int32), [1, *([len(letters)] * len(labels))]),
    )


def bio_tag_set(labels: Sequence[str]) -> TagSet:
    """O, then B-x and I-x per label in order."""
    return scheme_tag_set(labels, "BIO")


def _scheme_of_names(names: Sequence[str], bare: bool) -> str:
    heads = set() if bare else {name.partition("-")[0].upper() for name in names}
    if heads & {"E", "S", "M"}:
        return "BIOES"
    if heads & {"L", "U"}:
        return "BILOU"
    return "BIO" if "B" in heads else "IO"


def detect_scheme(names: Sequence[str], codes: Ints, offsets: Ints) -> str:
    """The scheme of tagged text, from the tags that occur and, for IOB1 against BIO, from where.

    In BIO every span begins with B; in IOB1 B only separates adjacent spans of one label. The scheme with fewer
    violations wins, BIO when neither has more.
    """
    used = np.unique(codes[codes >= 0])
    occurring = [names[code] for code in used]
    scheme = _scheme_of_names(occurring, is_bare(names))
    if scheme != "BIO":
        return scheme
    tags = tag_set(names, "BIO")
    return (
        "BIO"
        if len(_misplaced(tags, codes, offsets, "BIO")) <= len(_misplaced(tags, codes, offsets, "IOB1"))
        else "IOB1"
    )


@dataclass(frozen=True, slots=True)
class _Runs:
    """Maximal runs of continued tags. Token positions; ``end`` is past the last token."""

    prefix: Ints  # (n_tokens,)
    label: Ints  # (n_tokens,)
    first: Bools  # (n_tokens,) the token is the first of its sample
    start: Ints  # (n_runs,)
    end: Ints  # (n_runs,)


def _runs(tags: TagSet, codes: Ints, offsets: Ints) -> _Runs:
    # One row more than the tags, at the end, so that a code of -1 reads as O.
    prefix = np.append(tags.prefix, np.int8(OUTSIDE))[codes]
    label = np.append(tags.label, np.int32(-1))[codes]
    first = np.zeros(len(codes), bool)
    begins = offsets[:-1]
    first[begins[np.diff(offsets) > 0]] = True
    goes_on = np.zeros(len(codes) + 1, bool)
    opens = (prefix == BEGIN) | (prefix == INSIDE)
    stays = (prefix == INSIDE) | (prefix == END)
    goes_on[1:-1] = opens[:-1] & stays[1:] & ~first[1:] & (label[:-1] == label[1:])
    tagged = prefix != OUTSIDE
    return _Runs(
        prefix, label, first, np.flatnonzero(tagged & ~goes_on[:-1]), np.flatnonzero(tagged & ~goes_on[1:]) + 1
    )


def decode(tags: TagSet, codes: Ints, offsets: Ints, convention: Convention = "conlleval") -> Spans:
    """Spans of tag ``codes``, sorted; labels are codes into ``tags.labels``, characters -1 until ``with_chars``."""
    runs = _runs(tags, codes, offsets)
    start, end = runs.start, runs.end
    if convention == "strict":
        start, end = _strict(tags.scheme, runs)
    sample = np.searchsorted(offsets, start, side="right") - 1
    base = offsets[sample]
    unknown = np.full(len(start), -1, np.int32)
    return Spans(
        sample.astype(np.int32),
        (start - base).astype(np.int32),
        (end - base).astype(np.int32),
        unknown,
        unknown,
        runs.label[start].astype(np.int32),
    )


def _strict(scheme: str, runs: _Runs) -> tuple[Ints, Ints]:
    if scheme == "IO":
        return runs.start, runs.end
    if scheme == "IOB1":
        return _strict_iob1(runs)
    opening, closing = runs.prefix[runs.start], runs.prefix[runs.end - 1]
    if scheme == "BIO":
        kept = opening == BEGIN
    else:
        kept = (opening == SINGLE) | ((opening == BEGIN) & (closing == END))
    return runs.start[kept], runs.end[kept]


def _strict_iob1(runs: _Runs) -> tuple[Ints, Ints]:
    start, end = runs.start, runs.end
    begins = runs.prefix[start] == BEGIN
    separates = begins & _follows_same(runs, start)
    # A B that separates nothing opens nothing: its span begins at the I behind it, if there is one.
    start = start + (begins & ~separates)
    kept = start < end
    # seqeval knows no end of a span of one B before a B of another label.
    after = np.minimum(end, len(runs.prefix) - 1)
    before_other = (end < len(runs.prefix)) & ~runs.first[after] & (runs.prefix[after] == BEGIN)
    kept &= ~(separates & (end == start + 1) & before_other & (runs.label[after] != runs.label[end - 1]))
    return start[kept], end[kept]


def _follows_same(runs: _Runs, at: Ints) -> Bools:
    """Whether the token before each position is B or I of the same label, in the same sample."""
    before = np.maximum(at - 1, 0)
    open_before = (runs.prefix[before] == BEGIN) | (runs.prefix[before] == INSIDE)
    found: Bools = (at > 0) & ~runs.first[at] & open_before & (runs.label[before] == runs.label[at])
    return found


def strict_mask(spans: Spans, tags: TagSet, codes: Ints, offsets: Ints) -> Bools:
    """True where a span (labels coded like ``tags.labels``) also exists under strict decoding, ``(n_spans,)``."""
    strict = decode(tags, codes, offsets, "strict")
    end_of = np.zeros(len(codes), np.int32)  # per token at which a strict span starts
    label_of = np.zeros(len(codes), np.int32)
    at = offsets[strict.sample] + strict.start
    end_of[at], label_of[at] = strict.end, strict.label
    at = offsets[spans.sample] + spans.start
    found: Bools = (end_of[at] == spans.end) & (label_of[at] == spans.label)
    return found


def _misplaced(tags: TagSet, codes: Ints, offsets: Ints, scheme: str) -> Ints:
    runs = _runs(tags, codes, offsets)
    opening = runs.prefix[runs.start]
    if scheme == "IO":
        return np.empty(0, np.int64)
    if scheme == "IOB1":
        idle: Ints = runs.start[(opening == BEGIN) & ~_follows_same(runs, runs.start)]
        return idle
    unopened: Ints = runs.start[(opening == INSIDE) | (opening == END)]
    if scheme == "BIO":
        return unopened
    closing = runs.prefix[runs.end - 1]
    unclosed = runs.end[(closing == BEGIN) | (closing == INSIDE)] - 1
    return np.union1d(unopened, unclosed)


def illegal_transitions(tags: TagSet, codes: Ints, offsets: Ints) -> Ints:
    """Tokens whose tag the scheme does not allow there, ascending positions ``(n_illegal,)``.

    An I (E, L) that continues nothing; in BIOES and BILOU also the last token of a span that is never closed; in IOB1
    a B that separates nothing.
    """
    return _misplaced(tags, codes, offsets, tags.scheme)


def encode(spans: Spans, offsets: Ints, tags: TagSet, labels: Sequence[str] | None = None) -> Ints:
    """Tag codes of ``spans`` in the scheme of ``tags``, int32 ``(n_tokens,)``.

    ``labels``: the names that span labels point into; None = ``tags.labels``. Of overlapping spans the longest, then
    the first, is written. Tokens of a label that ``tags`` has not get -1, and so do tokens outside when there is no O.
    """
    codes = np.full(int(offsets[-1]), tags.outside, np.int32)
    ordered = spans if _is_sorted(spans) else spans.sorted()
    flat = ordered.take(outermost(ordered))
    if not len(flat):
        return codes
    table = _tag_table(tags, labels)
    start = offsets[flat.sample] + flat.start
    length = (flat.end - flat.start).astype(np.int64)
    first = np.full(len(flat), BEGIN)
    if tags.scheme == "IO":
        first[:] = INSIDE
    elif tags.scheme == "IOB1":
        adjacent = (start[1:] == start[:-1] + length[:-1]) & (flat.sample[1:] == flat.sample[:-1])
        adjacent &= flat.label[1:] == flat.label[:-1]
        first = np.where(np.append(False, adjacent), BEGIN, INSIDE)
    inner = np.repeat(table[flat.label, INSIDE], length)
    inner_at = np.arange(len(inner)) + np.repeat(start - (np.cumsum(length) - length), length)
    codes[inner_at] = inner
    codes[start] = table[flat.label, first]
    if tags.scheme in ("BIOES", "BILOU"):
        codes[start + length - 1] = table[flat.label, END]
        multi = length > 1
        codes[start] = np.where(multi, table[flat.label, BEGIN], table[flat.label, SINGLE])
    return codes


def _tag_table(tags: TagSet, labels: Sequence[str] | None) -> Ints:
    """Tag code per (label, prefix), int32 ``(n_labels, 5)``, -1 where there is none."""
    names = tags.labels if labels is None else tuple(labels)
    position = {name: row for row, name in enumerate(names)}
    rows = np.array([position.get(name, -1) for name in tags.labels], np.int64)
    table = np.full((len(names) + 1, 5), -1, np.int32)
    tagged = np.flatnonzero(tags.prefix != OUTSIDE)[::-1]  # the first of equal tags is written last
    table[rows[tags.label[tagged]], tags.prefix[tagged]] = tagged
    table[-1] = -1
    # Some tag sets lack the opening or closing tag of a label that they do have.
    for missing, instead in ((BEGIN, INSIDE), (SINGLE, BEGIN), (END, INSIDE)):
        table[:, missing] = np.where(table[:, missing] < 0, table[:, instead], table[:, missing])
    return table


def outermost(spans: Spans) -> Ints:
    """Positions of the spans that a flat tagging keeps: of overlapping ones the longest, then the first; ascending."""
    kept: list[Ints] = []
    left = np.arange(len(spans))
    if not _is_sorted(spans):
        left = np.lexsort((spans.label, spans.end, spans.start, spans.sample))
    while len(left):
        cluster = _clusters(spans, left)
        alone = np.bincount(cluster)[cluster] == 1
        kept.append(left[alone])
        left, cluster = left[~alone], cluster[~alone]
        if not len(left):
            break
        length = spans.end[left] - spans.start[left]
        best_first = np.lexsort((np.arange(len(left)), -length, cluster))
        best = left[best_first[np.diff(cluster[best_first], prepend=-1) != 0]]
        kept.append(best)
        winner = best[np.unique(cluster, return_inverse=True)[1]]
        clear = (spans.end[left] <= spans.start[winner]) | (spans.start[left] >= spans.end[winner])
        left = left[clear]
    return np.sort(np.concatenate(kept)) if kept else left


def overlapping(spans: Spans) -> Bools:
    """True for spans that share a token with another span of their sample, ``(n_spans,)``."""
    order = np.lexsort((spans.end, spans.start, spans.sample))
    cluster = _clusters(spans, order)
    shares = np.zeros(len(spans), bool)
    if len(order):
        shares[order] = np.bincount(cluster)[cluster] > 1
    return shares


def _clusters(spans: Spans, order: Ints) -> Ints:
    """Number of the chain of overlapping spans each span of ``order`` (sorted by sample, start) is in, ascending."""
    sample = spans.sample[order].astype(np.int64)
    start, end = spans.start[order], spans.end[order]
    step = int(end.max(initial=0)) + 1
    reach = np.maximum.accumulate(sample * step + end)
    apart = sample[1:] * step + start[1:] >= reach[:-1]
    apart |= sample[1:] != sample[:-1]
    return np.concatenate([np.zeros(min(1, len(order)), np.int64), np.cumsum(apart)])


def _is_sorted(spans: Spans) -> bool:
    step = int(spans.start.max(initial=0)) + 1
    key = spans.sample.astype(np.int64) * step + spans.start
    return bool((key[1:] >= key[:-1]).all())


def with_chars(spans: Spans, tokens: Tokens) -> Spans:
    """The spans with the code points of their first and last token."""
    base = tokens.offsets[spans.sample]
    return replace(
        spans,
        char_start=tokens.char_start[base + spans.start].astype(np.int32),
        char_end=tokens.char_end[base + spans.end - 1].astype(np.int32),
    )


def recode(spans: Spans, labels: Sequence[str], to: Sequence[str]) -> Spans:
    """The spans with label codes into ``to`` instead of ``labels``; -1 for a label that ``to`` has not."""
    position = {name: code for code, name in enumerate(to)}
    table = np.array([position.get(name, -1) for name in labels] + [-1], np.int32)
    return replace(spans, label=table[spans.label])


def encode_names(names: pa.Array | pa.ChunkedArray) -> tuple[tuple[str, ...], Ints]:
    """Distinct tag names in order of appearance, and int32 codes ``(n_tokens,)`` into them; null is -1."""
    array = names.combine_chunks() if isinstance(names, pa.ChunkedArray) else names
    encoded = array.dictionary_encode()
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32)
    return tuple(encoded.dictionary.to_pylist()), codes
