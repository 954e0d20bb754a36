"""Requests put straight to an ASGI application: every header as given, also twice, and WebSocket handshakes."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Route

PORT = 8765
HOST = ("host", f"127.0.0.1:{PORT}")
ORIGIN = f"http://127.0.0.1:{PORT}"
Header = tuple[str, str]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: tuple[Header, ...]
    body: bytes

    def header(self, name: str) -> str | None:
        found = [value for key, value in self.headers if key == name]
        assert len(found) <= 1, f"{name} sent {len(found)} times"
        return found[0] if found else None


def ask(
    app: Any,
    method: str,
    path: str,
    headers: Iterable[Header] = (HOST,),
    *,
    query: str = "",
    body: bytes | Sequence[bytes] = b"",
) -> Answer:
    """One request. An exception that the application raises after answering is what a server would log."""
    parts = [body] if isinstance(body, bytes) else list(body)
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", PORT),
    }
    sent: list[Any] = []

    async def receive() -> Any:
        if parts:
            part = parts.pop(0)
            return {"type": "http.request", "body": part, "more_body": bool(parts)}
        await asyncio.sleep(3600)

    async def send(message: Any) -> None:
        sent.append(message)

    with contextlib.suppress(Exception):
        asyncio.run(asyncio.wait_for(app(scope, receive, send), 60))
    assert sent, "no answer at all"
    assert sent[0]["type"] == "http.response.start"
    fields = tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in sent[0]["headers"])
    content = b"".join(message.get("body", b"") for message in sent[1:])
    return Answer(sent[0]["status"], fields, content)


def shake(app: Any, path: str, headers: Iterable[Header] = (HOST,)) -> bool:
    """Whether a WebSocket handshake is accepted."""
    scope = {
        "type": "websocket",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "ws",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", PORT),
        "subprotocols": [],
    }
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    with contextlib.suppress(Exception):
        asyncio.run(asyncio.wait_for(app(scope, receive, send), 10))
    return any(message["type"] == "websocket.accept" for message in sent)


def routes(app: Any) -> list[tuple[str, frozenset[str]]]:
    """(path with its parameters filled in, methods) of every route the application object holds."""
    return [(filled(route.path), frozenset(route.methods or ())) for route in walk(app.app.routes)]


def walk(found: Iterable[BaseRoute]) -> Iterable[Route | APIRoute]:
    for route in found:
        if isinstance(route, Route):
            yield route
            continue
        inner = getattr(route, "original_router", route)
        assert inner.routes, f"a route of a kind this test does not know: {route!r}"
        yield from walk(inner.routes)


def filled(path: str) -> str:
    """The path with a run and a sample that exist."""
    return path.replace("{run}", "small").replace("{sample_id:path}", "s1")
