"""Utterances with tags and intents, and lines that begin with their label."""

from __future__ import annotations

import pytest

from errata.core.errors import InputError
from errata.core.types import DataSet, ReadOptions, Source
from errata.formats.read import read

FLIGHTS = "show:O flights:O to:O new:B-to.city york:I-to.city <=> flight\nat:O 12:30:B-time <=> flight;time\n"


def load(text: str, format: str = "", **options: object) -> DataSet:
    return read([Source("train", "a.txt", text.encode(), format)], ReadOptions(**options))  # type: ignore[arg-type]


def test_words_tags_and_intents() -> None:
    data = load(FLIGHTS)
    assert data.sources[0].format == "inline"
    assert data.samples["text"].to_pylist() == ["show flights to new york", "at 12:30"]
    assert data.labels == ("time", "to.city")
    assert data.samples["meta_intent"].to_pylist() == ["flight", "flight;time"]


def test_intents_can_be_the_gold() -> None:
    assert load(FLIGHTS, task="classification").labels == ("flight", "flight;time")
    many = load(FLIGHTS, task="multilabel")
    assert many.gold_labels is not None
    assert (many.labels, many.gold_labels.tolist()) == (("flight", "time"), [[True, False], [True, True]])


def test_words_without_a_tag_are_refused_and_empty_tokens_kept() -> None:
    with pytest.raises(InputError, match=r"a.txt, line 2: found 'flights'; expected token:TAG"):
        load(FLIGHTS.replace("at:O", "flights"), "inline")
    data = load("a:O :O b:B-x <=> i\n")
    assert data.tokens is not None
    assert data.tokens.text.to_pylist() == ["a", "\ufffd", "b"]


def test_labels_in_front() -> None:
    data = load("0 a bad one\r\n1 a good  one\n\n0 bad again\n1 good\n")
    assert data.sources[0].format == "label-text"
    assert data.samples["text"].to_pylist() == ["a bad one", "a good  one", "bad again", "good"]
    assert data.gold_labels is not None
    assert data.gold_labels.tolist() == [0, 1, 0, 1]
    assert load("0 a\n1 b\n", "label-text", label_names=("neg", "pos")).labels == ("neg", "pos")
    with pytest.raises(InputError, match="line 2: found the label 2"):
        load("0 a\n2 b\n", "label-text", label_names=("neg", "pos"))
    with pytest.raises(InputError, match="line 2: found 'alone'"):
        load("0 a\nalone\n", "label-text")


def test_fasttext_lines_hold_one_label_or_several() -> None:
    single = load("__label__sport Ada won\n__label__news Oslo\n")
    assert (single.task, single.labels) == ("classification", ("news", "sport"))
    many = load("__label__sport __label__news Ada won\n__label__news Oslo\n")
    assert many.gold_labels is not None
    assert (many.task, many.gold_labels.tolist()) == ("multilabel", [[True, True], [True, False]])
