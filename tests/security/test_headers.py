"""Headers of every answer, and one shape of every error (checks 8, 9, 12)."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from errata.app import wire
from errata.app.access import Access
from errata.app.server import create_app
from errata.core.errors import IntegrityError, StoreError
from errata.query.catalog import Catalog
from tests.builders import ner_view
from tests.security.asgi import HOST, ORIGIN, PORT, Answer, ask, routes

WANTED = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}
LEAK = re.compile(
    r"Traceback|File \"|\.py\b|/home/|/root/|/tmp/|/usr/|/work/|site-packages|duckdb|SELECT |errata\.\w+\.", re.I
)


def everything(app: Any, session: Any) -> list[Answer]:
    """Good and bad requests to every route."""
    found = []
    for path, _ in routes(app):
        found.append(ask(app, "GET", path, [HOST, session, ("origin", ORIGIN)], query="column=gold"))
        found.append(ask(app, "GET", path, [HOST]))
        found.append(ask(app, "GET", path, [("host", "evil.example"), session]))
        found.append(ask(app, "OPTIONS", path, [HOST, session, ("origin", "http://evil.example")]))
        found.append(ask(app, "DELETE", path, [HOST, session, ("origin", ORIGIN)]))
        found.append(ask(app, "GET", path, [HOST, session], query="where=godl+%3D+1&limit=x&column=nothing"))
    found.append(ask(app, "GET", "/nothing/here", [HOST, session]))
    found.append(ask(app, "GET", "/", [HOST], query="token=the-login-token"))
    found.append(
        ask(
            app,
            "POST",
            "/api/logout",
            [HOST, session, ("origin", ORIGIN), ("content-type", "application/json"), ("content-length", "9" * 12)],
        )
    )
    return found


def test_every_answer_is_guarded(app: Any, session: Any) -> None:
    answers = everything(app, session)
    assert {answer.status for answer in answers} >= {200, 303, 400, 401, 403, 404, 405, 413, 422}
    for answer in answers:
        for name, value in WANTED.items():
            assert answer.header(name) == value, (answer.status, name)
        names = {name for name, _ in answer.headers}
        assert not {name for name in names if name.startswith("access-control-")}
        assert "server" not in names
        assert answer.header("cache-control")


def test_the_policy_allows_nothing_inline_and_nothing_foreign(app: Any, session: Any) -> None:
    for answer in everything(app, session):
        policy = dict(
            part.strip().partition(" ")[::2] for part in (answer.header("content-security-policy") or "").split(";")
        )
        assert policy["default-src"] == "'none'"
        assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
        for rule, sources in policy.items():
            assert set(sources.split()) <= {"'self'", "'none'"} | ({"data:", "blob:"} if rule == "img-src" else set())


def test_data_is_never_kept_by_the_browser(app: Any, session: Any) -> None:
    for path, _ in routes(app):
        if path.startswith("/api"):
            assert ask(app, "GET", path, [HOST, session], query="column=gold").header("cache-control") == "no-store"


def test_every_error_has_the_one_shape(app: Any, session: Any) -> None:
    checked = 0
    for answer in everything(app, session):
        if answer.status >= 400 and answer.body:
            if answer.header(
                "content-type",
            ).startswith("application/json"):  # type: ignore[union-attr]
                body = wire.ErrorBody.model_validate_json(answer.body)
                assert body.code
                assert body.message
            assert not LEAK.search(answer.body.decode())
            checked += 1
    assert checked > 20


@pytest.mark.parametrize(
    "where", ["godl = 1", "gold = 'a", "text_matches('(')", "(" * 500, "dep > 'x'", "gold IN (SELECT 1)"]
)
def test_filter_errors_point_at_the_fault(app: Any, session: Any, where: str) -> None:
    answer = ask(app, "GET", "/api/runs/small/summary", [HOST, session], query="where=" + quote(where))
    body = json.loads(answer.body)
    assert (answer.status, body["code"]) == (400, "filter")
    assert 1 <= body["column"] <= len(where) + 1
    assert not LEAK.search(body["message"].replace("SELECT", ""))


def quote(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode())


class Broken(Exception):
    """Stands for a bug of ours."""


METHODS = {
    "info": "",
    "summary": "/summary",
    "rows": "/rows",
    "sample": "/samples/s1",
    "complete": "/complete",
    "export": "/export",
}


@pytest.mark.parametrize("method", sorted(METHODS))
@pytest.mark.parametrize("fault", ["bug", "damage", "store"])
def test_no_failure_tells_what_is_inside(monkeypatch: pytest.MonkeyPatch, method: str, fault: str) -> None:
    secret = f"{Path.home()}/secret-project/runs/a/units.parquet"
    faults = {
        "bug": Broken(f"Traceback in {secret}: SELECT * FROM units"),
        "damage": IntegrityError(f"{secret}: damaged.", remedy=f"restore {secret}"),
        "store": StoreError(f"{secret}: this run was not finished."),
    }

    def fail(*given: Any, **named: Any) -> Any:
        raise faults[fault]

    monkeypatch.setattr(Catalog, method, fail)
    access = Access()
    app = create_app({"small": ner_view(3)}, port=PORT, access=access)
    bearer = ("authorization", f"Bearer {access.secret}")
    answer = ask(app, "GET", f"/api/runs/small{METHODS[method]}", [HOST, bearer], query="column=gold")
    assert answer.status == (500 if fault == "bug" else 409)
    body = wire.ErrorBody.model_validate_json(answer.body)
    assert not LEAK.search(answer.body.decode())
    assert str(Path.home()) not in answer.body.decode()
    assert "secret-project" not in answer.body.decode()
    assert (fault == "bug") == (body.code == "internal")
    if fault != "bug":
        assert "units.parquet" in body.message, "the file is named, its folder is not"
    for name, value in WANTED.items():
        assert answer.header(name) == value


def test_reading_changes_nothing(app: Any, session: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for path, _ in routes(app):
        ask(app, "GET", path, [HOST, session], query="column=gold")
        ask(app, "HEAD", path, [HOST, session])
    assert os.listdir(tmp_path) == []


def test_names_from_the_data_stay_out_of_headers(session: Any) -> None:
    view = ner_view(4)
    access = Access()
    app = create_app({"a\r\nset-cookie: x=y": view, 'é\u2028"': view}, port=PORT, access=access)
    for name in ("a\r\nset-cookie: x=y", 'é\u2028"'):
        answer = ask(app, "GET", f"/api/runs/{name}/export", [HOST, ("authorization", f"Bearer {access.secret}")])
        assert answer.status == 200
        assert answer.header("set-cookie") is None
        assert re.fullmatch(r'attachment; filename="[a-z.-]+"', answer.header("content-disposition") or "")
