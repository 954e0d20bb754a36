"""What the command line prints is what it was given."""

from __future__ import annotations

import pytest

from errata.app.output import counted, emit_rows, messages, say


def test_texts_are_printed_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    emit_rows([{"text": ":boom: [red]x[/red]"}], "table")
    assert ":boom: [red]x[/red]" in capsys.readouterr().out
    with messages.capture() as printed:
        say("module:boom: [bold]")
    assert printed.get() == "module:boom: [bold]\n"


def test_no_rows_have_heads_where_the_columns_are_known(capsys: pytest.CaptureFixture[str]) -> None:
    emit_rows([], "csv", heads=["a", "b"])
    assert capsys.readouterr().out == "a,b\n"
    emit_rows([], "csv")
    emit_rows([], "jsonl")
    assert capsys.readouterr().out == ""


def test_one_is_singular() -> None:
    assert [counted(1, "file"), counted(2000, "file")] == ["1 file", "2,000 files"]
