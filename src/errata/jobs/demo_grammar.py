"""A small grammar that writes the demo's texts, with annotations where a reference names a label.

``[symbol]`` opens a list of alternatives, one a line (``3*`` in front: three times as likely). In an alternative
``{symbol}`` is expanded, ``{LABEL:symbol}`` is expanded and annotated, ``{symbol#a}`` keeps its first value for the
whole sample, ``{surname#a}`` is the last name of ``{person#a}``, ``{2..40}`` is a number and ``{one|two}`` a choice.
Part of a ``[symbol open]`` list is kept out of train, so that the other splits hold unseen names.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from itertools import accumulate, pairwise
from random import Random

from errata.core.errors import ErrataError

_HEADER = re.compile(r"\[([\w. -]+?)( open)?\]")
_LABEL = re.compile(r"([A-Z]+):")
_BRACES = re.compile(r"[{}|]")
_ARTICLE = re.compile(r"(?:the|der|die|das|dem|la|le|les|el|los|las) |l'")
_GIVEN_NAMES = re.compile(r"\S+ (?:\w\. )?")
_SENTENCE_START = re.compile(r"(?:^|(?<=[a-z0-9%”)][.!?] )|(?<=\n))[“„]?([a-zà-ÿ])")
_HELD_OUT = 3  # every third alternative of an open list


@dataclass(slots=True)
class Draft:
    """A text with spans ``(start, end, label)`` in code points, in order and without overlap."""

    text: str = ""
    spans: list[tuple[int, int, str]] = field(default_factory=list)

    def append(self, other: Draft) -> None:
        if other.text[:1] in tuple("AEIO") and re.search(r"(?:^|[ “])[Aa] $", self.text):
            self.text = f"{self.text[:-1]}n "
        shift = len(self.text)
        self.text += other.text
        self.spans += [(start + shift, end + shift, label) for start, end, label in other.spans]

    def annotate(self, label: str) -> None:
        """Make the whole text one span; a leading article stays outside."""
        article = _ARTICLE.match(self.text)
        self.spans = [(article.end() if article else 0, len(self.text), label)]

    def capitalise(self) -> None:
        """Begin every sentence with a capital letter."""
        self.text = _SENTENCE_START.sub(lambda found: found.group().upper(), self.text)


@dataclass(frozen=True, slots=True)
class _Reference:
    label: str | None
    symbol: str
    key: str | None
    choices: tuple[_Line, ...]


_Line = tuple[str | _Reference, ...]


@dataclass(frozen=True, slots=True)
class _Alternatives:
    lines: tuple[_Line, ...]
    cumulated: tuple[int, ...]
    known: tuple[int, ...]
    """Cumulated weights with the held-out lines at weight 0."""

    def pick(self, random: Random, *, unseen: bool) -> _Line:
        weights = self.cumulated if unseen else self.known
        return self.lines[bisect(weights, int(random.random() * weights[-1]))]


class Grammar:
    def __init__(self, text: str) -> None:
        """The grammar that ``text`` describes. Raises ErrataError when a list is empty."""
        self._lists = dict(_read(text))

    def write(self, symbol: str, random: Random, memory: dict[str, str], *, unseen: bool) -> Draft:
        """Expand ``symbol``. ``memory`` holds what ``#keys`` and preset symbols stand for in this sample."""
        return self._expand(self._lists[symbol].pick(random, unseen=unseen), random, memory, unseen)

    def _expand(self, line: _Line, random: Random, memory: dict[str, str], unseen: bool) -> Draft:
        draft = Draft()
        for part in line:
            if isinstance(part, str):
                draft.append(Draft(part))
                continue
            expanded = self._resolve(part, random, memory, unseen)
            if part.label:
                expanded.annotate(part.label)
            draft.append(expanded)
        return draft

    def _resolve(self, reference: _Reference, random: Random, memory: dict[str, str], unseen: bool) -> Draft:
        symbol, kept = reference.symbol, f"{reference.symbol}#{reference.key}"
        if symbol in memory or kept in memory:
            return Draft(memory.get(symbol) or memory[kept])
        if symbol == "surname":
            person = memory.get(f"person#{reference.key}")
            if person is None:
                return self.write("last", random, {}, unseen=unseen)
            return Draft(_GIVEN_NAMES.sub("", person, count=1))
        if reference.choices:
            choice = reference.choices[int(random.random() * len(reference.choices))]
            return self._expand(choice, random, memory, unseen)
        if symbol in self._lists:
            draft = self.write(symbol, random, memory, unseen=unseen)
        elif ".." in symbol:
            low, high = map(int, symbol.split(".."))
            draft = Draft(str(low + int(random.random() * (high - low + 1))))
        else:
            draft = Draft(symbol)
        if reference.key:
            memory[kept] = draft.text
        return draft


def load_grammar(*names: str) -> Grammar:
    """The grammar in the files ``names`` of this package, one after the other."""
    folder = files("errata.jobs").joinpath("demo_texts")
    return Grammar("\n".join(folder.joinpath(f"{name}.grammar").read_text(encoding="utf-8") for name in names))


def _read(text: str) -> Iterator[tuple[str, _Alternatives]]:
    name, is_open, lines, weights = "", False, list[_Line](), list[int]()
    for line in [*text.splitlines(), "[end]"]:
        if header := _HEADER.fullmatch(line):
            if name:
                yield name, _alternatives(name, lines, weights, is_open)
            name, is_open, lines, weights = header[1], bool(header[2]), [], []
        elif line and not line.startswith("#"):
            weight, star, rest = line.partition("*")
            weighted = bool(star) and weight.isdigit()
            lines.append(_parse(rest if weighted else line))
            weights.append(int(weight) if weighted else 1)


def _alternatives(name: str, lines: list[_Line], weights: list[int], is_open: bool) -> _Alternatives:
    if not lines:
        raise ErrataError(f"The demo's grammar has an empty list [{name}].")
    known = [0 if is_open and i % _HELD_OUT == _HELD_OUT - 1 else weight for i, weight in enumerate(weights)]
    return _Alternatives(tuple(lines), tuple(accumulate(weights)), tuple(accumulate(known)))


def _parse(line: str) -> _Line:
    """Split a line into literals and references; braces may nest inside a choice."""
    parts: list[str | _Reference] = []
    start, depth = 0, 0
    for brace in _BRACES.finditer(line):
        if brace.group() == "{":
            if depth == 0:
                parts.append(line[start : brace.start()])
                start = brace.end()
            depth += 1
        elif brace.group() == "}":
            depth -= 1
            if depth == 0:
                parts.append(_reference(line[start : brace.start()]))
                start = brace.end()
    return (*parts, line[start:])


def _reference(inside: str) -> _Reference:
    found = _LABEL.match(inside)
    label, symbol = (found[1], inside[found.end() :]) if found else (None, inside)
    if "{" not in symbol and "|" not in symbol:
        name, _, key = symbol.partition("#")
        return _Reference(label, name, key or None, ())
    cuts, depth = [-1], 0
    for brace in _BRACES.finditer(symbol):
        depth += {"{": 1, "}": -1, "|": 0}[brace.group()]
        if brace.group() == "|" and depth == 0:
            cuts.append(brace.start())
    choices = tuple(_parse(symbol[low + 1 : high]) for low, high in pairwise([*cuts, len(symbol)]))
    return _Reference(label, symbol, None, choices)
