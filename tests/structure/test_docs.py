"""What the docs must name: every command, option, route, column, setting; and links that lead somewhere."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import typer

from errata.app.cli import app
from errata.app.routes import openapi
from errata.core.filters import FUNCTIONS
from errata.core.schema import ISSUES, SAMPLES, TOKENS, UNITS, column_doc
from errata.core.settings import SETTINGS
from scripts.make_reference import FOLDER, pages

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
MARKDOWN = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md")])
SEEDS = {"ExplaiNER", "Galileo NER", "Galileo multi-class", "Data maps"}


@pytest.mark.parametrize("name", sorted(pages()))
def test_the_reference_is_what_the_program_says(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == pages()[name], "run `make docs`"


def test_every_command_and_option_has_help() -> None:
    for name, command in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]
        assert command.help, name
        for parameter in command.params:
            assert getattr(parameter, "help", None), f"errata {name} {parameter.name}"


def test_every_command_is_shown_in_a_guide() -> None:
    guides = "\n".join(path.read_text(encoding="utf-8") for path in [*DOCS.glob("guides/*.md"), ROOT / "README.md"])
    for name in typer.main.get_command(app).commands:  # type: ignore[attr-defined]
        assert re.search(rf"errata {name}\b", guides), f"no guide shows `errata {name}`"


def test_every_option_of_analyze_is_explained_in_a_guide() -> None:
    guides = "\n".join(path.read_text(encoding="utf-8") for path in DOCS.glob("guides/*.md"))
    analyze = typer.main.get_command(app).commands["analyze"]  # type: ignore[attr-defined]
    for parameter in analyze.params:
        for option in parameter.opts:
            if option.startswith("--") and option != "--help":
                assert option in guides, option


def test_every_route_has_a_description() -> None:
    for path, methods in openapi()["paths"].items():
        for route in methods.values():
            assert route.get("description"), path


@pytest.mark.parametrize("schema", [UNITS, SAMPLES, TOKENS, ISSUES], ids=["units", "samples", "tokens", "issues"])
def test_every_stored_column_is_documented(schema) -> None:
    assert [field.name for field in schema if not column_doc(field)] == []


def test_every_filter_function_is_in_the_guide() -> None:
    guide = (DOCS / "guides" / "filters.md").read_text(encoding="utf-8")
    assert [function.name for function in FUNCTIONS if function.signature not in guide] == []


def test_every_setting_is_documented() -> None:
    page = (FOLDER / "settings.md").read_text(encoding="utf-8")
    for setting in SETTINGS:
        assert setting.environment in page
        assert setting.help in page


def test_every_notice_code_is_in_the_guide() -> None:
    """The pre-flight report's codes, read from the source, each explained in the guide on reading data."""
    guide = (DOCS / "guides" / "read-your-data.md").read_text(encoding="utf-8")
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    codes = set(re.findall(r'(?:Notice|finding)\(\s*(?:code=)?"([a-z_]+)"', source))
    assert codes
    assert sorted(code for code in codes if f"`{code}`" not in guide) == []


@pytest.mark.parametrize("path", MARKDOWN, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    text = re.sub(r"```.*?```|`[^`\n]*`", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if not re.match(r"[a-z]+:|#", link):
            assert (path.parent / link.split("#")[0]).exists(), link


@pytest.mark.parametrize("path", MARKDOWN, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_unfinished_marks(path: Path) -> None:
    assert not re.search(r"\b(TODO|FIXME|TBD|XXX|lorem)\b", path.read_text(encoding="utf-8"), re.IGNORECASE)


def test_parity_has_a_row_per_feature_and_never_claims_without_a_place() -> None:
    rows = [
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in (DOCS / "parity.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("|") and not line.startswith(("| feature", "|---", "| ---"))
    ]
    assert len(rows) > 80
    for feature, source, status, where in rows:
        assert feature
        assert source.split(" §")[0] in SEEDS, source
        assert status in ("", "works", "part")
        assert bool(status) == bool(where), f"{feature}: a status needs a place, a place a status"
        for name in re.findall(r"`((?:src|tests|docs|console|bench)/[^`]+)`", where):
            assert (ROOT / name).exists(), f"{feature}: {name}"


def test_every_module_with_a_formula_has_its_concept_page() -> None:
    for concept in (
        "tag-decoding", "alignment", "scores", "difficulty", "span-evaluation", "metrics", "intervals",
        "label-issues", "training-dynamics", "surface", "map",
    ):  # fmt: skip
        assert (DOCS / "concepts" / f"{concept}.md").exists()


def test_every_benchmark_is_named_with_its_claim() -> None:
    page = (DOCS / "benchmarks.md").read_text(encoding="utf-8")
    assert [path.name for path in (ROOT / "bench").glob("bench_*.py") if f"bench/{path.name}" not in page] == []


def test_readme_names_the_two_commands_and_the_package() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for needed in (
        "make demo",
        "make test",
        "pip install .",
        "errata analyze",
        "docs/images/console.png",
        "Apache-2.0",
    ):
        assert needed in readme


def test_optional_libraries_named_in_errors_are_extras() -> None:
    extras = set(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"])
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    for extra in re.findall(r'MissingExtra\(\s*"[^"]+",\s*"([^"]+)"', source):
        assert extra in extras


def test_nothing_committed_names_this_machine() -> None:
    for path in [*MARKDOWN, ROOT / "pyproject.toml", ROOT / "constraints.txt", ROOT / "Makefile", ROOT / ".ci" / "run"]:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"/work/|/root/|/home/\w+/|/opt/|https?://[\w.:-]*/(?:simple|pypi)\b", text), path
