"""Who is let in: every route the application holds, tokens that work once, secrets of one start (checks 2, 3, 4)."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from errata.app.access import Access
from errata.app.server import create_app
from tests.security.asgi import HOST, ORIGIN, PORT, ask, routes, shake

OPEN = {"/api/health"}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")


def test_the_routes_are_those_we_know(app: Any) -> None:
    """A new route fails here until somebody has thought about it."""
    known = {path for path, _ in routes(app) if path.startswith("/api")}
    assert known == {
        "/api/health",
        "/api/session",
        "/api/logout",
        "/api/runs/small",
        "/api/runs/small/summary",
        "/api/runs/small/rows",
        "/api/runs/small/samples/s1",
        "/api/runs/small/complete",
        "/api/runs/small/export",
        "/api/runs/small/points",
        "/api/runs/small/mask",
        "/api/runs/small/units",
    }
    assert "/" in {path for path, _ in routes(app)}


@pytest.mark.parametrize("method", METHODS)
def test_every_route_wants_a_session(app: Any, access: Access, session: Any, method: str) -> None:
    wrong = "x" * len(access.secret)
    for path, methods in routes(app):
        for credentials in ([], [("cookie", f"errata_session_{PORT}={wrong}")], [("authorization", f"Bearer {wrong}")],
                            [("authorization", f"Basic {access.secret}")], [("cookie", f"other={access.secret}")],
                            [("authorization", "Bearer the-login-token")]):  # fmt: skip
            status = ask(app, method, path, [HOST, ("origin", ORIGIN), *credentials]).status
            allowed = path in OPEN and method == "GET"
            assert status == (200 if allowed else 405 if path in OPEN else 401), (method, path, credentials)
        status = ask(app, method, path, [HOST, ("origin", ORIGIN), session], query="column=gold").status
        assert status == (200 if method in methods else 405), (method, path)
        session = ("cookie", f"errata_session_{PORT}={access.secret}")  # /api/logout ended the last one


def test_no_route_is_a_websocket(app: Any, session: Any) -> None:
    for path, _ in routes(app):
        assert not shake(app, path, [HOST, ("origin", ORIGIN), session]), path


def test_the_login_token_works_once_and_leaves_the_address(app: Any, access: Access) -> None:
    first = ask(app, "GET", "/", [HOST], query="run=small&token=the-login-token&where=dep+%3E+0.5")
    assert first.status == 303
    assert first.header("location") == "/?run=small&where=dep+%3E+0.5"
    cookie = first.header("set-cookie") or ""
    assert cookie.startswith(f"errata_session_{PORT}={access.secret};")
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert ask(app, "GET", "/api/session", [HOST, ("cookie", cookie.partition(";")[0])]).status == 200
    again = ask(app, "GET", "/", [HOST], query="token=the-login-token")
    assert again.status == 401
    assert again.header("set-cookie") is None


@pytest.mark.parametrize(
    "query",
    [
        "token=",
        "token=the-login-tokem",
        "token=the-login-token&token=x",
        "token=%00",
        "token=the-login-token%20",
        "Token=the-login-token",
    ],
)
def test_wrong_tokens_open_nothing_and_do_not_use_up_the_right_one(app: Any, query: str) -> None:
    assert ask(app, "GET", "/", [HOST], query=query).status == 401
    assert ask(app, "GET", "/", [HOST], query="token=the-login-token").status == 303


def test_the_token_is_good_at_the_door_only(app: Any) -> None:
    for path, _ in routes(app):
        if path not in ("/", *OPEN):
            assert ask(app, "GET", path, [HOST], query="token=the-login-token").status == 401
    assert ask(app, "GET", "/", [HOST], query="token=the-login-token").status == 303


def test_an_old_address_in_an_open_session_leads_to_the_console(app: Any, session: Any) -> None:
    found = ask(app, "GET", "/", [HOST, session], query="token=old")
    assert (found.status, found.header("location")) == (303, "/")


def test_no_redirect_leads_away(app: Any, session: Any) -> None:
    for path in (
        "//evil.example",
        "/\\evil.example",
        "//evil.example/..",
        "/%2f%2fevil.example",
        "/http://evil.example",
    ):
        assert ask(app, "GET", path, [HOST, session], query="token=the-login-token").status == 404
    found = ask(
        app, "GET", "/", [HOST], query="token=the-login-token&x=//evil.example&next=http://evil.example%0d%0aX:y"
    )
    assert (found.header("location") or "").startswith("/?x=%2F%2Fevil")
    assert "\n" not in (found.header("location") or "")


def test_secrets_are_of_one_start(view: Any) -> None:
    accesses = [Access(), Access()]
    assert len({value for access in accesses for value in (access.secret, access.token)}) == 4
    assert all(len(value or "") >= 40 for access in accesses for value in (access.secret, access.token))
    app = create_app({"small": view}, port=PORT, access=accesses[0])
    assert ask(app, "GET", "/api/session", [HOST, ("authorization", f"Bearer {accesses[1].secret}")]).status == 401
    assert ask(app, "GET", "/api/session", [HOST, ("authorization", f"Bearer {accesses[0].secret}")]).status == 200


def test_logging_out_ends_every_session_and_makes_a_new_address(view: Any) -> None:
    said: list[str] = []
    access = Access(on_renewal=said.append)
    app = create_app({"small": view}, port=PORT, access=access)
    bearer = ("authorization", f"Bearer {access.secret}")
    assert ask(app, "POST", "/api/logout", [HOST, ("origin", ORIGIN), bearer]).status == 200
    assert ask(app, "GET", "/api/session", [HOST, bearer]).status == 401
    assert said == [access.token]
    assert ask(app, "GET", "/", [HOST], query=f"token={said[0]}").status == 303


def test_secrets_are_never_written_anywhere(
    app: Any, access: Access, session: Any, caplog: pytest.LogCaptureFixture
) -> None:
    secrets = ("the-login-token", access.secret)
    seen = []
    with caplog.at_level(logging.DEBUG):
        seen.append(ask(app, "GET", "/", [HOST], query="token=the-login-tokenx"))
        for path, _ in routes(app):
            seen.append(ask(app, "GET", path, [HOST, session], query="column=gold"))
            seen.append(ask(app, "GET", path, [HOST], query="where=the-login"))
        ask(app, "GET", "/", [HOST], query="token=the-login-token")
    for secret in secrets:
        assert secret not in caplog.text
        assert all(secret.encode() not in answer.body for answer in seen)


def test_secrets_of_any_characters_are_compared(access: Access) -> None:
    for other in ("", "é", "\udcff", "\x00", access.secret + "x", access.secret[:-1], access.secret.upper()):
        assert not access.is_session(other)
    assert access.is_session(access.secret)
