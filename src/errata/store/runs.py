"""The folder of one run: a manifest that names every file with its hash, and the files.

A run is ``running`` until it is sealed. A file counts only once the manifest names it, so a run that was killed
resumes from the last named file. Nothing in a sealed run changes.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from errata.core.errors import IntegrityError, NotFound, StoreError, UsageError, VersionError
from errata.core.schema import FORMAT_VERSION
from errata.store import files

MANIFEST = "manifest.json"


class Run:
    """One run folder. Make it with ``create`` or ``open``; write only inside ``files.exclusive``."""

    def __init__(self, path: Path, manifest: dict[str, Any]) -> None:
        self.path = path
        self.manifest = manifest

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def is_sealed(self) -> bool:
        return bool(self.manifest["state"] == "sealed")

    @classmethod
    def create(cls, path: Path, facts: Mapping[str, Any]) -> Run:
        """Start a run at ``path``; hold the folder with ``files.exclusive``. Raises like ``check_vacant``."""
        cls.check_vacant(path)
        manifest = {
            "format_version": FORMAT_VERSION,
            "state": "running",
            "name": path.name,
            "created": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
            "files": {},
            "stages": {},
            **facts,
        }
        run = cls(path, manifest)
        run._save()
        return run

    @classmethod
    def check_vacant(cls, path: Path) -> None:
        """Raise UsageError when a run, a file or anything else is at ``path`` already."""
        if is_run(path):
            state = "finished" if cls.open(path, sealed=False).is_sealed else "unfinished"
            remedy = "add --resume to continue it" if state == "unfinished" else "choose another --out"
            raise UsageError(
                f"{path}: there is a run here already, {state}.", remedy=f"{remedy}, or delete the folder."
            )
        if path.is_file() or (path.is_dir() and any(entry.name != ".lock" for entry in path.iterdir())):
            raise UsageError(f"{path}: something is here already.", remedy="choose another --out.")

    @classmethod
    def open(cls, path: Path, *, sealed: bool = True) -> Run:
        """Open the run at ``path``.

        Raises NotFound when there is none, VersionError when a newer version wrote it (nothing is touched), and
        StoreError when ``sealed`` is asked for and the run was never finished.
        """
        if not is_run(path):
            raise NotFound(f"{path}: no run here (no {MANIFEST}).", remedy="make one: errata analyze DATA --out RUN")
        manifest = files.read_json(path / MANIFEST)
        if not isinstance(manifest, dict) or not isinstance(manifest.get("format_version"), int):
            raise IntegrityError(f"{path / MANIFEST}: not a manifest.", remedy="analyse again.")
        if manifest["format_version"] > FORMAT_VERSION:
            raise VersionError(
                f"{path}: written in stored format {manifest['format_version']}; this version reads up to "
                f"{FORMAT_VERSION}.",
                remedy="install a newer errata; nothing was changed.",
            )
        run = cls(path, manifest)
        if sealed and not run.is_sealed:
            raise StoreError(f"{path}: this run was not finished.", remedy="run the same command with --resume.")
        return run

    def has(self, name: str) -> bool:
        """The manifest names this file and it is on disk with that size."""
        entry = self.manifest["files"].get(name)
        path = self.path / name
        return entry is not None and path.is_file() and path.stat().st_size == entry["bytes"]

    def put_table(self, name: str, table: pa.Table) -> None:
        """Write a table and name it in the manifest."""
        self._register(name, files.write_table(self.path / name, table), rows=table.num_rows)

    def put_bytes(self, name: str, content: bytes, **facts: Any) -> None:
        """Write bytes and name them in the manifest, with facts of the caller's."""
        self._register(name, files.write_bytes(self.path / name, content), **facts)

    def put_json(self, name: str, value: Any) -> None:
        """Write JSON and name it in the manifest."""
        self._register(name, files.write_json(self.path / name, value))

    def table(self, name: str, columns: list[str] | None = None) -> pa.Table:
        """Read a named table, hash and page checksums verified. Raises IntegrityError when it is not what was written."""
        self._check(name)
        return files.read_table(self.path / name, columns)

    def bytes(self, name: str) -> bytes:
        """Read a named file whole, its hash verified."""
        self._check(name)
        return (self.path / name).read_bytes()

    def json(self, name: str) -> Any:
        """Read a named JSON file, its hash verified."""
        self._check(name)
        return files.read_json(self.path / name)

    def parts(self, kind: str) -> list[str]:
        """Names of the parts ``kind/part-*.parquet``, in order."""
        return sorted(name for name in self.manifest["files"] if name.startswith(f"{kind}/part-"))

    def parts_table(self, kind: str, columns: list[str] | None = None) -> pa.Table:
        """All parts of a kind as one table."""
        return pa.concat_tables([self.table(name, columns) for name in self.parts(kind)])

    def note(self, **facts: Any) -> None:
        """Record facts in the manifest."""
        self.manifest.update(facts)
        self._save()

    def seal(self) -> None:
        """Make the run final."""
        self.manifest["state"] = "sealed"
        self.manifest["sealed"] = time.strftime("%Y-%m-%dT%H:%M:%S%z")
        self._save()

    def verify(self) -> list[str]:
        """Hash every named file; one sentence per fault, empty when all is well."""
        faults = []
        for name, entry in sorted(self.manifest["files"].items()):
            path = self.path / name
            if not path.is_file():
                faults.append(f"{name}: missing")
            elif path.stat().st_size != entry["bytes"]:
                faults.append(f"{name}: {path.stat().st_size:,} bytes, written as {entry['bytes']:,}")
            elif files.sha256_of(path) != entry["sha256"]:
                faults.append(f"{name}: content changed since it was written")
        known = set(self.manifest["files"]) | {MANIFEST, ".lock"}
        for path in sorted(self.path.rglob("*")):
            name = path.relative_to(self.path).as_posix()
            if path.is_file() and name not in known and self.is_sealed:
                faults.append(f"{name}: not a file of this run")
        return faults

    def check(self, *names: str) -> None:
        """Raise IntegrityError unless each named file is as it was written."""
        for name in names:
            self._check(name)

    def _register(self, name: str, written: files.Written, **facts: Any) -> None:
        self.manifest["files"][name] = {"sha256": written.sha256, "bytes": written.bytes, **facts}
        self._save()

    def _check(self, name: str) -> None:
        path = self.path / name
        if not self.has(name):
            how = "missing or of another size than written" if name in self.manifest["files"] else "not part of the run"
            raise files.damaged(path, how)
        if files.sha256_of(path) != self.manifest["files"][name]["sha256"]:
            raise files.damaged(path, "changed since it was written")

    def _save(self) -> None:
        files.write_json(self.path / MANIFEST, self.manifest)


def is_run(path: Path) -> bool:
    """There is a manifest at ``path``."""
    return (path / MANIFEST).is_file()


def find_runs(project: Path) -> list[Path]:
    """Runs directly in ``project`` or in its ``runs`` folder, by name."""
    found = [entry.parent for pattern in (f"*/{MANIFEST}", f"runs/*/{MANIFEST}") for entry in project.glob(pattern)]
    return sorted(set(found))
