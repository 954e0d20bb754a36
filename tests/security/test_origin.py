"""Requests from other sites, and bodies that forms can send (checks 6 and 7)."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from errata.app.access import Access
from errata.app.server import create_app
from tests.security.asgi import HOST, ORIGIN, PORT, ask

SITES = (None, "same-origin", "none", "same-site", "cross-site", "Same-Origin", "", "same-origin, cross-site")
ORIGINS = (
    None,
    ORIGIN,
    "null",
    "http://evil.example",
    f"http://localhost:{PORT}",
    f"https://127.0.0.1:{PORT}",
    "http://127.0.0.1",
    f"http://127.0.0.1:{PORT}1",
    f"http://127.0.0.1:{PORT}.evil.example",
    f"http://127.0.0.1:{PORT}/",
    "",
)


def is_ours(site: str | None, origin: str | None) -> bool:
    """The rule in words: what is sent must be ours, and one of the two must be sent."""
    if site is None and origin is None:
        return False
    return site in (None, "same-origin", "none") and origin in (None, ORIGIN)


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_unsafe_methods_need_a_page_of_ours(view: Any, method: str, site: str | None) -> None:
    for origin, has_cookie, has_bearer in itertools.product(ORIGINS, (False, True), (False, True)):
        access = Access()
        app = create_app({"small": view}, port=PORT, access=access)
        headers = [HOST]
        headers += [("sec-fetch-site", site)] if site is not None else []
        headers += [("origin", origin)] if origin is not None else []
        headers += [("cookie", f"errata_session_{PORT}={access.secret}")] if has_cookie else []
        headers += [("authorization", f"Bearer {access.secret}")] if has_bearer else []
        before = access.secret
        found = ask(app, method, "/api/logout", headers).status
        if not is_ours(site, origin):
            assert found == 403
        elif not (has_cookie or has_bearer):
            assert found == 401
        else:
            assert found == (200 if method == "POST" else 405)
        assert (access.secret != before) == (found == 200)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([], 200),
        ([("sec-fetch-site", "same-origin")], 200),
        ([("sec-fetch-site", "none")], 200),
        ([("sec-fetch-site", "cross-site")], 403),
        ([("sec-fetch-site", "same-site")], 403),
        ([("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors")], 403),
        ([("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")], 200),
        ([("origin", ORIGIN)], 200),
        ([("origin", "null")], 403),
        ([("origin", "http://evil.example")], 403),
        ([("origin", "http://evil.example"), ("sec-fetch-mode", "navigate")], 403),
        ([("sec-fetch-site", "same-origin"), ("sec-fetch-site", "same-origin")], 403),
    ],
)
def test_other_sites_may_not_even_read(app: Any, session: Any, headers: list[Any], status: int) -> None:
    """A link from elsewhere opens the console (the Strict cookie decides then); embedding and fetching do not work."""
    assert ask(app, "GET", "/api/session", [HOST, session, *headers]).status == status


def test_a_tunnel_may_add_tls(view: Any) -> None:
    access = Access()
    app = create_app({"small": view}, port=PORT, access=access, allow_hosts=("tunnel.example",))
    for origin, status in {"https://tunnel.example": 200, "https://other.example": 403}.items():
        headers = [("host", "tunnel.example"), ("origin", origin), ("authorization", f"Bearer {access.secret}")]
        assert ask(app, "POST", "/api/logout", headers).status == status


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "",
        "application/jsonp",
        "text/json",
    ],
)
def test_bodies_are_json_only(app: Any, session: Any, kind: str) -> None:
    headers = [HOST, session, ("origin", ORIGIN), ("content-type", kind)]
    assert ask(app, "POST", "/api/logout", headers, body=b"{}").status == 415


def test_a_body_without_a_type_is_refused(app: Any, session: Any) -> None:
    assert ask(app, "POST", "/api/logout", [HOST, session, ("origin", ORIGIN)], body=b"a=b").status == 415


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8", "Application/JSON"])
def test_json_is_taken(app: Any, session: Any, kind: str) -> None:
    headers = [HOST, session, ("origin", ORIGIN), ("content-type", kind)]
    assert ask(app, "POST", "/api/logout", headers, body=b"{}").status == 200


def test_large_bodies_are_refused_said_or_unsaid(app: Any, session: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ERRATA_MAX_BODY_BYTES", "1000")
    headers = [HOST, session, ("origin", ORIGIN), ("content-type", "application/json")]
    assert ask(app, "POST", "/api/logout", [*headers, ("content-length", "1001")], body=b"{}").status == 413
    assert ask(app, "POST", "/api/logout", [*headers, ("content-length", "-1")], body=b"{}").status == 413
    parts = [b" " * 300] * 9
    answer = ask(app, "POST", "/api/logout", headers, body=parts)
    assert answer.status == 413
    assert json.loads(answer.body)["code"] == "too_large"
    assert ask(app, "POST", "/api/logout", headers, body=[b" " * 300] * 3).status == 200
