"""The only module that writes files of the product.

Every write goes to a temporary neighbour, is flushed to the disk, renamed over the final name, and the folder is
flushed: a reader sees the old content or the new, never half (`reliability`: a writer killed or out of space half-way
leaves the old file). Parquet is written with page checksums and read back with verification, because neither DuckDB
nor PyArrow notices a flipped bit otherwise.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from errata.core.errors import IntegrityError, LockedError, StoreError
from errata.core.settings import setting

TEMPORARY = ".errata-tmp"


@dataclass(frozen=True, slots=True)
class Written:
    """What a finished write left: SHA-256 in hex and size in bytes."""

    sha256: str
    bytes: int


def write_bytes(path: Path, content: bytes) -> Written:
    """Replace ``path`` by ``content`` atomically. Raises StoreError when the disk refuses."""
    return _write(path, lambda file: _write_all(file, content))


def write_json(path: Path, value: Any) -> Written:
    """Replace ``path`` by ``value`` as UTF-8 JSON with sorted keys; NaN and infinity are refused."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1, sort_keys=True)
    return write_bytes(path, text.encode())


def write_table(path: Path, table: pa.Table) -> Written:
    """Replace ``path`` by ``table`` as Parquet (zstd, page checksums)."""

    def write(file: IO[bytes]) -> None:
        pq.write_table(
            table,
            file,
            compression="zstd",
            compression_level=1,
            write_page_checksum=True,
            write_statistics=False,
            row_group_size=1 << 17,
        )

    return _write(path, write)


def read_table(path: Path, columns: list[str] | None = None) -> pa.Table:
    """Read a Parquet file, every page checksum verified. Raises IntegrityError naming the file when it is damaged."""
    try:
        return pq.read_table(path, columns=columns, page_checksum_verification=True, memory_map=False)
    except FileNotFoundError:
        raise damaged(path, "missing") from None
    except (OSError, pa.ArrowException, RuntimeError) as problem:
        raise damaged(path, f"unreadable ({type(problem).__name__})") from None


def read_json(path: Path) -> Any:
    """Read a JSON file. Raises IntegrityError when it is missing or broken."""
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        raise damaged(path, "missing") from None
    except (OSError, ValueError):
        raise damaged(path, "not valid JSON") from None


def sha256_of(path: Path) -> str:
    """SHA-256 of a file in hex. Raises IntegrityError when it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as problem:
        raise damaged(path, problem.strerror or "unreadable") from None


def remove_temporaries(folder: Path) -> None:
    """Delete what an interrupted write left below ``folder``."""
    for leftover in folder.rglob(f"*{TEMPORARY}"):
        leftover.unlink(missing_ok=True)


def remove_tree(folder: Path) -> None:
    """Delete a folder of ours with everything in it."""
    shutil.rmtree(folder, ignore_errors=True)


def check_free_space(folder: Path, needed: int = 0) -> None:
    """Raise StoreError unless the disk of ``folder`` keeps the ``free_bytes`` setting after ``needed`` more bytes."""
    probe = folder
    while not probe.exists():
        probe = probe.parent
    free = shutil.disk_usage(probe).free
    if free < needed + setting("free_bytes"):
        raise StoreError(
            f"{folder}: {free / 1e6:,.0f} MB are free on this disk; about {needed / 1e6:,.0f} MB are needed and "
            f"{setting('free_bytes') / 1e6:,.0f} MB must stay free.",
            remedy="free some space, or choose another place with --out.",
        )


def safe_name(text: str) -> str:
    """A folder name made from any text: ``[a-z0-9-]``, at most 40 characters, never empty."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40].strip("-") or "run"


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Hold ``folder`` for writing. Raises LockedError naming the other process (the lock dies with its owner),
    and StoreError where there can be no such folder."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as problem:
        raise StoreError(
            f"{folder}: no folder to write to ({problem.strerror}).", remedy="choose another place with --out."
        ) from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            owner = os.pread(descriptor, 200, 0).decode(errors="replace").strip() or "another process"
            raise LockedError(
                f"{folder}: being written by {owner}.",
                remedy="wait for it to finish or stop it, then try again.",
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"process {os.getpid()} since {time.strftime('%Y-%m-%d %H:%M:%S')}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _write(path: Path, fill: Callable[[IO[bytes]], None]) -> Written:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise StoreError(
            f"{path.parent}: no folder to write to ({problem.strerror}).", remedy="choose another place."
        ) from None
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}{TEMPORARY}")
    try:
        with temporary.open("xb") as file:
            fill(file)
            file.flush()
            os.fsync(file.fileno())
        written = Written(sha256_of(temporary), temporary.stat().st_size)
        os.replace(temporary, path)
        _sync_folder(path.parent)
    except OSError as problem:
        temporary.unlink(missing_ok=True)
        full = problem.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        raise StoreError(
            f"{path}: could not be written ({problem.strerror or problem}).",
            remedy="free some space and run again with --resume." if full else "check the folder's permissions.",
        ) from problem
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return written


def _write_all(file: IO[bytes], content: bytes) -> None:
    file.write(content)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def damaged(path: Path, how: str) -> IntegrityError:
    """The error for a stored file that is not what was written; ``how`` completes "FILE: …"."""
    return IntegrityError(
        f"{path}: {how}.", remedy="the stored run is damaged: `errata verify RUN` lists what is; analyse again."
    )
