"""Facts about the installation, for a report of something that does not work. No path of the user's, no data."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import sys
from pathlib import Path

from errata.core.schema import FORMAT_VERSION
from errata.core.settings import SETTINGS, setting

DISTRIBUTION = "errata-studio"
CORE = (
    "numpy",
    "scipy",
    "scikit-learn",
    "numba",
    "pyarrow",
    "duckdb",
    "sqlglot",
    "fastapi",
    "uvicorn",
    "typer",
    "rich",
)
OPTIONAL = {"torch": "hf", "transformers": "hf", "safetensors": "hf", "datasets": "hf", "umap-learn": "umap"}


def examine() -> dict[str, dict[str, str]]:
    """Sections of name → value: program, libraries, optional libraries, settings, machine."""
    missing = "not installed; pip install '" + DISTRIBUTION + "[{}]'"
    return {
        "errata": {"version": version(DISTRIBUTION), "stored format": str(FORMAT_VERSION), "console": _console()},
        "libraries": {name: version(name) for name in CORE},
        "optional": {name: version(name, missing.format(extra)) for name, extra in OPTIONAL.items()},
        "settings": {entry.environment: f"{setting(entry.name):g}  {entry.help}" for entry in SETTINGS},
        "machine": {
            "python": sys.version.split()[0],
            "system": platform.platform(),
            "processors": str(os.cpu_count()),
            "free space here": f"{shutil.disk_usage(Path.cwd()).free / 1e9:.1f} GB",
        },
    }


def version(distribution: str, otherwise: str = "not installed") -> str:
    """Installed version of a distribution."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return otherwise


def _console() -> str:
    return "built" if (Path(__file__).parent / "static" / "index.html").is_file() else "not built; make console"
