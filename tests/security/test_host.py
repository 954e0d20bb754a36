"""DNS rebinding: exactly one Host, exactly one of ours (check 5)."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from errata.app.server import create_app
from tests.security.asgi import PORT, ask, shake

GOOD = (f"127.0.0.1:{PORT}", f"localhost:{PORT}", f"[::1]:{PORT}", f"LOCALHOST:{PORT}", f"LocalHost:{PORT}")
BAD = (
    "evil.example",
    f"evil.example:{PORT}",
    "127.0.0.1",
    "localhost",
    "[::1]",
    "127.0.0.1:80",
    f"127.0.0.1:{PORT}0",
    f"127.0.0.1:0{PORT}",
    f"127.0.0.1:{PORT} ",
    f" 127.0.0.1:{PORT}",
    f"127.0.0.1.evil.example:{PORT}",
    f"localhost.:{PORT}",
    f"localhost.evil.example:{PORT}",
    f"localhost@evil.example:{PORT}",
    f"user@localhost:{PORT}",
    f"0.0.0.0:{PORT}",
    f"127.1:{PORT}",
    f"127.0.0.2:{PORT}",
    f"2130706433:{PORT}",
    f"0177.0.0.1:{PORT}",
    f"0x7f.0.0.1:{PORT}",
    f"[::]:{PORT}",
    f"::1:{PORT}",
    f"[0:0:0:0:0:0:0:1]:{PORT}",
    f"[::ffff:127.0.0.1]:{PORT}",
    f"localhost:{PORT},evil.example",
    f"localhost:{PORT}/",
    f"http://localhost:{PORT}",
    f"localhost\t:{PORT}",
    f"l\u00f6calhost:{PORT}",
    "",
    ":",
    f":{PORT}",
)


@pytest.mark.parametrize("host", GOOD)
def test_our_own_names_are_served(app: Any, host: str) -> None:
    assert ask(app, "GET", "/api/health", [("host", host)]).status == 200


@pytest.mark.parametrize("host", BAD)
@pytest.mark.parametrize("path", ["/api/health", "/", "/api/session", "/nothing"])
def test_every_other_name_is_refused_before_any_work(app: Any, session: Any, host: str, path: str) -> None:
    assert ask(app, "GET", path, [("host", host), session]).status == 403


def test_no_host_or_two_hosts_are_refused(app: Any, session: Any) -> None:
    ours = ("host", f"127.0.0.1:{PORT}")
    assert ask(app, "GET", "/api/health", [session]).status == 403
    assert ask(app, "GET", "/api/health", [ours, ours]).status == 403
    assert ask(app, "GET", "/api/health", [ours, ("host", "evil.example")]).status == 403


@pytest.mark.parametrize("host", [*GOOD, *BAD])
def test_no_websocket_is_ever_accepted(app: Any, session: Any, host: str) -> None:
    assert not shake(app, "/api/session", [("host", host), session, ("origin", f"http://127.0.0.1:{PORT}")])


def test_a_refusal_is_one_clear_log_line(app: Any, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        ask(app, "GET", "/api/health", [("host", "evil.example\r\nx: y")])
    (record,) = caplog.records
    assert "another host" in record.getMessage()
    assert "\n" not in record.getMessage()


def test_a_tunnel_is_named_exactly(view: Any) -> None:
    app = create_app({"small": view}, port=PORT, allow_hosts=("Tunnel.Example:443", "proxy.example"))
    for host, status in {
        "tunnel.example:443": 200,
        "TUNNEL.example:443": 200,
        "proxy.example": 200,
        "tunnel.example": 403,
        "proxy.example:443": 403,
        "a.proxy.example": 403,
        f"127.0.0.1:{PORT}": 200,
    }.items():
        assert ask(app, "GET", "/api/health", [("host", host)]).status == status, host


def test_the_default_port_may_be_left_out(view: Any) -> None:
    app = create_app({"small": view}, port=80)
    assert ask(app, "GET", "/api/health", [("host", "localhost")]).status == 200
    assert ask(app, "GET", "/api/health", [("host", f"localhost:{PORT}")]).status == 403
