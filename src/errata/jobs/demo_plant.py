"""Label errors of known place, planted into right annotations; the list of them is the ground truth of the demo."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from random import Random
from typing import Any, TypeVar

from errata.jobs.demo_news import LABELS, NewsItem

RATE = 0.045
"""Share of the samples of a split that get a planted error."""

SPAN_KINDS = ("wrong_type", "shifted_bounds", "dropped_span", "invented_span")

_CONFUSED = {
    "PER": "ORG", "ORG": "GPE", "GPE": "LOC", "LOC": "GPE", "FACILITY": "ORG", "DATE": "EVENT", "EVENT": "WORK",
    "PRODUCT": "ORG", "WORK": "PRODUCT", "LAW": "WORK", "NORP": "GPE", "MONEY": "DATE",
}  # fmt: skip
_WORD = re.compile(r"[\w’'&$€£.,-]*\w|[^\w\s]")
_INVENTABLE = re.compile(r"\b[A-Za-zÀ-ÿ]{4,}\b|[\u4e00-\u9fff\u30a0-\u30ff]{2}|[\u0590-\u06ff]{3,}")

Span = tuple[int, int, str]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Planted:
    """One planted error: ``original`` is what the written file says, ``corrected`` what is right; None = no span."""

    split: str
    index: int
    sample_id: str
    kind: str
    original: Any
    corrected: Any

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def plant_in_news(splits: Mapping[str, list[NewsItem]], random: Random, rate: float = RATE) -> list[Planted]:
    """Plant an error into ``rate`` of the samples of every split, the four kinds in turn."""
    planted = []
    for name, items in splits.items():
        wanted = round(rate * len(items))
        order = sorted(range(len(items)), key=lambda _: random.random())
        done = 0
        for index in order:
            if done == wanted:
                break
            change = _change(items[index], SPAN_KINDS[done % len(SPAN_KINDS)], random)
            if change is None:
                continue
            right, wrong = change
            item = items[index]
            kept = [span for span in item.spans if span != right]
            item.spans = sorted([*kept, wrong] if wrong else kept)
            planted.append(
                Planted(
                    name,
                    index,
                    item.sample_id,
                    SPAN_KINDS[done % len(SPAN_KINDS)],
                    _described(item.text, wrong),
                    _described(item.text, right),
                )
            )
            done += 1
    return sorted(planted, key=lambda error: (list(splits).index(error.split), error.index))


def _change(item: NewsItem, kind: str, random: Random) -> tuple[Span | None, Span | None] | None:
    """(right span, wrong span) of an error of ``kind`` in ``item``, or None when it has no place for one."""
    if kind == "invented_span":
        free = [
            found.span() for found in _INVENTABLE.finditer(item.text)
            if not any(start < found.end() and found.start() < end for start, end, _ in item.spans)
        ]  # fmt: skip
        return (None, (*_one(free, random), _one(LABELS, random))) if free else None
    if not item.spans:
        return None
    start, end, label = right = _one(item.spans, random)
    if kind == "dropped_span":
        return right, None
    if kind == "wrong_type":
        other = _CONFUSED[label] if random.random() < 0.5 else _one([name for name in LABELS if name != label], random)
        return right, (start, end, other)
    others = [span for span in item.spans if span != right]
    bounds = [
        (low, high) for low, high in _shifted(item.text, start, end)
        if not any(low < taken_end and taken_start < high for taken_start, taken_end, _ in others)
    ]  # fmt: skip
    return (right, (*_one(bounds, random), label)) if bounds else None


def _shifted(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Bounds one word (one character in texts without spaces) longer or shorter on either side."""
    words = [found.span() for found in _WORD.finditer(text)] if " " in text else [(i, i + 1) for i in range(len(text))]
    inside = [word for word in words if start <= word[0] and word[1] <= end]
    before = [low for low, high in words if high <= start and start - high <= 1]
    after = [high for low, high in words if low >= end and low - end <= 1 and text[low:high].isalnum()]
    bounds = [(low, end) for low in before[-1:] if text[low].isalnum()] + [(start, high) for high in after[:1]]
    if len(inside) > 1:
        bounds += [(inside[1][0], end), (start, inside[-2][1])]
    return bounds


def plant_in_labels(
    labels: Mapping[str, list[str]],
    ids: Mapping[str, Sequence[str]],
    confused: Mapping[str, Sequence[str]],
    random: Random,
    rate: float = RATE,
) -> list[Planted]:
    """Flip ``rate`` of the labels of every split in place: half to any other, half to one people mix up with it."""
    names = sorted({label for column in labels.values() for label in column})
    planted = []
    for split, column in labels.items():
        order = sorted(range(len(column)), key=lambda _: random.random())
        for done, index in enumerate(sorted(order[: round(rate * len(column))], key=order.index)):
            right = column[index]
            uniform = done % 2 == 0
            column[index] = _one([name for name in names if name != right] if uniform else confused[right], random)
            kind = "flipped_uniform" if uniform else "flipped_confused"
            planted.append(Planted(split, index, ids[split][index], kind, column[index], right))
    return sorted(planted, key=lambda error: (list(labels).index(error.split), error.index))


def _described(text: str, span: Span | None) -> dict[str, Any] | None:
    if span is None:
        return None
    start, end, label = span
    return {"start": start, "end": end, "label": label, "text": text[start:end]}


def _one(choices: Sequence[T], random: Random) -> T:
    return choices[int(random.random() * len(choices))]
