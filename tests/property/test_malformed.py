"""Whatever stands in a file, reading it ends in a data set or in an error of ours."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from errata.core.errors import UsageError
from errata.core.types import DataSet, ReadOptions, Source
from errata.formats.predictions import read_predictions
from errata.formats.preflight import inspect
from errata.formats.read import read
from errata.formats.write import SUFFIXES, write

checked = settings(max_examples=25, deadline=None)


def parquet(rows: list[dict[str, object]]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), sink, compression="none")
    return sink.getvalue()


SPANS = [
    {"id": "a", "text": "Ada in Oslo", "spans": [{"start": 0, "end": 3, "label": "PER", "text": "Ada"}, [7, 11, "LOC"]]}
]
TAGS = [{"tokens": ["Ada", "sat"], "ner_tags": ["B-PER", "O"], "n": 1.5}, {"tokens": [], "ner_tags": []}]
TEXTS = [{"text": 'one, "two"', "label": "x"}, {"text": "three\nfour", "label": "y"}]
MANY = [{"text": "one", "labels": ["x", "y"]}, {"text": "two", "labels": []}]

FILES = {
    "conll": b"-DOCSTART- -X- O O\n\n# id = 1\nAda NNP I-NP I-PER\nsat VBD I-VP O\n\nOslo NNP I-NP I-LOC\n\n",
    "conll tabs": b"\xef\xbb\xbf1\tAda\tB-PER\tO\r\n2\tOslo\tI-PER\tB-LOC\r\n\r\n1\tsat\tO\tO\r\n",
    "csv": b'text,label,n\n"one, ""two""",x,1\n"three\nfour",y,2\n',
    "tsv": b"some text here\t27\tid1\nmore of it\t8,20\tid2\n",
    "jsonl spans": b"".join(json.dumps(row).encode() + b"\n" for row in SPANS),
    "jsonl tags": b"".join(json.dumps(row).encode() + b"\n" for row in TAGS),
    "json": json.dumps(TEXTS, indent=1).encode(),
    "jsonl many": b"".join(json.dumps(row).encode() + b"\n" for row in MANY),
    "inline": b"a:O new:B-city york:I-city <=> flight\nb:O <=> time\n",
    "label-text": b"0 bad one\n1 good one\n0 bad\n1 good\n",
    "parquet": parquet(TEXTS),
    "utf-16": "text,label\na,x\nb,y\n".encode("utf-16"),
}

bits = st.one_of(
    st.binary(max_size=4),
    st.sampled_from(
        [
            b"\t",
            b"\n",
            b"\r\n",
            b'"',
            b",",
            b"[",
            b"]",
            b"{",
            b"}",
            b"null",
            b"-1",
            b"1e999",
            b"\xff",
            b"\x00",
            b"B-",
            b"\\ud800",
        ]
    ),
)
edits = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 6), bits), max_size=4)


def damaged(content: bytes, changes: list[tuple[float, int, bytes]]) -> bytes:
    for place, length, instead in changes:
        at = int(place * len(content))
        content = content[:at] + instead + content[at + length :]
    return content


def use(data: DataSet) -> None:
    """What follows reading: the report, and every format of writing."""
    assert len(data) == len(data.has_gold) == data.samples.num_rows
    assert len(set(data.samples["sample_id"].to_pylist())) == len(data)
    if data.tokens is not None:
        assert len(data.tokens.text) == len(data.tokens) == data.tokens.offsets[-1]
    inspect(data)
    for format in SUFFIXES:
        try:
            write(data, "train", format)
        except UsageError as refusal:
            assert refusal.remedy


@pytest.mark.parametrize("name", FILES)
@checked
@given(
    changes=edits,
    options=st.sampled_from(
        [{}, {"task": "ner"}, {"task": "classification"}, {"task": "multilabel"}, {"header": False}, {"scheme": "IO"}]
    ),
)
def test_damaged_files(name: str, changes: list[tuple[float, int, bytes]], options: dict[str, object]) -> None:
    source = Source("train", name.split(maxsplit=1)[0], damaged(FILES[name], changes))
    try:
        data = read([source], ReadOptions(**options))  # type: ignore[arg-type]
    except UsageError as refusal:
        assert str(refusal)
        assert refusal.remedy
        return
    use(data)


@pytest.mark.parametrize("format", ["conll", "csv", "tsv", "jsonl", "json", "parquet", "inline", "label-text", ""])
@checked
@given(
    content=st.one_of(
        st.binary(max_size=60), st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass"))
    )
)
def test_any_bytes(format: str, content: bytes) -> None:
    try:
        use(read([Source("train", "a", content, format)], ReadOptions()))
    except UsageError as refusal:
        assert refusal.remedy


@pytest.mark.parametrize("name", FILES)
@checked
@given(changes=edits)
def test_damaged_predictions(
    tmp_path_factory: pytest.TempPathFactory, name: str, changes: list[tuple[float, int, bytes]]
) -> None:
    path = tmp_path_factory.mktemp("p", numbered=True) / name
    path.write_bytes(damaged(FILES[name], changes))
    check_predictions(path)


@checked
@given(changes=edits)
def test_damaged_arrays(tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[float, int, bytes]]) -> None:
    path = tmp_path_factory.mktemp("p", numbered=True) / "p.npz"
    sink = io.BytesIO()
    np.savez(sink, probs=np.full((2, 2), 0.5))
    path.write_bytes(damaged(sink.getvalue(), changes))
    check_predictions(path)


def check_predictions(path: Path) -> None:
    for content in (FILES["conll"], FILES["csv"], FILES["jsonl many"]):
        data = read([Source("train", "a", content)], ReadOptions())
        try:
            made, _ = read_predictions({"train": path}, data, ReadOptions())
        except UsageError as refusal:
            assert str(refusal)
            continue
        assert made.labels[: len(data.labels)] == data.labels
        assert (made.spans is not None) == (data.task == "ner")
