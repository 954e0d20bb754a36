"""What the report says of a data set, and that it says nothing where there is nothing."""

from __future__ import annotations

import json
from typing import Any

from errata.core.types import ReadOptions, Source
from errata.formats.preflight import inspect
from errata.formats.read import read


def found(*splits: tuple[str, str], format: str = "jsonl", **options: Any) -> dict[str, tuple[int, tuple[str, ...]]]:
    sources = [Source(split, f"{split}.x", text.encode("utf-8", "surrogateescape"), format) for split, text in splits]
    return {n.code: (n.count, n.examples) for n in inspect(read(sources, ReadOptions(**options)))}


def lines(*rows: dict[str, Any]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def test_a_clean_data_set_is_only_counted() -> None:
    train = lines({"text": "a", "label": "x"}, {"text": "b", "label": "y"})
    test = lines({"text": "c", "label": "x"}, {"text": "d", "label": "y"})
    assert found(("train", train), ("test", test)) == {"sample_counts": (4, ("train: 2", "test: 2"))}


def test_spans_off_borders_and_overlapping() -> None:
    rows = lines(
        {"text": "New York, won", "spans": [[0, 8, "LOC"], [4, 8, "LOC"], [2, 6, "X"]]},
        {"text": "a", "spans": [[0, 1, "X"]]},
    )
    notices = found(("train", rows))
    assert notices["span_off_border"] == (1, ("train 0: 'w Yo' X",))
    assert notices["overlapping_span"] == (3, ("train 0: 'New York' LOC", "train 0: 'w Yo' X", "train 0: 'York' LOC"))


def test_illegal_transitions_and_undecodable_bytes_name_their_lines() -> None:
    text = b"a\tI-X\nb\xe9\tO\n\nc\tB-Y\nd\tI-X\n".decode("utf-8", "surrogateescape")
    notices = found(("train", text), format="conll", scheme="BIO")
    assert notices["illegal_transition"] == (2, ("train.x, line 1: I-X", "train.x, line 5: I-X"))
    assert notices["undecodable_bytes"] == (1, ("train.x, line 2",))


def test_empty_samples_and_samples_without_gold() -> None:
    notices = found(
        ("train", lines({"text": " \u3000", "label": "x"}, {"text": "a", "label": None}, {"text": "b", "label": "x"}))
    )
    assert notices["empty_sample"] == (1, ("train 0",))
    assert notices["partly_unlabelled"] == (1, ("train 1",))
    both = found(("train", lines({"text": "a", "label": "x"})), ("test", lines({"text": "b"})))
    assert both["no_gold"] == (1, ("test 0",))


def test_labels_on_one_side_only() -> None:
    train = lines(*({"text": f"t{k}", "label": label} for k, label in enumerate("xxy")))
    notices = found(("train", train), ("test", lines({"text": "u", "label": "z"}, {"text": "v", "label": "x"})))
    assert notices["label_not_in_train"] == (1, ("z (1)",))
    assert notices["label_only_in_train"] == (1, ("y (1)",))
    spans = found(("train", "a\tB-X\n"), ("dev", "b\tB-Y\n"), format="conll")
    assert spans["label_not_in_train"] == (1, ("Y (1)",))
    many = found(("train", lines({"text": "a", "labels": ["x", "y"]})), ("dev", lines({"text": "b", "labels": ["x"]})))
    assert many["label_only_in_train"] == (1, ("y (1)",))


def test_texts_that_stand_in_train_and_ids_that_repeat() -> None:
    train = lines({"id": "1", "text": "same", "label": "x"}, {"id": "1", "text": "", "label": "x"})
    notices = found(
        ("train", train),
        ("test", lines({"id": "2", "text": "same", "label": "x"}, {"id": "3", "text": "", "label": "x"})),
    )
    assert notices["text_in_train"] == (1, ("test 0",))
    assert notices["duplicate_id"] == (1, ("1 is now 1#2",))


def test_examples_are_few_and_the_gravest_come_first() -> None:
    rows = lines(*({"text": " ", "label": "x"} for _ in range(20)))
    report = inspect(read([Source("train", "a", rows.encode(), "jsonl")], ReadOptions()))
    assert [(n.code, n.count, len(n.examples)) for n in report] == [("empty_sample", 20, 5), ("sample_counts", 20, 1)]
