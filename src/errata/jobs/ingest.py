"""Sources → data set. A run keeps the input bytes, compressed; they, with the read options, *are* the data set.

Nothing parsed is stored: opening the data set again reads the kept bytes with the kept options, so export is exact and
a resumed run cannot see other data than the first attempt.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import pyarrow as pa

from errata.core.errors import UsageError
from errata.core.types import DataSet, ReadOptions, Source
from errata.formats.read import read
from errata.store.runs import Run


def data_hash(sources: Sequence[Source], options: ReadOptions) -> str:
    """Identity of a data set version: SHA-256 in hex over splits, bytes and read options, in order."""
    digest = hashlib.sha256(json.dumps(_options_json(options), sort_keys=True).encode())
    for source in sources:
        for part in (source.split.encode(), source.format.encode(), source.content):
            digest.update(len(part).to_bytes(8, "little"))
            digest.update(part)
    return digest.hexdigest()


def store_sources(run: Run, sources: Sequence[Source], options: ReadOptions) -> None:
    """Keep the input bytes (zstd) and the read options in the run."""
    for position, source in enumerate(sources):
        run.put_bytes(
            f"source/{position}.zst",
            pa.compress(source.content, codec="zstd", asbytes=True),
            split=source.split,
            source_name=source.name,
            format=source.format,
            decoded_bytes=len(source.content),
        )
    run.note(read_options=_options_json(options))


def stored_sources(run: Run) -> tuple[Source, ...]:
    """The run's input files, byte for byte as they were given (after gzip)."""
    found = []
    for name, entry in run.manifest["files"].items():
        if name.startswith("source/"):
            content = pa.decompress(run.bytes(name), entry["decoded_bytes"], codec="zstd", asbytes=True)
            position = int(name.removeprefix("source/").removesuffix(".zst"))
            found.append((position, Source(entry["split"], entry["source_name"], content, entry["format"])))
    return tuple(source for _, source in sorted(found, key=lambda pair: pair[0]))


def load_data(run: Run) -> DataSet:
    """The run's data set, read again from the bytes it keeps."""
    return read(stored_sources(run), _options(run.manifest["read_options"]))


def require_same_data(run: Run, digest: str) -> None:
    """Refuse to resume a run on other data. Raises UsageError."""
    if run.manifest["data_hash"] != digest:
        raise UsageError(
            f"{run.path}: the data or the read options changed since this run began.",
            remedy="put the old files and options back, or start anew with another --out.",
        )


def _options_json(options: ReadOptions) -> dict[str, Any]:
    return {**asdict(options), "label_map": dict(options.label_map), "label_names": list(options.label_names)}


def _options(stored: Mapping[str, Any]) -> ReadOptions:
    return ReadOptions(**{**stored, "label_names": tuple(stored["label_names"])})
