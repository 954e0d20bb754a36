"""Data of our own making with label errors of known place: what `errata demo` analyses."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from errata.jobs.demo_news import SIZES as NEWS_SIZES
from errata.jobs.demo_news import write_news
from errata.jobs.demo_plant import Planted, plant_in_labels, plant_in_news
from errata.jobs.demo_tickets import CONFUSED, to_csv, write_tickets
from errata.jobs.demo_tickets import SIZES as TICKET_SIZES
from errata.store.files import write_bytes

PLANTED_FILE = "planted.jsonl"


@dataclass(frozen=True, slots=True)
class DemoData:
    """Folders of three splits each, and the errors planted in each (also in their ``planted.jsonl``)."""

    news: Path
    tickets: Path
    planted_in_news: tuple[Planted, ...]
    planted_in_tickets: tuple[Planted, ...]


def write_demo(
    folder: Path,
    *,
    seed: int = 0,
    news_sizes: Mapping[str, int] = NEWS_SIZES,
    ticket_sizes: Mapping[str, int] = TICKET_SIZES,
) -> DemoData:
    """Write ``folder/news/{train,dev,test}.jsonl`` and ``folder/tickets/{train,dev,test}.csv``.

    The same seed and sizes give the same bytes. ``planted.jsonl`` beside them holds one error a line: split, index
    (0-based row), sample_id, kind, original (as written) and corrected. Raises StoreError when the disk refuses.
    """
    random = Random(seed)
    news = write_news(random, news_sizes)
    in_news = plant_in_news(news, random)
    for split, items in news.items():
        _write_lines(folder / "news" / f"{split}.jsonl", (item.to_json_line() for item in items))
    _write_planted(folder / "news", in_news)

    tickets = write_tickets(random, ticket_sizes)
    labels = {split: [ticket.label for ticket in column] for split, column in tickets.items()}
    ids = {split: [ticket.id for ticket in column] for split, column in tickets.items()}
    in_tickets = plant_in_labels(labels, ids, CONFUSED, random)
    for split, column in tickets.items():
        for ticket, label in zip(column, labels[split], strict=True):
            ticket.label = label
        write_bytes(folder / "tickets" / f"{split}.csv", to_csv(column).encode())
    _write_planted(folder / "tickets", in_tickets)
    return DemoData(folder / "news", folder / "tickets", tuple(in_news), tuple(in_tickets))


def planted_on_first_pages(
    ranked: Sequence[str], planted: Iterable[Planted], *, page: int = 50, pages: int = 4
) -> dict[str, Any]:
    """How many planted errors stand on the first pages of a ranking.

    ``ranked``: sample ids, most suspicious first. ``by_chance`` is the expected number on one page of a random order;
    undefined (None) for an empty ranking. ``pages`` lists the first pages: number, planted errors, and those by kind.
    """
    kind_of = {error.sample_id: error.kind for error in planted}
    known = [sample_id for sample_id in ranked if sample_id in kind_of]
    listed = []
    for number in range(min(pages, -(-len(ranked) // page))):
        found = Counter(kind_of[i] for i in ranked[number * page : (number + 1) * page] if i in kind_of)
        listed.append({"page": number + 1, "planted": found.total(), "by_kind": dict(sorted(found.items()))})
    return {
        "page_size": page,
        "n_samples": len(ranked),
        "n_planted": len(known),
        "by_chance": page * len(known) / len(ranked) if ranked else None,
        "pages": listed,
    }


def _write_planted(folder: Path, planted: Iterable[Planted]) -> None:
    _write_lines(folder / PLANTED_FILE, (json.dumps(error.to_json(), ensure_ascii=False) for error in planted))


def _write_lines(path: Path, lines: Iterable[str]) -> None:
    write_bytes(path, "".join(f"{line}\n" for line in lines).encode())
