"""Nothing grows with the number of requests, and no request can ask for too much (check 18)."""

from __future__ import annotations

import gc
import json
import threading
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from errata.query.catalog import Catalog
from errata.query.selection import KEPT
from tests.builders import ner_view
from tests.security.asgi import HOST, ask


def test_many_filters_leave_little_behind() -> None:
    catalog = Catalog(ner_view(200))

    def click(k: int) -> None:
        catalog.summary(split=None, where=f"dep > {k / 1e5}", facets="gold,error_type", histogram="dep")

    for k in range(15):
        click(k)
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    threads = threading.active_count()
    for k in range(15, 60):
        click(k)
    gc.collect()
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert len(catalog._selector._kept) <= KEPT
    assert grown < 3_000_000
    assert threading.active_count() <= threads + 1


def test_a_slow_query_is_stopped_and_the_next_request_works(
    app: Any, session: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ERRATA_QUERY_SECONDS", "0.000001")
    where = "+OR+".join(f"text_matches('(a%7Cb){{{k}}}')" for k in range(1, 200))
    answer = ask(app, "GET", "/api/runs/small/summary", [HOST, session], query=f"where={where}")
    assert answer.status in (200, 400)
    if answer.status == 400:
        assert "stopped after" in json.loads(answer.body)["message"]
    monkeypatch.delenv("ERRATA_QUERY_SECONDS")
    assert ask(app, "GET", "/api/runs/small/summary", [HOST, session]).status == 200


@pytest.mark.parametrize(
    "query",
    [
        "where=" + "x" * 30_000,
        "where=" + "(" * 9_000,
        "where=" + "NOT+" * 4_000 + "is_error",
        "where=gold+IN+(" + ",".join(["'a'"] * 5_000) + ")",
        "where=" + "is_error+AND+" * 1_400 + "is_error",
        "where=text_matches('" + "(a*)*" * 500 + "')",
        "where=text_matches('a{1000}{1000}')",
        "facets=" + "gold," * 300,
        "facets=" + "x" * 3_000,
        "histogram=" + "x" * 300,
        "split=" + "x" * 300,
    ],
)
def test_large_questions_are_answered_or_refused(app: Any, session: Any, query: str) -> None:
    answer = ask(app, "GET", "/api/runs/small/summary", [HOST, session], query=query)
    assert answer.status in (200, 400, 422)
    assert len(answer.body) < 3_000_000


def test_requests_at_once_get_their_own_answers(app: Any, session: Any) -> None:
    def click(k: int) -> tuple[int, int]:
        answer = ask(app, "GET", "/api/runs/small/summary", [HOST, session], query=f"where=sample+%3D+{k % 12}")
        return k % 12, json.loads(answer.body)["selection"]["n_samples"]

    with ThreadPoolExecutor(8) as pool:
        assert all(n == 1 for _, n in pool.map(click, range(48)))
