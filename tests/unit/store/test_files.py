"""Writes are atomic under every single fault, damage is seen, and one writer holds a folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from errata.core.errors import IntegrityError, LockedError, StoreError
from errata.store import files


@pytest.mark.parametrize("call", ["fsync", "replace"])
@pytest.mark.parametrize("nth", [1, 2])
def test_a_failing_step_leaves_old_or_new_and_no_temporary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, nth: int
) -> None:
    path = tmp_path / "value.json"
    files.write_json(path, {"state": "old"})
    real, seen = getattr(os, call), []

    def failing(*args: Any) -> Any:
        seen.append(args)
        if len(seen) == nth:
            raise OSError(28, "No space left on device")
        return real(*args)

    monkeypatch.setattr(files.os, call, failing)
    reached = True
    try:
        files.write_json(path, {"state": "new"})
        reached = len(seen) >= nth
    except StoreError as problem:
        assert "space" in problem.remedy
    assert json.loads(path.read_text())["state"] in ("old", "new")
    assert reached is False or not list(tmp_path.glob(f"*{files.TEMPORARY}"))


def test_a_write_that_fails_half_way_keeps_the_old_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.parquet"
    files.write_table(path, pa.table({"a": [1, 2]}))
    monkeypatch.setattr(files.pq, "write_table", lambda *a, **k: (_ for _ in ()).throw(OSError(28, "full")))
    with pytest.raises(StoreError, match="could not be written"):
        files.write_table(path, pa.table({"a": [3]}))
    assert files.read_table(path)["a"].to_pylist() == [1, 2]


def test_a_flipped_bit_in_a_page_is_never_read_as_a_number(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    files.write_table(path, pa.table({"a": pa.array(range(5000), pa.int64())}))
    whole = path.read_bytes()
    silent = 0
    for position in range(8, len(whole) - 400, 97):
        damaged = bytearray(whole)
        damaged[position] ^= 1 << (position % 8)
        path.write_bytes(damaged)
        try:
            silent += files.read_table(path)["a"].to_pylist() != list(range(5000))
        except IntegrityError:
            continue
    assert silent == 0


def test_a_second_writer_is_refused_by_name(tmp_path: Path) -> None:
    with files.exclusive(tmp_path):
        code = (
            "from pathlib import Path\nfrom errata.store import files\n"
            f"with files.exclusive(Path({str(tmp_path)!r})): pass"
        )
        second = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert second.returncode != 0
        assert f"process {os.getpid()}" in second.stderr
    with files.exclusive(tmp_path):
        pass


def test_lock_error_type(tmp_path: Path) -> None:
    with files.exclusive(tmp_path), pytest.raises(LockedError), files.exclusive(tmp_path):
        pass


@given(st.text(max_size=200))
def test_safe_name_is_always_a_plain_folder_name(text: str) -> None:
    name = files.safe_name(text)
    assert 1 <= len(name) <= 40
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


def test_free_space_is_asked_for_in_numbers(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="MB are free"):
        files.check_free_space(tmp_path / "not" / "there", needed=10**18)


def test_nan_never_reaches_stored_json(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        files.write_json(tmp_path / "x.json", {"f1": float("nan")})
    assert not list(tmp_path.iterdir())
