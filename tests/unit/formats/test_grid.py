"""Fields, samples, documents and comments of columns."""

from __future__ import annotations

import pytest

from errata.core.errors import InputError
from errata.formats.grid import Grid, read_grid


def grid(text: str) -> Grid:
    return read_grid("a.conll", text.encode())


def rows(text: str) -> list[list[str]]:
    found = grid(text)
    return [list(row) for row in zip(*(found.column(n).to_pylist() for n in range(found.width)), strict=True)]


@pytest.mark.parametrize(
    "text",
    [
        "a X\nb Y\n\nc Z\n",
        "a X\nb Y\n\nc Z",
        "\n\na  X \n b Y\n \t \nc Z\n\n\n",
        "a\tX\r\nb\tY\r\n\r\nc\tZ\r\n",
        "a\tX\t\nb\tY\n\nc\tZ",
    ],
)
def test_the_same_samples_however_laid_out(text: str) -> None:
    assert rows(text) == [["a", "X"], ["b", "Y"], ["c", "Z"]]
    assert grid(text).offsets.tolist() == [0, 2, 3]


def test_tabs_keep_spaces_and_empty_fields() -> None:
    assert rows("New York\t\tO\nx\ty\tO\n") == [["New York", "", "O"], ["x", "y", "O"]]


def test_documents_are_counted_and_are_no_samples() -> None:
    found = grid("x O\n\n-DOCSTART- -X- O O\n\na O\n\nb O\n\n-DOCSTART-\nc O\n")
    assert found.offsets.tolist() == [0, 1, 2, 3, 4]
    assert found.document.tolist() == [-1, 0, 0, 1]
    assert rows("-DOCSTART-x O\n") == [["-DOCSTART-x", "O"]]


def test_comments_begin_samples_only() -> None:
    text = "# sent_id = 1\n# text = a b\na\tO\n#\tO\n\n# x\n#begin document (y); part 0\n#tag\tO\n"
    found = grid(text)
    assert [line for line, _ in found.comments] == [0, 1, 5, 6]
    assert found.column(0).to_pylist() == ["a", "#", "#tag"]


def test_hashes_with_a_tag_are_words() -> None:
    assert rows("# O\nx O\n\n#a=b O\n") == [["#", "O"], ["x", "O"], ["#a=b", "O"]]
    assert rows("#\thttp://x\t[2009]\n1\tA\tO\tO\n") == [["1", "A", "O", "O"]]
    assert rows("# id = 7\na b c O\n") == [["a", "b", "c", "O"]]
    with pytest.raises(InputError, match="line 2"):
        grid("a O\n#untagged\nb O\n")


def test_words_with_spaces_between_spaces_are_put_together_and_counted() -> None:
    found = grid("a O\nו ה 60 O\nb O\n")
    assert found.column(0).to_pylist() == ["a", "ו ה 60", "b"]
    assert [(n.code, n.count, n.examples) for n in found.notices] == [("space_in_token", 1, ("a.conll, line 2",))]


@pytest.mark.parametrize(
    ("text", "line", "columns"),
    [("a X\nb\nc Y\n", 2, 1), ("a\tX\tO\nb\tX\tO\tP\nc\tX\tO\n", 2, 4), ("a\nb\nc d\n", 3, 2)],
)
def test_ragged_lines_are_refused(text: str, line: int, columns: int) -> None:
    with pytest.raises(InputError, match=rf"a.conll, line {line}: found {columns} column"):
        grid(text)
