"""Folders of ``save_to_disk``; names on the hub."""

from __future__ import annotations

import sys
from pathlib import Path

import datasets
import pytest

from errata.core.errors import InputError, MissingExtra
from errata.core.types import ReadOptions
from errata.formats.read import read
from errata.formats.sources import find_sources

FEATURES = datasets.Features({"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["neg", "pos"])})


def made(texts: list[str]) -> datasets.Dataset:
    return datasets.Dataset.from_dict({"text": texts, "label": [1] * len(texts)}, FEATURES)


def test_saved_data_sets_are_read_with_their_class_names(tmp_path: Path) -> None:
    datasets.DatasetDict({"train": made(["a", "b"]), "validation": made(["c"])}).save_to_disk(tmp_path / "d")
    data = read(find_sources(tmp_path / "d"), ReadOptions())
    assert data.splits == ("train", "dev")
    assert data.labels == ("neg", "pos")
    assert data.gold_labels is not None
    assert data.gold_labels.tolist() == [1, 1, 1]


def test_a_saved_selection(tmp_path: Path) -> None:
    made(["a", "b", "c"]).select([2, 0]).save_to_disk(tmp_path / "d")
    data = read(find_sources(tmp_path / "d", {}), ReadOptions())
    assert (data.splits, data.samples["text"].to_pylist()) == (("train",), ["c", "a"])


def test_damaged_folders_are_refused(tmp_path: Path) -> None:
    made(["a"]).save_to_disk(tmp_path / "d")
    (file,) = (tmp_path / "d").glob("*.arrow")
    file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(InputError, match="cannot be read"):
        find_sources(tmp_path / "d")
    (tmp_path / "d" / "state.json").write_text("{")
    with pytest.raises(InputError, match="no readable JSON"):
        find_sources(tmp_path / "d")


def test_a_name_on_the_hub_needs_datasets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(MissingExtra, match="no such file here"):
        find_sources("owner/name")


def test_a_name_that_cannot_be_had_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def load_dataset(path: str, name: str | None) -> None:
        raise ConnectionError(f"no network for {path} {name}")

    monkeypatch.setattr(datasets, "load_dataset", load_dataset)
    with pytest.raises(InputError, match="no network for owner/name fine"):
        find_sources("owner/name:fine")


def test_splits_from_the_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    found = datasets.DatasetDict({"train": made(["a"]), "validation": made(["b"])})
    monkeypatch.setattr(datasets, "load_dataset", lambda path, name: found)
    assert [(source.split, source.format) for source in find_sources("owner/name")] == [
        ("train", "parquet"),
        ("dev", "parquet"),
    ]
