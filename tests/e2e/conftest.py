"""A real server process on real runs, and Chromium to look at it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from errata.jobs.demo import write_demo

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed (dev extra)")

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
ERRATA = [sys.executable, "-m", "errata"]

HOSTILE_LABEL = """<img src=x onerror="window.hit=1">'--"""
ASTRONAUT = "👩‍🚀🚀 Ada flew 😀 with Lovelace"
HOSTILE_TEXT = "<script>window.hit=1</script> Bob & Søn \u202e met 😀 Ada"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@dataclass
class Server:
    """A running `errata open`."""

    process: subprocess.Popen[str]
    url: str

    def stop(self) -> None:
        """End the process; again is no harm."""
        self.process.terminate()
        self.process.wait(timeout=20)
        assert self.process.stderr is not None
        self.process.stderr.close()


@dataclass
class Watched:
    """What a page said that it should not have said."""

    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)

    def note(self, text: str) -> None:
        if not any(known in text for known in self.allowed):
            self.errors.append(text)


@pytest.fixture(scope="session")
def built(root: Path) -> None:
    """The console as it is in the checkout, inside the package."""
    static = root / "src" / "errata" / "app" / "static" / "index.html"
    sources = [path for path in (root / "console" / "src").rglob("*") if path.is_file() and ".test." not in path.name]
    if static.is_file() and static.stat().st_mtime > max(path.stat().st_mtime for path in sources):
        return
    if shutil.which("npm") is None:
        if static.is_file():
            return
        pytest.skip("the console is not built and there is no npm")
    if not (root / "console" / "node_modules").is_dir():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=root / "console", check=True)
    subprocess.run(["npm", "run", "--silent", "build"], cwd=root / "console", check=True, stdout=subprocess.DEVNULL)


def _hostile(folder: Path) -> Path:
    """Spans in many scripts, labels that are markup, texts that carry controls."""
    folder.mkdir()
    samples = [
        (HOSTILE_TEXT, [(HOSTILE_TEXT.index("Bob"), 3, HOSTILE_LABEL), (HOSTILE_TEXT.index("Ada"), 3, "PER")]),
        ("ראש הממשלה יעל ברק בחיפה", [(11, 7, "PER"), (20, 4, "LOC")]),
        ("昨天李文浩在上海大学见到了王教授", [(2, 3, "PER"), (6, 4, "ORG")]),
        (ASTRONAUT, [(ASTRONAUT.index(name), len(name), "PER") for name in ("Ada", "Lovelace")]),
        ("x " * 3000 + "Oslo " + "y " * 3000, [(6000, 4, "LOC")]),
    ]
    for split in ("train", "test"):
        lines = [
            json.dumps({"text": text, "spans": [{"start": s, "end": s + n, "label": label} for s, n, label in spans]})
            for text, spans in samples * (4 if split == "train" else 1)
        ]
        (folder / f"{split}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with three runs of the baseline: spans, classes, and hostile spans."""
    folder = tmp_path_factory.mktemp("e2e") / "newsroom"
    sizes = {"train": 260, "dev": 20, "test": 160}
    write_demo(folder / "data", news_sizes=sizes, ticket_sizes=sizes)
    _hostile(folder / "data" / "hostile")
    for name in ("news", "tickets", "hostile"):
        subprocess.run(
            [*ERRATA, "analyze", str(folder / "data" / name), "--out", str(folder / "runs" / name)],
            check=True,
            capture_output=True,
        )
    return folder


@pytest.fixture(scope="session")
def serve(project: Path, built: None) -> Iterator[Callable[[], Server]]:
    """Start another server on the project."""
    started: list[Server] = []

    def start() -> Server:
        command = [*ERRATA, "open", str(project), "--no-browser"]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        assert process.stderr is not None
        for line in process.stderr:
            if found := re.search(r"(http://\S+)", line):
                threading.Thread(target=process.stderr.read, daemon=True).start()
                started.append(Server(process, found[1]))
                return started[-1]
        process.wait()
        raise AssertionError("the server said no address")

    yield start
    for server in started:
        server.stop()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no Chromium on this machine")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def session(serve: Callable[[], Server], chromium: Any) -> Iterator[tuple[str, Any]]:
    """Address of a server, and the browser's state after the login."""
    server = serve()
    context = chromium.new_context()
    page = context.new_page()
    page.goto(server.url)
    page.wait_for_selector("main [role=grid]")
    yield server.url.split("?")[0], context.storage_state()
    context.close()


@pytest.fixture
def watched() -> Watched:
    return Watched()


def watch(page: Any, watched: Watched) -> None:
    page.on("console", lambda message: watched.note(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: watched.note(str(error)))
    page.on("request", lambda request: watched.requests.append(request.url))
    page.add_init_script(
        "addEventListener('securitypolicyviolation', (e) => console.error('CSP', e.violatedDirective, e.blockedURI))"
    )


@pytest.fixture
def look(session: tuple[str, Any], chromium: Any, watched: Watched) -> Iterator[Callable[..., Any]]:
    """Open a page of the console at an address after ``#/``; nothing may be said on its console."""
    contexts = []

    def open_page(where: str, width: int = 1600, height: int = 900, theme: str = "light") -> Any:
        url, state = session
        size = {"width": width, "height": height}
        context = chromium.new_context(storage_state=state, viewport=size, color_scheme=theme, accept_downloads=True)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        watch(page, watched)
        page.goto(f"{url}#/{where}")
        page.wait_for_selector("main [role=grid][aria-busy=false]")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert watched.errors == []
