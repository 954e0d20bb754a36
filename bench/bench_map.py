"""What the map costs: to send and draw its points, and a lasso of about a tenth of them, on the server and on the page.

A run of 1 M units (that of bench_filter_click.py) in clusters on the plane is served by a process of its own; train, shown
here, has 800 k of them. Headless Chromium without a graphics processor: the processor draws. Budget: a lasso of 100 k
points below 150 ms on the server.   python bench/bench_map.py [--units 1000000] [--rounds 5]
"""

from __future__ import annotations

import argparse
import dataclasses
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
from bench_filter_click import synthetic
from playwright.sync_api import Page, sync_playwright

from errata.app.server import serve
from errata.query.catalog import Catalog
from errata.query.view import RunView

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
CORNERS = 40
BUDGET_MS = 150
LASSO = """async ([x, y, radius]) => {
  const map = document.querySelector(".map");
  const around = map.getBoundingClientRect();
  const frame = () => new Promise(requestAnimationFrame);
  const send = (type, a) => map.dispatchEvent(new PointerEvent(type, {
    bubbles: true, button: 0, pointerId: 1, clientX: around.left + x + radius * Math.cos(a), clientY: around.top + y + radius * Math.sin(a) }));
  map.setPointerCapture = () => {};
  send("pointerdown", 0);
  for (let k = 1; k < 60; k += 1) send("pointermove", k / 9.6);
  const began = performance.now();
  send("pointerup", 0);
  await frame();
  while (document.querySelector(".stage.stale")) await frame();
  await frame();
  await frame();
  return performance.now() - began;
}"""


def placed(n_units: int) -> RunView:
    """The synthetic run with its units in forty clusters."""
    view = synthetic(n_units, 8)
    rng = np.random.default_rng(3)
    centres = rng.normal(0, 4, (40, 2))
    places = (centres[rng.integers(0, 40, n_units)] + rng.normal(size=(n_units, 2))).astype(np.float32)
    units = view.units
    for axis, name in enumerate("xy"):
        units = units.set_column(units.schema.get_field_index(name), name, pa.array(places[:, axis]))
    return dataclasses.replace(view, units=units)


def circle(x: float, y: float, radius: float) -> str:
    angles = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
    corners = ", ".join(f"{x + radius * np.cos(a):.3f} {y + radius * np.sin(a):.3f}" for a in angles)
    return f"in_polygon('{corners}')"


def of_server(n_units: int, rounds: int) -> float:
    """Print what the server takes, wall and processor; give the median of a lasso in ms."""
    catalog = Catalog(placed(n_units))
    for _ in range(2):
        began = time.perf_counter()
        message = catalog.points(columns="split,gold,pred,is_error", places=True)
        took = time.perf_counter() - began
    print(f"points             {len(message) / 1e6:5.1f} MB in {1000 * took:4.0f} ms")
    walls, works, sizes = [], [], []
    for round_ in range(rounds):
        where = circle(0.3 * round_, 0.2 * round_, 1.9)
        began, worked = time.perf_counter(), time.process_time()
        mask = catalog.mask(split="train", where=where)
        walls.append(1000 * (time.perf_counter() - began))
        works.append(1000 * (time.process_time() - worked))
        sizes.append(int(np.unpackbits(np.frombuffer(mask, np.uint8)).sum()))
    print(
        f"lasso, server      p50 {statistics.median(walls):4.0f} ms wall, {statistics.median(works):4.0f} ms of"
        f" processors; {min(sizes):,} to {max(sizes):,} points inside"
    )
    return statistics.median(walls)


def of_page(url: str, rounds: int) -> None:
    """Print what the page takes."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        page.goto(url)
        page.wait_for_selector("main [role=grid]", timeout=120_000)
        began = time.perf_counter()
        page.keyboard.press("g")
        page.keyboard.press("e")
        page.wait_for_selector(".map canvas[data-drawn]", timeout=60_000)
        print(f"map, from key to dots {time.perf_counter() - began:.2f} s")
        page.keyboard.press("l")
        times = [lasso(page, round_) for round_ in range(rounds)]
        print(f"lasso to repaint   p50 {statistics.median(times):4.0f} ms   worst {max(times):4.0f} ms   of {rounds}")
        browser.close()


def lasso(page: Page, round_: int) -> float:
    took: float = page.evaluate(LASSO, [560 + 12 * round_, 440, 110])
    page.wait_for_timeout(300)
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--serve", action="store_true", help="be the server")
    asked = parser.parse_args()
    if asked.serve:
        serve({"bench": placed(asked.units)}, announce=lambda url: print(url, flush=True))
        return
    took = of_server(asked.units, asked.rounds)
    command = [sys.executable, str(Path(__file__)), "--serve", "--units", str(asked.units)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    try:
        of_page(server.stdout.readline().strip(), asked.rounds)
    finally:
        server.terminate()
    sys.exit(int(took >= BUDGET_MS))


if __name__ == "__main__":
    main()
