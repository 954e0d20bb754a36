"""Screenshots of the console, for the docs and for the eye: `make screenshots` or `make screenshots ARGS=PROJECT`.

Serves the project (by default the demo, made in ``errata-demo``), opens it in Chromium and writes ``screenshots/*.png`` in
two sizes and both themes, and ``docs/images/console.png`` for the README.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, StorageState, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
ERRATA = [sys.executable, "-m", "errata"]
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SIZES = ((1920, 1080), (1280, 800))
THEMES = ("light", "dark")
SETTLED_MS = 700


@dataclass(frozen=True, slots=True)
class View:
    """A name for the file, and the address after ``#/``."""

    name: str
    address: str


VIEWS = (
    View("dataset", "news/test/dataset"),
    View("filtered", "news/test/dataset?where=gold+IN+%28%27ORG%27%2C+%27GPE%27%29+AND+is_error"),
    View("units", "news/test/dataset?where=label_issue&mode=units&sort=-issue_score"),
    View("range", "news/test/dataset?where=dep+%3E%3D+0.35+AND+dep+%3C+0.8"),
    View("empty", "news/test/dataset?where=is_error+AND+dep+%3C+0.01"),
    View("texts", "tickets/test/dataset?where=label_issue"),
)
README = View("console", "news/test/dataset?where=meta_section+%3D+%27business%27")


def main() -> None:
    """Take every view in every size and theme."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("project", nargs="?", type=Path, default=ROOT / "errata-demo")
    options.add_argument("--out", type=Path, default=ROOT / "screenshots")
    given = options.parse_args()
    if not given.project.is_dir():
        subprocess.run([*ERRATA, "demo", "--out", str(given.project), "--no-console"], check=True)
    given.out.mkdir(parents=True, exist_ok=True)
    with server(given.project) as url, chromium() as browser:
        state = log_in(browser, url)
        for view in VIEWS:
            for size in SIZES:
                for theme in THEMES:
                    path = given.out / f"{view.name}-{theme}-{size[0]}.png"
                    take(browser, state, f"{url.split('?')[0]}#/{view.address}", size, theme, path)
        take(browser, state, f"{url.split('?')[0]}#/{README.address}", (1760, 990), "light", docs_image())
    print(f"{len(VIEWS) * len(SIZES) * len(THEMES)} screenshots in {given.out}, and {docs_image()}")


def docs_image() -> Path:
    """The README's picture."""
    folder = ROOT / "docs" / "images"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{README.name}.png"


@contextmanager
def server(project: Path) -> Iterator[str]:
    """`errata open` on the project; gives the address that logs in."""
    process = subprocess.Popen([*ERRATA, "open", str(project), "--no-browser"], stderr=subprocess.PIPE, text=True)
    try:
        for line in process.stderr or ():
            if found := re.search(r"(http://\S+)", line):
                yield found[1]
                return
        sys.exit("errata open said no address.")
    finally:
        process.terminate()
        process.wait(timeout=20)


@contextmanager
def chromium() -> Iterator[Browser]:
    """The machine's Chromium, without a window."""
    path = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    if path is None:
        sys.exit(f"None of {', '.join(CHROMIUM)} is on the PATH. Next: install Chromium.")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


def log_in(browser: Browser, url: str) -> StorageState:
    """Open the address once; the session it gives."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(url)
    page.wait_for_selector("main [role=grid]")
    state = context.storage_state()
    context.close()
    return state


def take(browser: Browser, state: StorageState, url: str, size: tuple[int, int], theme: str, path: Path) -> None:
    """One picture."""
    context = browser.new_context(
        storage_state=state,
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(url)
    page.wait_for_selector("main [role=grid][aria-busy=false]")
    page.wait_for_timeout(SETTLED_MS)
    page.screenshot(path=path)
    context.close()


if __name__ == "__main__":
    main()
