"""Run → files. Without edits and in its own format, a split is written back byte for byte as it was read.

An export is all or nothing per file, never writes onto an input, and leaves ``errata-export.json`` beside the files:
which run, which data set version, what was selected, and the hash of every file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from errata.core.errors import NotFound, UsageError
from errata.core.select import select, select_predictions
from errata.core.types import Bools, Predictions, Source
from errata.formats.detect import LABEL_NAMES
from errata.formats.write import SUFFIXES, write
from errata.jobs.ingest import load_data, stored_sources
from errata.jobs.ner_tables import predicted_spans
from errata.jobs.predict import from_matrix, widened
from errata.store import files
from errata.store.runs import Run

PROVENANCE = "errata-export.json"


@dataclass(frozen=True, slots=True)
class Exported:
    """The files an export wrote; ``is_exact`` when they are the input's bytes.

    ``n_samples``: how many samples they hold; None for the input of a run that read only some of it (``limit``).
    """

    paths: tuple[Path, ...]
    n_samples: int | None
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
    sources = [source for source in stored_sources(run) if source.format != LABEL_NAMES]
    known = tuple(dict.fromkeys(source.split for source in sources))
    for split in splits:
        if split not in known:
            raise NotFound(f"no split {split!r} in this run.", remedy=f"it has {', '.join(known)}.")
    chosen = tuple(split for split in known if not splits or split in splits)
    is_exact = format is None and keep is None and not with_predictions
    n_samples: int | None
    if is_exact:
        contents = _exact(sources, chosen)
        n_samples = sum(entry["n_samples"] for entry in run.manifest["splits"] if entry["name"] in chosen)
        if run.manifest["read_options"]["limit"] is not None:
            n_samples = None  # the files hold more than was read
    else:
        formats = {source.split: format or source.format for source in sources}
        contents, n_samples = _rewritten(run, {split: formats[split] for split in chosen}, keep, with_predictions)
    paths = _write_all(out, contents)
    _write_provenance(run, out, paths, {"splits": list(chosen), "where": where, "n_samples": n_samples})
    return Exported(tuple(paths), n_samples, is_exact)


def _exact(sources: Sequence[Source], splits: Collection[str]) -> dict[str, bytes]:
    """The input files as they were read; files of one name in several splits get the split before it."""
    chosen = [source for source in sources if source.split in splits]
    names = Counter(_plain_name(source.name) for source in chosen)
    return {
        f"{source.split}-{name}" if names[name := _plain_name(source.name)] > 1 else name: source.content
        for source in chosen
    }


def _rewritten(
    run: Run, formats: Mapping[str, str], keep: Bools | None, with_predictions: bool
) -> tuple[dict[str, bytes], int]:
    """Splits written anew in the format given for each, and the samples in them."""
    data = load_data(run)
    predictions = _predictions(run) if with_predictions else None
    if keep is not None:
        data = select(data, keep)
        predictions = None if predictions is None else select_predictions(predictions, keep)
    contents = {
        f"{split}{SUFFIXES[kind]}": write(data, split, kind, predictions=predictions)
        for split, kind in formats.items()
        if split in data.splits
    }
    n_samples = sum(int(pc.sum(pc.equal(data.samples["split"], split)).as_py() or 0) for split in formats)
    return contents, n_samples


def _predictions(run: Run) -> Predictions:
    """What the predictor said of the whole run."""
    labels = tuple(run.manifest["prediction"]["labels"])
    has_pred = run.parts_table("silent")["has_pred"].to_numpy() if run.parts("silent") else None
    if run.manifest["task"] == "ner":
        return Predictions(labels=labels, spans=predicted_spans(run).spans, has_pred=has_pred)
    parts = [run.table(name) for name in run.parts("predictions")]

    def rows(name: str) -> Any:
        """One column of all parts; a matrix has a column per label."""
        columns = [part[name] for part in parts if name in part.column_names]
        if columns and pa.types.is_fixed_size_list(columns[0].type):
            return np.concatenate([widened(from_matrix(column), len(labels)) for column in columns])
        return np.concatenate([column.to_numpy() for column in columns]) if columns else None

    return Predictions(labels=labels, class_probs=rows("probs"), class_pred=rows("pred"), has_pred=has_pred)


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
