"""Without edits the export is the input, byte for byte: every CoNLL, CSV, TSV and JSONL file of the real data sets."""

from __future__ import annotations

import gzip
from pathlib import Path

from errata.core.errors import InputError
from errata.core.types import ReadOptions
from errata.formats.read import read
from errata.formats.sources import find_sources
from errata.jobs.export import export
from errata.jobs.ingest import load_data, store_sources
from errata.store.runs import Run

NOT_DATA = ("README", "MANIFEST", "SHA256SUMS", ".npy", "labels.txt", "categories.json", ".ann", "_brat.txt")
ROWS = 200  # samples parsed per file; the kept bytes do not depend on it


def _decoded(path: Path) -> bytes:
    content = path.read_bytes()
    return gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content


def _files(shared: Path) -> list[Path]:
    return sorted(
        path
        for path in (shared / "data").rglob("*")
        if path.is_file() and not any(mark in path.name for mark in NOT_DATA)
    )


def test_every_data_file_comes_back_byte_for_byte(shared: Path, tmp_path: Path) -> None:
    exact, refused = 0, []
    for position, path in enumerate(_files(shared)):
        names = path.parent / "labels.txt"
        options = ReadOptions(
            limit=ROWS,
            header=path.parent.name != "go_emotions",
            label_names=tuple(names.read_text().split()) if names.is_file() else (),
        )
        try:
            sources = find_sources(None, {"train": path}, options)
            data = read(sources, options)
        except InputError as problem:
            refused.append((path.name, str(problem)))
            assert problem.remedy
            continue
        run = Run.create(tmp_path / f"run-{position}", {"data_hash": ""})
        store_sources(run, sources, options)
        run.note(splits=[{"name": "train", "n_samples": len(data)}])
        made = export(run, tmp_path / f"out-{position}")
        assert made.is_exact
        assert made.paths[0].read_bytes() == _decoded(path), path
        assert load_data(run).samples.equals(data.samples)
        exact += 1
    assert exact >= 90, refused
