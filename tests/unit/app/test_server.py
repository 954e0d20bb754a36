"""Starting the server: where it listens, what it prints, whom it opens runs for."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import urllib.request
from http.cookiejar import CookieJar
from typing import Any

import psutil
import pytest

from errata.app.assets import console_routes
from errata.app.library import Library, RunEntry, RunsInMemory
from errata.app.server import listen, url_of
from errata.core.errors import NotFound, UsageError
from errata.query.view import RunView
from tests.builders import ner_view


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "", "192.168.0.1", "example.org", "127.0.0.2", "localhost.", "127.0.0.1 "]
)
def test_only_this_machine(host: str) -> None:
    with pytest.raises(UsageError, match="this machine only"):
        listen(host)


def test_a_free_port_is_found_and_a_taken_one_refused() -> None:
    first = listen()
    port = first.getsockname()[1]
    try:
        assert url_of(first, "abc") == f"http://127.0.0.1:{port}/?token=abc"
        with pytest.raises(UsageError, match=f"port {port} cannot be used"):
            listen(port=port)
    finally:
        first.close()


def test_the_other_loopback() -> None:
    if not socket.has_ipv6:
        pytest.skip("no IPv6 here")
    try:
        sock = listen("::1")
    except UsageError:
        pytest.skip("no IPv6 loopback here")
    assert url_of(sock, None).startswith("http://[::1]:")
    sock.close()


SCRIPT = """
from errata.app.server import serve
from tests.builders import ner_view
serve({"a": ner_view(5)}, announce=lambda url: print(url, flush=True))
"""


def test_a_whole_session_over_a_socket() -> None:
    """Listens on loopback only; the printed address logs in once; the log says nothing secret."""
    child = subprocess.Popen([sys.executable, "-c", SCRIPT], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert child.stdout is not None
        url = child.stdout.readline().strip()
        listening = [c for c in psutil.Process(child.pid).net_connections("inet") if c.status == psutil.CONN_LISTEN]
        assert {connection.laddr.ip for connection in listening} == {"127.0.0.1"}
        jar = CookieJar()
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar), urllib.request.ProxyHandler({}))
        with browser.open(url, timeout=60) as page:
            assert page.geturl() == url.partition("?")[0]
        (cookie,) = jar
        base = url.partition("?")[0]
        with browser.open(f"{base}api/runs/a/rows?limit=2", timeout=30) as answer:
            assert json.load(answer)["total"] == 5
            assert "server" not in {name.lower() for name in answer.headers}
        stranger = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        for address in (url, f"{base}api/session"):
            with pytest.raises(urllib.error.HTTPError) as refused:
                stranger.open(address, timeout=30)
            assert refused.value.code == 401
            refused.value.close()
    finally:
        child.terminate()
        _, said = child.communicate(timeout=30)
    assert cookie.value
    assert cookie.value not in said
    assert url.partition("token=")[2] not in said


class Counting(RunsInMemory):
    """Counts how often runs are opened."""

    def __init__(self) -> None:
        super().__init__({"a": ner_view(3), "b": ner_view(4)}, "garden")
        self.opened: list[str] = []

    def open(self, name: str) -> RunView:
        self.opened.append(name)
        return super().open(name)


def test_runs_are_opened_on_first_need_and_once() -> None:
    source = Counting()
    library = Library(source)
    assert [entry.name for entry in library.entries()] == ["a", "b"]
    assert source.opened == []
    threads = [threading.Thread(target=library.catalog, args=("a",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert source.opened == ["a"]
    assert library.project == "garden"


def test_unknown_runs_are_named_and_never_opened() -> None:
    source = Counting()
    with pytest.raises(NotFound, match="no run"):
        Library(source).catalog("../a")
    assert source.opened == []


def test_an_entry_is_what_the_list_shows() -> None:
    entry = RunsInMemory({"a": ner_view(30)}).entries()[0]
    assert entry == RunEntry("a", "ner", "toy", "2026-01-02T03:04:05+0000", ("train", "dev", "test"), 30)


def test_console_files_are_a_fixed_list() -> None:
    """No request is ever turned into a path: each file is a route of its own."""
    files = {"index.html": b"<p>", "assets/a-1.js": b"1", "logo.svg": b"<svg/>", "odd name.bin": b"\x00"}
    routes: dict[str, Any] = {route.path: route for route in console_routes(files)}
    assert set(routes) == {"/", "/assets/a-1.js", "/logo.svg", "/odd name.bin"}
