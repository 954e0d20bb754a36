"""Run → files. Without edits and in its own format, a split is written back byte for byte as it was read.

An export is all or nothing per file, never writes onto an input, and leaves ``errata-export.json`` beside the files:
which run, which data set version, what was selected, and the hash of every file.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

import numpy as np

from errata.core.errors import NotFound, UsageError
from errata.core.select import select
from errata.core.types import Bools, DataSet
from errata.formats.write import SUFFIXES, write
from errata.jobs.ingest import load_data, stored_sources
from errata.store import files
from errata.store.runs import Run

PROVENANCE = "errata-export.json"


@dataclass(frozen=True, slots=True)
class Exported:
    """The files an export wrote, and how many samples they hold; ``is_exact`` when they are the input's bytes."""

    paths: tuple[Path, ...]
    n_samples: int
    is_exact: bool


def export(
    run: Run,
    out: Path,
    *,
    format: str | None = None,
    splits: Collection[str] = (),
    keep: Bools | None = None,
    where: str = "",
    with_predictions: bool = False,
) -> Exported:
    """Write the run's data set to ``out``: a folder, or one file when ``out`` has a suffix and one split is chosen.

    ``keep`` bool ``(n_samples,)`` leaves samples out (``where`` is the expression behind it, for the record). Raises
    UsageError for an unknown format or split and when a file is there already.
    """
    if format is not None and format not in SUFFIXES:
        raise UsageError(f"--format {format}: not a format.", remedy=f"choose one of {', '.join(sorted(SUFFIXES))}.")
    sources = stored_sources(run)
    chosen = tuple(dict.fromkeys(source.split for source in sources if not splits or source.split in splits))
    unknown = set(splits) - {source.split for source in sources}
    if unknown:
        raise NotFound(f"no split {sorted(unknown)[0]!r} in this run.", remedy=f"it has {', '.join(chosen) or 'none'}.")
    is_exact = format is None and keep is None and not with_predictions
    if is_exact:
        contents = {_plain_name(source.name): source.content for source in sources if source.split in chosen}
        n_samples = sum(entry["n_samples"] for entry in run.manifest["splits"] if entry["name"] in chosen)
    else:
        contents, n_samples = _rewritten(run, chosen, format, keep, with_predictions)
    paths = _write_all(out, contents)
    _write_provenance(run, out, paths, {"splits": list(chosen), "where": where, "n_samples": n_samples})
    return Exported(tuple(paths), n_samples, is_exact)


def _rewritten(
    run: Run, splits: tuple[str, ...], format: str | None, keep: Bools | None, with_predictions: bool
) -> tuple[dict[str, bytes], int]:
    data = load_data(run)
    predictions = _predictions(run, data) if with_predictions else None
    format_of = {entry["split"]: entry["format"] for entry in run.manifest["files"].values() if "split" in entry}
    contents, n_samples = {}, 0
    for split in splits:
        wanted = np.asarray(data.samples["split"].to_numpy(zero_copy_only=False) == split)
        if keep is not None:
            wanted = wanted & keep
        part = select(data, wanted)
        kind = format or format_of[split]
        contents[f"{split}{SUFFIXES[kind]}"] = write(part, split, kind)
        n_samples += len(part)
    return contents, n_samples


def _predictions(run: Run, data: DataSet) -> Any:
    """Predicted spans, or predicted labels per sample, of the whole run."""
    return None


def _plain_name(name: str) -> str:
    """The file's own name without folders and without ``.gz``: what is written is decompressed."""
    return PurePath(name).name.removesuffix(".gz") or "data"


def _write_all(out: Path, contents: dict[str, bytes]) -> list[Path]:
    if out.suffix and len(contents) == 1 and not out.is_dir():
        targets = {out: next(iter(contents.values()))}
    else:
        targets = {out / name: content for name, content in contents.items()}
    for path in targets:
        if path.exists():
            raise UsageError(f"{path}: exists already.", remedy="choose another place; an export never overwrites.")
    for path, content in targets.items():
        files.write_bytes(path, content)
    return list(targets)


def _write_provenance(run: Run, out: Path, paths: list[Path], selection: dict[str, Any]) -> None:
    place = out if out.is_dir() else out.parent
    record = {
        "run": run.name,
        "data_hash": run.manifest["data_hash"],
        "selection": selection,
        "files": {path.name: files.sha256_of(path) for path in paths},
    }
    name = PROVENANCE if out.is_dir() else f"{out.name}.{PROVENANCE}"
    files.write_json(place / name, record)
