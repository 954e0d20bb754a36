"""Support tickets in twelve classes: short and rambling, in seven languages, with the mail they answer quoted."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from errata.jobs.demo_grammar import Grammar, load_grammar

CONFUSED: Mapping[str, tuple[str, ...]] = {
    "billing": ("refund", "subscription"),
    "bug": ("login", "how-to"),
    "cancellation": ("subscription", "refund"),
    "damaged item": ("delivery", "refund"),
    "delivery": ("damaged item", "cancellation"),
    "feature request": ("how-to", "feedback"),
    "feedback": ("feature request", "how-to"),
    "how-to": ("feature request", "bug"),
    "login": ("bug", "privacy"),
    "privacy": ("feedback", "login"),
    "refund": ("billing", "cancellation"),
    "subscription": ("billing", "cancellation"),
}
"""The twelve classes, each with those that people mix up with it."""

SIZES = {"train": 2000, "dev": 500, "test": 500}
COLUMNS = ("id", "text", "label", "product", "channel", "language", "priority", "created")
_WEIGHTS = {"billing": 3, "bug": 4, "delivery": 4, "how-to": 3, "login": 3, "refund": 2}
_GOODS = ("damaged item", "delivery", "refund")
_SOFTWARE = ("bug", "feature request", "login", "subscription")
_CHANNELS = ("e-mail", "e-mail", "form", "chat", "app")
_LANGUAGES = {"de": 0.05, "fr": 0.04, "es": 0.04, "ja": 0.015, "ar": 0.012, "he": 0.01}
_FIRST_MINUTE = datetime(2030, 1, 7, 8, 0)


@dataclass(slots=True)
class Ticket:
    id: str
    text: str
    label: str
    product: str
    channel: str
    language: str
    priority: str
    created: str


def write_tickets(random: Random, sizes: Mapping[str, int] = SIZES) -> dict[str, list[Ticket]]:
    """Tickets per split with right labels, in the order of their arrival."""
    grammar = load_grammar("news_names", "tickets")
    crowd = [label for label in CONFUSED for _ in range(_WEIGHTS.get(label, 2))]
    splits = {}
    for name, size in sizes.items():
        tickets = [_ticket(grammar, random, crowd, f"{name}-{index:04}") for index in range(size)]
        moments = sorted(int(random.random() * 500_000) for _ in range(size))
        for ticket, minutes in zip(tickets, moments, strict=True):
            ticket.created = (_FIRST_MINUTE + timedelta(minutes=minutes)).isoformat(" ", "minutes")
        splits[name] = tickets
    _duplicate(splits, random)
    return splits


def to_csv(tickets: Sequence[Ticket]) -> str:
    """The tickets as CSV with a header; texts of several lines are quoted."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([getattr(ticket, column) for column in COLUMNS] for ticket in tickets)
    return file.getvalue()


def _ticket(grammar: Grammar, random: Random, crowd: Sequence[str], sample_id: str) -> Ticket:
    label = crowd[int(random.random() * len(crowd))]
    kinds = ("goods",) if label in _GOODS else ("software",) if label in _SOFTWARE else ("goods", "software")
    product = grammar.write(kinds[int(random.random() * len(kinds))], random, {}, unseen=True).text
    item = product.removeprefix("the ")
    memory = {"product": product, "item": item}
    chance, language = random.random(), "en"
    for code, share in _LANGUAGES.items():
        if chance < share:
            language = code
            break
        chance -= share
    if language == "en":
        text = _english(grammar, random, label, memory)
    else:
        draft = grammar.write(f"{label}.{language}", random, memory | {"product": item}, unseen=True)
        draft.capitalise()
        text = draft.text
    urgent = random.random() + (0.25 if label in ("login", "bug", "damaged item") else 0)
    priority = "low" if urgent < 0.4 else "normal" if urgent < 0.85 else "high" if urgent < 1.1 else "urgent"
    channel = _CHANNELS[int(random.random() * len(_CHANNELS))]
    return Ticket(sample_id, text, label, item, channel, language, priority, "")


def _english(grammar: Grammar, random: Random, label: str, memory: dict[str, str]) -> str:
    def line(symbol: str) -> str:
        draft = grammar.write(symbol, random, memory, unseen=True)
        draft.capitalise()
        return draft.text

    length = random.random()
    body = [line(f"{label}.core" if random.random() > 0.03 else "vague")]
    if length > 0.35:
        body.append(line(f"{label}.more"))
    if length > 0.55:
        body.insert(int(random.random() * 2), line("context"))
    if random.random() < 0.06:  # a second concern, named in passing
        body.append(f"And by the way: {line(f'{CONFUSED[label][0]}.core')}")
    if length > 0.965:
        return _rambling(line, body, random)
    text = " ".join(body)
    if random.random() < 0.45:
        if random.random() < 0.3 and not text.startswith((memory["item"], "I ")):
            text = text[0].lower() + text[1:]
        text = f"{line('hello')} {text}"
    if random.random() < 0.4:
        text = f"{text} {line('close')}"
    chance = random.random()
    return text.lower() if chance < 0.08 else text.upper() if chance < 0.095 else text


def _rambling(line: Callable[[str], str], body: list[str], random: Random) -> str:
    """A long mail: the concern somewhere in the middle, a quoted answer at the end."""
    story = list(dict.fromkeys(line("ramble") for _ in range(8 + int(random.random() * 30))))
    story[len(story) // 2 : len(story) // 2] = body
    third = max(len(story) // 3, 1)
    paragraphs = [" ".join(story[start : start + third]) for start in range(0, len(story), third)]
    quoted = "\n".join(line("quoted") for _ in range(3))
    return "\n\n".join([line("hello"), *paragraphs, line("close"), quoted])


def _duplicate(splits: dict[str, list[Ticket]], random: Random) -> None:
    """Send about 3 % of the tickets twice, some with a nudge in front, a quarter of them in another split."""
    names = list(splits)
    for name, tickets in splits.items():
        for _ in range(round(0.03 * len(tickets))):
            origin = names[int(random.random() * len(names))] if random.random() < 0.25 else name
            original = splits[origin][int(random.random() * len(splits[origin]))]
            position = int(random.random() * len(tickets))
            nudge = ("", "", "Still waiting! ", "Sent this before: ", "Hello again. ")[int(random.random() * 5)]
            old = tickets[position]
            tickets[position] = replace(original, id=old.id, created=old.created, text=nudge + original.text)
