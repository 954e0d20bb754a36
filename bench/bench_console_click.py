"""What a filter click costs the person: from the click to the repainted page, in headless Chromium.

A run of 1 M units in 500 k samples (that of bench_filter_click.py) is served by a process of its own; classes, error types
and tiles are clicked so that no filter comes twice. Software rendering, one machine for server and browser. Budget: p95
below 300 ms.   python bench/bench_console_click.py [--units 1000000] [--rounds 6]
"""

from __future__ import annotations

import argparse
import itertools
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

from bench_filter_click import synthetic
from playwright.sync_api import Page, sync_playwright

from errata.app.server import serve

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
CLICK = """async (button) => {
  const grid = document.querySelector("main [role=grid]");
  const frame = () => new Promise(requestAnimationFrame);
  const began = performance.now();
  button.click();
  await frame();
  while (grid.getAttribute("aria-busy") !== "false") await frame();
  await frame();
  await frame();
  return performance.now() - began;
}"""
SCROLL = """async (grid) => {
  const frame = () => new Promise(requestAnimationFrame);
  const times = [];
  for (let step = 0; step < 60; step += 1) {
    const began = performance.now();
    grid.scrollTop += 400;
    await frame();
    await frame();
    times.push((performance.now() - began) / 2);
  }
  return times;
}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--serve", action="store_true", help="be the server")
    asked = parser.parse_args()
    if asked.serve:
        serve({"bench": synthetic(asked.units, 8)}, announce=lambda url: print(url, flush=True))
        return
    command = [sys.executable, str(Path(__file__)), "--serve", "--units", str(asked.units)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    try:
        measure(server.stdout.readline().strip(), asked.rounds)
    finally:
        server.terminate()


def measure(url: str, rounds: int) -> None:
    """Print what opening, clicks and scrolling take."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        began = time.perf_counter()
        page.goto(url)
        page.wait_for_selector("main [role=row] [data-unit], main [role=row] .text", timeout=120_000)
        print(f"login to first rows {time.perf_counter() - began:.2f} s (the run is opened by this request)")
        times = clicks(page, rounds)
        quantiles = statistics.quantiles(times, n=20)
        print(
            f"click to repaint   p50 {statistics.median(times):5.0f} ms   p95 {quantiles[18]:5.0f} ms   of {len(times)}"
        )
        page.goto(page.url.split("?")[0])
        page.wait_for_selector("main [role=grid][aria-busy=false]")
        scrolled = page.locator("main [role=grid]").evaluate(SCROLL)
        print(f"scroll frame       p50 {statistics.median(scrolled):5.1f} ms   max {max(scrolled):5.1f} ms")
        browser.close()


def clicks(page: Page, rounds: int) -> list[float]:
    """Milliseconds of each click: a class, then an error type within it, then a tile within both; then all out."""
    region = {name: page.get_by_role("region", name=name) for name in ("By gold label", "Errors by type", "Subsets")}
    buttons = {name: place.get_by_role("button", pressed=False) for name, place in region.items()}
    classes = [button for button in buttons["By gold label"].all() if "LABEL" in button.inner_text()]
    combinations = list(itertools.product(range(len(classes)), range(4)))[: rounds * 4]
    times = []
    for label, kind in combinations:
        times.append(press(page, "By gold label", label))
        times.append(press(page, "Errors by type", kind))
        times.append(press(page, "Subsets", (label + kind) % 5))
        page.get_by_role("button", name="Clear", exact=True).click()
        page.wait_for_selector("main [role=grid][aria-busy=false]")
    return times


def press(page: Page, region: str, place: int) -> float:
    rows = page.get_by_role("region", name=region).locator("button[aria-pressed]")
    took: float = rows.nth(place).evaluate(CLICK)
    return took


if __name__ == "__main__":
    main()
