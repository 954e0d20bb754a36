"""What an error says to the outside."""

from __future__ import annotations

import json

import pytest

from errata.app.errors import error_response, without_paths


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("/home/ada/project/runs/a/units.parquet: damaged.", "units.parquet: damaged."),
        ("~/project/errata.sqlite is locked", "errata.sqlite is locked"),
        (r"C:\Users\Ada\runs\a: no run", "a: no run"),
        (r"found '\\server\share\x'", r"found '\\server\share\x'"),
        ("see https://example.org/a/b for more", "see https://example.org/a/b for more"),
        ("precision and/or recall, 3/4 of it", "precision and/or recall, 3/4 of it"),
        ("errata analyze DATA --out runs/a", "errata analyze DATA --out runs/a"),
        ("(/tmp/x/y.json)", "(y.json)"),
    ],
)
def test_folders_are_cut(said: str, heard: str) -> None:
    assert without_paths(said) == heard


def test_the_shape() -> None:
    answer = error_response(400, "filter", "m", "r", column=3, near=("a",))
    assert json.loads(bytes(answer.body)) == {
        "code": "filter",
        "message": "m",
        "remedy": "r",
        "column": 3,
        "near": ["a"],
    }
