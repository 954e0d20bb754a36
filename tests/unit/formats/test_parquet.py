"""Parquet, its class names, and its limits."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from errata.core.errors import InputError
from errata.core.types import Source
from errata.formats.parquet import class_names, metadata, read_parquet


def source(table: pa.Table, cut: int = 0, **options: object) -> Source:
    sink = io.BytesIO()
    pq.write_table(table, sink, **options)
    return Source("train", "a.parquet", sink.getvalue()[: -cut or None], "parquet")


def test_columns_of_many_row_groups_and_dictionaries() -> None:
    table = pa.table({"text": [str(n) for n in range(3000)], "label": pa.array(["x", "y"] * 1500).dictionary_encode()})
    found = read_parquet(source(table, row_group_size=700))
    assert found.n_rows == 3000
    assert found.values("text") == [str(n) for n in range(3000)]
    assert found.values("label") == ["x", "y"] * 1500


def test_class_names_of_codes_and_of_lists_of_codes() -> None:
    label = {"names": ["neg", "pos"], "_type": "ClassLabel"}
    features = {
        "label": label,
        "tags": {"feature": label, "_type": "List"},
        "old": {"feature": label, "length": -1, "_type": "Sequence"},
        "older": [label],
        "text": {"dtype": "string", "_type": "Value"},
    }
    schema = pa.schema([("label", pa.int64())]).with_metadata(metadata(features))
    assert class_names(schema) == dict.fromkeys(("label", "tags", "old", "older"), ("neg", "pos"))
    for broken in (b"{", b"[]", b'{"info": 3}', b'{"info": {"features": [1]}}'):
        assert class_names(schema.with_metadata({b"huggingface": broken})) == {}


@pytest.mark.parametrize("cut", [1, 8, 60, 200])
def test_truncated_files_are_refused(cut: int) -> None:
    with pytest.raises(InputError, match=r"a.parquet: found Parquet that cannot be read"):
        read_parquet(source(pa.table({"text": ["a"] * 100}), cut))


def test_small_files_that_decode_to_much_are_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = source(pa.table({"text": pa.DictionaryArray.from_arrays(pa.array([0] * 20_000), pa.array(["x" * 10_000]))}))
    assert len(bomb.content) < 20_000
    monkeypatch.setenv("ERRATA_MAX_FILE_BYTES", "50000000")
    with pytest.raises(InputError, match="max_file_bytes"):
        read_parquet(bomb)


def test_no_rows() -> None:
    with pytest.raises(InputError, match="no rows"):
        read_parquet(source(pa.table({"text": pa.array([], pa.string())})))
