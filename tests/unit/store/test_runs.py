"""A run folder: what counts as written, what is refused, what verify finds."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest

from errata.core.errors import IntegrityError, NotFound, StoreError, UsageError, VersionError
from errata.core.schema import FORMAT_VERSION
from errata.store.runs import MANIFEST, Run, find_runs


@pytest.fixture
def run(tmp_path: Path) -> Run:
    made = Run.create(tmp_path / "runs" / "a", {"task": "ner"})
    made.put_table("units.parquet", pa.table({"a": [1, 2, 3]}))
    made.put_bytes("source/0.zst", b"bytes", split="train")
    return made


def test_a_run_reads_back_what_was_put(run: Run) -> None:
    run.seal()
    again = Run.open(run.path)
    assert again.table("units.parquet")["a"].to_pylist() == [1, 2, 3]
    assert again.bytes("source/0.zst") == b"bytes"
    assert again.verify() == []
    assert find_runs(run.path.parent.parent) == [run.path]


def test_an_unfinished_run_is_not_opened_and_says_what_to_do(run: Run) -> None:
    with pytest.raises(StoreError, match="--resume"):
        Run.open(run.path)


def test_nothing_is_created_over_something(run: Run, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--resume"):
        Run.create(run.path, {})
    run.seal()
    with pytest.raises(UsageError, match="another --out"):
        Run.create(run.path, {})
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "precious.txt").write_text("x")
    with pytest.raises(UsageError, match="already"):
        Run.create(tmp_path / "full", {})


def test_a_newer_format_is_refused_untouched(run: Run) -> None:
    path = run.path / MANIFEST
    manifest = json.loads(path.read_text())
    path.write_text(json.dumps({**manifest, "format_version": FORMAT_VERSION + 1}))
    before = {entry: entry.read_bytes() for entry in run.path.rglob("*") if entry.is_file()}
    with pytest.raises(VersionError, match="newer"):
        Run.open(run.path, sealed=False)
    assert {entry: entry.read_bytes() for entry in run.path.rglob("*") if entry.is_file()} == before


@pytest.mark.parametrize("fault", ["remove", "extend", "swap", "stranger"])
def test_verify_names_every_fault_and_reading_refuses(run: Run, fault: str) -> None:
    run.seal()
    path = run.path / "units.parquet"
    if fault == "remove":
        path.unlink()
    elif fault == "extend":
        path.write_bytes(path.read_bytes() + b"x")
    elif fault == "swap":
        other = Run.create(run.path.parent / "b", {})
        other.put_table("units.parquet", pa.table({"a": [1, 2, 4]}))
        path.write_bytes((other.path / "units.parquet").read_bytes())
    else:
        (run.path / "stranger.txt").write_text("x")
    opened = Run.open(run.path)
    assert any(("stranger.txt" if fault == "stranger" else "units.parquet") in line for line in opened.verify())
    if fault != "stranger":
        with pytest.raises(IntegrityError, match=r"units\.parquet"):
            opened.table("units.parquet")


def test_no_run_here(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no run here"):
        Run.open(tmp_path)
    (tmp_path / MANIFEST).write_text("not json")
    with pytest.raises(IntegrityError):
        Run.open(tmp_path)
