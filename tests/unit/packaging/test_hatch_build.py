"""The build hook of the package: when it builds the console, when it leaves it, and how it fails."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def hook(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("hatch_build", root / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with a console of two files."""
    console = tmp_path / "console"
    (console / "src").mkdir(parents=True)
    (console / "package-lock.json").write_text("{}")
    (console / "src" / "main.ts").write_text("export {}")
    return tmp_path


def a_hook(hook: ModuleType, root: Path) -> object:
    return hook.ConsoleHook(str(root), {}, None, None, str(root), "wheel")


def put_npm(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch, node: str = "v20.19.0") -> None:
    """Put an npm that runs ``script`` and a node of some version first on the PATH."""
    folder.mkdir()
    for name, body in {"npm": script, "node": f"echo {node}"}.items():
        (folder / name).write_text(f"#!/bin/sh\n{body}\n")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/usr/bin{os.pathsep}/bin")


BUILDS = """case "$1" in
ci) mkdir -p node_modules && echo '{}' > node_modules/.package-lock.json ;;
run) mkdir -p "$5" && echo page > "$5/index.html" && echo built >> ../builds ;;
esac"""


def test_the_fingerprint_follows_sources_and_not_tests(hook: ModuleType, checkout: Path) -> None:
    console = checkout / "console"
    before = hook.fingerprint(console)
    (console / "src" / "main.test.ts").write_text("test")
    (console / "node_modules").mkdir()
    (console / "node_modules" / "x.js").write_text("x")
    assert hook.fingerprint(console) == before
    (console / "src" / "main.ts").write_text("export { 1 }")
    changed = hook.fingerprint(console)
    (console / "src" / "main.ts").rename(console / "src" / "other.ts")
    assert len({before, changed, hook.fingerprint(console)}) == 3


def test_it_builds_once_and_again_after_a_change(
    hook: ModuleType, checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_npm(tmp_path / "bin", BUILDS, monkeypatch)
    static = checkout / "src" / "errata" / "app" / "static"
    static.parent.mkdir(parents=True)
    static.mkdir()
    (static / "left-over.js").write_text("old")
    for _ in range(2):
        made = a_hook(hook, checkout)
        made.initialize("standard", {})  # type: ignore[attr-defined]
        assert made.dependencies() == []  # type: ignore[attr-defined]
    assert sorted(path.name for path in static.iterdir()) == [".stamp", "index.html"]
    assert (checkout / "builds").read_text() == "built\n"
    (checkout / "console" / "src" / "main.ts").write_text("changed")
    a_hook(hook, checkout).initialize("standard", {})  # type: ignore[attr-defined]
    assert (checkout / "builds").read_text() == "built\nbuilt\n"


def test_a_failed_build_is_one_sentence_and_keeps_the_old_console(
    hook: ModuleType, checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_npm(tmp_path / "bin", "echo 'lots of words' >&2; exit 1", monkeypatch)
    static = checkout / "src" / "errata" / "app" / "static"
    static.mkdir(parents=True)
    (static / "index.html").write_text("old")
    with pytest.raises(SystemExit) as stopped:
        a_hook(hook, checkout).initialize("standard", {})  # type: ignore[attr-defined]
    sentence = str(stopped.value)
    assert sentence.startswith("The console was not built: `npm ci` failed: lots of words.")
    assert "\n" not in sentence
    assert (static / "index.html").read_text() == "old"


@pytest.mark.parametrize("node", ["v18.20.0", "v20.18.9", "none"])
def test_an_old_node_asks_for_the_wheel(
    node: str, hook: ModuleType, checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_npm(tmp_path / "bin", "exit 1", monkeypatch, node)
    made = a_hook(hook, checkout)
    assert made.dependencies() == [hook.NODE]  # type: ignore[attr-defined]
    with pytest.raises(SystemExit, match="no Node"):
        made.initialize("standard", {})  # type: ignore[attr-defined]


def test_without_console_sources_or_by_wish_nothing_is_done(
    hook: ModuleType, checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv(hook.SKIP, "1")
    assert a_hook(hook, checkout).dependencies() == []  # type: ignore[attr-defined]
    monkeypatch.delenv(hook.SKIP)
    a_hook(hook, tmp_path / "sdist").initialize("standard", {})  # type: ignore[attr-defined]
