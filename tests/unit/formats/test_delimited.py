"""CSV and TSV as people make them."""

from __future__ import annotations

import pytest

from errata.core.errors import InputError
from errata.core.types import ReadOptions, Source
from errata.formats.delimited import is_codes, read_delimited, sniff
from errata.formats.table import Table


def table(text: str, format: str = "csv", **options: object) -> Table:
    return read_delimited(Source("train", f"a.{format}", text.encode(), format), ReadOptions(**options))  # type: ignore[arg-type]


def columns(found: Table) -> dict[str, list[object]]:
    return {name: list(found.values(name)) for name in found.columns}


def test_quotes_and_line_breaks() -> None:
    found = table('text,label\r\n"a, ""b""\nc",x\r\n\r\nplain,y\r\n')
    assert columns(found) == {"text": ['a, "b"\nc', "plain"], "label": ["x", "y"]}
    assert found.where(1) == "a.csv, line 5"


@pytest.mark.parametrize(
    ("text", "delimiter"), [("a;b;c,d\n", ";"), ("a|b\n", "|"), ("a\tb,c\td\n", "\t"), ("one\n", ",")]
)
def test_the_delimiter_cuts_most(text: str, delimiter: str) -> None:
    assert sniff(text) == delimiter


def test_quotes_in_tsv_are_text_unless_they_quote_cells() -> None:
    raw = table('text\tlabel\n"No" she said\tx\n"half\ty\n', "tsv")
    assert columns(raw)["text"] == ['"No" she said', '"half']
    quoted = table('text\tlabel\n"a\tb\n""c"""\tx\nd\ty\n', "tsv")
    assert columns(quoted)["text"] == ['a\tb\n"c"', "d"]


def test_a_header_is_missed_only_when_numbers_say_so() -> None:
    found = table("My food\t27\tid1\nno\t3,14\tid2\n", "tsv")
    assert not found.is_headed
    assert list(found.columns) == ["1", "2", "3"]
    assert table("a\tb\nc\td\n", "tsv").is_headed
    assert not table("a\tb\nc\td\n", "tsv", header=False).is_headed


def test_header_names_are_made_unique() -> None:
    assert list(table(",a,a, b \n1,2,3,4x\n").columns) == ["column 1", "a", "a 2", "b"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a,b\n1,2\n1,2,3\n", "a.csv, line 3: found 3 columns; expected 2, as on line 1"),
        ('a,b\n"1\n2",3\n4\n', "a.csv, line 4: found 1 column; expected 2"),
        ('a,b\n"open,2\n', "a.csv, line 2: found a row that cannot be read"),
        ('a,b\n"x"y,2\n', "a.csv, line 2: found a row that cannot be read"),
        ("a,b\n", "a header and no rows"),
    ],
)
def test_broken_files_are_refused_with_the_line(text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        table(text)


@pytest.mark.parametrize(
    ("cell", "answer"), [("27", True), ("8,20", True), ("8, 20", True), ("", False), ("8,", False), ("1.5", False)]
)
def test_codes(cell: str, answer: bool) -> None:
    assert is_codes(cell) is answer
