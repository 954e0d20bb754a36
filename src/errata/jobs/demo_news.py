"""News-like texts with twelve kinds of entities: articles, headlines in capitals, duplicates, nine languages."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from errata.jobs.demo_grammar import Draft, Grammar, load_grammar

LABELS = (
    "PER", "ORG", "GPE", "LOC", "FACILITY", "DATE", "EVENT", "PRODUCT", "WORK", "LAW", "NORP", "MONEY",
)  # fmt: skip
SECTIONS = ("politics", "business", "sport", "science", "culture", "courts", "weather", "travel")
LANGUAGES = {"de": 0.022, "fr": 0.022, "es": 0.02, "ja": 0.014, "he": 0.012, "ar": 0.012}
SOURCES = ("Harbour Wire", "The Daily Ledger", "Meridian News", "Kestrel Radio", "Northern Gazette")
SIZES = {"train": 2600, "dev": 500, "test": 500}
_FIRST_DAY = date(2030, 1, 1)


@dataclass(slots=True)
class NewsItem:
    sample_id: str
    text: str
    spans: list[tuple[int, int, str]]
    meta: dict[str, str] = field(default_factory=dict)

    def to_json_line(self) -> str:
        spans = [{"start": start, "end": end, "label": label} for start, end, label in sorted(self.spans)]
        return json.dumps({"id": self.sample_id, "text": self.text, "spans": spans, **self.meta}, ensure_ascii=False)


def write_news(random: Random, sizes: Mapping[str, int] = SIZES) -> dict[str, list[NewsItem]]:
    """Items per split with correct annotations; dev and test hold names that train does not."""
    grammar = load_grammar("news_names", "news")
    splits = {
        name: [_item(grammar, random, f"{name}-{index:04}", unseen=name != "train") for index in range(size)]
        for name, size in sizes.items()
    }
    _duplicate(splits, random)
    return splits


def _item(grammar: Grammar, random: Random, sample_id: str, *, unseen: bool) -> NewsItem:
    language = _language(random)
    section = SECTIONS[int(random.random() * len(SECTIONS))]
    if language != "en":
        draft = grammar.write(f"{language}.lead", random, {}, unseen=True)
    else:
        draft = _english(grammar, random, section, unseen)
    meta = {
        "source": SOURCES[int(random.random() ** 1.5 * len(SOURCES))],
        "section": section,
        "published": str(_FIRST_DAY + timedelta(days=int(random.random() * 540))),
        "author": grammar.write("person", random, {}, unseen=True).text,
        "language": language,
    }
    return NewsItem(sample_id, draft.text, draft.spans, meta)


def _language(random: Random) -> str:
    chance = random.random()
    for language, share in LANGUAGES.items():
        if chance < share:
            return language
        chance -= share
    return "en"


def _english(grammar: Grammar, random: Random, section: str, unseen: bool) -> Draft:
    kind = random.random()
    if kind < 0.16:
        return _headline(grammar, random, section, unseen)
    if kind < 0.175:
        paragraphs = [
            _paragraph(grammar, random, section, unseen, 2) for _ in range(4 + int(random.random() ** 2 * 26))
        ]
        return _joined(paragraphs, "\n")
    draft = _paragraph(grammar, random, section, unseen, int(random.random() * 2.6) if kind > 0.7 else 0)
    if kind > 0.96:
        draft.text = draft.text.lower()  # copied from a chat
    return draft


def _headline(grammar: Grammar, random: Random, section: str, unseen: bool) -> Draft:
    draft = grammar.write(f"{section}.head", random, {}, unseen=unseen)
    draft.capitalise()
    capitals = draft.text.upper()
    if random.random() < 0.4 and len(capitals) == len(draft.text):
        draft.text = capitals
    return draft


def _paragraph(grammar: Grammar, random: Random, section: str, unseen: bool, more: int) -> Draft:
    memory: dict[str, str] = {}
    parts = [grammar.write(f"{section}.lead", random, memory, unseen=unseen)]
    for _ in range(more):
        part = grammar.write(f"{section}.more", random, memory, unseen=unseen)
        if all(part.text[-12:] != other.text[-12:] and part.text[:12] != other.text[:12] for other in parts):
            parts.append(part)
    draft = _joined(parts, " ")
    draft.capitalise()
    return draft


def _joined(parts: list[Draft], between: str) -> Draft:
    whole = Draft()
    for number, part in enumerate(parts):
        whole.append(Draft(between if number else ""))
        whole.append(part)
    return whole


def _duplicate(splits: dict[str, list[NewsItem]], random: Random) -> None:
    """Overwrite about 3 % of the items by exact or near copies of others, a quarter of them from another split."""
    names = list(splits)
    for name in names:
        items = splits[name]
        for _ in range(round(0.03 * len(items))):
            origin = names[int(random.random() * len(names))] if random.random() < 0.25 else name
            original = splits[origin][int(random.random() * len(splits[origin]))]
            position = int(random.random() * len(items))
            copy = replace(original, sample_id=items[position].sample_id, spans=list(original.spans))
            items[position] = copy if random.random() < 0.4 else _retouched(copy, random)


def _retouched(item: NewsItem, random: Random) -> NewsItem:
    """A near duplicate: a prefix, a missing full stop, or another number outside the annotations."""
    how = random.random()
    if how < 0.4:
        prefix = ("UPDATE: ", "Corrected: ", "(Repeat) ")[int(random.random() * 3)]
        spans = [(start + len(prefix), end + len(prefix), label) for start, end, label in item.spans]
        return replace(item, text=prefix + item.text, spans=spans)
    free = [
        number for number in re.finditer(r"\d+", item.text)
        if not any(start < number.end() and number.start() < end for start, end, _ in item.spans)
    ]  # fmt: skip
    if free and how < 0.7:
        number = free[int(random.random() * len(free))]
        digits = "".join(str(1 + int(random.random() * 9)) for _ in number.group())
        return replace(item, text=item.text[: number.start()] + digits + item.text[number.end() :])
    if item.text.endswith(".") and all(end < len(item.text) for _, end, _ in item.spans):
        return replace(item, text=item.text[:-1])
    return item
