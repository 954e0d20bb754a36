"""What a failed analysis leaves behind."""

from __future__ import annotations

from pathlib import Path

import pytest

import errata
from errata.core.errors import ModelError, StoreError
from errata.jobs import analyse
from errata.store.runs import is_run

ROWS = [{"text": f"text number {k}", "label": "ab"[k % 2]} for k in range(8)]


def test_a_full_disk_keeps_what_was_finished_as_its_message_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StoreError("no space left.", remedy="free some space and run again with --resume.")

    whole = analyse.write_tables
    monkeypatch.setattr(analyse, "write_tables", full)
    with pytest.raises(StoreError):
        errata.analyze(ROWS, out=tmp_path / "run")
    assert is_run(tmp_path / "run")
    monkeypatch.setattr(analyse, "write_tables", whole)
    assert errata.analyze(ROWS, out=tmp_path / "run", resume=True).manifest["state"] == "sealed"


def test_a_mistake_of_the_user_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        errata.analyze(ROWS, model=lambda texts: ["a"], out=tmp_path / "run")
    assert not is_run(tmp_path / "run")


def test_a_file_where_the_run_should_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="no folder to write to"):
        errata.analyze(ROWS, out=tmp_path / "file" / "run")
