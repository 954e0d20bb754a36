"""Predictions from files of every kind, and what does not fit."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from errata.core.errors import InputError, NotFound
from errata.core.types import DataSet, Predictions, ReadOptions, Source
from errata.formats.predictions import read_predictions
from errata.formats.read import read

GOLD = "Ada B-PER\nlives O\nin O\nNew B-LOC\nYork I-LOC\n\nBob B-PER\nsat O\n\n"


@pytest.fixture
def ner() -> DataSet:
    return read(
        [Source("train", "a.conll", b"x O\n", "conll"), Source("test", "b.conll", GOLD.encode(), "conll")],
        ReadOptions(),
    )


@pytest.fixture
def texts() -> DataSet:
    rows = "id,text,label\na,one,x\nb,two,y\nc,three,x\n"
    return read([Source("test", "a.csv", rows.encode(), "csv")], ReadOptions())


@pytest.fixture
def many() -> DataSet:
    rows = [{"text": "one", "labels": ["x"]}, {"text": "two", "labels": ["x", "y"]}]
    return read([Source("test", "a.jsonl", lines(*rows), "jsonl")], ReadOptions())


def lines(*rows: Any) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def saved(**arrays: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def array(values: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, values)
    return file.getvalue()


def given(
    data: DataSet, folder: Path, content: bytes | str, name: str = "pred", **options: Any
) -> tuple[Predictions, dict[str, int]]:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    made, notices = read_predictions({"test": path}, data, ReadOptions(**options))
    return made, {notice.code: notice.count for notice in notices}


def spans(made: Predictions) -> list[tuple[Any, ...]]:
    found = made.spans
    assert found is not None
    columns = (found.sample, found.start, found.end, found.char_start, found.char_end)
    return [(*row, made.labels[code]) for *row, code in zip(*(c.tolist() for c in columns), found.label, strict=True)]


EXPECTED = [(1, 0, 1, 0, 3, "PER"), (1, 3, 4, 13, 16, "LOC"), (2, 0, 1, 0, 3, "NEW")]
TAGS = [["B-PER", "O", "O", "B-LOC", "O"], ["B-NEW", "O"]]


@pytest.mark.parametrize(
    "content",
    [
        "Ada B-PER\nlives O\nin O\nNew B-LOC\nYork O\n\nBob B-NEW\nsat O\n",
        "Ada B-X B-PER\nlives O O\nin O O\nNew O B-LOC\nYork O O\n\nBob O B-NEW\nsat O O\n",
        "B-PER\nO\nO\nB-LOC\nO\n\nB-NEW\nO\n\n",
        "Ada:B-PER lives:O in:O New:B-LOC York:O <=> x\nBob:B-NEW sat:O <=> x\n",
        lines(*({"tags": tags} for tags in TAGS)),
        lines(*({"index": index, "pred_tags": TAGS[index]} for index in (1, 0))),
        lines(*({"id": f"test-{index}", "tags": TAGS[index]} for index in (1, 0))),
        lines({"spans": [[0, 3, "PER"], [13, 16, "LOC"]]}, {"spans": [[0, 3, "NEW"]]}),
        lines(
            {
                "spans": [
                    {"start": 0, "end": 1, "label": "PER", "text": "Ada"},
                    {"start": 3, "end": 4, "label": "LOC", "text": "New"},
                ]
            },
            {"spans": [{"start": 0, "end": 1, "label": "NEW", "text": "Bob"}]},
        ),
        lines(
            {"entities": [{"text": "Ada", "type": "PER"}, {"text": "New", "type": "LOC"}]},
            {"entities": [{"text": "Bob", "type": "NEW"}]},
        ),
    ],
)
def test_spans_from_files_of_every_kind(ner: DataSet, tmp_path: Path, content: bytes | str) -> None:
    made, notices = given(ner, tmp_path, content)
    assert spans(made) == EXPECTED
    assert made.labels == ("LOC", "PER", "NEW")
    assert made.has_pred is not None
    assert made.has_pred.tolist() == [False, True, True]
    assert made.token_probs is None
    assert notices == {}


def test_samples_a_file_is_silent_about(ner: DataSet, tmp_path: Path) -> None:
    made, notices = given(ner, tmp_path, lines({"id": "test-1", "spans": []}))
    assert made.has_pred is not None
    assert made.has_pred.tolist() == [False, False, True]
    assert notices == {"no_predictions": 1}


def test_llm_output_reports_what_is_not_there(ner: DataSet, tmp_path: Path) -> None:
    content = lines({"spans": [{"text": "Paris", "type": "LOC"}, {"text": "in", "type": "X"}]}, {"spans": []})
    made, notices = given(ner, tmp_path, content)
    assert spans(made) == [(1, 2, 3, 10, 12, "X")]
    assert notices == {"span_not_found": 1}


def test_predicted_labels_are_renamed_like_gold(ner: DataSet, tmp_path: Path) -> None:
    made, _ = given(ner, tmp_path, lines({"tags": TAGS[0]}, {"tags": TAGS[1]}), label_map={"NEW": "PER", "LOC": "O"})
    assert [row[-1] for row in spans(made)] == ["PER", "PER"]


def test_probabilities_of_tokens(ner: DataSet, tmp_path: Path) -> None:
    names = np.array(["O", "B-PER", "I-PER", "B-LOC", "I-LOC"])
    probs = np.full((7, 5), 0.1)
    probs[np.arange(7), [1, 0, 0, 3, 4, 1, 0]] = 0.6
    made, _ = given(ner, tmp_path, saved(probs=probs, tags=names), "p.npz")
    assert [row[1:3] for row in spans(made)] == [(0, 1), (3, 5), (0, 1)]
    assert made.tags is not None
    assert made.token_probs is not None
    assert made.tags.names == tuple(names)
    assert made.token_probs.shape == (8, 5)
    assert made.token_probs[0].tolist() == [1, 0, 0, 0, 0]
    np.testing.assert_allclose(made.token_probs.sum(axis=1), 1, rtol=1e-6)
    default, _ = given(ner, tmp_path, array(probs[:, [0, 3, 4, 1, 2]].astype(np.float16)), "p.npy")
    assert spans(default) == spans(made)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (GOLD.replace("Bob", "Rob"), r"pred, line 7: found the token 'Rob'; expected 'Bob'"),
        ("Ada O\n\nBob O\nsat O\n", r"pred, line 3: found the token 'Bob'; expected 'lives'"),
        ("O\n\nO\nO\n", r"pred, line 1: found 1 tags; expected 5"),
        ("Ada O\nlives O\nin O\nNew O\nYork O\n", "found 1 samples with tags; expected 2"),
        (GOLD.replace("B-LOC", "LOC"), "unknown tag 'LOC'"),
        (lines({"tags": TAGS[0]}), "found 1 rows; expected 2"),
        (lines({"tags": TAGS[0]}, {"tags": ["O"]}), "line 2: found 1 tags; expected 2"),
        (lines({"id": "test-1", "tags": TAGS[1]}, {"id": "zz", "tags": TAGS[1]}), "line 2: found the id 'zz'"),
        (
            lines({"id": "test-1", "tags": TAGS[1]}, {"id": "test-1", "tags": TAGS[1]}),
            "line 2: found the id 'test-1' again",
        ),
        (lines({"index": 9, "tags": TAGS[1]}, {"index": 1, "tags": TAGS[1]}), "found the index 9; expected 0 to 1"),
        (lines({"spans": [[0, 99, "X"]]}, {"spans": []}), r"line 1: found the span \[0, 99\)"),
        (lines({"a": 1}, {"a": 2}), "expected predicted spans in 'spans'"),
        (array(np.zeros((7, 5))), "row 1: found numbers that add up to 0"),
        (array(np.full((6, 5), 0.2)), "found 6 rows; expected 7"),
        (array(np.full((7, 4), 0.25)), r"found an array of shape \(7, 4\)"),
        (array(np.array([{}], object)), "array file that cannot be read"),
    ],
)
def test_spans_that_do_not_fit(ner: DataSet, tmp_path: Path, content: bytes | str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        given(ner, tmp_path, content)


def test_longer_files_are_fine_under_a_limit(tmp_path: Path) -> None:
    data = read([Source("test", "b.conll", GOLD.encode(), "conll")], ReadOptions(limit=1))
    for content in (
        GOLD,
        lines({"tags": TAGS[0]}, {"tags": TAGS[1]}),
        lines({"id": "test-0", "tags": TAGS[0]}, {"id": "test-1", "tags": TAGS[1]}),
    ):
        made, _ = given(data, tmp_path, content, limit=1)
        assert len(spans(made)) == 2


@pytest.mark.parametrize(
    "content",
    [
        "pred\nx\ny\nnew\n",
        "id,prediction\nc,new\nb,y\na,x\n",
        "x\ny\nnew\n",
        lines({"label": "x"}, {"label": "y"}, {"label": "new"}),
        lines({"index": 2, "pred": "new"}, {"index": 0, "pred": "x"}, {"index": 1, "pred": "y"}),
        "pred,text,label\nx,one,a\ny,two,a\nnew,three,a\n",
    ],
)
def test_labels_from_files_of_every_kind(texts: DataSet, tmp_path: Path, content: bytes | str) -> None:
    made, _ = given(texts, tmp_path, content)
    assert made.class_pred is not None
    assert [made.labels[code] for code in made.class_pred] == ["x", "y", "new"]
    assert made.labels == ("x", "y", "new")
    assert made.class_probs is None


PROBS = [[0.75, 0.25], [0.625, 0.375], [0.125, 0.875]]


@pytest.mark.parametrize(
    "content",
    [
        array(np.array(PROBS, np.float16)),
        saved(probs=np.array(PROBS)[:, ::-1], labels=np.array(["y", "x"])),
        "p_y,p_x\n" + "".join(f"{y},{x}\n" for x, y in PROBS),
        lines(*({"probs": {"x": x, "y": y}} for x, y in PROBS)),
        lines(*({"scores": row} for row in PROBS)),
        lines(*({"pred": "x" if k < 2 else "y", "probs": row} for k, row in enumerate(PROBS))),
    ],
)
def test_probabilities_of_labels(texts: DataSet, tmp_path: Path, content: bytes | str) -> None:
    made, _ = given(texts, tmp_path, content)
    assert made.class_probs is not None
    assert made.class_pred is not None
    np.testing.assert_allclose(made.class_probs, PROBS)
    assert made.class_pred.tolist() == [0, 0, 1]


def test_predictions_in_parquet_and_as_positions(texts: DataSet, tmp_path: Path) -> None:
    sink = io.BytesIO()
    pq.write_table(pa.table({"pred": [0, 1, 1]}), sink)
    for content in (sink.getvalue(), array(np.array([0, 1, 1])), "0\n1\n1\n"):
        made, _ = given(texts, tmp_path, content)
        assert made.class_pred is not None
        assert made.class_pred.tolist() == [0, 1, 1]


def test_sets_of_labels(many: DataSet, tmp_path: Path) -> None:
    for content in (
        lines({"labels": ["y"]}, {"labels": []}),
        "pred\ny\n[]\n",
        array(np.array([[0.1, 0.9], [0.2, 0.4]])),
    ):
        made, _ = given(many, tmp_path, content)
        assert made.class_pred is not None
        assert made.class_pred.tolist() == [[False, True], [False, False]]
    joined, _ = given(many, tmp_path, 'pred\n"x,y"\nx|z\n')
    assert joined.class_pred is not None
    assert (joined.labels, joined.class_pred.tolist()) == (("x", "y", "z"), [[True, True, False], [True, False, True]])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("pred\nx\n", "found 1 rows; expected 3"),
        ("p_x,p_y\n0.5,0.5\n2,3\n0,1\n", r"line 3: found \[2. 3.\] \(sum 5\)"),
        ("p_x,p_y\n0.5,0.5\nnone,3\n0,1\n", "line 3: found 'none' as probability"),
        (
            lines({"probs": [1]}, {"probs": [1]}, {"probs": [1]}),
            "line 1: found .* as probability; expected a list of 2 numbers",
        ),
        (lines({"pred": ["x", "y"]}, {"pred": "x"}, {"pred": "x"}), "expected one label"),
        (array(np.array([0, 1, 7])), "positions from 0 to 7"),
        (array(np.zeros((3, 3))), r"expected \(3, 2\): a column per label, in the order x, y"),
        (array(np.array(PROBS)) + b"", ""),
    ],
)
def test_labels_that_do_not_fit(texts: DataSet, tmp_path: Path, content: bytes | str, says: str) -> None:
    if not says:
        given(texts, tmp_path, content)
        return
    with pytest.raises(InputError, match=says):
        given(texts, tmp_path, content)


def test_a_table_without_predictions(texts: DataSet, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="found the columns 'a', 'b'; expected a predicted label in 'pred'"):
        given(texts, tmp_path, "a,b\nu,2\nv,4\nw,6\n", "pred.csv")


def test_a_split_that_is_not_there(texts: DataSet, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no split 'dev'") as refusal:
        read_predictions({"dev": tmp_path / "x"}, texts, ReadOptions())
    assert "it has test" in refusal.value.remedy
