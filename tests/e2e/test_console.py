"""The console in Chromium, on a real server: what a person does first, and what must never happen."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlparse

import pytest

from tests.e2e.conftest import ERRATA, HOSTILE_LABEL, HOSTILE_TEXT, Server, Watched, watch

Look = Callable[..., Any]
NEWS = "news/test/dataset"


def settled(page: Any) -> None:
    """Wait until the answers to the last change are shown."""
    page.wait_for_timeout(120)
    page.wait_for_selector("main [role=grid][aria-busy=false]")


def total(page: Any) -> int:
    """Rows of the list, without its head."""
    return int(page.get_attribute("main [role=grid]", "aria-rowcount")) - 1


def where(page: Any) -> str:
    """The filter in the URL."""
    page.wait_for_timeout(400)  # the URL is written a moment after the answers
    query = parse_qs(urlparse(page.url.replace("#", "")).query)
    return unquote(query.get("where", [""])[0])


def units_of(page: Any) -> int:
    return int(page.locator("dd").nth(1).inner_text().split()[0].replace(",", ""))


def kind(page: Any, name: str) -> Any:
    """The row of an error type."""
    return page.get_by_role("region", name="Errors by type").get_by_role("button", name=name)


def tile(page: Any, name: str) -> Any:
    return page.get_by_role("region", name="Subsets").get_by_role("button", name=name)


def metrics(project: Path, run: str, expression: str = "") -> Any:
    asked = ["--where", expression] if expression else []
    done = subprocess.run(
        [*ERRATA, "metrics", str(project / "runs" / run), "--split", "test", "--json", *asked],
        capture_output=True,
        check=True,
        text=True,
    )
    return json.loads(done.stdout)


def test_the_first_screen_shows_the_numbers_of_the_command_line(look: Look, project: Path) -> None:
    page = look(NEWS)
    known = metrics(project, "news")
    assert total(page) == known["n_samples"]
    assert units_of(page) == known["n_units"]
    micro = known["overall"]["micro"]
    assert page.locator(".headline .value").first.inner_text() == f"{micro['f1']:.3f}"[1:]
    assert f"{micro['f1_low']:.3f}"[1:] in page.locator(".headline .range").inner_text()
    assert page.title() == "news · test – Errata"


def test_a_click_filters_and_back_takes_it_back(look: Look, project: Path) -> None:
    page = look(NEWS)
    before = total(page)
    kind(page, "wrong tag").click()
    settled(page)
    assert where(page) == "error_type = 'wrong_tag'"
    assert units_of(page) == metrics(project, "news", "error_type = 'wrong_tag'")["n_units"]
    kind(page, "missed span").click(modifiers=["Shift"])
    settled(page)
    assert where(page) == "error_type IN ('wrong_tag', 'missed_span')"
    assert 0 < total(page) < before
    page.go_back()
    settled(page)
    assert where(page) == "error_type = 'wrong_tag'"
    page.go_back()
    settled(page)
    assert (where(page), total(page)) == ("", before)
    page.go_forward()
    settled(page)
    assert kind(page, "wrong tag").get_attribute("aria-pressed") == "true"


def test_one_summary_and_one_page_of_rows_per_change(look: Look, watched: Watched) -> None:
    page = look(NEWS)
    watched.requests.clear()
    tile(page, "Misclassified").click()
    settled(page)
    asked = [re.sub(r".*/runs/news/(\w+).*", r"\1", url) for url in watched.requests if "/api/" in url]
    assert sorted(kind for kind in asked if kind != "samples") == ["rows", "summary"]


def test_a_newer_filter_aborts_the_older(look: Look) -> None:
    page = look(NEWS)
    aborted: list[str] = []
    page.on("requestfailed", lambda request: aborted.append(request.url))
    page.route("**/summary?*hard*", lambda route: None)  # never answered
    tile(page, "Hard").click()
    page.wait_for_timeout(200)
    assert page.get_attribute("main [role=grid]", "aria-busy") == "true"
    kind(page, "wrong tag").click()
    tile(page, "Hard").click()  # out again
    settled(page)
    assert where(page) == "error_type = 'wrong_tag'"
    assert [url for url in aborted if "summary" in url and "hard" in url]


def test_a_fault_is_pointed_at_and_the_last_good_filter_stays(look: Look, watched: Watched) -> None:
    watched.allowed.append("400 (Bad Request)")
    page = look(f"{NEWS}?where=is_error")
    before = total(page)
    page.keyboard.press("f")
    page.keyboard.type("godl = 'PER'")
    page.keyboard.press("Enter")
    alert = page.get_by_role("alert")
    alert.wait_for()
    assert "Column 14" in alert.inner_text()
    assert page.evaluate("document.activeElement.selectionStart") == 13
    assert (where(page), total(page)) == ("is_error", before)
    alert.get_by_role("button", name="gold", exact=True).click()
    settled(page)
    assert where(page) == "is_error AND gold = 'PER'"


def test_a_link_with_a_broken_filter_still_opens(look: Look, watched: Watched) -> None:
    watched.allowed.append("400 (Bad Request)")
    page = look(f"{NEWS}?where=gold%20=")
    page.get_by_role("alert").wait_for()
    assert total(page) > 0
    page.get_by_role("button", name="Back to it").click()
    assert page.get_by_role("alert").count() == 0


def test_completion_offers_columns_then_values(look: Look) -> None:
    page = look(NEWS)
    page.keyboard.press("f")
    page.keyboard.type("error_t")
    page.keyboard.press("Tab")
    page.keyboard.type("= 'wr")
    page.get_by_role("option", name="wrong_tag").wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    settled(page)
    assert where(page) == "error_type = 'wrong_tag'"


def test_chips_are_edited_and_removed(look: Look) -> None:
    page = look(f"{NEWS}?where=is_error%20AND%20dep%20%3E%200.5")
    page.get_by_role("button", name="dep > 0.5").first.click()
    page.keyboard.press("Control+a")
    page.keyboard.type("dep > 0.9")
    page.keyboard.press("Enter")
    settled(page)
    assert where(page) == "is_error AND dep > 0.9"
    page.get_by_role("button", name="Remove is_error").click()
    settled(page)
    assert where(page) == "dep > 0.9"
    page.keyboard.press("f")
    page.keyboard.press("Backspace")
    page.keyboard.press("Backspace")
    settled(page)
    assert where(page) == ""


def test_search_is_part_of_the_filter(look: Look) -> None:
    page = look(NEWS)
    page.keyboard.press("/")
    page.keyboard.type("the")
    page.wait_for_url("**text_contains**")
    plain = total(page)
    page.get_by_role("button", name="Regular expression").click()
    settled(page)
    assert where(page) == "text_matches('the')"
    assert 0 < plain < 160


def test_keys_move_open_and_close(look: Look) -> None:
    page = look(NEWS)

    def current() -> str | None:
        return page.get_attribute("[role=row][aria-selected=true]", "aria-rowindex")

    for key, row in (("j", "3"), ("j", "4"), ("k", "3"), ("G", str(total(page) + 1))):
        page.keyboard.press(key)
        assert current() == row
    page.keyboard.press("g")
    page.keyboard.press("g")
    assert current() == "2"
    page.keyboard.press("]")
    assert page.get_by_role("complementary", name="Inspector").count() == 0
    page.keyboard.press("Enter")
    assert page.get_by_role("complementary", name="Inspector").count() == 1
    page.keyboard.press("[")
    assert page.get_by_role("complementary", name="Insights").count() == 0
    page.keyboard.press("[")
    page.keyboard.press("?")
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="hidden")
    page.keyboard.press("j")
    assert current() == "3"


def test_a_permalink_shows_the_same_sample(look: Look) -> None:
    page = look(NEWS)
    for _ in range(70):  # beyond the first page of rows
        page.keyboard.press("j")
    page.wait_for_selector("aside >> text=71 of 160")
    page.wait_for_timeout(300)
    sample, address = page.locator("aside h2").inner_text(), page.url
    again = look(address.split("#/")[1])
    again.wait_for_selector("aside >> text=71 of 160")
    assert again.locator("aside h2").inner_text() == sample
    assert again.locator("#row-70").is_visible()


def test_the_list_is_virtual_and_reaches_its_end(look: Look) -> None:
    page = look(NEWS)
    page.locator("main [role=grid]").evaluate("(grid) => grid.scrollTo(0, grid.scrollHeight)")
    page.wait_for_selector(f"#row-{total(page) - 1} [data-unit], #row-{total(page) - 1} .text")
    assert page.locator("[role=row]").count() < 60
    grid, last = (page.locator(name).bounding_box() for name in ("main [role=grid]", f"#row-{total(page) - 1}"))
    assert abs(grid["y"] + grid["height"] - last["y"] - last["height"]) < 2
    page.keyboard.press("d")
    page.keyboard.press("d")  # rows of measured height
    page.keyboard.press("G")
    page.wait_for_timeout(200)
    last = page.locator(f"#row-{total(page) - 1}").bounding_box()
    assert abs(grid["y"] + grid["height"] - last["y"] - last["height"]) < 2


def test_units_sorts_and_shuffles(look: Look, project: Path) -> None:
    page = look(NEWS)
    page.get_by_role("button", name="Units", exact=True).click()
    settled(page)
    assert total(page) == metrics(project, "news")["n_units"]
    page.get_by_role("button", name="p(pred)").click()
    settled(page)
    values = [float("0" + text) for text in page.locator("[role=row] .confidence").all_inner_texts() if text != "–"]
    assert values == sorted(values, reverse=True)
    page.get_by_role("button", name="Shuffle").click()
    settled(page)
    first = page.locator("#row-0").inner_text()
    address = page.url
    page.wait_for_timeout(200)
    again = look(page.url.split("#/")[1])
    assert again.locator("#row-0").inner_text() == first, address


def test_a_matrix_cell_holds_what_it_says(look: Look) -> None:
    page = look("hostile/train/dataset")
    cell = page.locator("[data-cell='0:0']")
    n = int(cell.inner_text())
    cell.click()
    settled(page)
    assert units_of(page) == n
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.dataset.cell") == "0:1"


def test_the_histogram_narrows_by_drag_and_by_key(look: Look) -> None:
    page = look(NEWS)
    plot = page.get_by_role("group", name="Distribution of DEP")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.52, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.78, box["y"] + 20, steps=4)
    page.mouse.up()
    settled(page)
    assert where(page) == "dep >= 0.5 AND dep < 0.8"
    page.get_by_role("slider", name="Lowest DEP").press("ArrowRight")
    settled(page)
    assert where(page) == "dep >= 0.55 AND dep < 0.8"


def test_an_empty_list_names_the_way_out(look: Look) -> None:
    page = look(f"{NEWS}?where=is_error%20AND%20dep%20%3C%200")
    page.get_by_text("No sample matches").wait_for()
    page.get_by_role("button", name="Remove it").click()
    settled(page)
    assert where(page) == "is_error"
    assert total(page) > 0


def test_the_inspector_shows_tokens_and_classes(look: Look) -> None:
    page = look(f"{NEWS}?where=is_error")
    inspector = page.get_by_role("complementary", name="Inspector")
    inspector.get_by_role("columnheader", name="p(gold)").wait_for()
    assert inspector.locator("tbody tr.current").count() >= 1
    units = inspector.get_by_role("button", name=re.compile(r"predicted|not predicted"))
    units.last.click()
    assert units.last.get_attribute("aria-pressed") == "true"
    tickets = look("tickets/test/dataset?where=is_error")
    tickets.get_by_text("Probabilities").wait_for()
    shares = [float("0" + text) for text in tickets.locator("[aria-label=Probabilities] .medium").all_inner_texts()]
    assert shares == sorted(shares, reverse=True)


def test_another_convention_and_split_are_asked_of_the_server(look: Look, project: Path) -> None:
    page = look(NEWS)
    page.locator(".headline").get_by_role("button").click()
    page.get_by_role("menuitemradio", name="boundary").click()
    settled(page)
    value = metrics(project, "news")["conventions"]["boundary"]["f1"]
    assert page.locator(".headline .value").first.inner_text() == f"{value:.3f}"[1:]
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Split: test").click()
    page.get_by_role("menuitemradio", name="train").click()
    settled(page)
    assert total(page) == 260
    page.wait_for_url("**/#/news/train/**")


def test_hostile_texts_and_labels_are_only_ever_text(look: Look) -> None:
    page = look("hostile/test/dataset?where=text_contains('Bob')")
    assert HOSTILE_LABEL in page.locator("aside[aria-label=Insights]").inner_text()
    assert "<script>window.hit=1</script>" in page.locator("#row-0").inner_text()
    assert "U+202E" in page.locator("aside[aria-label=Inspector]").inner_text()
    page.get_by_role("button", name=HOSTILE_LABEL).first.click()
    settled(page)
    assert total(page) == 1
    assert where(page).endswith(HOSTILE_LABEL.replace("'", "''") + "'")
    assert page.evaluate("[window.hit, document.querySelectorAll('main img, main script').length]") == [None, 0]


@pytest.mark.parametrize(
    ("found", "direction", "surfaces"),
    [
        ("יעל", "rtl", {"יעל ברק", "חיפה"}),
        ("李文浩", "ltr", {"李文浩", "上海大学"}),
        ("Lovelace", "ltr", {"Ada", "Lovelace"}),
    ],
)
def test_spans_stand_on_their_characters_in_every_script(
    look: Look, found: str, direction: str, surfaces: set[str]
) -> None:
    page = look(f"hostile/train/dataset?where=text_contains('{found}')")
    inline = page.locator("#row-0 .inline")
    assert inline.evaluate("(element) => getComputedStyle(element).direction") == direction
    drawn = inline.locator(".span").evaluate_all("(spans) => spans.map((span) => span.textContent)")
    assert surfaces <= {text.strip() for text in drawn}


def test_a_long_text_is_folded_around_its_unit(look: Look) -> None:
    page = look("hostile/train/dataset?where=text_contains('Oslo')")
    row = page.locator("#row-0")
    assert "Oslo" in row.inner_text()
    assert re.search(r"2,9\d\d tokens", row.inner_text())
    assert len(row.inner_text()) < 600


def test_narrow_windows_use_drawers(look: Look) -> None:
    page = look(NEWS, width=1100, height=760)
    inspector = page.get_by_role("complementary", name="Inspector")
    assert inspector.count() == 0
    page.locator("#row-1").click(position={"x": 20, "y": 20})
    inspector.wait_for()
    page.keyboard.press("Escape")
    inspector.wait_for(state="detached")
    assert page.evaluate("document.documentElement.scrollWidth") <= 1100


def test_the_theme_is_the_system_s_until_chosen(look: Look) -> None:
    page = look(NEWS, theme="dark")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.get_by_role("button", name="Light theme").click()
    page.reload()
    page.wait_for_selector("main [role=grid]")
    assert page.evaluate("document.documentElement.dataset.theme") == "light"


def test_the_selection_is_exported(look: Look) -> None:
    page = look(f"{NEWS}?where=is_error")
    page.get_by_role("button", name="Export the selection").click()
    with page.expect_download() as started:
        page.get_by_role("menuitem", name="JSON lines").click()
    lines = Path(started.value.path()).read_text(encoding="utf-8").splitlines()
    assert len(lines) == units_of(page)


def test_a_server_that_is_gone_is_said_and_nothing_is_lost(
    serve: Callable[[], Server], chromium: Any, watched: Watched
) -> None:
    watched.allowed.append("ERR_CONNECTION_REFUSED")
    server = serve()
    context = chromium.new_context(viewport={"width": 1600, "height": 900})
    page = context.new_page()
    watch(page, watched)
    page.goto(server.url)
    settled(page)
    before = total(page)
    server.stop()
    tile(page, "Hard").click()
    alert = page.get_by_role("alert")
    alert.wait_for()
    assert "does not answer" in alert.inner_text()
    assert alert.get_by_role("button", name="Try again").is_visible()
    assert total(page) == before
    context.close()
    assert watched.errors == []


def test_a_run_that_is_not_there_offers_those_that_are(
    session: tuple[str, Any], chromium: Any, watched: Watched
) -> None:
    watched.allowed.append("404 (Not Found)")
    url, state = session
    context = chromium.new_context(storage_state=state)
    page = context.new_page()
    watch(page, watched)
    page.goto(f"{url}#/nobody/test/dataset")
    page.get_by_role("heading", name="no run").wait_for()
    page.get_by_role("button", name="tickets").click()
    page.wait_for_url("**/#/tickets/**")
    settled(page)
    context.close()
    assert watched.errors == []


def test_without_its_link_the_page_says_so(session: tuple[str, Any], chromium: Any) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(session[0])
    assert "errata" in page.inner_text("body").lower()
    assert page.get_by_role("grid").count() == 0
    context.close()


AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_accessibility_fault_is_found(look: Look, root: Path, theme: str) -> None:
    source = root / "console" / "node_modules" / "axe-core" / "axe.min.js"
    if not source.is_file():
        pytest.skip("axe-core is not installed: cd console && npm ci")

    def check(page: Any, state: str) -> None:
        page.evaluate(source.read_text(encoding="utf-8"))
        found = page.evaluate("(tags) => axe.run(document, { runOnly: tags })", AXE_TAGS)
        faults = [(fault["id"], fault["nodes"][0]["html"][:200]) for fault in found["violations"]]
        assert faults == [], f"{state}, {theme}"

    for address in (NEWS, f"{NEWS}?mode=units&where=is_error", "tickets/test/dataset", "hostile/test/dataset"):
        page = look(address, theme=theme)
        page.wait_for_timeout(300)
        check(page, address)
    page = look(f"{NEWS}?where=is_error%20AND%20dep%20%3C%200", theme=theme)
    page.get_by_text("No sample matches").wait_for()
    check(page, "empty")
    page = look(NEWS, theme=theme)
    page.keyboard.press("?")
    check(page, "help")
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Pre-flight").click()
    check(page, "pre-flight")
    page.keyboard.press("f")
    page.keyboard.type("gol")
    check(page, "completion")


def test_the_text_of_the_page_is_its_data(look: Look) -> None:
    """No character of a text is added, lost or reordered by the inline view."""
    page = look("hostile/train/dataset?where=text_contains('Bob')")
    shown = page.locator("#row-0 .inline").evaluate(
        """(inline) => {
          const copy = inline.cloneNode(true);
          for (const mark of copy.querySelectorAll('.mark, .fold')) mark.remove();
          return copy.textContent;
        }"""
    )
    assert shown == HOSTILE_TEXT
