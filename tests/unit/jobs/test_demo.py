"""The demo's data: of our own making, repeatable, and its planted errors exactly where the list says."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from errata.jobs.demo import DemoData, planted_on_first_pages, write_demo
from errata.jobs.demo_news import LABELS
from errata.jobs.demo_plant import SPAN_KINDS, Planted
from errata.jobs.demo_tickets import COLUMNS, CONFUSED

NEWS = {"train": 700, "dev": 150, "test": 150}
TICKETS = {"train": 500, "dev": 100, "test": 100}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoData:
    return write_demo(tmp_path_factory.mktemp("demo"), news_sizes=NEWS, ticket_sizes=TICKETS)


def news(folder: Path, split: str) -> list[dict]:
    return [json.loads(line) for line in (folder / f"{split}.jsonl").read_text("utf-8").splitlines()]


def tickets(folder: Path, split: str) -> list[dict]:
    with (folder / f"{split}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_same_seed_same_bytes_and_another_seed_other_texts(demo: DemoData, tmp_path: Path) -> None:
    again = write_demo(tmp_path / "again", news_sizes=NEWS, ticket_sizes=TICKETS)
    other = write_demo(tmp_path / "other", seed=1, news_sizes=NEWS, ticket_sizes=TICKETS)
    for name in ("news/train.jsonl", "news/planted.jsonl", "tickets/test.csv", "tickets/planted.jsonl"):
        first = (demo.news.parent / name).read_bytes()
        assert (again.news.parent / name).read_bytes() == first
        assert (other.news.parent / name).read_bytes() != first


def test_news_spans_lie_in_their_text_without_overlap(demo: DemoData) -> None:
    for split, size in NEWS.items():
        rows = news(demo.news, split)
        assert len(rows) == size
        assert len({row["id"] for row in rows}) == size
        for row in rows:
            end_before = 0
            for span in row["spans"]:
                assert end_before <= span["start"] < span["end"] <= len(row["text"])
                assert row["text"][span["start"] : span["end"]].strip() == row["text"][span["start"] : span["end"]]
                end_before = span["end"]


def test_news_has_the_variety_the_readme_promises(demo: DemoData) -> None:
    rows = news(demo.news, "train")
    assert {span["label"] for row in rows for span in row["spans"]} == set(LABELS)
    assert len(LABELS) == 12
    assert {"en", "de", "fr", "es", "ja", "he", "ar"} == {row["language"] for row in rows}
    texts = Counter(row["text"] for row in rows)
    assert texts.most_common(1)[0][1] > 1, "no duplicates"
    assert any(row["text"].isupper() for row in rows)
    assert max(len(row["text"]) for row in rows) > 1500
    assert not any("{" in row["text"] or "}" in row["text"] for row in rows)
    assert {"source", "section", "published", "author"} <= rows[0].keys()


def test_planted_news_errors_are_in_the_files_and_only_there(demo: DemoData) -> None:
    spans = {
        row["id"]: {(span["start"], span["end"], span["label"]) for span in row["spans"]}
        for split in NEWS
        for row in news(demo.news, split)
    }
    texts = {row["id"]: row["text"] for split in NEWS for row in news(demo.news, split)}

    def key(described: dict) -> tuple[int, int, str]:
        return described["start"], described["end"], described["label"]

    assert {error.split for error in demo.planted_in_news} == set(NEWS)
    assert len({error.sample_id for error in demo.planted_in_news}) == len(demo.planted_in_news)
    counts = Counter(error.kind for error in demo.planted_in_news)
    assert set(counts) == set(SPAN_KINDS)
    assert max(counts.values()) - min(counts.values()) <= len(NEWS)
    assert 0.04 < len(demo.planted_in_news) / len(spans) < 0.05
    for error in demo.planted_in_news:
        given, right = error.original, error.corrected
        assert (given is None) == (error.kind == "dropped_span")
        assert (right is None) == (error.kind == "invented_span")
        if given:
            assert key(given) in spans[error.sample_id]
            assert texts[error.sample_id][given["start"] : given["end"]] == given["text"]
        if right:
            assert key(right) not in spans[error.sample_id]
        if error.kind == "wrong_type":
            assert key(given)[:2] == key(right)[:2]
            assert given["label"] != right["label"]
        if error.kind == "shifted_bounds":
            assert given["label"] == right["label"]
            assert given["start"] < right["end"]
            assert right["start"] < given["end"]


def test_tickets_have_twelve_classes_metadata_and_long_and_multilingual_texts(demo: DemoData) -> None:
    rows = tickets(demo.tickets, "train")
    assert list(rows[0]) == list(COLUMNS)
    assert {row["label"] for row in rows} == set(CONFUSED)
    assert len(CONFUSED) == 12
    assert {"de", "fr", "es", "ja", "ar", "he"} <= {row["language"] for row in rows}
    assert max(len(row["text"]) for row in rows) > 1000
    assert [row["created"] for row in rows] == sorted(row["created"] for row in rows)
    assert not any("{" in row["text"] for row in rows)


def test_planted_ticket_errors_are_in_the_files(demo: DemoData) -> None:
    labels = {row["id"]: row["label"] for split in TICKETS for row in tickets(demo.tickets, split)}
    for error in demo.planted_in_tickets:
        assert labels[error.sample_id] == error.original != error.corrected
        if error.kind == "flipped_confused":
            assert error.original in CONFUSED[error.corrected]
    assert {error.kind for error in demo.planted_in_tickets} == {"flipped_uniform", "flipped_confused"}
    assert {error.split for error in demo.planted_in_tickets} == set(TICKETS)
    assert 0.04 < len(demo.planted_in_tickets) / sum(TICKETS.values()) < 0.05


def test_planted_file_says_what_the_return_value_says(demo: DemoData) -> None:
    for folder, planted in ((demo.news, demo.planted_in_news), (demo.tickets, demo.planted_in_tickets)):
        lines = (folder / "planted.jsonl").read_text("utf-8").splitlines()
        assert [json.loads(line) for line in lines] == [error.to_json() for error in planted]


def test_some_names_are_unseen_in_train(demo: DemoData) -> None:
    def surfaces(split: str) -> set[str]:
        return {row["text"][s["start"] : s["end"]] for row in news(demo.news, split) for s in row["spans"]}

    assert len(surfaces("test") - surfaces("train")) > 0.2 * len(surfaces("test"))


def test_first_pages_count_planted_samples() -> None:
    planted = [Planted("train", i, f"train-{i}", kind, None, None) for i, kind in ((1, "a"), (2, "b"), (7, "a"))]
    ranked = [f"train-{i}" for i in (2, 5, 1, 3, 4, 7)]
    assert planted_on_first_pages(ranked, planted, page=2, pages=2) == {
        "page_size": 2,
        "n_samples": 6,
        "n_planted": 3,
        "by_chance": 1.0,
        "pages": [
            {"page": 1, "planted": 1, "by_kind": {"b": 1}},
            {"page": 2, "planted": 1, "by_kind": {"a": 1}},
        ],
    }
    assert planted_on_first_pages([], planted)["by_chance"] is None
