"""JSON in its usual layouts, and what is refused."""

from __future__ import annotations

import json

import pytest

from errata.core.errors import InputError
from errata.core.types import Source
from errata.formats.json_rows import read_json
from errata.formats.table import Table

ROWS = [{"text": "a", "label": "x"}, {"text": "b\u2028c", "other": 1}]


def table(text: str) -> Table:
    return read_json(Source("train", "a.jsonl", text.encode(), "jsonl"))


@pytest.mark.parametrize(
    "text",
    [
        "".join(json.dumps(row) + "\n" for row in ROWS),
        "\n".join(json.dumps(row, ensure_ascii=False) + "\r\n" for row in ROWS),
        json.dumps(ROWS),
        json.dumps(ROWS, indent=2),
        json.dumps({"data": ROWS}),
        json.dumps({"data": ROWS}, indent=1),
    ],
)
def test_rows_however_laid_out(text: str) -> None:
    found = table(text)
    assert {name: list(found.values(name)) for name in found.columns} == {
        "text": ["a", "b\u2028c"],
        "label": ["x", None],
        "other": [None, 1],
    }


def test_objects_by_id_become_rows() -> None:
    found = table(json.dumps({"k1": {"text": "a"}, "k2": {"text": "b"}}, indent=4))
    assert found.values("id") == ["k1", "k2"]
    assert table('{"text": "a", "meta": {"x": 1}}').n_rows == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"text": "a"}\n{"text": "half\n', "a.jsonl, line 2: found no valid JSON"),
        ('{"text": "a"}\n[1, 2]\n', "a.jsonl, line 2: found a JSON array"),
        ('{"text": "a"}\n3\n', "line 2: found a JSON number"),
        ('["a", "b"]', "no list of objects"),
        ("[]", "no objects"),
        ('{"a": 1,\n "b": [1}', r"no valid JSON.*\(line 2"),
        ('{"text": "a"}\n{"text": "\\ud83d"}\n', r"line 2: found the lone surrogate \\ud83d"),
        ('{"text": "a"}\n{"tokens": ["x", "\\uDE00"]}\n', "line 2: found the lone surrogate"),
        ('{"a":' * 100_000, "nested too deeply|recursion|no valid JSON"),
        ('{"a": 1}\n{"n": ' + "9" * 5000 + "}\n", "line 2: found no valid JSON"),
    ],
)
def test_broken_json_is_refused_with_the_line(text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        table(text)


def test_whole_surrogate_pairs_are_characters() -> None:
    assert table('{"text": "\\ud83d\\ude00"}').values("text") == ["😀"]
