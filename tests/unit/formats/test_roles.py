"""Which columns mean what, and the command offered where nobody can tell."""

from __future__ import annotations

from typing import Any

import pytest

from errata.core.errors import InputError
from errata.core.types import ReadOptions, Source
from errata.formats.roles import Roles, find_roles, from_json, kinds
from errata.formats.table import Table


def table(columns: dict[str, list[Any]], format: str = "csv", *, headed: bool = True) -> Table:
    return Table(
        source=Source("train", f"a.{format}", b"", format),
        n_rows=len(next(iter(columns.values()))),
        columns=columns,
        is_headed=headed,
    )


def roles(columns: dict[str, list[Any]], *, headed: bool = True, **options: Any) -> Roles:
    (found,) = find_roles([table(columns, headed=headed)], ReadOptions(**options))
    return found


TEXTS = ["a long enough text", "another one of these", "and a third"]


@pytest.mark.parametrize(
    ("names", "text", "label"),
    [
        (("text", "label"), "text", "label"),
        (("Sentence", "Category"), "Sentence", "Category"),
        (("url_id", "date", "news_title", "label"), "news_title", "label"),
        (("label", "gt", "text", "group"), "text", "label"),
        (("title", "text", "topic"), "text", "topic"),
        (("utterance", "Intent"), "utterance", "Intent"),
        (("review_body", "star_sentiment"), "review_body", "star_sentiment"),
    ],
)
def test_columns_are_known_by_name(names: tuple[str, ...], text: str, label: str) -> None:
    found = roles(dict.fromkeys(names, TEXTS))
    assert (found.task, found.text, found.labels) == ("classification", text, (label,))


def test_options_win_and_may_be_places() -> None:
    columns = {"text": TEXTS, "body": TEXTS, "label": ["x", "y", "x"], "b": ["p", "q", "p"], "id": [1, 2, 3]}
    found = roles(columns, text="body", label="b", id="id", annotator="label")
    assert (found.text, found.labels, found.id, found.annotator) == ("body", ("b",), "id", "label")
    assert roles(columns, text="2", label="4").labels == ("b",)
    assert roles(columns).id == "id"


def test_lists_and_several_columns_are_multilabel() -> None:
    assert roles({"text": TEXTS, "labels": [["x"], ["x", "y"], []]}).task == "multilabel"
    assert roles({"text": TEXTS, "label": ["1", "1,2", "3"]}).task == "multilabel"
    assert roles({"text": TEXTS, "label": ['["x"]', "[]", '["x", "y"]']}).task == "multilabel"
    many = roles({"text": TEXTS, "toxic": [0, 1, 0], "rude": [0, 1, 1]}, label="toxic,rude")
    assert (many.task, many.labels) == ("multilabel", ("toxic", "rude"))
    assert roles({"text": TEXTS, "label": ["a,b", "c", "d"]}).task == "classification"


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"tokens": [["a", "b"]], "ner_tags": [[0, 1]]}, {"tokens": "tokens", "tags": "ner_tags"}),
        ({"words": [["a", "b"]], "labels": [["O", "O"]]}, {"tokens": "words", "tags": "labels"}),
        ({"text": ["a b"], "spans": [[{"start": 0}]]}, {"text": "text", "spans": "spans"}),
        ({"text": ["a b"], "label": [[[0, 1, "X"]]]}, {"text": "text", "spans": "label"}),
        ({"text": ["a b"], "entities": ['[{"start": 0}]']}, {"text": "text", "spans": "entities"}),
        (
            {"text": ["a b"], "tokens": [[{"text": "a"}]], "spans": [[]]},
            {"text": "text", "tokens": "tokens", "spans": "spans"},
        ),
        (
            {"sentence": ["a b"], "word_labels": ["O B-x"]},
            {"text": "sentence", "tokens": "sentence", "tags": "word_labels"},
        ),
    ],
)
def test_words_tags_and_spans(columns: dict[str, list[Any]], expected: dict[str, str]) -> None:
    found = roles(columns)
    assert found.task == "ner"
    assert {
        name: getattr(found, name) for name in ("text", "tokens", "tags", "spans") if getattr(found, name)
    } == expected


def test_a_task_that_is_asked_for_decides() -> None:
    columns = {"text": ["a b"], "label": ["x"], "spans": [[{"start": 0}]]}
    assert roles(columns).task == "ner"
    assert roles(columns, task="classification").labels == ("label",)
    assert roles(columns, label="label").task == "classification"
    assert roles({"text": ["a"]}, task="ner").text == "text"


def test_columns_without_names() -> None:
    rows = {"1": TEXTS, "2": ["27", "8,20", "3"], "3": ["ee1", "ee2", "ee3"]}
    found = roles(rows, headed=False)
    assert (found.task, found.text, found.labels, found.id) == ("multilabel", "1", ("2",), None)
    assert roles({"1": TEXTS, "2": ["x", "y", "x"]}, headed=False).labels == ("2",)
    with pytest.raises(InputError, match="columns without names") as refusal:
        roles({"1": TEXTS, "2": ["x", "y", "x"], "3": ["x", "x", "y"]}, headed=False)
    assert "--no-header --text 1 --label 2" in refusal.value.remedy


def test_unknown_columns_come_with_a_command_to_paste() -> None:
    with pytest.raises(InputError, match="'the body', 'k', 'n'") as refusal:
        roles({"the body": TEXTS, "k": ["x", "y", "x"], "n": ["1", "2", "3"]})
    assert "errata analyze DATA --text 'the body' --label k" in refusal.value.remedy
    assert "--no-header" in refusal.value.remedy


def test_a_column_that_is_not_there_gets_near_names() -> None:
    with pytest.raises(InputError, match="no column 'txet'") as refusal:
        roles({"text": TEXTS, "label": TEXTS}, text="txet")
    assert "--text text" in refusal.value.remedy


def test_splits_without_gold_follow_those_with() -> None:
    labelled, plain = table({"text": TEXTS, "label": TEXTS}), table({"text": TEXTS})
    found = find_roles([labelled, plain], ReadOptions())
    assert [part.labels for part in found] == [("label",), ()]
    spans = find_roles([table({"text": TEXTS, "spans": [[{}], [], []]}), plain], ReadOptions())
    assert [part.task for part in spans] == ["ner", "ner"]
    with pytest.raises(InputError):
        find_roles([plain], ReadOptions())
    assert find_roles([plain], ReadOptions(task="classification"))[0].text == "text"


def test_kinds_of_values() -> None:
    found = table(
        {"a": [None, "[1]"], "b": [1, 2.5], "c": [True, None], "d": [{}, {}], "e": [None, None], "f": [[1], ["a", 1]]}
    )
    assert [kinds(found, name) for name in found.columns] == [
        {"text", "numbers"},
        {"number"},
        {"boolean"},
        {"object"},
        {"empty"},
        {"other"},
    ]
    assert from_json("[1") == "[1"
    assert from_json('["a"]') == ["a"]
