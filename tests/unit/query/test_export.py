"""Downloads of a selection."""

from __future__ import annotations

import csv
import io
import json

import pytest

from errata.core.errors import UsageError
from errata.query import catalog
from errata.query.catalog import Catalog
from tests.builders import ner_view, text_view

NER = ner_view(40, 6)
CATALOG = Catalog(NER)


def content(format: str, where: str = "") -> str:
    return b"".join(CATALOG.export(format=format, split=None, where=where).parts).decode()


def test_csv_and_json_lines_hold_the_selected_units() -> None:
    wanted = [row["unit_id"] for row in catalog.units(NER, where="is_error", sort="").to_pylist()]
    assert [row["unit_id"] for row in csv.DictReader(io.StringIO(content("csv", "is_error")))] == wanted
    rows = [json.loads(line) for line in content("jsonl", "is_error").splitlines()]
    assert [row["unit_id"] for row in rows] == wanted
    stored = {row["unit_id"]: row for row in NER.units.to_pylist()}
    assert all(
        row[name] == stored[row["unit_id"]][name] for row in rows for name in ("gold", "text", "dep", "char_end")
    )


def test_conll_holds_whole_samples() -> None:
    blocks = content("conll", "n_tokens > 6").strip("\n").split("\n\n")
    samples = catalog.samples(NER, where="n_tokens > 6")
    assert [" ".join(line.split("\t")[0] for line in block.split("\n")) for block in blocks] == samples[
        "text"
    ].to_pylist()
    assert all(len(line.split("\t")) == 3 for block in blocks for line in block.split("\n"))


def test_an_empty_selection_still_has_its_head() -> None:
    assert content("csv", "FALSE").startswith('"unit_id"')
    assert content("jsonl", "FALSE") == ""
    assert content("conll", "FALSE") == ""


def test_what_cannot_be_written_is_refused() -> None:
    with pytest.raises(UsageError, match="no tokens"):
        Catalog(text_view(5)).export(format="conll", split=None, where="")
    with pytest.raises(UsageError, match="no download format"):
        CATALOG.export(format="xml", split=None, where="")
