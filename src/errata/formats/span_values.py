"""Spans as people write them in JSON, made into columns.

A span is an object (``start``, ``end``, ``label`` under any of their usual names, perhaps its surface and a score), or
a list ``[start, end, label]``. Offsets count code points of the text or tokens; which of the two is told, for the whole
file, from the surfaces, else from whether they fall on token borders. A span without offsets (LLM output) is looked for
in the text by its surface, each after the one before; where it stands several times the first place after that is
taken, and counted as ambiguous.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np

from errata.core.errors import InputError
from errata.core.types import Bools, Notice, Spans
from errata.formats.notices import finding

Unit = Literal["char", "token"]
Where: TypeAlias = Callable[[int], str]
Bounds: TypeAlias = Sequence[tuple[int, int]]

_START = ("start", "begin", "char_start", "start_char", "start_offset", "from")
_END = ("end", "stop", "char_end", "end_char", "end_offset", "to")
_TOKEN_START, _TOKEN_END = ("token_start", "start_token"), ("token_end", "end_token")
_LABEL = ("label", "type", "entity_type", "entity_group", "entity", "tag", "class", "category", "labels")
_SURFACE = ("span_text", "text", "surface", "word", "mention", "span", "value")
_SCORE = ("score", "prob", "probability", "confidence")


_TRIED = 2000  # spans that decide the unit


@dataclass(slots=True)
class _Found:
    """Spans as written; bounds -1 where not given."""

    sample: list[int] = field(default_factory=list)
    start: list[int] = field(default_factory=list)
    end: list[int] = field(default_factory=list)
    label: list[str] = field(default_factory=list)
    surface: list[str | None] = field(default_factory=list)
    score: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Texts:
    """What spans are measured against: the texts, and the bounds of a sample's tokens in its text.

    ``is_made_of_tokens``: the source has tokens and no text.
    """

    text: Sequence[str]
    tokens: Callable[[int], Bounds]
    is_made_of_tokens: bool = False


@dataclass(frozen=True, slots=True)
class ReadSpans:
    """Spans with code points (tokens only where the offsets counted them, else -1), coded into ``names``."""

    spans: Spans
    names: tuple[str, ...]
    unit: Unit
    notices: tuple[Notice, ...]


def read_spans(rows: Sequence[Any], texts: Texts, where: Where) -> ReadSpans:
    """Spans of all rows, each a list or None. Raises InputError, with the line, for what is no span of its text."""
    found = _Found()
    for number, row in enumerate(rows):
        for value in row or ():
            _append(found, number, value, where)
    given = np.array(found.start, np.int64) >= 0
    unit = _unit(found, texts, given)
    _check(found, texts, given, unit, where)
    kept, notices = _locate(found, texts, given, where)
    names = tuple(dict.fromkeys(found.label))
    code = {name: number for number, name in enumerate(names)}
    sample, start, end = (np.array(column, np.int32) for column in (found.sample, found.start, found.end))
    token_start, token_end = np.full(len(start), -1, np.int32), np.full(len(start), -1, np.int32)
    if unit == "token":
        token_start[given], token_end[given] = start[given], end[given]
        for i in np.flatnonzero(given).tolist():
            bounds = texts.tokens(found.sample[i])
            start[i], end[i] = bounds[start[i]][0], bounds[end[i] - 1][1]
    scores = np.array(found.score, np.float32)
    labels = np.array([code[name] for name in found.label], np.int32)
    spans = Spans(sample, token_start, token_end, start, end, labels, None if np.isnan(scores).all() else scores)
    notices = (*notices, *_mismatches(found, texts, spans, given, where))
    return ReadSpans(spans.take(kept), names, unit, notices)


def _append(found: _Found, sample: int, value: Any, where: Where) -> None:
    start: Any = None
    end: Any = None
    surface = score = label = None
    if isinstance(value, dict):
        start, end = _first(value, _START), _first(value, _END)
        if start is None:
            start, end = _first(value, _TOKEN_START), _first(value, _TOKEN_END)
        label, score = _first(value, _LABEL), _first(value, _SCORE)
        surface = next((value[key] for key in _SURFACE if isinstance(value.get(key), str)), None)
    elif isinstance(value, list | tuple) and len(value) == 3:
        start, end, label = value
    if isinstance(label, list) and len(label) == 1:
        label = label[0]
    is_placed = (_is_offset(start) and _is_offset(end)) if start is not None else bool(surface)
    if not is_placed or label == "" or not isinstance(label, str | int) or isinstance(label, bool):
        raise _no_span(where(sample), value)
    found.sample.append(sample)
    found.start.append(-1 if start is None else int(start))
    found.end.append(-1 if start is None else int(end))
    found.label.append(str(label))
    found.surface.append(surface)
    found.score.append(float(score) if isinstance(score, int | float) else float("nan"))


def _first(value: dict[str, Any], keys: Sequence[str]) -> Any:
    return next((value[key] for key in keys if value.get(key) is not None), None)


def _is_offset(value: Any) -> bool:
    if isinstance(value, float):
        return value.is_integer() and 0 <= value < 2**31
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31


def _no_span(where: str, value: Any) -> InputError:
    shown = repr(value)
    return InputError(
        where,
        found=f"{shown[:80]}{'…' * (len(shown) > 80)} as a span",
        expected='{"start": 0, "end": 5, "label": "PER"}, [0, 5, "PER"], or {"text": "Maria", "label": "PER"}',
        remedy="correct the span, or name the column of the spans with --spans.",
    )


def _unit(found: _Found, texts: Texts, given: Bools) -> Unit:
    """Whether offsets count code points or tokens: what explains more surfaces, else what fits.

    Without surfaces, offsets that all fit the tokens are taken for tokens where the source has no text of its own, and
    where most of them are no borders of tokens in characters.
    """
    chars = whole = borders = fits = 0
    tried = np.flatnonzero(given)[:_TRIED].tolist()
    for i in tried:
        text, bounds = texts.text[found.sample[i]], texts.tokens(found.sample[i])
        start, end, surface = found.start[i], found.end[i], found.surface[i]
        is_in_tokens = start < end <= len(bounds)
        fits += is_in_tokens
        if surface is not None:
            chars += text[start:end] == surface
            whole += is_in_tokens and text[bounds[start][0] : bounds[end - 1][1]] == surface
        else:
            borders += any(first == start for first, _ in bounds) and any(last == end for _, last in bounds)
    if chars or whole:
        return "char" if chars >= whole else "token"
    if fits < len(tried):
        return "char"
    return "token" if texts.is_made_of_tokens or 2 * borders < len(tried) else "char"


def _check(found: _Found, texts: Texts, given: Bools, unit: Unit, where: Where) -> None:
    for i in np.flatnonzero(given).tolist():
        sample, start, end = found.sample[i], found.start[i], found.end[i]
        size = len(texts.text[sample]) if unit == "char" else len(texts.tokens(sample))
        if not start < end <= size:
            what = "code points" if unit == "char" else "tokens"
            raise InputError(
                where(sample),
                found=f"the span [{start}, {end})",
                expected=f"a span that begins before it ends, in a text of {size} {what}",
                remedy="correct the offsets; they count from 0 and the end is not part of the span.",
            )


def _locate(found: _Found, texts: Texts, given: Bools, where: Where) -> tuple[Bools, tuple[Notice, ...]]:
    """Place the spans without offsets. Which spans have a place, and notices about the others and the ambiguous."""
    kept = given.copy()
    missing, ambiguous = [], []
    places: dict[tuple[int, str], list[int]] = {}
    unplaced = np.flatnonzero(~given).tolist()
    wanted = Counter((found.sample[i], found.surface[i] or "") for i in unplaced)
    for i in unplaced:
        sample, surface = found.sample[i], found.surface[i] or ""
        if (sample, surface) not in places:
            places[sample, surface] = _places(texts.text[sample], surface)
            if len(places[sample, surface]) > wanted[sample, surface]:
                ambiguous.append(f"{where(sample)}: {surface!r}")
        if not places[sample, surface]:
            missing.append(f"{where(sample)}: {surface!r}")
            continue
        found.start[i] = places[sample, surface].pop(0)
        found.end[i] = found.start[i] + len(surface)
        kept[i] = True
    notices = []
    if ambiguous:
        message = "Spans without offsets whose text stands several times in the sample; the first places are taken"
        notices.append(finding("ambiguous_span", message, ambiguous, len(ambiguous)))
    if missing:
        message = "Spans without offsets whose text does not stand in the sample (again); they are left out"
        notices.append(finding("span_not_found", message, missing, len(missing)))
    return kept, tuple(notices)


def _places(text: str, surface: str) -> list[int]:
    """Where ``surface`` begins in ``text``: as a word of its own where it is one anywhere, else anywhere."""
    found, whole = [], []
    at = text.find(surface)
    while at >= 0:
        end = at + len(surface)
        found.append(at)
        inside = (surface[0].isalnum() and text[at - 1 : at].isalnum()) or (
            surface[-1].isalnum() and text[end : end + 1].isalnum()
        )
        if not inside:
            whole.append(at)
        at = text.find(surface, end)
    return whole or found


def _mismatches(found: _Found, texts: Texts, spans: Spans, given: Bools, where: Where) -> tuple[Notice, ...]:
    examples = []
    for i in np.flatnonzero(given).tolist():
        surface = found.surface[i]
        there = texts.text[found.sample[i]][spans.char_start[i] : spans.char_end[i]]
        if surface is not None and there != surface:
            examples.append(f"{where(found.sample[i])}: {surface!r} is said, {there!r} is there")
    if not examples:
        return ()
    message = "Spans whose own text is not what stands at their offsets; the offsets are used"
    return (finding("surface_mismatch", message, examples, len(examples)),)
