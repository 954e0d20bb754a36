"""Selections are made once, also when several questions ask for one at the same time."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from errata.core.errors import FilterError
from errata.query.selection import Selector
from errata.query.tables import Tables
from tests.builders import ner_view


def test_questions_at_once_share_one_selection(monkeypatch: pytest.MonkeyPatch) -> None:
    selector = Selector(Tables(ner_view(60)))
    made: list[str] = []
    make = selector._select

    def slowly(split: str | None, where: str) -> Any:
        made.append(where)
        time.sleep(0.1)
        return make(split, where)

    monkeypatch.setattr(selector, "_select", slowly)
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda where: selector.select(None, where), ["is_error", "dep > 0.5"] * 3))
    assert sorted(made) == ["dep > 0.5", "is_error"]
    assert found[0] is found[2] is found[4]
    assert selector._making == {}


def test_a_fault_is_told_to_everyone_and_leaves_nothing_behind() -> None:
    selector = Selector(Tables(ner_view(10)))

    def ask(_: int) -> bool:
        with pytest.raises(FilterError):
            selector.select(None, "nope")
        return True

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(ask, range(8)))
    assert selector._making == {}
