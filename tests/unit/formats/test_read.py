"""Sources become one data set: order, ids, limits, tasks, options."""

from __future__ import annotations

from typing import Any

import pytest

from errata.core.errors import InputError, UsageError
from errata.core.types import DataSet, ReadOptions, Source
from errata.formats.read import read

CSV = "text,label,id,n\n"


def source(split: str, content: str, format: str = "", name: str = "") -> Source:
    return Source(split, name or f"{split}.txt", content.encode(), format)


def load(*sources: Source, **options: Any) -> DataSet:
    return read(sources, ReadOptions(**options))


def rows(n: int, start: int = 0) -> str:
    return CSV + "".join(f"text {k},{'xyz'[k % 3]},{k},{k}\n" for k in range(start, start + n))


def test_splits_are_ordered_and_counted_on_over_their_files() -> None:
    data = load(
        source("zoo", rows(1)),
        source("test", rows(2, 5)),
        source("extra", rows(1, 8)),
        source("train", rows(1, 10)),
        source("test", rows(1, 7)),
        id="id",
    )
    assert data.splits == ("train", "test", "extra", "zoo")
    assert data.samples["index"].to_pylist() == [0, 0, 1, 2, 0, 0]
    assert data.samples["sample_id"].to_pylist() == ["10", "5", "6", "7", "8", "0"]
    assert [s.format for s in data.sources] == ["csv"] * 5
    assert data.samples["text"].to_pylist()[1:4] == ["text 5", "text 6", "text 7"]


def test_the_limit_is_per_split() -> None:
    data = load(source("train", rows(3)), source("train", rows(3, 3)), source("dev", rows(2, 6)), limit=4)
    assert data.samples["split"].to_pylist() == ["train"] * 4 + ["dev"] * 2
    tagged = load(source("train", "a B-X\n\nb O\nc B-Y\n\nd B-Z\n"), limit=2)
    assert (len(tagged), tagged.labels) == (2, ("X", "Y", "Z"))
    assert tagged.tokens is not None
    assert tagged.gold_spans is not None
    assert (len(tagged.tokens), tagged.gold_spans.sample.tolist()) == (3, [0, 1])
    with pytest.raises(UsageError, match="--limit 0"):
        load(source("train", rows(3)), limit=0)


def test_the_same_bytes_give_the_same_data_set() -> None:
    one, other = (load(source("train", rows(9)), source("dev", rows(9, 3))) for _ in range(2))
    assert one.samples.equals(other.samples)
    assert (one.labels, one.notices) == (other.labels, other.notices)


def test_label_options() -> None:
    data = load(source("train", rows(6)), label_map={"x": "y", "z": ""})
    assert data.gold_labels is not None
    assert (data.labels, data.gold_labels.tolist()) == (("y",), [0, 0, -1, 0, 0, -1])
    assert data.has_gold.tolist() == [True, True, False, True, True, False]
    assert load(source("train", rows(6)), label_names=("z", "w", "y", "x")).labels == ("z", "w", "y", "x")
    spans = load(source("train", "a B-X\nb B-Y\n"), label_map={"X": "O", "Y": "Z"})
    assert spans.gold_spans is not None
    assert (spans.labels, spans.gold_spans.start.tolist()) == (("Z",), [1])


def test_hostile_labels_are_only_names() -> None:
    data = load(source("train", 'text,label\na,"<script>alert(1)</script>"\nb,\'; DROP TABLE units; --\n'))
    assert data.labels == ("'; DROP TABLE units; --", "<script>alert(1)</script>")


def test_metadata_of_several_files_is_put_together() -> None:
    data = load(source("train", "text,label,n,m\na,x,1,q\n"), source("dev", "text,label,n\nb,y,zwei\n"))
    assert data.samples["meta_n"].to_pylist() == ["1", "zwei"]
    assert data.samples["meta_m"].to_pylist() == ["q", None]


def test_unlabelled_splits() -> None:
    data = load(source("train", rows(3)), source("test", "text\nabc\n", "csv"))
    assert data.has_gold.tolist() == [True, True, True, False]
    assert data.gold_labels is not None
    assert data.gold_labels[3] == -1
    words = load(source("train", "a B-X\nb O\n"), source("test", '{"text": "c d"}\n'))
    assert words.has_gold.tolist() == [True, False]
    assert words.tokens is not None
    assert words.tokens.text.to_pylist() == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("sources", "options", "says"),
    [
        ([source("train", "a B-X\n")], {"task": "classification"}, "tokens with tags"),
        ([source("train", "a B-X\n"), source("dev", rows(2))], {}, "dev.txt: found texts with labels"),
        ([source("train", rows(2))], {"task": "clasification"}, "--task clasification"),
        ([source("train", rows(2))], {"format": "excel"}, "'excel'"),
        ([source("train", "a B-X\n")], {"scheme": "BOI"}, "'BOI'"),
        ([source("train", rows(2))], {"label_map": {"w": "x"}}, "no label 'w'"),
        ([], {}, "nothing to read"),
        ([source("train", "x", "label-names")], {}, "nothing to read"),
    ],
)
def test_what_does_not_fit_is_refused(sources: list[Source], options: dict[str, Any], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        load(*sources, **options)


def test_a_format_that_is_said_is_not_guessed() -> None:
    data = load(source("train", "a\tb\nc\td\n"), format="tsv", header=False, text="1", label="2")
    assert (data.labels, data.samples["text"].to_pylist()) == (("b", "d"), ["a", "c"])
    with pytest.raises(InputError, match="no valid JSON"):
        load(source("train", "a,b\n"), format="jsonl")


@pytest.mark.parametrize("option", ["text", "label", "spans", "id", "annotator"])
def test_options_for_columns_of_tables_are_refused_where_there_is_no_table(option: str) -> None:
    source = Source("train", "a.conll", b"Ada B-PER\nruns O\n\n", "conll")
    with pytest.raises(UsageError, match=f"a.conll: --{option} names a column of a table, and this file is conll"):
        read([source], ReadOptions(**{option: "nope"}))


def test_a_label_column_that_is_not_there_is_named() -> None:
    source = Source("train", "a.csv", b"text,label\nx,a\n", "csv")
    with pytest.raises(InputError, match="found no column 'nope'"):
        read([source], ReadOptions(label="nope"))
