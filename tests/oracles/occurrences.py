"""Votes of equal strings and contexts, counted sentence by sentence in plain Python."""

from __future__ import annotations

from collections import Counter, defaultdict

Sentence = list[tuple[str, int]]
"""Words and label codes, -1 = outside."""
Span = tuple[int, int, int]
"""Start, end, label."""


def context_votes(sentences: list[Sentence], around: tuple[int, ...]) -> list[tuple[int, int, int]]:
    """(total, same, outside) of every token."""
    seen: dict[tuple[str | None, ...], list[tuple[int, int]]] = defaultdict(list)
    keys = []
    for at, sentence in enumerate(sentences):
        words = [word.casefold() for word, _ in sentence]
        for i, (_, label) in enumerate(sentence):
            key = tuple(words[i + k] if 0 <= i + k < len(words) else None for k in (0, *around))
            seen[key].append((at, label))
            keys.append((key, at, label))
    found = []
    for key, at, label in keys:
        others = [other for sentence, other in seen[key] if sentence != at]
        found.append((len(others), others.count(label), others.count(-1)))
    return found


def places(
    sentences: list[Sentence], spans: list[list[Span]], longest: int
) -> dict[tuple[int, int, int], tuple[int, Counter[int]]]:
    """(sentence, start, end) → its label and the labels of the string's occurrences in other sentences."""
    strings = {
        tuple(word.casefold() for word, _ in sentences[at][start:end])
        for at, part in enumerate(spans)
        for start, end, _ in part
        if end - start <= longest
    }
    seen: dict[tuple[int, int, int], tuple[tuple[str, ...], int]] = {}
    for at, sentence in enumerate(sentences):
        covered = {token for start, end, _ in spans[at] for token in range(start, end)}
        exact = {(start, end): label for start, end, label in reversed(spans[at])}
        for start in range(len(sentence)):
            for end in range(start + 1, min(start + longest, len(sentence)) + 1):
                string = tuple(word.casefold() for word, _ in sentence[start:end])
                if string not in strings:
                    continue
                if (start, end) in exact:
                    seen[at, start, end] = (string, exact[start, end])
                elif not covered & set(range(start, end)):
                    seen[at, start, end] = (string, -1)
    return {
        place: (
            label,
            Counter(other for there, (text, other) in seen.items() if text == string and there[0] != place[0]),
        )
        for place, (string, label) in seen.items()
    }
