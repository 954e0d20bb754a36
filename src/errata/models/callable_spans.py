"""Results of a user's function for ``ner``, checked and made into columns.

Per sample one of: a list of tags, one per token; a list of spans, as ``{"start", "end", "label"}`` with an optional
``"score"`` or as tuples in that order; an array ``(n_tokens, n_tags)`` of probabilities. ``start`` and ``end`` count
tokens where the function was given tokens and code points where it was given texts; ``"char_start"`` and
``"char_end"`` are code points always. All samples of a data set get results of one kind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from errata.core.errors import InputError, ModelError
from errata.core.types import Bools, Floats, Ints, Predictions, Spans, TagSet, Tokens
from errata.formats.align import char_to_token
from errata.formats.tagging import decode, encode_names, is_bare, recode, split_tag, tag_set, with_chars
from errata.models.callable_checks import Asked, shown, sound_probabilities

Kind = Literal["tags", "spans", "probabilities", "empty"]
_LABEL_KEYS = ("label", "type", "entity_group", "entity")
_FORMS = "a list of tags, a list of spans, or an array of probabilities"
_SPAN_FORM = "one like {'start': 0, 'end': 2, 'label': 'PER'}"


def span_predictions(
    asked: Asked, results: Sequence[Any], *, by_chars: bool, columns: Sequence[str] | None
) -> Predictions:
    """Predictions from one result per sample. ``columns``: tags of probability arrays.

    Raises ModelError naming the sample of the first unusable result.
    """
    tokens = asked.data.tokens
    if tokens is None:
        raise ModelError(f"{asked.who}: the data set has no tokens.", remedy="read it with --task ner.")
    kind = _common_kind(asked, results, tokens)
    if kind == "spans":
        return _from_spans(asked, results, tokens, by_chars)
    if kind == "tags":
        return _from_tags(asked, results, tokens)
    return _from_probabilities(asked, results, tokens, columns)


def _common_kind(asked: Asked, results: Sequence[Any], tokens: Tokens) -> Kind:
    kinds = [_kind(asked, sample, result) for sample, result in enumerate(results)]
    common: Kind = next((kind for kind in kinds if kind != "empty"), "spans")
    for sample, (kind, length) in enumerate(zip(kinds, tokens.lengths().tolist(), strict=True)):
        if kind == "empty" and length and common != "spans":
            raise asked.fault(sample, "an empty result", f"{common} for its {length} tokens")
        if kind not in (common, "empty"):
            raise asked.fault(sample, kind, f"{common}, as for the samples before")
    return common


def _kind(asked: Asked, sample: int, result: Any) -> Kind:
    if isinstance(result, (str, bytes, Mapping)) or not hasattr(result, "__len__") or not hasattr(result, "__iter__"):
        raise asked.fault(sample, shown(result), _FORMS)
    if len(result) == 0:
        return "empty"
    if getattr(result, "ndim", 0) == 2:
        return "probabilities"
    first = next(iter(result))
    if isinstance(first, str):
        return "tags"
    if isinstance(first, Mapping) or (isinstance(first, (tuple, list)) and any(isinstance(v, str) for v in first)):
        return "spans"
    if isinstance(first, (list, tuple, np.ndarray)):
        return "probabilities"
    raise asked.fault(sample, shown(result), _FORMS)


def _from_tags(asked: Asked, results: Sequence[Any], tokens: Tokens) -> Predictions:
    names: list[str] = []
    for sample, (result, length) in enumerate(zip(results, tokens.lengths().tolist(), strict=True)):
        if len(result) != length:
            raise asked.fault(sample, f"{len(result)} tags", f"{length}, one per token")
        wrong = next((tag for tag in result if not isinstance(tag, str)), None)
        if wrong is not None:
            raise asked.fault(sample, f"the tag {shown(wrong)}", "a string such as 'B-PER' or 'O'")
        names.extend(map(str, result))
    distinct, codes = encode_names(pa.array(names, pa.large_string()))
    no_tags = [] if is_bare(distinct) else [code for code, name in enumerate(distinct) if split_tag(name) is None]
    if no_tags:
        first = int(np.flatnonzero(np.isin(codes, no_tags))[0])
        sample = int(np.searchsorted(tokens.offsets, first, side="right")) - 1
        raise asked.fault(sample, f"the tag {names[first]!r}", "O, or a prefix with a label such as 'B-PER'")
    tags = _tags(asked, distinct)
    return _coded(asked, with_chars(decode(tags, codes, tokens.offsets), tokens), tags.labels)


def _from_probabilities(
    asked: Asked, results: Sequence[Any], tokens: Tokens, columns: Sequence[str] | None
) -> Predictions:
    if columns is None:
        raise ModelError(
            f"{asked.who}: the function gives probabilities, and what their columns mean is not known.",
            remedy="name them: function.tags = ('O', 'B-PER', 'I-PER', …).",
        )
    tags = _tags(asked, columns)
    parts: list[Floats] = [np.empty((0, len(columns)))]
    for sample, (result, length) in enumerate(zip(results, tokens.lengths().tolist(), strict=True)):
        if not length:
            continue
        try:
            values = np.asarray(result.detach().cpu() if hasattr(result, "detach") else result, np.float64)
        except (TypeError, ValueError):
            raise asked.fault(sample, "an array with other things than numbers in it", "probabilities") from None
        if values.shape != (length, len(columns)):
            raise asked.fault(sample, f"an array of shape {values.shape}", f"{(length, len(columns))}")
        parts.append(values)

    def fault(token: int, found: str, expected: str) -> ModelError:
        sample = int(np.searchsorted(tokens.offsets, token, side="right")) - 1
        return asked.fault(sample, f"{found} (token {token - int(tokens.offsets[sample])})", expected)

    probs = sound_probabilities(np.concatenate(parts), fault)
    spans = with_chars(decode(tags, probs.argmax(1), tokens.offsets), tokens)
    return Predictions(labels=tags.labels, tags=tags, token_probs=probs, spans=spans)


@dataclass(frozen=True, slots=True)
class _Given:
    """Spans as the function gave them: columns of one length; ``is_char``: bounds are code points."""

    sample: Ints
    start: Ints
    end: Ints
    is_char: Bools
    label: tuple[str, ...]
    score: tuple[float | None, ...]


def _from_spans(asked: Asked, results: Sequence[Any], tokens: Tokens, by_chars: bool) -> Predictions:
    rows = [(sample, *_span(asked, sample, span, by_chars)) for sample, result in enumerate(results) for span in result]
    if not rows:
        return _coded(asked, Spans.empty(), ())
    sample, start, end, is_char, label, score = zip(*rows, strict=True)
    where = np.array(sample, np.int32)
    given = _Given(where, np.array(start), np.array(end), np.array(is_char, np.bool_), label, score)
    _check_bounds(asked, given, tokens)
    low, high = given.start.astype(np.int32), given.end.astype(np.int32)
    at = given.is_char
    low[at], high[at], _ = char_to_token(where[at], low[at], high[at], tokens)
    nowhere = np.flatnonzero(low >= high)
    if len(nowhere):
        bad = nowhere[0]
        raise asked.fault(int(where[bad]), f"the span [{start[bad]}, {end[bad]}) over no token", "one over a token")
    names = tuple(dict.fromkeys(label))
    code = {name: position for position, name in enumerate(names)}
    spans = with_chars(Spans(where, low, high, low, high, np.array([code[name] for name in label], np.int32)), tokens)
    spans = Spans(
        where,
        low,
        high,
        np.where(at, given.start, spans.char_start).astype(np.int32),
        np.where(at, given.end, spans.char_end).astype(np.int32),
        spans.label,
        np.array(score, np.float32) if any(value is not None for value in score) else None,
    )
    return _coded(asked, spans, names)


def _span(asked: Asked, sample: int, span: Any, by_chars: bool) -> tuple[int, int, bool, str, float | None]:
    """(start, end, bounds are code points, label, score) of one span."""
    if isinstance(span, Mapping):
        by_chars = by_chars or "char_start" in span
        start, end = span.get("char_start", span.get("start")), span.get("char_end", span.get("end"))
        label = next((span[key] for key in _LABEL_KEYS if key in span), None)
        score = span.get("score")
    elif isinstance(span, (tuple, list)) and len(span) in (3, 4):
        start, end, label, *rest = span
        score = rest[0] if rest else None
    else:
        raise asked.fault(sample, f"the span {shown(span)}", _SPAN_FORM)
    if not isinstance(start, Integral) or not isinstance(end, Integral) or not isinstance(label, str) or not label:
        raise asked.fault(sample, f"the span {shown(span)}", _SPAN_FORM)
    if score is not None and (not isinstance(score, Real) or not 0 <= float(score) <= 1):
        raise asked.fault(sample, f"the score {shown(score)}", "a probability from 0 to 1")
    return int(start), int(end), by_chars, asked.label(label), None if score is None else float(score)


def _check_bounds(asked: Asked, given: _Given, tokens: Tokens) -> None:
    texts = np.array([len(text) for text in asked.data.samples["text"].to_pylist()], np.int64)
    limit = np.where(given.is_char, texts[given.sample], tokens.lengths()[given.sample])
    bad = np.flatnonzero((given.start < 0) | (given.end <= given.start) | (given.end > limit))
    if len(bad):
        at = bad[0]
        what = "code points" if given.is_char[at] else "tokens"
        found = f"the span [{given.start[at]}, {given.end[at]})"
        raise asked.fault(int(given.sample[at]), found, f"0 <= start < end <= {limit[at]} ({what})")


def _tags(asked: Asked, names: Sequence[str]) -> TagSet:
    try:
        return tag_set([_mapped(asked, name) for name in names], labels=asked.data.labels)
    except InputError as error:
        raise ModelError(f"{asked.who}: {error.message}", remedy=error.remedy) from None


def _mapped(asked: Asked, name: str) -> str:
    head, hyphen, label = name.partition("-")
    if name in asked.label_map or not hyphen:
        return asked.label(name)
    return f"{head}-{asked.label(label)}"


def _coded(asked: Asked, spans: Spans, names: Sequence[str]) -> Predictions:
    labels = tuple(dict.fromkeys([*asked.data.labels, *names]))
    return Predictions(labels=labels, spans=recode(spans, names, labels).sorted())
