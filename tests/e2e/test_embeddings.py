"""The map of the units in Chromium: colours, lasso and box, the nearest units, keys, both back ends."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlparse

import numpy as np
import pytest

from tests.e2e.conftest import ERRATA, Watched, watch

Look = Callable[..., Any]
NEWS = "news/test/dataset"
GRAPHICS = """
const before = WebGL2RenderingContext.prototype.getParameter;
WebGL2RenderingContext.prototype.getParameter = function (name) {
  const found = before.call(this, name);
  return typeof found === 'string' ? 'A graphics processor' : found;
};
"""


def open_map(look: Look, query: str = "", run: str = "news", **options: Any) -> Any:
    """The map of a run's test split."""
    page = look(f"{run}/test/dataset{query}", **options)
    page.keyboard.press("g")
    page.keyboard.press("e")
    page.wait_for_selector(".map canvas[data-drawn]")
    page.wait_for_timeout(150)
    return page


def address(page: Any, name: str) -> list[str]:
    page.wait_for_timeout(250)  # the URL is written a moment after the answers
    return parse_qs(urlparse(page.url.replace("#", "")).query).get(name, [])


def units_of(page: Any) -> int:
    return int(page.locator("dd").nth(1).inner_text().split()[0].replace(",", ""))


def drag(page: Any, *places: tuple[float, float]) -> None:
    """Draw over the map; places are shares of its width and height."""
    box = page.locator(".map").bounding_box()
    at = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in places]
    page.mouse.move(*at[0])
    page.mouse.down()
    for place in at[1:]:
        page.mouse.move(*place, steps=8)
    page.mouse.up()
    page.wait_for_timeout(100)
    page.wait_for_selector(".stage:not(.stale)")
    page.wait_for_timeout(250)


def point(page: Any) -> tuple[float, float]:
    """A place on the screen at which the inspector can be opened: the middle of a marked point."""
    box = page.locator(".map").bounding_box()
    for x in np.linspace(0.25, 0.95, 12):
        for y in np.linspace(0.1, 0.9, 12):
            place = (box["x"] + x * box["width"], box["y"] + y * box["height"])
            page.mouse.move(*place)
            page.wait_for_timeout(25)
            mark = page.locator(".map circle.near").first
            if mark.count():
                return (box["x"] + float(mark.get_attribute("cx")), box["y"] + float(mark.get_attribute("cy")))
    raise AssertionError("no point on the map")


def metrics(project: Path, run: str, expression: str) -> Any:
    command = [*ERRATA, "metrics", str(project / "runs" / run), "--split", "test", "--json", "--where", expression]
    return json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)


PIXELS = """
() => {
  const map = document.querySelector('.map canvas');
  const copy = document.createElement('canvas');
  copy.width = map.width;
  copy.height = map.height;
  const context = copy.getContext('2d');
  context.drawImage(map, 0, 0);
  const { data } = context.getImageData(0, 0, map.width, map.height);
  let text = '';
  for (let i = 0; i < data.length; i += 8192) text += String.fromCharCode(...data.subarray(i, i + 8192));
  return btoa(text);
}
"""


def test_a_key_flips_gold_and_pred_and_the_legend_spotlights(look: Look) -> None:
    page = open_map(look)
    legend = page.locator(".legend")
    assert legend.get_attribute("aria-label") == "Legend: gold"
    page.keyboard.press("c")
    assert address(page, "colour") == ["pred"]
    assert legend.get_attribute("aria-label") == "Legend: pred"
    assert legend.get_by_text("not predicted").count() == 1
    page.keyboard.press("c")
    first = legend.locator("button.row").first
    was = first.get_attribute("aria-pressed")
    first.click()
    assert len(address(page, "lit")) > 0 or was == "true"
    page.get_by_role("button", name="DEP", exact=True).click()
    assert address(page, "colour") == ["dep"]
    assert legend.locator(".ramp").count() == 1


def test_a_lasso_is_a_filter_for_every_view_and_in_a_fresh_browser(look: Look, project: Path) -> None:
    page = open_map(look)
    whole = units_of(page)
    page.keyboard.press("l")
    drag(page, (0.3, 0.05), (0.7, 0.05), (0.75, 0.6), (0.5, 0.95), (0.28, 0.5))
    (expression,) = address(page, "where")
    assert expression.startswith("in_polygon('")
    found = units_of(page)
    assert 0 < found < whole
    assert metrics(project, "news", expression)["n_units"] == found
    assert page.get_by_text("inside the lasso on the map").count() == 1
    assert page.locator(".map path.outline").count() == 1
    again = look(page.url.split("#/")[1].replace("/embeddings", "/dataset"))
    assert units_of(again) == found
    page.keyboard.press("Escape")  # the tool
    page.keyboard.press("Escape")  # the lasso
    page.wait_for_timeout(300)
    assert units_of(page) == whole


def test_shift_adds_and_alt_cuts_out(look: Look) -> None:
    page = open_map(look)
    whole = units_of(page)
    page.keyboard.press("b")
    drag(page, (0.98, 0.02), (0.02, 0.9))
    assert units_of(page) == whole
    assert len(address(page, "where")) == 1
    page.keyboard.down("Alt")
    drag(page, (0.98, 0.02), (0.4, 0.9))
    page.keyboard.up("Alt")
    left = units_of(page)
    assert 0 <= left < whole
    page.keyboard.down("Shift")
    drag(page, (0.98, 0.02), (0.4, 0.9))
    page.keyboard.up("Shift")
    assert units_of(page) == whole
    (expression,) = address(page, "where")
    assert " AND NOT in_polygon(" in expression
    assert ") OR in_polygon(" in expression


def test_the_nearest_units_lead_to_the_inspector(look: Look) -> None:
    page = open_map(look)
    spot = point(page)
    page.mouse.move(*spot)
    near = page.get_by_role("region", name="Units nearest to the pointer")
    near.get_by_role("button").first.wait_for()
    page.keyboard.press("Enter")
    assert "held" in near.inner_text()
    title = near.get_by_role("button").first.get_attribute("title")
    near.get_by_role("button").first.click()
    page.wait_for_timeout(400)
    (sample,) = address(page, "sample")
    inspector = page.get_by_role("complementary", name="Inspector")
    assert inspector.get_by_role("heading", name=sample).count() == 1
    assert title.split(", ")[0].split()[0] in inspector.inner_text()
    page.mouse.click(*spot)
    page.wait_for_timeout(400)
    assert page.locator(".map circle.picked").count() == 1


def test_the_map_moves_and_comes_back(look: Look) -> None:
    page = open_map(look, "?where=is_error")
    page.mouse.move(5, 5)
    page.wait_for_timeout(200)
    canvas = page.locator(".map canvas")

    def picture() -> bytes:
        page.wait_for_timeout(200)
        return bytes(canvas.screenshot())

    start = picture()
    seen = {start}
    for key in ("+", "-", "+"):
        page.keyboard.press(key)
        seen.add(picture())
    page.locator(".map").focus()
    page.keyboard.press("ArrowLeft")
    seen.add(picture())
    assert len(seen) >= 3
    page.keyboard.press("0")
    page.evaluate("document.activeElement.blur()")
    page.mouse.move(5, 5)
    assert picture() == start


@pytest.mark.parametrize("run", ["tickets", "hostile"])
def test_every_kind_of_run_has_its_map(look: Look, run: str) -> None:
    page = open_map(look, run=run)
    for colour in ("gold", "pred", "is_error", "dep", "difficulty", "loss", "seen_in_train", "nonsense"):
        page.evaluate(f"location.hash = '#/{run}/test/embeddings?colour={colour}'")
        page.wait_for_timeout(250)
        assert page.locator(".legend").count() == 1
        assert page.get_by_role("alert").count() == 0
    assert page.evaluate("window.hit") is None


def test_an_empty_selection_names_the_way_out(look: Look) -> None:
    page = open_map(look, "?where=in_polygon('1e6 1e6, 2e6 1e6, 2e6 2e6')")
    page.get_by_text("No unit matches").wait_for()
    page.get_by_role("button", name="Drop the lasso").first.click()
    page.wait_for_timeout(400)
    assert address(page, "where") == []


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (1920, "dark")])
def test_no_accessibility_fault_on_the_map(look: Look, root: Path, width: int, theme: str) -> None:
    source = root / "console" / "node_modules" / "axe-core" / "axe.min.js"
    if not source.is_file():
        pytest.skip("axe-core is not installed: cd console && npm ci")
    page = open_map(look, "?where=is_error", width=width, theme=theme)
    page.mouse.move(*point(page))
    page.get_by_role("region", name="Units nearest to the pointer").get_by_role("button").first.wait_for()
    page.evaluate(source.read_text(encoding="utf-8"))
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = page.evaluate("(tags) => axe.run(document, { runOnly: tags })", tags)
    assert [(fault["id"], fault["nodes"][0]["html"][:200]) for fault in found["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_both_back_ends_draw_the_same_picture(session: tuple[str, Any], chromium: Any) -> None:
    """WebGL, here emulated, against the processor: the same dots in the same places and colours."""
    url, state = session
    pictures = []
    watched = Watched(allowed=["GPU stall", "WebGL"])
    for script in ("", GRAPHICS):
        context = chromium.new_context(storage_state=state, viewport={"width": 1600, "height": 900})
        page = context.new_page()
        watch(page, watched)
        page.add_init_script(script)
        page.goto(f"{url}#/news/test/embeddings?where=is_error")
        page.wait_for_selector(".map canvas[data-drawn]")
        page.wait_for_timeout(400)
        uses_webgl = page.evaluate("document.querySelector('.map canvas').getContext('webgl2') !== null")
        if script and not uses_webgl:
            pytest.skip("this Chromium has no WebGL 2")
        pixels = base64.b64decode(page.evaluate(PIXELS))
        pictures.append(np.frombuffer(pixels, np.uint8).reshape(-1, 4)[:, :3].astype(np.int16))
        context.close()
    assert watched.errors == []
    by_processor, by_graphics = pictures
    drawn = (by_processor != by_processor[0]).any(axis=1)
    assert drawn.mean() > 0.001
    assert np.abs(by_processor - by_graphics)[drawn].mean() < 12
